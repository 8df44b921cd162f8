"""Places near the dock as metres east and north of it (equirectangular; 0.1 % off at 10 km, pure)."""

import math
from dataclasses import dataclass

M_PER_DEG = 111_320.0
"""Metres in one degree of latitude."""


@dataclass(frozen=True)
class Point:
    """Metres east (`x`) and north (`y`) of an origin."""

    x: float
    y: float


@dataclass(frozen=True)
class Place:
    """WGS84 degrees."""

    lat: float
    lon: float


@dataclass(frozen=True)
class Target:
    """Where to fly: a place and a height above the dock's pad in metres."""

    place: Place
    alt_rel_m: float


def flat(origin: Place, place: Place) -> Point:
    """`place` as metres from `origin`."""
    scale = math.cos(math.radians(origin.lat)) * M_PER_DEG
    return Point((place.lon - origin.lon) * scale, (place.lat - origin.lat) * M_PER_DEG)


def distance_m(a: Place, b: Place) -> float:
    """Over the ground."""
    point = flat(a, b)
    return math.hypot(point.x, point.y)


def bearing_deg(a: Place, b: Place) -> float:
    """From `a` to `b`, clockwise from north, 0..360."""
    point = flat(a, b)
    return math.degrees(math.atan2(point.x, point.y)) % 360


def moved(origin: Place, course_deg: float, metres: float) -> Place:
    """`metres` from `origin` on a course clockwise from north."""
    turn = math.radians(course_deg)
    east = metres * math.sin(turn) / (M_PER_DEG * math.cos(math.radians(origin.lat)))
    return Place(origin.lat + metres * math.cos(turn) / M_PER_DEG, origin.lon + east)


def between(a: Place, b: Place, share: float) -> Place:
    """On the way from `a` to `b`, after 0..1 of it."""
    return Place(a.lat + (b.lat - a.lat) * share, a.lon + (b.lon - a.lon) * share)


def segments_cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether a-b and c-d share a point (touching counts)."""
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(turn == 0 and _within(*end) for turn, end in zip(turns, ends, strict=True))


def segment_distance_m(a: Point, b: Point, c: Point, d: Point) -> float:
    """The least distance between the segments a-b and c-d; 0 where they meet."""
    if segments_cross(a, b, c, d):
        return 0.0
    return min(_to_segment(a, c, d), _to_segment(b, c, d), _to_segment(c, a, b), _to_segment(d, a, b))


def _turn(a: Point, b: Point, c: Point) -> float:
    """Positive where a-b-c turns left."""
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)


def _within(a: Point, b: Point, c: Point) -> bool:
    return min(a.x, b.x) <= c.x <= max(a.x, b.x) and min(a.y, b.y) <= c.y <= max(a.y, b.y)


def _to_segment(p: Point, a: Point, b: Point) -> float:
    dx, dy = b.x - a.x, b.y - a.y
    length2 = dx * dx + dy * dy
    along = 0.0 if length2 == 0 else max(0.0, min(1.0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length2))
    return math.hypot(p.x - a.x - along * dx, p.y - a.y - along * dy)
