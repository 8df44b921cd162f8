"""In flight to another place, or around one (pure): the way there, round what is closed where it must be, and home.

Where an aircraft may be it may fly home from in a straight line, since that is how an autopilot returns by itself. So
there is always a way between two such places: homeward from the one, and off to the other once the rest is clear.
"""

from collections.abc import Iterator
from itertools import pairwise

from edge.flight import airspace, closures, energy, orbit
from edge.flight.geometry import Place, Target, between, distance_m
from edge.flight.rules import Case, f16_ceiling, path_inside, short
from edge.flight.seen import Seen, Site, battery_pct, live_wind
from wire.orders import Orbit

TRIES = 12
"""Points of the way home from which the rest of the way is tried, the nearest first: it makes the shortest way."""


def way_round(case: Case) -> tuple[Place, ...]:
    """The point by way of which it flies; none where the straight way is clear, or no way is."""
    here, target, dock = case.seen.telemetry.place, case.target.place, case.site.dock
    if here is None or _is_clear(case, here, target):
        return ()
    vias = (between(here, dock, number / TRIES) for number in range(1, TRIES + 1))
    return next(((via,) for via in vias if _is_clear(case, here, via) and _is_clear(case, via, target)), ())


def there(case: Case) -> Iterator[str]:
    """A GoTo: inside the fence and outside closed zones there and home, under the ceiling, in range, with energy."""
    seen, limits = case.seen.telemetry, case.site.limits
    left_pct = battery_pct(case.seen)
    yield from f16_ceiling(case)
    yield from path_inside(case.site, case.target.place, case.site.dock, "the way home")
    if (away := distance_m(case.site.dock, case.target.place)) > limits.max_range_m:
        yield f"{away:.0f} m away is over the range of {limits.max_range_m:.0f} m (F23)"
    if seen.place is None or left_pct is None:
        yield "the position or the battery's charge is unknown (F3, F17)"
        return
    way = (seen.place, *way_round(case), case.target.place)
    for start, end in pairwise(way):
        yield from _leg(case, start, end)
    wind = live_wind(case.seen, limits)
    cost = energy.climb(case.target.alt_rel_m - (seen.alt_rel_m or 0), limits)
    for start, end in pairwise(way):
        cost += energy.leg(start, end, case.target.alt_rel_m, wind, limits)
    home = energy.homing(case.target.place, case.target.alt_rel_m, case.site.dock, wind, limits)
    yield from short(energy.available_wh(left_pct, limits), cost + home, case.site)


def around(act: Orbit, seen: Seen, site: Site) -> Iterator[str]:
    """An Orbit: a goto to any point of the ring, and round it, must be allowed. One point's reasons are told."""
    corners = orbit.corners(Place(act.lat, act.lon), act.radius_m)
    for start, end in pairwise(corners):
        to = Case(seen, site, Target(end, act.alt_rel_m))
        reasons = [*there(to), *_straight(to), *_leg(to, start, end)]
        if reasons:
            yield from dict.fromkeys(reasons)
            return


def _straight(case: Case) -> Iterator[str]:
    """A ring is joined by the straight way."""
    if way_round(case):
        yield "the straight way to the ring is closed (F5)"


def _leg(case: Case, start: Place, end: Place) -> Iterator[str]:
    target = Target(end, case.target.alt_rel_m)
    yield from _ground(case, start, target)
    yield from airspace.way_clear(case.seen, case.site, start, target)


def _is_clear(case: Case, start: Place, end: Place) -> bool:
    """By what stays: traffic is not flown round."""
    return not any(_ground(case, start, Target(end, case.target.alt_rel_m)))


def _ground(case: Case, start: Place, target: Target) -> Iterator[str]:
    yield from path_inside(case.site, start, target.place, "the way there")
    yield from closures.way_there(case.seen, case.site, start, target)
