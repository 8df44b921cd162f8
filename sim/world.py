"""Where things are in the invented town: the local frame, its streets as a graph, and lines that vehicles follow.

Local frame: metres east (x) and north (y) of ORIGIN on a flat Earth; headings in degrees clockwise from north.
Streets form a bent grid: rows run west to east, columns south to north, and row 3 is the High Street, dead straight.
"""

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

ORIGIN_LAT, ORIGIN_LON = 52.2000, 0.1200
M_PER_DEG = 111_320.0
TILT = math.radians(6)
"""The grid is turned by this much against east, so that no street runs along a picture's edge by chance."""
STEP_M = 120.0
HIGH_STREET_ROW = 3

Point = tuple[float, float]
Cell = tuple[int, int]
"""A crossing: column 0 to 8 from the west, row 0 to 6 from the south."""

ROWS = ("Quay Road", "Tanners Row", "Abbey Street", "High Street", "Church Street", "Station Road", "North Parade")
COLUMNS = ("Priory Way", "Weavers Lane", "Castle Street", "Market Hill", "Bridge Street", "Chandlers Lane", "Mill Lane",
           "Hospital Road", "Eastgate")  # fmt: skip
LANES: tuple[tuple[str, tuple[Cell, ...]], ...] = (
    ("Orchard Close", ((1, 5), (1, 6))),
    ("Saddlers Yard", ((2, 4), (2, 5))),
    ("Brewery Passage", ((6, 4), (7, 4))),
    ("Lantern Court", ((6, 5), (7, 5))),
    ("Foundry Lane", ((5, 1), (6, 1))),
    ("Ropewalk", ((1, 1), (2, 1))),
    ("Cloister Walk", ((0, 2), (1, 2))),
    ("Gallows End", ((7, 1), (8, 1))),
    ("Kiln Close", ((7, 5), (8, 5))),
)
"""Dead ends: each starts in the middle of its first side and runs 70 m into the block."""
_CUT: tuple[tuple[Cell, Cell], ...] = (
    *(((3, 4), (3, 5)), ((3, 5), (4, 5)), ((8, 5), (8, 6)), ((0, 5), (0, 6))),
    *(((column, 0), (column, 1)) for column in (0, 1, 2, 5, 6, 8)),
)
"""Streets that the grid lacks: the park covers some, the river runs under the bridges that are left."""


@dataclass(frozen=True)
class Street:
    """`width_m` from kerb to kerb; `kind`: main, street or lane."""

    name: str
    kind: str
    width_m: float
    line: tuple[Point, ...]


def to_local(lat: float, lon: float) -> Point:
    return (lon - ORIGIN_LON) * M_PER_DEG * math.cos(math.radians(ORIGIN_LAT)), (lat - ORIGIN_LAT) * M_PER_DEG


def to_geo(x: float, y: float) -> tuple[float, float]:
    """(lat, lon) in degrees, WGS84."""
    return ORIGIN_LAT + y / M_PER_DEG, ORIGIN_LON + x / (M_PER_DEG * math.cos(math.radians(ORIGIN_LAT)))


def from_grid(u: float, v: float) -> Point:
    """A point by its metres along (u) and left of (v) the High Street from the town's middle."""
    return u * math.cos(TILT) - v * math.sin(TILT), u * math.sin(TILT) + v * math.cos(TILT)


def to_grid(x: float, y: float) -> Point:
    return x * math.cos(TILT) + y * math.sin(TILT), y * math.cos(TILT) - x * math.sin(TILT)


@lru_cache(maxsize=1)
def crossings() -> dict[Cell, Point]:
    """Every crossing's place in the local frame."""
    rng = random.Random("crossings")
    found = {}
    for row in range(len(ROWS)):
        for column in range(len(COLUMNS)):
            du, dv = rng.uniform(-16, 16), rng.uniform(-16, 16)
            straight = row == HIGH_STREET_ROW
            u, v = (column - 4) * STEP_M + (0 if straight else du), (row - 3) * STEP_M + (0 if straight else dv)
            found[column, row] = from_grid(u, v)
    return found


@lru_cache(maxsize=1)
def streets() -> tuple[Street, ...]:
    """Every street in pieces that no gap interrupts."""
    pieces = [
        *(_pieces(name, [(column, row) for column in range(len(COLUMNS))]) for row, name in enumerate(ROWS)),
        *(_pieces(name, [(column, row) for row in range(len(ROWS))]) for column, name in enumerate(COLUMNS)),
    ]
    return (*(street for piece in pieces for street in piece), *(_lane(name, cells) for name, cells in LANES))


def _pieces(name: str, cells: list[Cell]) -> list[Street]:
    at, runs = crossings(), [[cells[0]]]
    for here, there in pairwise(cells):
        if (here, there) in _CUT:
            runs.append([])
        runs[-1].append(there)
    kind, width = ("main", 9.0) if name == ROWS[HIGH_STREET_ROW] else ("street", 7.0)
    return [Street(name, kind, width, tuple(at[cell] for cell in run)) for run in runs if len(run) > 1]


def _lane(name: str, cells: tuple[Cell, ...]) -> Street:
    (ax, ay), (bx, by) = crossings()[cells[0]], crossings()[cells[1]]
    middle, length = ((ax + bx) / 2, (ay + by) / 2), math.dist((ax, ay), (bx, by))
    left = (-(by - ay) / length, (bx - ax) / length)
    bend = (middle[0] + 40 * left[0], middle[1] + 40 * left[1])
    end = (bend[0] + 30 * left[0] + 12 * left[1], bend[1] + 30 * left[1] - 12 * left[0])
    return Street(name, "lane", 5.5, (middle, bend, end))


def park() -> tuple[Point, ...]:
    return tuple(crossings()[cell] for cell in ((2, 4), (3, 4), (4, 4), (4, 5), (4, 6), (3, 6), (2, 6), (2, 5)))


@lru_cache(maxsize=1)
def river() -> tuple[Point, ...]:
    """Its middle line, west to east; RIVER_WIDTH_M wide; it flows between rows 0 and 1."""
    return tuple(from_grid(u, -296 + 16 * math.sin(u / 130) + 6 * math.sin(u / 47)) for u in range(-620, 621, 20))


RIVER_WIDTH_M = 22.0


def streets_geojson() -> dict[str, Any]:
    """The town as a base map: GeoJSON (RFC 7946), `class` main, street, lane, park or water, and a `name`."""
    bank = [(x, y + RIVER_WIDTH_M / 2) for x, y in river()] + [(x, y - RIVER_WIDTH_M / 2) for x, y in river()[::-1]]
    return {
        "type": "FeatureCollection",
        "features": [
            _feature("Polygon", [_ring(bank)], "River Ouzel", "water", RIVER_WIDTH_M),
            _feature("Polygon", [_ring(park())], "Priory Park", "park", 0),
            *(_feature("LineString", _lonlat(s.line), s.name, s.kind, s.width_m) for s in streets()),
        ],
    }


def _feature(shape: str, coordinates: list[Any], name: str, kind: str, width_m: float) -> dict[str, Any]:
    properties = {"name": name, "class": kind, "width_m": width_m}
    return {"type": "Feature", "properties": properties, "geometry": {"type": shape, "coordinates": coordinates}}


def _lonlat(points: Iterable[Point]) -> list[list[float]]:
    """RFC 7946 wants longitude first; 1e-7 degrees are a centimetre."""
    return [[round(lon, 7), round(lat, 7)] for lat, lon in (to_geo(*point) for point in points)]


def _ring(points: Iterable[Point]) -> list[list[float]]:
    line = _lonlat(points)
    return [*line, line[0]]


class Path:
    """A line to drive along: positions by the metres driven. Corners are cut round."""

    def __init__(self, points: list[Point], *, loop: bool = False) -> None:
        self._points = _rounded([*points, points[0]] if loop else points)
        self._miles = [0.0]
        for a, b in pairwise(self._points):
            self._miles.append(self._miles[-1] + math.dist(a, b))
        self.length_m = self._miles[-1]

    def at(self, s_m: float, left_m: float = 0.0) -> tuple[float, float, float]:
        """x, y and heading in degrees at `s_m` metres (clamped to the line), `left_m` to the left of it."""
        s_m = min(max(s_m, 0.0), self.length_m)
        low, high = 0, len(self._miles) - 2
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._miles[middle] <= s_m else (low, middle - 1)
        (ax, ay), (bx, by) = self._points[low], self._points[low + 1]
        span = self._miles[low + 1] - self._miles[low]
        share, ex, ey = (s_m - self._miles[low]) / span, (bx - ax) / span, (by - ay) / span
        x, y = ax + (bx - ax) * share - ey * left_m, ay + (by - ay) * share + ex * left_m
        return x, y, math.degrees(math.atan2(ex, ey)) % 360


def _rounded(points: list[Point], cut_m: float = 9.0) -> list[Point]:
    """Each corner as a quadratic curve that leaves and meets the legs `cut_m` from it."""
    line = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        start, end = _toward(corner, before, cut_m), _toward(corner, after, cut_m)
        line += [_bent(start, corner, end, step / 8) for step in range(9)]
    return [*line, points[-1]]


def _bent(start: Point, corner: Point, end: Point, t: float) -> Point:
    a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
    return a * start[0] + b * corner[0] + c * end[0], a * start[1] + b * corner[1] + c * end[1]


def _toward(origin: Point, goal: Point, metres: float) -> Point:
    share = min(0.5, metres / max(math.dist(origin, goal), 1e-6))
    return origin[0] + (goal[0] - origin[0]) * share, origin[1] + (goal[1] - origin[1]) * share
