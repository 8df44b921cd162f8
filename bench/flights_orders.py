"""The operators of a sortie: they write honest orders, and ones that must move nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from bench.flights_plan import Say, Trick
from bench.lockstep_orders import make_order
from wire.orders import Lease, Order

NAMES = UUID(int=0xA1BEA7)
HONEST_SEQ = (Trick.NONE, Trick.NO_REASON, Trick.NO_INCIDENT, Trick.STALE, Trick.FUTURE, Trick.LONG_LIVED)
"""These use up their number: the room gives none twice."""


class Operators:
    """One after the other holds the lease. Ids follow from the seed, so that a sortie replays to the byte."""

    def __init__(self, seed: int) -> None:
        self.seed, self.epoch, self.seq, self.serial = seed, 1, 0, 0
        self.sent: list[Order] = []

    def write(self, say: Say, now: datetime) -> Order:
        if say.trick is Trick.REPLAYED and self.sent:
            return self.sent[len(self.sent) // 2]
        self.serial += 1
        if say.take_over:
            self.epoch, self.seq = self.epoch + 1, 0
        honest = make_order(
            say.act,
            self.seq + 1,
            now,
            id=uuid5(NAMES, f"{self.seed}:{self.serial}"),
            incident_id=uuid5(NAMES, "incident"),
            lease=Lease(holder=f"operator-{self.epoch}", epoch=self.epoch),
        )
        if say.trick not in HONEST_SEQ:
            return honest.model_copy(update=SPOIL[say.trick](honest))
        self.seq += 1
        order = honest.model_copy(update=SPOIL[say.trick](honest))
        self.sent.append(order)
        return order


def _shift(order: Order, seconds: float) -> dict[str, Any]:
    by = timedelta(seconds=seconds)
    return {"issued_at": order.issued_at + by, "expires_at": order.expires_at + by}


def _stranger(order: Order) -> dict[str, Any]:
    return {"lease": Lease(holder="mallory", epoch=order.lease.epoch)}


def _earlier(order: Order) -> dict[str, Any]:
    return {"seq": order.seq - 1} if order.seq > 1 else _stranger(order)


def _deposed(order: Order) -> dict[str, Any]:
    epoch = order.lease.epoch - 1
    return {"lease": Lease(holder=f"operator-{epoch}", epoch=epoch)} if epoch else _stranger(order)


SPOIL: dict[Trick, Callable[[Order], dict[str, Any]]] = {
    Trick.NONE: lambda _: {},
    Trick.STALE: lambda order: _shift(order, -6 - order.seq * 7 % 50),
    Trick.FUTURE: lambda order: _shift(order, 30),
    Trick.LONG_LIVED: lambda order: {"expires_at": order.expires_at + timedelta(seconds=55)},
    Trick.REPLAYED: _earlier,
    Trick.REORDERED: _earlier,
    Trick.LOWER_EPOCH: _deposed,
    Trick.OTHER_HOLDER: _stranger,
    Trick.OTHER_AIRCRAFT: lambda _: {"aircraft": "falcon-2"},
    Trick.NO_REASON: lambda _: {"reason": " "},
    Trick.NO_INCIDENT: lambda _: {"incident_id": UUID(int=0)},
}
"""What of an order is changed; a replay or a disorder of the very first is told by a stranger."""
