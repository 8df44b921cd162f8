"""In which lane a plate was: its box and the lanes' centre lines in, the nearest lane's name out. Pure."""

from collections.abc import Sequence
from itertools import pairwise
from math import hypot

from edge.config import LaneConfig

Box = tuple[float, float, float, float]
Point = tuple[float, float]


def lane_of(box: Box, lanes: Sequence[LaneConfig], size: tuple[int, int]) -> str:
    """Empty where the camera has no lanes. `box`: px; `size`: width and height of the picture, px."""
    if not lanes:
        return ""
    width, height = size
    centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return min(lanes, key=lambda lane: _distance(centre, [(x * width, y * height) for x, y in lane.line])).name


def _distance(point: Point, line: Sequence[Point]) -> float:
    """Pixels from the nearest point of a line of straight pieces."""
    return min(_to_piece(point, a, b) for a, b in pairwise(line))


def _to_piece(point: Point, a: Point, b: Point) -> float:
    along = (b[0] - a[0], b[1] - a[1])
    length2 = along[0] ** 2 + along[1] ** 2
    share = ((point[0] - a[0]) * along[0] + (point[1] - a[1]) * along[1]) / length2 if length2 else 0.0
    share = min(max(share, 0.0), 1.0)
    return hypot(point[0] - a[0] - share * along[0], point[1] - a[1] - share * along[1])
