"""Which aircraft are on scene, until when, and which are on their way there (pure; the room's clock).

What an aircraft said last counts, also where it has fallen silent since: it is still there, and leaves when it said.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.dispatch import Standing
from dashboard.eta import PREPARE_S, Place, distance_m, eta_s
from wire.orders import MAX_LIFE_S

NEAR_M = 60.0
"""So near its target an aircraft is on scene, and two targets so near each other are one."""
SLACK = 1.25
"""The way may take so many times the reckoned time: gusts, speeding up and slowing down."""
LID_LATE_S = 20.0 - PREPARE_S
"""The box gives its lid 20 s to open before it calls a launch off; the ETA counts PREPARE_S for all of it."""
STAYING = ("on_scene", "orbiting", "holding")
COMING = ("opening", "arming", "climbing", "en_route")
Key = tuple[str, str]
"""(edge, aircraft)."""


@dataclass(frozen=True)
class Stay:
    """One aircraft on scene. `place`: its target; `leave_at`: when it is called home, at the earliest."""

    standing: Standing
    place: Place
    leave_at: datetime


def find_stay(one: Standing, now: datetime) -> Stay | None:
    """None where it is not on scene, or does not say how long it can stay."""
    state, target = one.vehicle, target_of(one)
    if state is None or target is None or state.stay_s is None or not _is_at(one, target):
        return None
    return Stay(one, target, now + timedelta(seconds=state.stay_s - one.vehicle_age_s))


def is_bound_for(one: Standing, place: Place) -> bool:
    """Launched, or about to be, and heard."""
    target, state = target_of(one), one.heard
    return state is not None and state.stage in COMING and target is not None and distance_m(target, place) <= NEAR_M


def arrives_s(one: Standing, place: Place) -> float:
    """Of one that is bound for it: by its own word; before it flies, by ours; infinite where it can't get there."""
    if one.vehicle and one.vehicle.eta_s is not None:
        return one.vehicle.eta_s
    eta = eta_s(one.info, place, one.dock.weather if one.dock else None)
    return float("inf") if eta is None else late_s(eta, one, one.info.scene_alt_rel_m)


def late_s(told_eta_s: float, standing: Standing, alt_rel_m: float) -> float:
    """From the order to the scene at that height, as slow as it may be: agreement, lid, climb, way."""
    higher_m = max(0.0, alt_rel_m - standing.info.scene_alt_rel_m)
    return MAX_LIFE_S + LID_LATE_S + SLACK * (told_eta_s + higher_m / standing.info.climb_mps)


def target_of(one: Standing) -> Place | None:
    state = one.vehicle
    if state is None or state.target_lat is None or state.target_lon is None:
        return None
    return Place(state.target_lat, state.target_lon)


def key_of(one: Standing) -> Key:
    return one.edge, one.info.name


def _is_at(one: Standing, place: Place) -> bool:
    state = one.vehicle
    if state is None or not state.airborne or state.stage not in STAYING or state.lat is None or state.lon is None:
        return False
    return state.stage == "orbiting" or distance_m(Place(state.lat, state.lon), place) <= NEAR_M
