"""Who should relieve each aircraft on scene, and by when that has to be ordered (pure; seconds, the room's clock).

Laws: this only advises. A person orders each launch, by the ordinary way and with all its checks (F20). The order is
due so early that the next is there before the first must leave, were it as slow as it may be. What was advised does
not flicker: a time moves to the later side only by LATER_S or more, and a choice stays until another is clearly better.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite
from uuid import UUID

from dashboard.apart import joining
from dashboard.dispatch import Candidate, Scene, Standing, rank
from dashboard.eta import distance_m
from dashboard.onscene import NEAR_M, Key, Stay, arrives_s, find_stay, is_bound_for, key_of, late_s
from dashboard.people import Person, Role
from wire.frozen import Frozen

MARGIN_S = 20.0
"""Both are there for so long, if all goes as slowly as it may."""
SOON_S, NOW_S = 180.0, 15.0
"""So long before the order is due a person is told of it; and told to give it."""
LATER_S, BETTER_S, SETTLE_S = 30.0, 15.0, 5.0
"""What keeps the advice steady. The charge, told in whole percent, moves the leaving time by 10 s to and fro."""


class Need(StrEnum):
    NOT_YET = "not_yet"
    ORDER_BY = "order_by"
    ORDER_NOW = "order_now"
    TOO_LATE = "too_late"
    """Ordered now, it comes `uncovered_s` after the first must leave."""
    NOBODY = "nobody"
    ON_ITS_WAY = "on_its_way"
    THERE = "there"
    """The first may go home."""


class Advice(Frozen):
    """For one aircraft on scene. `relief_*`, `lat`, `lon`, `alt_rel_m`: the launch that is advised, or was ordered."""

    edge: str
    aircraft: str
    need: Need
    since: datetime
    """When `need` became so."""
    leave_at: datetime
    """When its charge, or the longest flight, calls it home: at the earliest."""
    incident_id: UUID | None = None
    lat: float
    lon: float
    relief_edge: str | None = None
    relief_aircraft: str | None = None
    alt_rel_m: float | None = None
    order_by: datetime | None = None
    uncovered_s: float = 0.0
    reasons: tuple[str, ...] = ()
    """Where nobody can: each aircraft's name and why not."""

    @property
    def relief(self) -> Key | None:
        return (self.relief_edge, self.relief_aircraft) if self.relief_edge and self.relief_aircraft else None


Known = Mapping[Key, Advice]
"""(edge, aircraft) of the one on scene -> what was advised last."""
Option = tuple[float, Standing, float]
"""How long it takes at most, who, and at what height."""


@dataclass(frozen=True)
class Case:
    """One aircraft on scene, all others, and what was advised before."""

    stay: Stay
    others: tuple[Standing, ...]
    now: datetime
    was: Advice | None

    def advised(self, other: Standing) -> Advice | None:
        """What was advised before, if it named this one."""
        return self.was if self.was and self.was.relief == key_of(other) else None


def advise(fleet: Sequence[Standing], now: datetime, before: Known) -> dict[Key, Advice]:
    """For every aircraft on scene that tells how long it can stay."""
    stays = [_steadied(stay, before) for one in fleet if (stay := find_stay(one, now))]
    told: dict[Key, Advice] = {}
    for stay in stays:
        key = key_of(stay.standing)
        case = Case(stay, tuple(one for one in fleet if key_of(one) != key), now, before.get(key))
        told[key] = _since(_advice(case, stays), case.was)
    return told


def _advice(case: Case, stays: Sequence[Stay]) -> Advice:
    stay, was = case.stay, case.was
    there = next((one for one in stays if one.leave_at > stay.leave_at and _covers(one, stay)), None)
    if there:
        return _blank(case, Need.THERE, there.standing)
    bound = [one for one in case.others if is_bound_for(one, stay.place)]
    coming = [(takes_s, one) for one in bound if isfinite(takes_s := arrives_s(one, stay.place))]
    if coming:
        takes_s, first = min(coming, key=lambda pair: (pair[0], key_of(pair[1])))
        uncovered = max(0.0, takes_s - (stay.leave_at - case.now).total_seconds())
        return _blank(case, Need.ON_ITS_WAY, first).model_copy(update={"uncovered_s": uncovered})
    if was and was.need is Need.NOBODY and case.now - was.since < timedelta(seconds=SETTLE_S):
        return was.model_copy(update={"leave_at": stay.leave_at})
    return _launch(case)


def _launch(case: Case) -> Advice:
    if case.stay.standing.vehicle is None or case.stay.standing.vehicle.incident_id is None:
        return _nobody(case, (f"{case.stay.standing.info.name} flies for no incident, and a launch needs one",))
    options, reasons = _options(case)
    if not options:
        return _nobody(case, reasons or ("There is no other aircraft",))
    takes_s, relief, height = _choice(options, case)
    was = case.advised(relief)
    due = case.stay.leave_at - timedelta(seconds=takes_s + MARGIN_S)
    order_by = _steady(was.order_by if was else None, due)
    left_s = (order_by - case.now).total_seconds()
    told = {"alt_rel_m": height, "order_by": order_by, "uncovered_s": max(0.0, -left_s - MARGIN_S)}
    return _blank(case, _need(left_s), relief).model_copy(update=told)


def _need(left_s: float) -> Need:
    """`left_s`: until the order is due. The margin is used up before anything is uncovered."""
    if left_s > SOON_S:
        return Need.NOT_YET
    if left_s > NOW_S:
        return Need.ORDER_BY
    return Need.ORDER_NOW if left_s >= -MARGIN_S else Need.TOO_LATE


def _options(case: Case) -> tuple[list[Option], tuple[str, ...]]:
    """Who can: the soonest by dispatch's own ranking, and who was advised before; and of the others why not."""
    options: list[Option] = []
    reasons: list[str] = []
    by_key = {key_of(one): one for one in case.others}
    scene = Scene(0, closed=False, place=case.stay.place)
    for found in rank(scene, _commander(case.stay.standing, case.now), case.others, case.now):
        other = by_key[found.edge, found.aircraft]
        if options and not case.advised(other):
            continue
        height, against = _height(case, found, other)
        if height is None or found.eta_s is None:
            reasons += [f"{found.aircraft}: {reason}" for reason in against]
        else:
            options.append((late_s(found.eta_s, other, height), other, height))
    return options, tuple(reasons)


def _height(case: Case, found: Candidate, other: Standing) -> tuple[float | None, tuple[str, ...]]:
    if not found.able:
        return None, found.reasons
    was, first = case.advised(other), case.stay.standing
    return joining(first, other, case.stay.place, (first, *case.others), was.alt_rel_m if was else None)


def _choice(options: Sequence[Option], case: Case) -> Option:
    """The one that was advised, while no other is there BETTER_S sooner."""
    same = next((option for option in options if case.advised(option[1])), options[0])
    return same if same[0] <= options[0][0] + BETTER_S else options[0]


def _blank(case: Case, need: Need, relief: Standing | None = None) -> Advice:
    first, place = case.stay.standing, case.stay.place
    named = key_of(relief) if relief else (None, None)
    return Advice(
        edge=first.edge, aircraft=first.info.name, need=need, since=case.now, leave_at=case.stay.leave_at,
        incident_id=first.vehicle.incident_id if first.vehicle else None, lat=place.lat, lon=place.lon,
        relief_edge=named[0], relief_aircraft=named[1],
    )  # fmt: skip


def _nobody(case: Case, reasons: tuple[str, ...]) -> Advice:
    return _blank(case, Need.NOBODY).model_copy(update={"reasons": reasons})


def _steadied(stay: Stay, before: Known) -> Stay:
    was = before.get(key_of(stay.standing))
    return replace(stay, leave_at=_steady(was.leave_at if was else None, stay.leave_at))


def _steady(was: datetime | None, at: datetime) -> datetime:
    """Sooner at once, later only by much."""
    return at if was is None or at < was or (at - was).total_seconds() >= LATER_S else was


def _since(advice: Advice, was: Advice | None) -> Advice:
    return advice.model_copy(update={"since": was.since}) if was and was.need is advice.need else advice


def _covers(one: Stay, first: Stay) -> bool:
    """One that has fallen silent covers nothing (F25)."""
    return one.standing.heard is not None and distance_m(one.place, first.place) <= NEAR_M


def _commander(first: Standing, now: datetime) -> Person:
    """Whom the advice is for: who commands the first, and by it no other's aircraft."""
    holder = first.vehicle.lease_holder if first.vehicle else None
    return Person(holder or "", frozenset({Role.DISPATCHER}), "", "", now)
