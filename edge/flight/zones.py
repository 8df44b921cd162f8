"""Zones that others have closed to us (F5, pure): where, between which heights and when; and whether a way meets one.

What a file of them says is read by `zones_read`. Doubt counts as closed: an unknown time of day closes a zone for the
whole day, an unknown room clock closes it always, and a limit above ground is taken where the ground is worst for us.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from edge.flight.fence import Fence
from edge.flight.geometry import Place, Point, flat, segment_distance_m

DAY_S = 86_400
STEP_S = 60
"""A schedule is looked at so often within a window; published ones count in minutes."""
LOW_GROUND_M = 30.0
"""So much lower than the pad the ground inside a fence may lie: a lower limit above ground is taken from there."""
GEOID_M = 110.0
"""The sea lies so far from the WGS-84 ellipsoid at most (EGM96: -107 to +85 m)."""


@dataclass(frozen=True)
class Limit:
    """A height in metres; `above`: AGL, AMSL or WGS84."""

    m: float
    above: str


@dataclass(frozen=True)
class Period:
    """Open ends are None. `days`: 0 = Monday, of the day on which the hours begin; empty: every moment between the
    ends. `from_s` to `to_s`: seconds of the day by a clock that is `ahead_s` of UTC; over midnight where they fall.
    """

    begins: datetime | None = None
    ends: datetime | None = None
    days: tuple[int, ...] = ()
    from_s: float = 0.0
    to_s: float = DAY_S
    ahead_s: float = 0.0


@dataclass(frozen=True)
class Zone:
    """`corners`: degrees; of a circle its centre alone, with a `radius_m`. No `periods`: always."""

    name: str
    corners: tuple[Place, ...]
    radius_m: float
    low: Limit
    high: Limit
    periods: tuple[Period, ...] = ()


@dataclass(frozen=True)
class Zones:
    """All that is known of them. `fault`: why it can't be judged whether these are all."""

    known: tuple[Zone, ...] = ()
    fault: str = ""


NO_ZONES = Zones()


@dataclass(frozen=True)
class Ground:
    """Metres above the sea: the pad, and the highest ground inside the fence."""

    pad_amsl_m: float
    highest_amsl_m: float


@dataclass(frozen=True)
class Way:
    """A straight piece of flight between two heights above the sea; `margin_m`: kept on every side."""

    name: str
    start: Place
    end: Place
    heights: tuple[float, float]
    margin_m: float


@dataclass(frozen=True)
class When:
    """From a moment on, None where it is unknown, for so long."""

    begins: datetime | None
    for_s: float


def met(zones: tuple[Zone, ...], way: Way, ground: Ground, when: When) -> Iterator[str]:
    """Every zone that is closed meanwhile and comes within the way's margin, in plain words."""
    for zone in zones:
        if not _overlaps(zone, way, ground) or not closed(zone, when):
            continue
        distance = distance_m(zone, way.start, way.end)
        if distance < way.margin_m:
            how = "enters" if distance == 0 else f"passes at {distance:.0f} m, {way.margin_m:.0f} m are needed,"
            yield f"{way.name} {how} the closed zone {zone.name} (F5)"


def closed(zone: Zone, when: When) -> bool:
    """Whether it is at any moment of the window."""
    if not zone.periods or when.begins is None:
        return True
    ends = when.begins + timedelta(seconds=when.for_s)
    return any(_in_force(period, when.begins, ends) for period in zone.periods)


def distance_m(zone: Zone, start: Place, end: Place) -> float:
    """From the straight line between the places to the zone's edge; 0 where it meets it."""
    a, b = Point(0, 0), flat(start, end)
    corners = tuple(flat(start, corner) for corner in zone.corners)
    if zone.radius_m:
        return max(0.0, segment_distance_m(a, b, corners[0], corners[0]) - zone.radius_m)
    area = Fence(start, corners)
    if area.contains(start) or area.contains(end):
        return 0.0
    return min(segment_distance_m(a, b, *side) for side in area.edges())


def around(zones: tuple[Zone, ...], place: Place, reach_m: float) -> tuple[Zone, ...]:
    """Those that a flight from `place` could come to: a country has thousands."""
    return tuple(zone for zone in zones if distance_m(zone, place, place) <= reach_m)


def _overlaps(zone: Zone, way: Way, ground: Ground) -> bool:
    low, high = way.heights
    return _lowest(zone.low, ground) < high + way.margin_m and _highest(zone.high, ground) > low - way.margin_m


def _lowest(limit: Limit, ground: Ground) -> float:
    match limit.above:
        case "AGL":
            return limit.m + ground.pad_amsl_m - LOW_GROUND_M if limit.m > 0 else -GEOID_M * 10
        case "WGS84":
            return limit.m - GEOID_M
        case _:
            return limit.m


def _highest(limit: Limit, ground: Ground) -> float:
    match limit.above:
        case "AGL":
            return limit.m + max(ground.highest_amsl_m, ground.pad_amsl_m)
        case "WGS84":
            return limit.m + GEOID_M
        case _:
            return limit.m


def _in_force(period: Period, begins: datetime, ends: datetime) -> bool:
    """In the part of the window that lies between the period's ends."""
    first = max(begins, period.begins) if period.begins else begins
    last = min(ends, period.ends) if period.ends else ends
    if first > last:
        return False
    if not period.days:
        return True
    steps = int((last - first).total_seconds() // STEP_S)
    moments = [first + timedelta(seconds=STEP_S * step) for step in range(min(steps, 2 * DAY_S // STEP_S) + 1)]
    return any(_on_schedule(period, moment) for moment in (*moments, last))


def _on_schedule(period: Period, moment: datetime) -> bool:
    there = moment.astimezone(UTC) + timedelta(seconds=period.ahead_s)
    second, today = there.hour * 3600 + there.minute * 60 + there.second, there.weekday()
    if period.from_s < period.to_s:
        return today in period.days and period.from_s <= second < period.to_s
    late, early = second >= period.from_s, second < period.to_s
    return (late and today in period.days) or (early and (today - 1) % 7 in period.days)
