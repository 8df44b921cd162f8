"""Who takes over at a scene before an aircraft has to leave it, and by when a person must order that (pure).

Advice alone: nothing is launched by itself (F20). The box tells how long its aircraft can stay; the other's arrival is
the estimate that the choice of an aircraft rests on. While both are there they are apart in height (F21).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from dashboard.corridor import APART_UP_M, amsl_m
from dashboard.dispatch import Candidate, Scene, Standing, rank
from dashboard.eta import Place, distance_m
from dashboard.people import Person

MARGIN_S = 30.0
"""From the one's arrival to the other's leaving: an estimate is no promise."""
SOON_S = 90.0
SPARE_M = 2.0
"""More height between them than is needed: both swing."""
SAME_PLACE_M = 100.0
State = Literal["covered", "later", "soon", "now", "late", "nobody"]


@dataclass(frozen=True)
class Relief:
    """For one aircraft at the scene. `order_in_s`: until the order must be given; below 0 nobody is there for a while.

    `alt_rel_m`: at what height the other flies, above its own pad; None where no height is known yet.
    """

    edge: str
    aircraft: str
    leaves_in_s: float
    state: State
    order_in_s: float | None = None
    by_edge: str | None = None
    by_aircraft: str | None = None
    alt_rel_m: float | None = None
    reasons: tuple[str, ...] = ()


def advise(
    incident_id: UUID, scene: Scene, person: Person, fleet: Sequence[Standing], now: datetime
) -> tuple[Relief, ...]:
    """For each aircraft that serves the incident in the air and says how long it can stay."""
    serving = [one for one in fleet if one.heard and one.heard.incident_id == incident_id and one.heard.airborne]
    others = {(one.edge, one.info.name): one for one in fleet if one not in serving}
    reliefs = []
    for one in serving:
        ranked = rank(replace(scene, place=_place(one) or scene.place), person, list(others.values()), now)
        reliefs.append(_relief(one, [other for other in serving if other is not one], ranked, others))
    return tuple(relief for relief in reliefs if relief)


def _relief(
    one: Standing, beside: list[Standing], ranked: Sequence[Candidate], others: dict[tuple[str, str], Standing]
) -> Relief | None:
    if one.heard is None or one.heard.stay_s is None:
        return None
    told = Relief(one.edge, one.info.name, one.heard.stay_s, "nobody")
    if cover := next((other for other in beside if _stays_longer(other, one)), None):
        return replace(told, state="covered", by_edge=cover.edge, by_aircraft=cover.info.name)
    best = next((candidate for candidate in ranked if candidate.able and candidate.eta_s is not None), None)
    if best is None or best.eta_s is None:
        return replace(told, reasons=tuple(f"{c.aircraft}: {'; '.join(c.reasons)}" for c in ranked))
    order_in_s = told.leaves_in_s - best.eta_s - MARGIN_S
    height_m = _height(one, others[best.edge, best.aircraft])
    told = replace(told, state=_state(order_in_s), order_in_s=order_in_s, alt_rel_m=height_m)
    return replace(told, by_edge=best.edge, by_aircraft=best.aircraft)


def _state(order_in_s: float) -> State:
    if order_in_s < -MARGIN_S:
        return "late"
    if order_in_s <= 0:
        return "now"
    return "soon" if order_in_s <= SOON_S else "later"


def _place(one: Standing) -> Place | None:
    """Where it was sent."""
    state = one.heard
    if state is None or state.target_lat is None or state.target_lon is None:
        return None
    return Place(state.target_lat, state.target_lon)


def _stays_longer(other: Standing, one: Standing) -> bool:
    """It is there or will be before the first leaves, and is not due home before it."""
    ours, theirs = one.heard, other.heard
    here, there = _place(one), _place(other)
    if not (ours and theirs and here and there) or ours.stay_s is None or theirs.stay_s is None:
        return False
    in_time = theirs.eta_s is None or theirs.eta_s + MARGIN_S <= ours.stay_s
    return in_time and theirs.stay_s > ours.stay_s and distance_m(here, there) <= SAME_PLACE_M


def _height(one: Standing, by: Standing) -> float | None:
    """Its usual height where that is far from the first's, there and on its way home; else so much above both."""
    low_m, usual_amsl_m = amsl_m(one, None), amsl_m(by, by.info.scene_alt_rel_m)
    home_m = amsl_m(one, one.heard.home_alt_rel_m) if one.heard else None
    if low_m is None or usual_amsl_m is None or home_m is None:
        return None
    low_m, high_m = min(low_m, home_m), max(low_m, home_m)
    if usual_amsl_m >= high_m + APART_UP_M + SPARE_M or usual_amsl_m <= low_m - APART_UP_M - SPARE_M:
        return by.info.scene_alt_rel_m
    return round(by.info.scene_alt_rel_m + high_m - usual_amsl_m + APART_UP_M + SPARE_M, 1)
