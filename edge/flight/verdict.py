"""May this order be carried out now? (pure) Every reason against it, of the stage, the act's own rules and F4."""

from collections.abc import Iterator

from edge.flight import detour
from edge.flight.gate import Go, Refusal
from edge.flight.geometry import Place, Target
from edge.flight.launch import STEPS, Happened, Stage
from edge.flight.rules import Case, preflight
from edge.flight.seen import Seen, Site
from wire.orders import GoTo, Hold, Land, Launch, Orbit, Order, Return


def judge(order: Order, stage: Stage, forced: tuple[str, ...], seen: Seen, site: Site) -> Go | Refusal:
    """May this admitted order be carried out in this stage? `forced`: why the aircraft must return, if it must."""
    reasons = [*_stage_takes(order, stage, seen)]
    match order.act:
        case Launch(lat=lat, lon=lon, alt_rel_m=alt):
            reasons += [*f20_person(order), *preflight(Case(seen, site, Target(Place(lat, lon), alt)))]
        case GoTo(lat=lat, lon=lon, alt_rel_m=alt):
            reasons += [*_f4_forced(forced), *detour.there(Case(seen, site, Target(Place(lat, lon), alt)))]
        case Orbit():
            reasons += [*_f4_forced(forced), *detour.around(order.act, seen, site)]
        case Hold():
            reasons += _f4_forced(forced)
        case Return() | Land():
            pass
    return Refusal(tuple(reasons)) if reasons else Go()


def f20_person(order: Order) -> Iterator[str]:
    """The contract's types demand the role; blank words and a nil incident are no reason to fly."""
    if not order.reason.strip() or not order.issued_by.strip():
        yield "a launch needs a person and a reason (F20)"
    if order.incident_id.int == 0:
        yield "a launch needs an incident (F20)"


def _f4_forced(forced: tuple[str, ...]) -> Iterator[str]:
    if forced:
        yield f"the aircraft must return and nobody can postpone it (F4): {'; '.join(forced)}"


def _stage_takes(order: Order, stage: Stage, seen: Seen) -> Iterator[str]:
    if (stage, Happened(order.act.act)) not in STEPS:
        yield f"{order.act.act} is not possible while {stage.replace('_', ' ')}"
    elif stage is Stage.STARTING and seen.telemetry.on_ground(seen.now_s):
        yield "the aircraft stands on the ground"
