"""Covering a part of a picture so that nothing of it is left (pure).

A mosaic of means can be undone: plates have few letters, and a clip shows each many times. So the tiles take their
colour from what lies around the area, plus noise; of the pixels inside, none counts. Planes are I420: uint8 luma
(h, w), two chroma (h/2, w/2), changed in place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
Box = tuple[float, float, float, float]
TILES = 4
"""Along the longer side of an area."""
LEAST_TILE = 4
RING = 4
"""px around an area whose colour it takes, in luma; half of it in chroma."""
NOISE = (16.0, 5.0, 5.0)
"""Standard deviation in levels of each plane's tiles."""
GREY = 128


@dataclass(frozen=True)
class Cover:
    """`box`: x1, y1, x2, y2 px; `seed`: of its noise, the same for one object all along, so that nothing flickers."""

    box: Box
    seed: int


def cover(planes: tuple[Plane, Plane, Plane], covers: Sequence[Cover], secret: int) -> None:
    """Covers every area. `secret`: a random number of this run."""
    height, width = planes[0].shape
    whole = [(each, area) for each in covers if (area := _even(each.box, width, height))]
    for plane, noise, step in zip(planes, NOISE, (1, 2, 2), strict=True):
        areas = [(each, _shrunk(area, step)) for each, area in whole]
        hidden = np.zeros(plane.shape, bool)
        for _, (x1, y1, x2, y2) in areas:
            hidden[y1:y2, x1:x2] = True
        painted = [(area, _tiles(plane, hidden, area, noise, _rng(secret, each.seed, step))) for each, area in areas]
        for (x1, y1, x2, y2), tiles in painted:
            plane[y1:y2, x1:x2] = tiles


def grown(box: Box, across: float, down: float) -> Box:
    """The box with so much of its width and height more at each side."""
    x1, y1, x2, y2 = box
    dx, dy = (x2 - x1) * across, (y2 - y1) * down
    return x1 - dx, y1 - dy, x2 + dx, y2 + dy


def hull(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _tiles(
    plane: Plane, hidden: NDArray[np.bool_], area: tuple[int, int, int, int], noise: float, rng: np.random.Generator
) -> Plane:
    """uint8 of the area's size: each side's colour fades into the middle, in tiles, with noise."""
    x1, y1, x2, y2 = area
    height, width = y2 - y1, x2 - x1
    left, right = _mean(plane, hidden, x1 - RING, y1, x1, y2), _mean(plane, hidden, x2, y1, x2 + RING, y2)
    above, below = _mean(plane, hidden, x1, y1 - RING, x2, y1), _mean(plane, hidden, x1, y2, x2, y2 + RING)
    tile = max(LEAST_TILE, -(-max(width, height) // TILES))
    rows, columns = -(-height // tile), -(-width // tile)
    v, u = ((np.arange(n) + 0.5) / n for n in (rows, columns))
    colour = ((1 - u) * left + u * right)[None, :] + ((1 - v) * above + v * below)[:, None]
    colour = colour / 2 + rng.normal(0, noise, (rows, columns))
    blocks = np.clip(colour, 0, 255).astype(np.uint8)
    return blocks.repeat(tile, axis=0).repeat(tile, axis=1)[:height, :width]


def _mean(plane: Plane, hidden: NDArray[np.bool_], x1: int, y1: int, x2: int, y2: int) -> float:  # noqa: PLR0917
    """Of what is not covered in that strip; grey where nothing is."""
    part = slice(max(y1, 0), max(y2, 0)), slice(max(x1, 0), max(x2, 0))
    seen = plane[part][~hidden[part]]
    return float(seen.mean()) if seen.size else GREY


def _even(box: Box, width: int, height: int) -> tuple[int, int, int, int] | None:
    """Outwards to even pixels, inside the picture; None where nothing of it lies there."""
    x1, y1 = max(0, int(box[0] // 2) * 2), max(0, int(box[1] // 2) * 2)
    x2, y2 = min(width, int(-(-box[2] // 2)) * 2), min(height, int(-(-box[3] // 2)) * 2)
    return (x1, y1, x2, y2) if x2 > x1 and y2 > y1 else None


def _shrunk(area: tuple[int, int, int, int], step: int) -> tuple[int, int, int, int]:
    x1, y1, x2, y2 = area
    return x1 // step, y1 // step, -(-x2 // step), -(-y2 // step)


def _rng(secret: int, seed: int, step: int) -> np.random.Generator:
    return np.random.default_rng((secret, seed, step))
