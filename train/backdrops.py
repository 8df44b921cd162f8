"""What lies around plates in training: drawn streets and cars, and the things that detectors mistake for plates.

In goes a random stream, out come pictures uint8 BGR without a plate. Pure.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from sim import glyphs

Bgr = NDArray[np.uint8]
Rng = np.random.Generator
Colour = tuple[int, int, int]

CHARS = sorted(glyphs.GLYPHS)
FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)


def colour(rng: Rng, low: int = 0, high: int = 255) -> Colour:
    """Mostly greyish, as roads and cars are."""
    base = rng.integers(low, high + 1)
    b, g, r = np.clip(base + rng.normal(0, 35 if rng.random() < 0.3 else 9, 3), 0, 255).astype(int)
    return int(b), int(g), int(r)


def backdrop(rng: Rng, height: int, width: int) -> Bgr:
    """A procedural picture: shades, blocks, edges and texture."""
    coarse = rng.integers(0, 255, (int(rng.integers(2, 7)), int(rng.integers(2, 9)), 3)).astype(np.float32)
    grey = coarse.mean(axis=2, keepdims=True)
    coarse = grey + (coarse - grey) * rng.uniform(0, 0.5)
    smooth = rng.random() < 0.6
    picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC if smooth else cv2.INTER_NEAREST)
    picture = picture * rng.uniform(0.3, 1)
    grain = rng.normal(0, rng.uniform(0, 30), (height // 2, width // 2, 1)).astype(np.float32)
    picture = picture + cv2.resize(grain, (width, height))[:, :, None]
    out: Bgr = np.clip(picture, 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(0, 12))):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        w, h = int(rng.integers(6, width)), int(rng.integers(4, height // 2))
        _shape(rng, out, (x, y), (w, h))
    return out


def _shape(rng: Rng, out: Bgr, place: tuple[int, int], size: tuple[int, int]) -> None:
    (x, y), (w, h) = place, size
    match int(rng.integers(4)):
        case 0:
            cv2.rectangle(out, (x, y), (x + w, y + h), colour(rng), -1)
        case 1:
            cv2.line(
                out,
                (x, y),
                (x + w, y + int(rng.integers(-h, h + 1))),
                colour(rng),
                int(rng.integers(1, 8)),
                cv2.LINE_AA,
            )
        case 2:
            cv2.ellipse(out, (x, y), (w // 2, h // 2), float(rng.uniform(0, 180)), 0, 360, colour(rng), -1, cv2.LINE_AA)
        case _:
            points = np.stack([x + rng.integers(-w, w, 4), y + rng.integers(-h, h, 4)], axis=1).astype(np.int32)
            cv2.fillConvexPoly(out, cv2.convexHull(points), colour(rng), cv2.LINE_AA)


def car_end(rng: Rng, out: Bgr, centre: tuple[float, float], plate_w: float, plate_h: float) -> None:
    """A car's front or rear drawn around the place (px) where a plate will be, in place."""
    x, y = centre
    body, dark = colour(rng, 10, 250), colour(rng, 5, 60)
    half, top, foot = plate_w * rng.uniform(1.2, 2.2), plate_h * rng.uniform(2, 8), plate_h * rng.uniform(1, 4)

    def box(x0: float, y0: float, x1: float, y1: float, paint: Colour) -> None:
        cv2.rectangle(out, (round(x + x0), round(y + y0)), (round(x + x1), round(y + y1)), paint, -1)

    box(-half, -top, half, foot, body)
    if rng.random() < 0.5:
        box(-half, foot * 0.4, half, foot, dark)
    if rng.random() < 0.5:
        box(
            -plate_w * 0.8,
            -plate_h * rng.uniform(0.6, 1.2),
            plate_w * 0.8,
            plate_h * rng.uniform(0.6, 1.2),
            colour(rng, 0, 200),
        )
    if rng.random() < 0.6:
        box(-half * 0.8, -top, half * 0.8, -top * 0.7, dark)
    if rng.random() < 0.5:
        _grille(
            rng,
            out,
            (x - plate_w * 0.7, y - plate_h * rng.uniform(1.8, 3.5)),
            (plate_w * 1.4, plate_h * rng.uniform(0.7, 1.3)),
        )
    paint = (30, 30, int(rng.integers(120, 255))) if rng.random() < 0.6 else colour(rng, 170, 255)
    for side in (-1, 1):
        lamp = round(x + side * half * 0.82), round(y - top * rng.uniform(0.2, 0.6))
        cv2.ellipse(
            out, lamp, (max(2, round(plate_w * 0.2)), max(2, round(plate_h * 0.7))), 0, 0, 360, paint, -1, cv2.LINE_AA
        )


def decoy(rng: Rng, out: Bgr) -> None:
    """One thing that is no plate but looks a little like one, somewhere, in place."""
    height, width = out.shape[:2]
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    w = float(np.exp(rng.uniform(np.log(14), np.log(200))))
    match int(rng.integers(7)):
        case 0 | 1:
            _lettering(rng, out, x, y, w)
        case 2:
            _badge(rng, out, x, y, w * 0.25)
        case 3:
            _lamp(rng, out, x, y, w * 0.4)
        case 4:
            _grille(rng, out, (x, y), (w, w * rng.uniform(0.15, 0.6)))
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


def _grille(rng: Rng, out: Bgr, place: tuple[float, float], size: tuple[float, float]) -> None:
    (x, y), (w, h) = place, size
    x0, y0, x1, y1 = round(x), round(y), round(x + w), round(y + h)
    cv2.rectangle(out, (x0, y0), (x1, y1), colour(rng, 0, 90), -1)
    paint, count = colour(rng), int(rng.integers(3, 14))
    upright = rng.random() < 0.4
    for step in np.linspace(0, 1, count):
        if upright:
            cv2.line(out, (round(x0 + step * w), y0), (round(x0 + step * w), y1), paint, max(1, round(w / count / 3)))
        else:
            cv2.line(out, (x0, round(y0 + step * h)), (x1, round(y0 + step * h)), paint, max(1, round(h / count / 3)))


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
