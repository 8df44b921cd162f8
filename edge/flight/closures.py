"""Our ways held against the zones that are closed to us (F5, pure): before a launch, before a goto, and in flight."""

import math
from collections.abc import Iterator

from edge.config import Limits
from edge.flight.geometry import M_PER_DEG, Place, Target
from edge.flight.guards import return_m
from edge.flight.seen import Seen, Site
from edge.flight.zones import Ground, Way, When, met

SOON_S = 60.0
"""In flight, a zone that closes so soon counts as closed: a hover gets out of it in time."""


def way_out(seen: Seen, site: Site, target: Target) -> Iterator[str]:
    """Of a launch: up from the pad, there, and home at the height at which the autopilot returns, all flight long."""
    if seen.zones.fault:
        yield f"the closed zones can't be judged: {seen.zones.fault} (F5, F25)"
    if seen.zones.known:
        yield from _met(seen, site, (_column(site, target), _home(site, target, "the way")), site.limits.max_flight_s)


def way_there(seen: Seen, site: Site, start: Place, target: Target) -> Iterator[str]:
    """Of a goto: there at either height, and home from there."""
    if not seen.zones.known:
        return
    here_m = seen.telemetry.alt_rel_m or 0.0
    heights = (min(here_m, target.alt_rel_m), max(here_m, target.alt_rel_m))
    there = _way(site, "the way there", start, target.place, heights)
    yield from _met(seen, site, (there, _home(site, target, "the way home")), site.limits.max_flight_s)


def in_flight(seen: Seen, site: Site, to: Place | None) -> Iterator[str]:
    """Where it is, and the way to where it is bound, if it is: closed now or within a minute."""
    place, height = seen.telemetry.place, seen.telemetry.alt_rel_m
    if not seen.zones.known or place is None or height is None:
        return
    error_m = site.limits.position_error_m
    pad = site.limits.pad_amsl_m
    here = Way("the aircraft", place, _ahead(seen, place, site.limits), (pad + height, pad + height), error_m)
    ways = (here,) if to is None else (here, Way("the way on", place, to, (pad + height, pad + height), error_m))
    yield from _met(seen, site, ways, SOON_S)


def _column(site: Site, target: Target) -> Way:
    top_m = max(target.alt_rel_m, return_m(site.wanted.baseline))
    return _way(site, "the climb", site.dock, site.dock, (0.0, top_m))


def _home(site: Site, target: Target, name: str) -> Way:
    """The way back is as straight as the way out, and higher where the autopilot climbs for it."""
    heights = (target.alt_rel_m, max(target.alt_rel_m, return_m(site.wanted.baseline)))
    return _way(site, name, target.place, site.dock, heights)


def _way(site: Site, name: str, start: Place, end: Place, heights: tuple[float, float]) -> Way:
    """Buffer = top speed x order latency + position error, as for the fence (F5)."""
    limits, pad = site.limits, site.limits.pad_amsl_m
    buffer_m = limits.top_speed_mps * limits.order_latency_s + limits.position_error_m
    return Way(name, start, end, (pad + heights[0], pad + heights[1]), buffer_m)


def _ahead(seen: Seen, place: Place, limits: Limits) -> Place:
    """Where it is when a command takes effect: never more than the buffer that a way was judged with."""
    told, degrees = seen.telemetry, limits.order_latency_s / M_PER_DEG
    east = told.east_mps * degrees / math.cos(math.radians(place.lat))
    return Place(place.lat + told.north_mps * degrees, place.lon + east)


def _met(seen: Seen, site: Site, ways: tuple[Way, ...], for_s: float) -> Iterator[str]:
    ground = Ground(site.limits.pad_amsl_m, site.limits.ground_amsl_m)
    when = When(seen.room_now, for_s)
    for way in ways:
        yield from met(seen.zones.known, way, ground, when)
