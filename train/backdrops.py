"""What lies around plates in training: drawn streets and cars.

In goes a random stream, out come pictures uint8 BGR without a plate. Pure.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Bgr = NDArray[np.uint8]
Rng = np.random.Generator
Colour = tuple[int, int, int]


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
        grille(
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


def grille(rng: Rng, out: Bgr, place: tuple[float, float], size: tuple[float, float]) -> None:
    """Bars on a dark field whose top left corner is `place`, in place."""
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
