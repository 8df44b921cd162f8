"""The rules about the air around us (pure): cooperative traffic (F14) and our own Remote ID (F15)."""

from collections.abc import Iterator

from edge.flight import traffic
from edge.flight.geometry import Place, Target, distance_m
from edge.flight.seen import Seen, Site
from edge.flight.telemetry import is_fresh
from edge.flight.traffic import Contact, GiveWay, Own, Ways

REMOTE_ID_S = 3.0
"""Older than this the transmitter's word counts no more before arming (ArduPilot's AP_OpenDroneID: 3 s)."""
REMOTE_ID_LOST_S = 10.0
"""In flight a silence of so long leads home."""
OVER_DOCK_M = 10.0
"""Nearer than this, and under the scene height, it stands in the column above its dock."""


def receiver(seen: Seen, site: Site) -> Iterator[str]:
    if site.fitted.traffic and not is_fresh(seen.telemetry.traffic_s, seen.now_s, traffic.SILENT_S):
        yield f"the traffic receiver is silent for over {traffic.SILENT_S:.0f} s (F14)"


def way_clear(seen: Seen, site: Site, start: Place, target: Target) -> Iterator[str]:
    """Nobody comes too near to the way from `start` within a minute, at any height up to the target's."""
    contacts, pad = seen.telemetry.contacts, site.limits.pad_amsl_m
    top = pad + max(target.alt_rel_m, seen.telemetry.alt_rel_m or 0.0)
    yield from traffic.in_the_way(contacts, (start, target.place), (pad, top), seen.now_s)


def remote_id(seen: Seen, site: Site, silent_s: float = REMOTE_ID_S) -> Iterator[str]:
    """Before arming; in flight with the longer `silent_s`."""
    if not site.fitted.remote_id:
        return
    if not is_fresh(seen.telemetry.remote_id_s, seen.now_s, silent_s):
        yield "Remote ID is silent (F15)"
    elif fault := seen.telemetry.remote_id_fault:
        yield f"Remote ID is not fit to fly: {fault} (F15)"


def near(seen: Seen, site: Site) -> tuple[Contact, ...]:
    """Who comes too near if everybody goes on as now."""
    own = _own(seen, site)
    return traffic.conflicts(seen.telemetry.contacts, own, seen.now_s) if own and seen.telemetry.contacts else ()


def lingering(seen: Seen, site: Site) -> frozenset[int]:
    """The ICAO addresses of who is not yet well past."""
    own = _own(seen, site)
    return traffic.lingers(seen.telemetry.contacts, own, seen.now_s) if own else frozenset()


def way_out(who: tuple[Contact, ...], seen: Seen, site: Site) -> GiveWay:
    """How to give way to them; down is no lower than the scene height, below which nobody promised free air.

    Who is that low already holds where it is, or lands on the dock under it: there is nowhere to wait over a pad.
    """
    limits, own = site.limits, _own(seen, site)
    if own is None:
        return GiveWay.HOLD
    floor = limits.pad_amsl_m + limits.scene_alt_rel_m
    ways = Ways(site.dock, floor, limits.cruise_mps, limits.descent_mps)
    way = traffic.give_way(who, own, ways, seen.now_s)
    if own.alt_amsl_m >= floor or way is GiveWay.RETURN:
        return way
    return GiveWay.RETURN if distance_m(own.place, site.dock) < OVER_DOCK_M else GiveWay.HOLD


def descent(seen: Seen, site: Site) -> Target | None:
    """Straight down to the scene height; None where the place is unknown."""
    place, height = seen.telemetry.place, seen.telemetry.alt_rel_m
    if place is None or height is None:
        return None
    return Target(place, min(height, site.limits.scene_alt_rel_m))


def _own(seen: Seen, site: Site) -> Own | None:
    told = seen.telemetry
    if told.place is None or told.alt_rel_m is None:
        return None
    velocity = (told.north_mps, told.east_mps, told.climb_mps)
    return Own(told.place, site.limits.pad_amsl_m + told.alt_rel_m, velocity)
