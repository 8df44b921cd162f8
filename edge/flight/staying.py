"""How long it can still stay on scene (pure): told to the control room, so that the next aircraft comes in time.

Law: it never promises more than the rule that calls the aircraft home (F3, homeward.py) will give, while the wind stays
as it is: the same way home and reserve, one percent less charge, and the most that staying draws. So it errs to the
early side: by a percent of the charge and by what cruise power is over hovering.
"""

import math
from dataclasses import replace
from itertools import pairwise

from edge.flight import energy
from edge.flight.geometry import Place, Target
from edge.flight.guards import return_m
from edge.flight.homeward import spare_wh, way_home_wh
from edge.flight.landing import landing
from edge.flight.launch import FLYING, Stage
from edge.flight.orbit import MOST_MPS, corners
from edge.flight.seen import Seen, Site, battery_pct, live_wind
from edge.flight.state import Sortie

STEP_PCT = 1.0
"""MAVLink tells the charge in whole percent (SYS_STATUS.battery_remaining): the next step down may come at once."""


def stay_s(site: Site, sortie: Sortie, seen: Seen) -> float | None:
    """Whole seconds from now until its charge, or the longest flight, calls it home.

    As if it stayed where it is, or flew on to its target and stayed there. None where it is not out on a scene, is on
    its way home, or does not know; 0 where it has to leave now.
    """
    place, height = seen.telemetry.place, seen.telemetry.alt_rel_m
    left_pct = battery_pct(seen)
    if sortie.stage not in FLYING or not seen.telemetry.airborne or place is None or height is None or left_pct is None:
        return None
    if sortie.forced:
        return 0.0
    end, there = _way_there(Target(place, height), sortie, seen, site)
    land_at = landing(seen, site, sortie.shut_s, blind=sortie.blind).place
    home_wh = max(way_home_wh(replace(end, place=one), seen, site, land_at) for one in _rounds(end.place, sortie))
    spare = spare_wh(left_pct - STEP_PCT, home_wh, site) - there.wh
    moving_mps = MOST_MPS if sortie.stage is Stage.ORBITING else 0.0
    draws_w = energy.holding_w(end.alt_rel_m, live_wind(seen, site.limits), site.limits, moving_mps)
    by_charge_s = there.seconds + spare / draws_w * 3600 if math.isfinite(spare) else 0.0
    return float(math.floor(max(0.0, min(by_charge_s, _flight_left_s(site, sortie, seen)))))


def home_alt_rel_m(site: Site) -> float | None:
    """At least so high its autopilot flies home; None where the baseline does not say."""
    return return_m(site.wanted.baseline) or None


def _rounds(end: Place, sortie: Sortie) -> tuple[Place, ...]:
    """Wherever it may be when it is called home: where it circles, anywhere around its ring."""
    if sortie.stage is not Stage.ORBITING or sortie.ring is None or sortie.target is None:
        return (end,)
    return (end, *corners(sortie.target.place, sortie.ring.radius_m))


def _way_there(here: Target, sortie: Sortie, seen: Seen, site: Site) -> tuple[Target, energy.Cost]:
    if sortie.stage not in (Stage.CLIMBING, Stage.EN_ROUTE) or sortie.target is None:
        return here, energy.Cost(0, 0)
    target, wind, limits = sortie.target, live_wind(seen, site.limits), site.limits
    cost = energy.climb(target.alt_rel_m - here.alt_rel_m, limits)
    for start, end in pairwise((here.place, *sortie.via, target.place)):
        cost += energy.leg(start, end, target.alt_rel_m, wind, limits)
    return target, cost


def _flight_left_s(site: Site, sortie: Sortie, seen: Seen) -> float:
    """F23."""
    flown_s = 0.0 if sortie.took_off_s is None else seen.now_s - sortie.took_off_s
    return site.limits.max_flight_s - flown_s
