"""Whether any two points of two ways come near each other (pure; metres)."""

from collections.abc import Iterator, Sequence
from math import floor, hypot

Point = tuple[float, float]
Squares = dict[tuple[int, int], list[Point]]


def any_near(ours: Sequence[Point], theirs: Sequence[Point], apart_m: float) -> bool:
    """By squares as wide as `apart_m`: only neighbours can be so near, and a fleet's ways have thousands of points."""
    squares: Squares = {}
    for point in ours:
        squares.setdefault(_square(point, apart_m), []).append(point)
    return any(hypot(a[0] - b[0], a[1] - b[1]) < apart_m for b in theirs for a in _around(squares, b, apart_m))


def _around(squares: Squares, point: Point, apart_m: float) -> Iterator[Point]:
    row, column = _square(point, apart_m)
    around = ((row + up, column + right) for up in (-1, 0, 1) for right in (-1, 0, 1))
    return (a for square in around for a in squares.get(square, ()))


def _square(point: Point, apart_m: float) -> tuple[int, int]:
    return floor(point[0] / apart_m), floor(point[1] / apart_m)
