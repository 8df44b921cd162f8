"""What became of each order (pure): the states of wire.OrderState that telemetry and dock prove, in their order."""

from dataclasses import dataclass
from uuid import UUID

from edge.flight.launch import AIRBORNE, Stage
from wire.frozen import Frozen
from wire.orders import OrderState

O = OrderState  # noqa: E741
PATHS = {
    "launch": (O.ARMED, O.AIRBORNE, O.ON_SCENE, O.LANDED, O.DONE),
    "goto": (O.ON_SCENE, O.DONE),
    "orbit": (O.ON_SCENE, O.DONE),
    "hold": (O.DONE,),
    "return": (O.LANDED, O.DONE),
    "land": (O.LANDED, O.DONE),
}
"""Act -> the states that may follow ACCEPTED."""
ENDED = (O.DONE, O.FAILED, O.REFUSED)


class Open(Frozen):
    """An order under way and the last word on it; kept on disk over a restart."""

    order_id: UUID
    act: str
    state: OrderState = OrderState.ACCEPTED


@dataclass(frozen=True)
class Answered:
    """A word on an order, to be sent at once and kept for ever."""

    order_id: UUID
    state: OrderState
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """`flew`: it was airborne in this sortie. `settled`: the autopilot has done what it was asked last."""

    stage: Stage
    armed: bool
    flew: bool
    settled: bool
    circles: bool = False
    """It is on the ring that was ordered."""
    failure: str = ""


def progress(opened: tuple[Open, ...], facts: Facts) -> tuple[tuple[Open, ...], tuple[Answered, ...]]:
    """The orders still open, and every new word on them."""
    still: list[Open] = []
    words: list[Answered] = []
    for order in opened:
        told = _failed(order, facts) or [
            Answered(order.order_id, state) for state in _ahead(order) if _reached(order.act, state, facts)
        ]
        words += told
        last = told[-1].state if told else order.state
        if last not in ENDED:
            still.append(order.model_copy(update={"state": last}))
    return tuple(still), tuple(words)


def supersede(opened: tuple[Open, ...], by: Open) -> tuple[tuple[Open, ...], tuple[Answered, ...]]:
    """A new order ends every other but the launch, whose flight goes on."""
    ended = tuple(order for order in opened if order.act != "launch")
    words = tuple(Answered(order.order_id, O.FAILED, (f"superseded by {by.act}",)) for order in ended)
    return (*(order for order in opened if order.act == "launch"), by), words


def _ahead(order: Open) -> tuple[OrderState, ...]:
    path = PATHS[order.act]
    return path[path.index(order.state) + 1 :] if order.state in path else path


def _reached(act: str, state: OrderState, facts: Facts) -> bool:
    down = facts.stage in (Stage.PARKED, Stage.LANDED_OUT)
    match state:
        case O.ARMED:
            return facts.flew or (facts.armed and facts.stage in AIRBORNE)
        case O.AIRBORNE:
            return facts.flew
        case O.ON_SCENE:
            return _there(act, facts)
        case O.LANDED:
            return facts.flew and (down or facts.stage is Stage.CLOSING)
        case _:
            return down or (act not in ("launch", "return", "land") and _there(act, facts) and facts.settled)


def _there(act: str, facts: Facts) -> bool:
    """It does what the act asks for."""
    match act:
        case "hold":
            return facts.stage is Stage.HOLDING
        case "orbit":
            return facts.stage is Stage.ORBITING and facts.circles
        case _:
            return facts.stage is Stage.ON_SCENE


def _failed(order: Open, facts: Facts) -> list[Answered]:
    """A launch that ends before take-off, a goto or orbit that ends in a return, all that meets a faulty dock."""
    never_flew = not facts.flew and facts.stage not in (Stage.STARTING, Stage.OPENING, Stage.ARMING, *AIRBORNE)
    gave_way = facts.stage in (Stage.RETURNING, Stage.LANDING, Stage.LANDING_HERE, Stage.CLOSING, Stage.LANDED_OUT)
    lost = (order.act == "launch" and never_flew) or (order.act in ("goto", "orbit") and gave_way)
    if lost or facts.stage is Stage.FAULT:
        return [Answered(order.order_id, O.FAILED, (facts.failure or "it was broken off",))]
    return []
