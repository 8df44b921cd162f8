"""The judge that holds F5 against a sortie's closed zones (pure)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from bench.flights_breaches import LOST_PLACE, NOTICED_S, Breach, had
from bench.flights_plan import Fault
from bench.flights_record import Frame, Record
from bench.lockstep_orders import T0
from edge.flight.closures import SOON_S
from edge.flight.geometry import Place, distance_m
from edge.flight.launch import Stage
from edge.flight.zones import When, Zone, closed
from wire.orders import Going

OUTWARDS = (Stage.CLIMBING, Stage.EN_ROUTE, Stage.ON_SCENE, Stage.ORBITING)
WAYS_DOWN = (Stage.RETURNING, Stage.LANDING, Stage.GOING_AROUND, Stage.YIELDING, Stage.DIVERTING, Stage.LANDING_HERE)
SETTLED_S, EDGE_M = 6.0, 1.0
"""A forced return begins within; on the edge itself nobody is judged."""


def f5_outside_closed_zones(record: Record) -> Iterator[Breach]:
    """No order leads into one, nobody flies out into one, and who is in one as it closes leaves for home."""
    for said in record.delivered:
        act = said.order.act
        known = said.t_s > record.plan.zones_s + SETTLED_S
        if said.accepted and known and isinstance(act, Going) and _is_closed(record, act, said.t_s):
            yield Breach("F5", said.t_s, f"{act.act} into a closed zone was accepted")
    if not had(record, *LOST_PLACE, Fault.MOTOR_FAIL):
        for zone in record.plan.zones:
            yield from _entered(record, zone)
            yield from _stayed(record, zone)


def _entered(record: Record, zone: Zone) -> Iterator[Breach]:
    for before, frame in pairwise(record.frames):
        long_closed = closed(zone, When(_at(before.t_s - SOON_S - SETTLED_S), 0.0))
        known = long_closed and frame.t_s > record.plan.zones_s + SETTLED_S and frame.commanded
        if known and frame.stage in OUTWARDS and _in(record, zone, frame) and not _in(record, zone, before):
            yield Breach("F5", frame.t_s, f"flew into the closed zone {zone.name} in {frame.stage}")
            return


def _stayed(record: Record, zone: Zone) -> Iterator[Breach]:
    since: float | None = None
    for frame in record.frames:
        stays = _in(record, zone, frame) and frame.commanded and frame.airborne and frame.stage not in WAYS_DOWN
        since = (frame.t_s if since is None else since) if stays else None
        if since is not None and frame.t_s - since > SETTLED_S + NOTICED_S:
            yield Breach("F5", frame.t_s, f"stays in the closed zone {zone.name} in {frame.stage}")
            return


def _in(record: Record, zone: Zone, frame: Frame) -> bool:
    if frame.t_s < record.plan.zones_s or not closed(zone, When(_at(frame.t_s), 0.0)):
        return False
    amsl_m = record.plan.limits.pad_amsl_m + frame.height_m
    inside = distance_m(frame.place, zone.corners[0]) < zone.radius_m - EDGE_M
    return inside and zone.low.m + EDGE_M < amsl_m < zone.high.m - EDGE_M


def _is_closed(record: Record, act: Going, t_s: float) -> bool:
    """The place that an order names."""
    amsl_m, place = record.plan.limits.pad_amsl_m + act.alt_rel_m, Place(act.lat, act.lon)
    return any(
        distance_m(place, zone.corners[0]) < zone.radius_m
        and zone.low.m < amsl_m < zone.high.m
        and closed(zone, When(_at(t_s), 0.0))
        for zone in record.plan.zones
    )


def _at(t_s: float) -> datetime:
    return T0 + timedelta(seconds=t_s)
