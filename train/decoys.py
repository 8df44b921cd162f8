"""Things that detectors mistake for plates: lettering, badges, lamps, signs, windows.

In goes a random stream and a picture, uint8 BGR, which is painted on in place. Pure otherwise.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from sim import glyphs
from train.backdrops import Bgr, Colour, Rng, colour, grille

CHARS = sorted(glyphs.GLYPHS)
FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)


def decoy(rng: Rng, out: Bgr) -> None:
    """One thing that is no plate but looks a little like one, somewhere, in place."""
    height, width = out.shape[:2]
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    w = float(np.exp(rng.uniform(np.log(14), np.log(200))))
    match int(rng.integers(14)):
        case 0 | 1:
            _lettering(rng, out, x, y, w)
        case 6 | 7:
            _embossed(rng, out, x, y, w)
        case 8 | 9:
            _window(rng, out, x, y, w)
        case 10:
            _lamp_row(rng, out, x, y, w)
        case 11:
            _sign(rng, out, x, y, w)
        case 12:
            _facade(rng, out, x, y, w)
        case 2:
            _badge(rng, out, x, y, w * 0.25)
        case 3:
            _lamp(rng, out, x, y, w * 0.4)
        case 4:
            grille(rng, out, (x, y), (w, w * rng.uniform(0.15, 0.6)))
        case 5:
            _board(rng, out, x, y, w)
        case _:
            _blank(rng, out, x, y, w)


def _lettering(rng: Rng, out: Bgr, x: float, y: float, w: float) -> None:
    """Words on bodywork, bridges and vans: no plate face around them."""
    text = "".join(str(rng.choice(CHARS)) for _ in range(int(rng.integers(2, 12))))
    if rng.random() < 0.5:
        font, size = FONTS[int(rng.integers(len(FONTS)))], w / 18 / max(4, len(text))
        place = (round(x - w / 2), round(y))
        cv2.putText(out, text, place, font, max(0.25, size), colour(rng), max(1, round(size * 2)), cv2.LINE_AA)
        return
    ink = np.hstack([np.pad(glyphs.ink(char), ((0, 0), (0, 11))) for char in text])
    wide = max(8, round(w))
    ink = cv2.resize(
        ink, (wide, max(3, round(wide * ink.shape[0] / ink.shape[1]))), interpolation=cv2.INTER_AREA
    ).astype(np.uint8)
    _lay(out, round(x - wide / 2), round(y), ink, colour(rng))


def _lay(out: Bgr, x: int, y: int, ink: NDArray[np.uint8], paint: Colour) -> None:
    x, y = max(0, x), max(0, y)
    spot = out[y : y + ink.shape[0], x : x + ink.shape[1]]
    share = ink[: spot.shape[0], : spot.shape[1], None].astype(np.float32) / 255
    spot[:] = (spot * (1 - share) + np.array(paint, np.float32) * share).astype(np.uint8)


def _badge(rng: Rng, out: Bgr, x: float, y: float, r: float) -> None:
    axes = max(2, round(r)), max(2, round(r * rng.uniform(0.5, 1)))
    cv2.ellipse(out, (round(x), round(y)), axes, 0, 0, 360, colour(rng, 100, 255), -1, cv2.LINE_AA)
    cv2.ellipse(out, (round(x), round(y)), axes, 0, 0, 360, colour(rng, 0, 120), max(1, axes[1] // 6), cv2.LINE_AA)
    if rng.random() < 0.7:
        size = max(0.25, axes[1] / 22)
        cv2.putText(
            out,
            str(rng.choice(CHARS)),
            (round(x - axes[0] / 2), round(y + axes[1] / 2)),
            FONTS[0],
            size,
            colour(rng),
            1,
            cv2.LINE_AA,
        )


def _lamp(rng: Rng, out: Bgr, x: float, y: float, w: float) -> None:
    """A lamp with its bloom; at night the bloom is as bright and as wide as a plate."""
    reach = max(4, round(w * 2))
    x0, y0 = max(0, round(x) - reach), max(0, round(y) - reach)
    spot = out[y0 : y0 + 2 * reach, x0 : x0 + 2 * reach]
    if not spot.size:
        return
    rows, columns = np.mgrid[: spot.shape[0], : spot.shape[1]].astype(np.float32)
    distance = ((columns + x0 - x) / w) ** 2 + ((rows + y0 - y) / (w * rng.uniform(0.25, 1))) ** 2
    glow = np.exp(-distance * 2)[:, :, None] * rng.uniform(0.4, 1.6)
    tint = np.array((200, 240, 255) if rng.random() < 0.5 else (60, 60, 255), np.float32)
    spot[:] = np.clip(spot + glow * tint, 0, 255).astype(np.uint8)


def _board(rng: Rng, out: Bgr, x: float, y: float, w: float) -> None:
    """A shop or road sign: several rows, or a shape or colours that no plate has."""
    h = w * (rng.uniform(0.5, 1.4) if rng.random() < 0.6 else rng.uniform(0.07, 0.16))
    paint = colour(rng) if rng.random() < 0.5 else tuple(int(c) for c in rng.integers(0, 200, 3))
    cv2.rectangle(out, (round(x - w / 2), round(y)), (round(x + w / 2), round(y + h)), paint, -1)
    rows = max(2, int(rng.integers(2, 6))) if h > w * 0.4 else 1
    for row in range(rows):
        text = "".join(str(rng.choice(CHARS)).lower() for _ in range(int(rng.integers(3, 14))))
        size = max(0.2, h / rows / 40)
        cv2.putText(
            out,
            text,
            (round(x - w * 0.45), round(y + h * (row + 0.75) / rows)),
            FONTS[int(rng.integers(3))],
            size,
            colour(rng),
            1,
            cv2.LINE_AA,
        )


def _blank(rng: Rng, out: Bgr, x: float, y: float, w: float) -> None:
    """A bright box without characters, or a row of ticks: lamps' housings, stickers, kerbs."""
    h = w * rng.uniform(0.12, 0.4)
    x0, y0, x1, y1 = round(x), round(y), round(x + w), round(y + h)
    cv2.rectangle(out, (x0, y0), (x1, y1), colour(rng, 120, 255), -1)
    if rng.random() < 0.5:
        cv2.rectangle(out, (x0, y0), (x1, y1), colour(rng, 0, 120), max(1, round(h * 0.1)))
    if rng.random() < 0.3:
        for step in np.linspace(0.1, 0.9, int(rng.integers(1, 4))):
            cv2.circle(
                out,
                (round(x0 + w * step), round(y0 + h / 2)),
                max(1, round(h * 0.25)),
                colour(rng, 0, 120),
                -1,
                cv2.LINE_AA,
            )


def _embossed(rng: Rng, out: Bgr, x: float, y: float, w: float) -> None:
    """A maker's or model's name in chrome: letters with a lit and a shaded edge, spaced wide."""
    text = (" " if rng.random() < 0.4 else "").join(str(rng.choice(CHARS)) for _ in range(int(rng.integers(3, 9))))
    font, size = FONTS[int(rng.integers(3))], max(0.22, w / 17 / max(4, len(text)))
    tone = int(rng.integers(90, 235))
    for shift, paint in ((-1, (min(255, tone + 50),) * 3), (1, (max(0, tone - 90),) * 3), (0, (tone,) * 3)):
        place = round(x - w / 2) + shift, round(y) + shift
        cv2.putText(out, text, place, font, size, paint, max(1, round(size * 1.6)), cv2.LINE_AA)


def _window(rng: Rng, out: Bgr, x: float, y: float, w: float) -> None:
    """Glass or a mirror: a slanted pane in a frame, with bright patches and dark branches reflected in it."""
    h = w * rng.uniform(0.2, 0.6)
    lean = rng.uniform(-0.4, 0.4, 4) * h
    pane = np.array([[x + lean[0], y], [x + w + lean[1], y], [x + w + lean[2], y + h], [x + lean[3], y + h]])
    corners = np.rint(pane).astype(np.int32)
    mask = np.zeros(out.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(corners), 255, cv2.LINE_AA)
    fine = int(np.clip(out.shape[1] / w * rng.uniform(2, 9), 3, 90))
    patches = rng.uniform(0, 1, (fine, fine)).astype(np.float32)
    glass = cv2.resize(patches**2, (out.shape[1], out.shape[0]), interpolation=cv2.INTER_CUBIC)[:, :, None]
    lit = np.clip(glass * rng.uniform(100, 330) + rng.uniform(0, 60), 0, 255)
    share = mask[:, :, None].astype(np.float32) / 255
    out[:] = (out * (1 - share) + lit * share).astype(np.uint8)
    if rng.random() < 0.7:
        cv2.polylines(out, [corners], True, colour(rng), max(1, round(w / 40)), cv2.LINE_AA)


def _facade(rng: Rng, out: Bgr, x: float, y: float, w: float) -> None:
    """A house's windows in rows, lit or dark, with glazing bars that stand like characters."""
    across, down = int(rng.integers(1, 5)), int(rng.integers(1, 4))
    h, paint, frame = w * rng.uniform(0.15, 0.7), colour(rng, 0, 255), colour(rng)
    bars, sills = int(rng.integers(0, 6)), int(rng.integers(0, 3))
    if rng.random() < 0.6:
        wall = (round(x - w * 0.4), round(y - h * 0.6)), (round(x + across * w * 1.4), round(y + down * h * 1.8))
        cv2.rectangle(out, *wall, colour(rng, 20, 200), -1)
    for column, row in np.ndindex(across, down):
        x0, y0 = x + column * w * 1.4, y + row * h * 1.8
        low, high = (round(x0), round(y0)), (round(x0 + w), round(y0 + h))
        cv2.rectangle(out, low, high, paint if rng.random() < 0.8 else colour(rng), -1)
        for bar in np.linspace(x0, x0 + w, bars + 2)[1:-1]:
            cv2.line(out, (round(bar), low[1]), (round(bar), high[1]), frame, max(1, round(w / 40)))
        for sill in np.linspace(y0, y0 + h, sills + 2)[1:-1]:
            cv2.line(out, (low[0], round(sill)), (high[0], round(sill)), frame, max(1, round(w / 40)))
        cv2.rectangle(out, low, high, frame, max(1, round(w / 25)))


def _lamp_row(rng: Rng, out: Bgr, x: float, y: float, w: float) -> None:
    """Lamps in a row, as wide as a plate's characters: light bars, LED lamps, far traffic."""
    count, slope = int(rng.integers(2, 9)), rng.uniform(-0.1, 0.1)
    size = w / count * rng.uniform(0.2, 0.45)
    paint = colour(rng, 180, 255)
    for step in np.linspace(0, 1, count):
        spot = round(x + step * w), round(y + step * w * slope)
        axes = max(1, round(size)), max(1, round(size * rng.uniform(0.4, 1)))
        cv2.ellipse(out, spot, axes, 0, 0, 360, paint, -1, cv2.LINE_AA)


def _sign(rng: Rng, out: Bgr, x: float, y: float, w: float) -> None:
    """A traffic sign: round, a triangle, or an arrow with a name on it."""
    rim, face = ((40, 30, 200), (235, 235, 235)) if rng.random() < 0.6 else ((235, 235, 235), (150, 70, 20))
    r = max(4, round(w / 4))
    if rng.random() < 0.4:
        points = np.array([[x, y], [x + w, y], [x + w * 1.15, y + w * 0.1], [x + w, y + w * 0.2], [x, y + w * 0.2]])
    else:
        angles = np.arange(3) * 2 * np.pi / 3 - np.pi / 2 if rng.random() < 0.5 else np.linspace(0, 2 * np.pi, 25)
        points = np.stack([x + r * np.cos(angles), y + r * np.sin(angles)], axis=1)
    outline = np.rint(points).astype(np.int32)
    cv2.fillPoly(out, [outline], face, cv2.LINE_AA)
    cv2.polylines(out, [outline], True, rim, max(1, r // 5), cv2.LINE_AA)
    text = "".join(str(rng.choice(CHARS)) for _ in range(int(rng.integers(1, 8))))
    cv2.putText(
        out, text, (outline[:, 0].min() + 3, round(y + w * 0.14)), FONTS[0], max(0.2, r / 50), rim, 1, cv2.LINE_AA
    )
