"""The characters of a UK number plate, drawn as our own outlines: in goes a character, out comes its ink.

Sizes are those of the Road Vehicles (Display of Registration Marks) Regulations 2001, schedule 2: 79 mm high, 50 mm
wide (1 and I: 14 mm), stroke 14 mm. Every glyph is a union of strokes in mm from its top left corner, x right, y down:
a `Ribbon` follows a centre line with rounded bends and square ends, a `Slash` is a diagonal cut level at both ends.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import hypot

import cv2
import numpy as np
from numpy.typing import NDArray

HEIGHT_MM = 79
WIDTH_MM = 50
STROKE_MM = 14
BEND_MM = 11.0
"""Radius of a bend's centre line: leaves the 4 mm inner and 18 mm outer radius seen on real plates."""

OVERSAMPLE = 8
Point = tuple[float, float]
Ink = NDArray[np.uint8]


@dataclass(frozen=True)
class Ribbon:
    """A stroke along `points`; a bend of radius `bend` at every inner corner (0: a sharp, mitred one)."""

    points: tuple[Point, ...]
    bend: float = BEND_MM
    closed: bool = False


@dataclass(frozen=True)
class Slash:
    """A straight stroke from `top` to `foot` whose ends are horizontal cuts; `stroke` is its width across, in mm."""

    top: Point
    foot: Point
    stroke: float = STROKE_MM


Stroke = Ribbon | Slash


def _line(*points: Point) -> Ribbon:
    return Ribbon(points, bend=0)


def _bend(*points: Point) -> Ribbon:
    return Ribbon(points)


STEM = _line((7, 0), (7, 79))
SERIFED_STEM = _line((10, 0), (10, 79))
"""B and D: the bars reach 3 mm past the stem, which tells them from 8 and 0."""
RIGHT_STEM = _line((43, 0), (43, 79))
TOP, FOOT = _line((0, 7), (50, 7)), _line((0, 72), (50, 72))
RING = Ribbon(((7, 7), (43, 7), (43, 72), (7, 72)), closed=True)
BOWL = _bend((7, 7), (43, 7), (43, 41), (7, 41))
SIX = _bend((43, 20), (43, 7), (7, 7), (7, 72), (43, 72), (43, 38), (7, 38))

GLYPHS: dict[str, tuple[Stroke, ...]] = {
    "0": (RING,),
    "1": (STEM,),
    "2": (_bend((7, 22), (7, 7), (43, 7), (43, 34), (5, 70)), FOOT),
    "3": (
        _bend((7, 21), (7, 7), (43, 7), (43, 40), (22, 40)),
        _bend((22, 40), (43, 40), (43, 72), (7, 72), (7, 58)),
    ),
    "4": (_line((34, 0), (34, 79)), Slash((34, 0), (7, 54)), _line((0, 54), (50, 54))),
    "5": (_line((48, 7), (4, 7)), Slash((11, 0), (7, 43)), _bend((8, 36), (43, 36), (43, 72), (7, 72), (7, 58))),
    "6": (SIX,),
    "7": (TOP, Slash((45.5, 0), (19, 79))),
    "8": (
        Ribbon(((8, 7), (42, 7), (42, 38.5), (8, 38.5)), closed=True),
        Ribbon(((7, 38.5), (43, 38.5), (43, 72), (7, 72)), closed=True),
    ),
    "9": (Ribbon(tuple((50 - x, 79 - y) for x, y in SIX.points)),),
    "A": (Slash((25, 0), (7, 79)), Slash((25, 0), (43, 79)), _line((12, 56), (38, 56))),
    "B": (
        SERIFED_STEM,
        _bend((0, 7), (42, 7), (42, 38.5), (7, 38.5)),
        _bend((7, 38.5), (43, 38.5), (43, 72), (0, 72)),
    ),
    "C": (_bend((43, 20), (43, 7), (7, 7), (7, 72), (43, 72), (43, 59)),),
    "D": (SERIFED_STEM, _bend((0, 7), (43, 7), (43, 72), (0, 72))),
    "E": (STEM, TOP, FOOT, _line((7, 39), (43, 39))),
    "F": (STEM, TOP, _line((7, 40), (43, 40))),
    "G": (_bend((43, 20), (43, 7), (7, 7), (7, 72), (43, 72), (43, 38)), _line((29, 44), (50, 44))),
    "H": (STEM, RIGHT_STEM, _line((7, 39), (43, 39))),
    "J": (_bend((43, 0), (43, 72), (7, 72), (7, 58)),),
    "K": (STEM, Slash((43, 0), (12, 46)), Slash((22, 32), (41.5, 79))),
    "L": (STEM, FOOT),
    "M": (STEM, RIGHT_STEM, Slash((8, 0), (25, 57)), Slash((42, 0), (25, 57))),
    "N": (STEM, RIGHT_STEM, Slash((9, 0), (41, 79))),
    "P": (STEM, BOWL, _line((0, 7), (20, 7))),
    "Q": (RING, Slash((27, 48), (44, 79))),
    "R": (STEM, BOWL, _line((0, 7), (20, 7)), Slash((25, 41), (41.5, 79))),
    "S": (_bend((43, 20), (43, 7), (7, 7), (7, 34), (43, 45), (43, 72), (7, 72), (7, 59)),),
    "T": (TOP, _line((25, 0), (25, 79))),
    "U": (_bend((7, 0), (7, 72), (43, 72), (43, 0)),),
    "V": (Slash((7, 0), (25, 79)), Slash((43, 0), (25, 79))),
    "W": (STEM, RIGHT_STEM, Slash((25, 18), (9, 79)), Slash((25, 18), (41, 79))),
    "X": (Slash((7.6, 0), (42.4, 79)), Slash((42.4, 0), (7.6, 79))),
    "Y": (Slash((7.3, 0), (25, 52)), Slash((42.7, 0), (25, 52)), _line((25, 38), (25, 79))),
    "Z": (TOP, FOOT, Slash((41, 4), (8, 74))),
}
GLYPHS["O"], GLYPHS["I"] = GLYPHS["0"], GLYPHS["1"]


def width_mm(char: str) -> int:
    """The width of a character: 14 mm for 1 and I, else 50 mm. Raises KeyError for what no UK plate carries."""
    return STROKE_MM if GLYPHS[char] == (STEM,) else WIDTH_MM


@lru_cache(maxsize=512)
def ink(char: str, px_per_mm: int = 1) -> Ink:
    """The character's coverage, uint8 (79 px_per_mm, width px_per_mm), 255 = ink; read-only. KeyError as above."""
    fine = px_per_mm * OVERSAMPLE
    canvas = np.zeros((HEIGHT_MM * fine, width_mm(char) * fine), np.uint8)
    for stroke in GLYPHS[char]:
        for quad in _quads(stroke):
            cv2.fillConvexPoly(canvas, np.rint((quad * fine - 0.5) * 16).astype(np.int32), 255, shift=4)
    small = cv2.resize(canvas, None, fx=1 / OVERSAMPLE, fy=1 / OVERSAMPLE, interpolation=cv2.INTER_AREA)
    small.setflags(write=False)
    return small.astype(np.uint8, copy=False)


def _quads(stroke: Stroke) -> list[NDArray[np.float64]]:
    """The stroke as convex quadrilaterals, each float64 (4, 2) in mm."""
    match stroke:
        case Slash(top, foot, width):
            half = width / 2 * hypot(foot[0] - top[0], foot[1] - top[1]) / (foot[1] - top[1])
            (x0, y0), (x1, y1) = top, foot
            return [np.array([(x0 - half, y0), (x0 + half, y0), (x1 + half, y1), (x1 - half, y1)])]
        case Ribbon(points, bend, closed):
            left, right = _sides(_rounded(np.array(points, float), bend, closed), closed)
            pairs = range(len(left) if closed else len(left) - 1)
            return [np.array([left[i], left[i - len(left) + 1], right[i - len(left) + 1], right[i]]) for i in pairs]


def _rounded(points: NDArray[np.float64], bend: float, closed: bool) -> NDArray[np.float64]:
    """The centre line with each corner replaced by points on its arc, shorter where a leg has no room for `bend`."""
    count = len(points)
    corners = range(count) if closed else range(1, count - 1)
    return np.concatenate(
        [
            _arc(points[i - 1], points[i], points[(i + 1) % count], bend)
            if i in corners and bend
            else points[i : i + 1]
            for i in range(count)
        ]
    )


def _arc(
    before: NDArray[np.float64], corner: NDArray[np.float64], after: NDArray[np.float64], bend: float
) -> NDArray[np.float64]:
    """Points along the circle arc of radius `bend` that touches both legs of a corner."""
    back, ahead = (before - corner) / np.hypot(*(before - corner)), (after - corner) / np.hypot(*(after - corner))
    half_angle = np.arccos(np.clip(back @ ahead, -1, 1)) / 2
    start, end = corner + back * bend / np.tan(half_angle), corner + ahead * bend / np.tan(half_angle)
    centre = corner + (back + ahead) / np.hypot(*(back + ahead)) * bend / np.sin(half_angle)
    steps = np.linspace(0, 1, 13)[:, None]
    chord = start * (1 - steps) + end * steps - centre
    return np.asarray(centre + chord / np.hypot(chord[:, 0], chord[:, 1])[:, None] * bend)


def _sides(line: NDArray[np.float64], closed: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both edges of a stroke around its centre line, mitred at every point, square at open ends."""
    legs = np.roll(line, -1, axis=0) - line if closed else np.diff(line, axis=0)
    legs /= np.hypot(legs[:, 0], legs[:, 1])[:, None]
    into, out = (
        (np.roll(legs, 1, axis=0), legs) if closed else (np.vstack([legs[:1], legs]), np.vstack([legs, legs[-1:]]))
    )
    normal = np.stack([-(into + out)[:, 1], (into + out)[:, 0]], axis=1)
    mitre = normal / (np.hypot(normal[:, 0], normal[:, 1]) ** 2)[:, None] * STROKE_MM
    return line + mitre, line - mitre
