"""Where to land (F22, pure): on the dock; where its lid is in the way, on a place, else beside the dock.

What is reached with half of the reserve left comes first, in the site's order; where nothing is, whatever costs least.
"""

import math
from dataclasses import dataclass

from edge.flight import energy
from edge.flight.dockside import lid
from edge.flight.geometry import M_PER_DEG, Place, Target, bearing_deg, distance_m
from edge.flight.seen import Seen, Site, battery_pct, ceiling_m, live_wind, on_pad_m
from wire.states import Lid

DOCK_FAULT_S = 3.0
"""A lid that isn't open for so long while the aircraft is out is in the way: the plan changes within 5 s (F22)."""
KEPT = 0.5
"""Share of the reserve that is left down there: an autopilot lands where it is at half of the least reserve (10 %)."""
BESIDE_M = 6.0
"""Past the circle that counts as the pad."""


@dataclass(frozen=True)
class Landing:
    """`why`: what is wrong with the dock; "" where it is the dock."""

    place: Place
    why: str = ""


def landing(seen: Seen, site: Site, shut_s: float | None, *, blind: bool = False) -> Landing:
    """`shut_s`: since when the lid isn't proven open, None while it is. `blind`: the pad's marker could not be seen.

    An unknown lid was open when it was last known: the dock stays the choice where there is no other place.
    """
    shut = shut_s is not None and seen.now_s - shut_s >= DOCK_FAULT_S
    if not (shut or blind) or seen.telemetry.place is None:
        return Landing(site.dock)
    state, here = lid(seen.dock, seen.now_s), seen.telemetry.place
    why = f"the dock's lid is {state} (F22)" if shut else "the pad's marker is not to be seen (F22)"
    last = site.dock if state is Lid.UNKNOWN and not blind else _beside(site, here)
    places = (*(place for place in site.landing_places if site.fence.clearance_m(here, place) is not None), last)
    reached = next((place for place in places if _reaches(seen, site, here, place)), None)
    place = reached or max(reversed(places), key=lambda place: _left_wh(seen, site, here, place))
    return Landing(place) if place == site.dock else Landing(place, why)


def dock_is_back(seen: Seen, site: Site) -> bool:
    """Its lid has been proven open for as long as makes it count as shut, and the charge lasts for the way there."""
    here, open_s = seen.telemetry.place, seen.now_s - seen.dock.agreed_since_s
    steady = lid(seen.dock, seen.now_s) is Lid.OPEN and open_s >= DOCK_FAULT_S
    return steady and here is not None and _reaches(seen, site, here, site.dock)


def diversion(seen: Seen, site: Site, shut_s: float | None, *, blind: bool = False) -> Target:
    """The landing place as a target, at the scene height at least and under the ceiling (F16)."""
    place = landing(seen, site, shut_s, blind=blind).place
    height = max(seen.telemetry.alt_rel_m or 0.0, site.limits.scene_alt_rel_m)
    return Target(place, min(height, ceiling_m(site.limits)))


def _reaches(seen: Seen, site: Site, here: Place, place: Place) -> bool:
    return _left_wh(seen, site, here, place) >= KEPT * energy.reserve_wh(site.limits)


def _left_wh(seen: Seen, site: Site, here: Place, place: Place) -> float:
    """What is left down at `place`; an unknown charge counts as none."""
    wind, height = live_wind(seen, site.limits), seen.telemetry.alt_rel_m or 0.0
    available_wh = energy.available_wh(battery_pct(seen) or 0.0, site.limits)
    return available_wh - energy.homing(here, height, place, wind, site.limits).wh


def _beside(site: Site, here: Place) -> Place:
    """Off the pad on the side that the aircraft comes from, or the next side that lies inside the fence."""
    first = bearing_deg(site.dock, here) if distance_m(site.dock, here) > 1 else 0.0
    away = on_pad_m(site.limits) + BESIDE_M
    sides = [_off(site.dock, first + turn, away) for turn in range(0, 360, 45)]
    return next((side for side in sides if site.fence.contains(side)), sides[0])


def _off(place: Place, course_deg: float, metres: float) -> Place:
    north, east = metres * math.cos(math.radians(course_deg)), metres * math.sin(math.radians(course_deg))
    return Place(place.lat + north / M_PER_DEG, place.lon + east / M_PER_DEG / math.cos(math.radians(place.lat)))
