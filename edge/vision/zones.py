"""Zones of a camera's picture (pure): polygons with a kind, and what a box touches with its feet.

A box stands where the middle of its lower edge is: the top of a person leans over what lies behind.
"""

from itertools import pairwise
from math import hypot
from typing import Annotated, Literal

from pydantic import Field, model_validator

from wire.config import Section
from wire.frozen import Name

Box = tuple[float, float, float, float]
Point = tuple[float, float]
Share = Annotated[float, Field(ge=0, le=1)]

LEAST_AREA = 1e-4
"""Of the picture: a smaller zone is a slip of the hand, ten by ten pixels of a megapixel."""


class Zone(Section):
    """`polygon`: corners in shares of the picture's width and height, 0 to 1, from its upper left."""

    name: Name
    kind: Literal["carriageway", "footway", "no_stopping", "area"]
    polygon: tuple[tuple[Share, Share], ...] = Field(min_length=3)
    direction: tuple[float, float] | None = None
    """The allowed way of traffic in the picture: right and down count up; only the angle matters."""
    crowd_from: int | None = Field(default=None, ge=2)
    """So many people in it are a crowd; None: never."""

    @model_validator(mode="after")
    def _sound(self) -> "Zone":
        if crossing := crosses_itself(self.polygon):
            raise ValueError(f"zone {self.name}: its edges {crossing[0] + 1} and {crossing[1] + 1} cross")
        if area(self.polygon) < LEAST_AREA:
            raise ValueError(f"zone {self.name} is empty: its corners enclose nothing")
        if self.direction is not None and hypot(*self.direction) == 0:
            raise ValueError(f"zone {self.name}: the direction 0, 0 points nowhere")
        return self

    def holds(self, point: Point, frame: tuple[int, int]) -> bool:
        """`point` in px of a picture of the size `frame` (width, height)."""
        return contains(self.polygon, (point[0] / frame[0], point[1] / frame[1]))


def foot(box: Box) -> Point:
    """Where it stands, px."""
    return (box[0] + box[2]) / 2, box[3]


def contains(polygon: tuple[Point, ...], point: Point) -> bool:
    """Even-odd rule: how many edges a ray to the right crosses."""
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in _edges(polygon):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            inside = not inside
    return inside


def area(polygon: tuple[Point, ...]) -> float:
    """Shoelace formula; in shares of the picture."""
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in _edges(polygon))) / 2


def crosses_itself(polygon: tuple[Point, ...]) -> tuple[int, int] | None:
    """The numbers, from 0, of two edges that meet though no neighbours, or that fold back; None where sound."""
    edges, n = _edges(polygon), len(polygon)
    for first in range(n):
        for second in range(first + 1, n):
            neighbours = second - first in (1, n - 1)
            if _folds(edges, first, second) if neighbours else _meet(edges[first], edges[second]):
                return first, second
    return None


def _edges(polygon: tuple[Point, ...]) -> list[tuple[Point, Point]]:
    return list(pairwise((*polygon, polygon[0])))


def _folds(edges: list[tuple[Point, Point]], first: int, second: int) -> bool:
    """Neighbours that run back over one another, or an edge of no length."""
    if second - first != 1:
        first, second = second, first
    (a, b), (_, c) = edges[first], edges[second]
    if b in (a, c):
        return True
    back = (a[0] - b[0]) * (c[0] - b[0]) + (a[1] - b[1]) * (c[1] - b[1]) > 0
    return _turn(a, b, c) == 0 and back


def _meet(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    (a, b), (c, d) = one, other
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(turn == 0 and _between(*end) for turn, end in zip(turns, ends, strict=True))


def _turn(a: Point, b: Point, c: Point) -> float:
    """Twice the signed area of the triangle; rounded, so that corners written as decimals can lie on one line."""
    return round((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]), 12)


def _between(a: Point, b: Point, p: Point) -> bool:
    return min(a[0], b[0]) <= p[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= p[1] <= max(a[1], b[1])
