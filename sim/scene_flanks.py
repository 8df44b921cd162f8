"""The other faces of a vehicle: flank, side windows, screens, bonnet and roof. Along x: metres behind the nose."""

import random

from sim.scene_body import Looks
from sim.scene_canvas import Canvas, Colour, mixed

PX_PER_M = 110
DARK: Colour = (18, 18, 20)
GLASS: Colour = (58, 52, 46)
SKY: Colour = (196, 186, 172)
SKIN: Colour = (120, 150, 190)
MIRROR_M = (0.21, 0.15)


def flank(looks: Looks) -> Canvas:
    """The body below the windows, wheels and all."""
    s = looks.shape
    c = Canvas(s.length, s.belt + 0.03, PX_PER_M)
    top = [(s.screen_a, s.belt), (s.tail_a, s.belt + 0.02), (s.length - 0.02, s.tail - 0.06), (s.length, 0.30)]
    c.poly(
        [(0.0, 0.30), (0.02, s.nose - 0.1), (0.12, s.nose), *top, (s.length - 0.15, 0.20), (0.15, 0.20)], looks.paint
    )
    c.shade_down([(0.18, 0.42), (0.32, 0.62), (0.6, 0.9), (s.belt - 0.18, 1.0), (s.belt - 0.12, 1.16), (s.belt, 0.95)])
    c.rect(0.2, 0.18, s.length - 0.2, 0.27, DARK, 0.85)
    _seams(c, looks)
    for axle in (s.front_axle_a, s.rear_axle_a):
        _wheel(c, axle, s.wheel)
    c.rect(0.02, s.nose - 0.16, 0.24, s.nose - 0.05, (150, 150, 146), 0.9, radius=0.04)
    c.rect(s.length - 0.2, s.tail - 0.26, s.length - 0.02, s.tail - 0.08, (30, 22, 150), 0.95, radius=0.03)
    return c


def side_windows(looks: Looks) -> Canvas:
    """From the belt to the roof."""
    s = looks.shape
    c = Canvas(s.length, s.height - s.belt, PX_PER_M)
    top = s.height - s.belt
    outline = [(s.screen_a, 0.0), (s.roof_a, top), (s.roof_end_a, top), (s.tail_a, 0.0)]
    c.poly(outline, looks.paint)
    c.shade_down([(0, 0.9), (top * 0.8, 0.95), (top, 1.15)])
    for x0, x1 in _panes(looks):
        c.rect(x0, 0.04, x1, top - 0.09, GLASS, radius=0.05)
        c.poly([(x0, top * 0.45), (x1, top * 0.62), (x1, top - 0.09), (x0, top - 0.09)], SKY, 0.32)
    c.keep(outline)
    return c


def windscreen(looks: Looks) -> Canvas:
    """Glass with whoever sits behind it, pillars and wipers."""
    s = looks.shape
    c = _pane(looks, s.height - s.belt)
    w, h = c.width_m, c.height_m
    rng = random.Random(f"cabin:{looks.seed}")
    for x in (w * 0.32, w * 0.69):
        c.rect(x - 0.16, 0.0, x + 0.16, h * 0.46, (30, 28, 26), 0.8, radius=0.08)
        if x > w / 2 or rng.random() < 0.35:
            c.ellipse(x, h * 0.16, 0.21, h * 0.30, (56, 46, 42), 0.9)
            c.ellipse(x, h * 0.545, 0.078, h * 0.125, mixed(SKIN, DARK, 0.5), 0.8)
            c.ellipse(x, h * 0.62, 0.08, h * 0.07, (34, 36, 40), 0.8)
    c.ellipse(w * 0.66, h * 0.12, 0.17, h * 0.16, DARK, 0.7)
    c.poly([(0.1, h), (w * 0.55, h), (w * 0.25, 0), (0.1, 0)], SKY, 0.20)
    c.poly([(w * 0.62, h), (w * 0.78, h), (w * 0.5, 0), (w * 0.34, 0)], SKY, 0.14)
    c.rect(w / 2 - 0.1, h * 0.82, w / 2 + 0.1, h * 0.91, DARK, radius=0.02)
    for x in (0.18, w * 0.52):
        c.line(x, 0.015, x + w * 0.36, h * 0.10, 0.018, DARK)
    _frame(c, looks)
    if looks.kind == "bus":
        c.rect(w * 0.2, h * 0.83, w * 0.8, h * 0.98, (22, 22, 22))
        c.rect(w * 0.26, h * 0.87, w * 0.70, h * 0.94, (40, 170, 240), 0.85)
    return c


def rear_window(looks: Looks) -> Canvas:
    s = looks.shape
    c = _pane(looks, s.height - s.tail)
    w, h = c.width_m, c.height_m
    for x in (w * 0.3, w * 0.5, w * 0.7):
        c.rect(x - 0.12, 0.0, x + 0.12, h * 0.35, (32, 30, 28), 0.8, radius=0.07)
    c.poly([(0.1, h), (w * 0.7, h), (w * 0.4, 0), (0.1, 0)], SKY, 0.22)
    for i in range(1, 7):
        c.line(0.16, h * i / 8, w - 0.16, h * i / 8, 0.006, (96, 92, 90), 0.5)
    c.line(w * 0.5, 0.02, w * 0.72, h * 0.16, 0.018, DARK)
    _frame(c, looks)
    c.rect(w / 2 - 0.16, h - 0.075, w / 2 + 0.16, h - 0.045, (30, 20, 130), radius=0.01)
    if looks.kind == "van":
        c.line(w / 2, 0, w / 2, h, 0.12, looks.paint)
        c.line(w / 2, 0, w / 2, h, 0.014, DARK, 0.8)
    return c


def bonnet(looks: Looks) -> Canvas:
    """Seen from above: the windscreen's edge at the top."""
    c = Canvas(looks.shape.width, 1.0, 64)
    w = c.width_m
    c.rect(0, 0, w, 1.0, mixed(looks.paint, SKY, 0.22))
    c.shade_down([(0, 1.06), (0.35, 1.2), (0.8, 1.06), (1.0, 0.7)])
    c.shade_across([(0, 0.7), (0.2, 0.98), (w / 2, 1.06), (w - 0.2, 0.96), (w, 0.66)])
    for x, lean in ((w * 0.24, 0.06), (w * 0.76, -0.06)):
        c.line(x, 0.0, x + lean, 1.0, 0.02, DARK, 0.25)
        c.line(x + 0.02, 0.0, x + 0.02 + lean, 1.0, 0.02, (255, 255, 255), 0.2)
    return c


def roof(looks: Looks) -> Canvas:
    c = Canvas(looks.shape.width, 1.0, 48)
    c.rect(0, 0, c.width_m, 1.0, mixed(looks.paint, SKY, 0.38))
    c.shade_across([(0, 0.8), (0.2, 1.05), (c.width_m - 0.2, 1.05), (c.width_m, 0.8)])
    return c


def shadow(looks: Looks) -> Canvas:
    """On the road, soft, half a metre wider than the vehicle all round."""
    s = looks.shape
    c = Canvas(s.width + 1.0, s.length + 1.0, 24)
    c.rect(0.42, 0.4, s.width + 0.58, s.length + 0.6, (16, 15, 14), 0.86, radius=0.3)
    c.bgr[:] = (16, 15, 14)
    c.soften(0.22)
    return c


def mirror(looks: Looks, rear: bool) -> Canvas:
    """Its housing from ahead; from behind, glass in the housing."""
    c = Canvas(MIRROR_M[0], MIRROR_M[1], PX_PER_M)
    c.rect(0, 0, c.width_m, c.height_m, mixed(looks.paint, DARK, 0.2), radius=0.05)
    c.shade_down([(0, 0.7), (c.height_m, 1.15)])
    if rear:
        c.rect(0.025, 0.025, c.width_m - 0.025, c.height_m - 0.02, mixed(GLASS, SKY, 0.35), radius=0.04)
    return c


def _pane(looks: Looks, height: float) -> Canvas:
    c = Canvas(looks.shape.width, height, PX_PER_M)
    c.rect(0, 0, c.width_m, height, GLASS)
    c.shade_down([(0, 0.55), (height * 0.5, 0.9), (height, 1.35)])
    return c


def _frame(c: Canvas, looks: Looks) -> None:
    """Pillars and the roof's edge around a pane."""
    w, h, edge = c.width_m, c.height_m, 0.075
    paint = mixed(looks.paint, DARK, 0.25)
    c.rect(0, 0, edge, h, paint)
    c.rect(w - edge, 0, w, h, paint)
    c.rect(0, h - 0.05, w, h, mixed(looks.paint, SKY, 0.25))
    for x0, x1 in ((edge, edge + 0.02), (w - edge - 0.02, w - edge)):
        c.rect(x0, 0, x1, h - 0.05, DARK, 0.8)


def _panes(looks: Looks) -> list[tuple[float, float]]:
    s = looks.shape
    match looks.kind:
        case "car":
            middle = (s.roof_a + s.roof_end_a) / 2 - 0.05
            return [(s.screen_a + 0.34, middle - 0.04), (middle + 0.04, s.tail_a - 0.30)]
        case "van":
            return [(s.screen_a + 0.30, 2.2)]
        case "bus":
            return [(0.3 + i * 1.5, 1.7 + i * 1.5) for i in range(7)]


def _seams(c: Canvas, looks: Looks) -> None:
    s = looks.shape
    doors = (s.screen_a + 0.28, (s.roof_a + s.roof_end_a) / 2 - 0.05, s.rear_axle_a - 0.35)
    for x in doors if looks.kind == "car" else doors[:2]:
        c.line(x, 0.27, x, s.belt, 0.016, DARK, 0.7)
    for x in doors[1:]:
        c.rect(x - 0.32, s.belt - 0.20, x - 0.12, s.belt - 0.165, mixed(looks.paint, DARK, 0.45), radius=0.015)
    c.line(0.3, s.belt - 0.13, s.length - 0.3, s.belt - 0.10, 0.014, DARK, 0.3)


def _wheel(c: Canvas, a: float, radius: float) -> None:
    c.ellipse(a, radius + 0.02, radius + 0.075, radius + 0.075, (14, 14, 14))
    c.ellipse(a, radius, radius, radius, (30, 29, 29))
    c.ellipse(a, radius, radius * 0.68, radius * 0.68, (150, 150, 150))
    c.ellipse(a, radius, radius * 0.58, radius * 0.58, (70, 70, 70))
    for x, y in ((0.0, 1.0), (0.95, 0.31), (0.59, -0.81), (-0.59, -0.81), (-0.95, 0.31)):
        c.line(a, radius, a + x * radius * 0.62, radius + y * radius * 0.62, radius * 0.16, (168, 168, 168))
    c.ellipse(a, radius, radius * 0.13, radius * 0.13, (120, 120, 120))
