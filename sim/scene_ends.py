"""The upright ends of a vehicle, painted square on: nose and tail, in metres above the road."""

from sim.scene_body import Looks
from sim.scene_canvas import Canvas, Colour, mixed

PX_PER_M = 220
TYRE: Colour = (26, 25, 25)
DARK: Colour = (20, 20, 22)
CHROME: Colour = (176, 176, 176)
GLASS_LAMP: Colour = (214, 214, 208)
RED: Colour = (30, 22, 168)
AMBER: Colour = (30, 130, 235)


def nose(looks: Looks) -> Canvas:
    """From the road to the bonnet's edge."""
    shape = looks.shape
    c = Canvas(shape.width, shape.nose + 0.02, PX_PER_M)
    _panel(c, looks, 0.16, shape.nose)
    _intake(c, looks)
    _grille(c, looks)
    for side in (0, 1):
        _head_lamp(c, looks, side)
    _shadow_line(c, looks, shape.front_plate + 0.10)
    _plate_holder(c, shape.width, shape.front_plate)
    return c


def tail(looks: Looks) -> Canvas:
    """From the road to the rear window's lower edge."""
    shape = looks.shape
    c = Canvas(shape.width, shape.tail + 0.02, PX_PER_M)
    _panel(c, looks, 0.20, shape.tail)
    _rear_bumper(c, looks)
    for side in (0, 1):
        _tail_lamp(c, looks, side)
    match looks.kind:
        case "van":
            _doors(c, looks)
        case "bus":
            _louvres(c, looks)
        case "car":
            _boot(c, looks)
    _plate_holder(c, shape.width, shape.rear_plate)
    return c


def _panel(c: Canvas, looks: Looks, low: float, high: float) -> None:
    """Tyres, the dark under the car and the painted body, rounded by its shading."""
    w = c.width_m
    for x in (0.07, w - 0.27):
        c.rect(x, 0.0, x + 0.20, 0.30, TYRE, radius=0.04)
    c.rect(0.16, 0.11, w - 0.16, 0.3, (14, 14, 14))
    c.poly(_body(w, low, high), looks.paint)
    c.shade_down([(0, 0.6), (low, 0.6), (low + 0.16, 0.86), ((low + high) / 2, 1.0), (high, 1.14)])
    c.shade_across([(0, 0.62), (0.10, 0.86), (0.34, 1.0), (w / 2, 1.05), (w - 0.34, 0.98), (w - 0.1, 0.8), (w, 0.55)])


def _body(w: float, low: float, high: float) -> list[tuple[float, float]]:
    """Widest in the middle, shoulders drawn in, corners round."""
    middle, waist = (low + high) / 2, 0.03 * w
    right = [(w - 0.13, low), (w - 0.05, low + 0.03), (w - 0.015, low + 0.12), (w, middle), (w - 0.012, high - 0.10),
             (w - waist, high - 0.02), (w - waist - 0.04, high)]  # fmt: skip
    return [*right, *((w - x, y) for x, y in reversed(right))]


def _intake(c: Canvas, looks: Looks) -> None:
    w, low = c.width_m, 0.20
    c.rect(w * 0.20, low, w * 0.80, low + 0.13, DARK, radius=0.03)
    c.line(w * 0.22, low + 0.065, w * 0.78, low + 0.065, 0.012, (52, 52, 52))
    for x in (0.17, w - 0.31):
        c.rect(x, low + 0.03, x + 0.14, low + 0.12, DARK, radius=0.03)
        if looks.lamp != 1:
            c.ellipse(x + 0.07, low + 0.075, 0.032, 0.032, (150, 152, 152))
    c.line(0.14, low - 0.02, w - 0.14, low - 0.02, 0.02, (30, 30, 30), 0.8)


def _grille(c: Canvas, looks: Looks) -> None:
    w, top = c.width_m, looks.shape.nose - 0.05
    half, deep = ((0.40, 0.13), (0.34, 0.16), (0.46, 0.08))[looks.grille]
    x0, x1 = w / 2 - half, w / 2 + half
    c.rect(x0, top - deep, x1, top, DARK, radius=0.035)
    bars = 3 if looks.grille == 1 else 2
    for i in range(1, bars + 1):
        y = top - deep * i / (bars + 1)
        c.line(x0 + 0.03, y, x1 - 0.03, y, 0.012, CHROME if looks.trim else (70, 70, 70), 0.9)
    if looks.trim:
        c.line(x0 + 0.02, top - 0.005, x1 - 0.02, top - 0.005, 0.014, CHROME)
    c.ellipse(w / 2, top - min(deep, 0.12) / 2, 0.052, 0.046, (120, 120, 120))
    c.ellipse(w / 2, top - min(deep, 0.12) / 2, 0.036, 0.032, (200, 200, 200))


def _head_lamp(c: Canvas, looks: Looks, side: int) -> None:
    """A dark housing with a lens, a reflector and the day-running line."""
    top = looks.shape.nose - 0.04
    deep, wide = ((0.13, 0.34), (0.16, 0.30), (0.10, 0.40))[looks.lamp]
    outline = [
        (0.03, top - 0.01),
        (0.07 + wide, top - deep * 0.45),
        (0.03 + wide, top - deep),
        (0.05, top - deep * 0.8),
    ]
    c.poly(_side(c, outline, side), (44, 44, 44))
    inner = [(0.05, top - 0.025), (0.04 + wide, top - deep * 0.5), (0.02 + wide, top - deep * 0.9),
             (0.06, top - deep * 0.72)]  # fmt: skip
    c.poly(_side(c, inner, side), (150, 150, 146))
    x = (0.03 + wide * 0.62) if side == 0 else c.width_m - (0.03 + wide * 0.62)
    c.ellipse(x, top - deep * 0.60, 0.05, 0.043, (88, 88, 86))
    c.ellipse(x, top - deep * 0.60, 0.036, 0.031, GLASS_LAMP)
    edge = 0.07 if side == 0 else c.width_m - 0.07
    c.ellipse(edge, top - deep * 0.45, 0.02, 0.03, AMBER, 0.8)
    c.poly(_side(c, [(0.06, top - deep * 0.78), (0.02 + wide, top - deep * 0.98), (0.02 + wide, top - deep * 0.88),
                     (0.06, top - deep * 0.66)], side), (246, 246, 240), 0.9)  # fmt: skip


def _rear_bumper(c: Canvas, looks: Looks) -> None:
    w, line = c.width_m, 0.52 if looks.kind == "car" else 0.46
    dark = DARK if looks.kind != "car" or not looks.trim else mixed(looks.paint, DARK, 0.75)
    c.rect(0.06, 0.19, w - 0.06, 0.36, dark, 0.92, radius=0.05)
    c.line(0.05, line, w - 0.05, line, 0.014, DARK, 0.7)
    c.line(0.06, line + 0.012, w - 0.06, line + 0.012, 0.012, (255, 255, 255), 0.18)
    for x in (0.14, w - 0.30):
        c.rect(x, 0.38, x + 0.16, 0.42, RED, 0.9, radius=0.012)
    if looks.kind == "car":
        c.ellipse(w * 0.22, 0.215, 0.045, 0.03, (120, 120, 120))
        c.ellipse(w * 0.22, 0.215, 0.033, 0.02, (12, 12, 12))


def _tail_lamp(c: Canvas, looks: Looks, side: int) -> None:
    """Red with a clear and an amber part; tall on vans and buses."""
    top = looks.shape.tail - 0.05
    wide, deep = ((0.34, 0.15), (0.20, 0.30), (0.44, 0.12))[looks.tail_lamp] if looks.kind == "car" else (0.13, 0.52)
    outline = [(0.02, top), (0.02 + wide, top - 0.02), (wide - 0.02, top - deep), (0.04, top - deep * 0.92)]
    c.poly(_side(c, outline, side), (24, 18, 70))
    inner = [(0.035, top - 0.015), (wide, top - 0.035), (wide - 0.035, top - deep + 0.02), (0.055, top - deep * 0.85)]
    c.poly(_side(c, inner, side), RED)
    x0, x1 = (0.06, wide - 0.05) if side == 0 else (c.width_m - wide + 0.05, c.width_m - 0.06)
    y = top - deep * 0.62
    c.rect(x0, y - 0.022, x1, y + 0.018, (206, 204, 222), 0.85, radius=0.012)
    c.rect(x0, y + 0.025, x0 + (x1 - x0) * 0.5, y + 0.05, AMBER, 0.6, radius=0.01)
    c.line(x0, top - 0.045, x1, top - 0.045, 0.012, (150, 140, 255), 0.55)


def _boot(c: Canvas, looks: Looks) -> None:
    """The lid's edges, a recess for the plate, a badge and a handle."""
    w, shape = c.width_m, looks.shape
    c.rect(w * 0.31, shape.rear_plate - 0.085, w * 0.69, shape.rear_plate + 0.095, mixed(looks.paint, DARK, 0.45), 0.9,
           radius=0.03)  # fmt: skip
    c.line(w * 0.34, shape.rear_plate + 0.088, w * 0.66, shape.rear_plate + 0.088, 0.02,
           CHROME if looks.trim else DARK)  # fmt: skip
    for x in (0.40, w - 0.40):
        c.line(x, 0.54, x - (0.02 if x < 1 else -0.02), shape.tail, 0.008, DARK, 0.35)
    c.ellipse(w / 2, shape.tail - 0.045, 0.05, 0.038, (190, 190, 190))
    c.ellipse(w / 2, shape.tail - 0.045, 0.034, 0.025, (110, 108, 106))
    c.rect(w * 0.70, shape.rear_plate + 0.04, w * 0.70 + 0.12, shape.rear_plate + 0.06, CHROME, 0.55)


def _doors(c: Canvas, looks: Looks) -> None:
    w, top = c.width_m, looks.shape.tail + 0.02
    c.line(w / 2, 0.5, w / 2, top, 0.016, DARK, 0.8)
    c.line(w / 2 + 0.014, 0.5, w / 2 + 0.014, top, 0.01, (255, 255, 255), 0.2)
    c.rect(w / 2 + 0.06, 0.92, w / 2 + 0.10, 1.10, DARK, 0.9, radius=0.02)
    for y in (0.62, 1.12):
        for x in (0.17, w - 0.20):
            c.rect(x, y, x + 0.03, y + 0.09, (70, 70, 70), 0.8)


def _louvres(c: Canvas, looks: Looks) -> None:
    w = c.width_m
    c.rect(w * 0.2, 0.95, w * 0.8, looks.shape.tail - 0.08, mixed(looks.paint, DARK, 0.55), radius=0.03)
    for i in range(8):
        y = 0.98 + i * (looks.shape.tail - 1.06) / 8
        c.line(w * 0.22, y, w * 0.78, y, 0.016, DARK, 0.85)


def _shadow_line(c: Canvas, looks: Looks, y: float) -> None:
    """The bumper's upper fold: light above, dark below."""
    c.line(0.10, y, c.width_m - 0.10, y, 0.012, DARK, 0.45)
    c.line(
        0.10, y + 0.012, c.width_m - 0.10, y + 0.012, 0.012, (255, 255, 255), 0.16 if sum(looks.paint) < 500 else 0.4
    )


def _plate_holder(c: Canvas, width: float, middle: float) -> None:
    c.rect(width / 2 - 0.275, middle - 0.068, width / 2 + 0.275, middle + 0.066, (16, 16, 16), 0.9, radius=0.01)


def _side(c: Canvas, points: list[tuple[float, float]], side: int) -> list[tuple[float, float]]:
    """As given, or mirrored to the right."""
    return points if side == 0 else [(c.width_m - x, y) for x, y in points]
