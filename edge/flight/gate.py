"""Which orders may be judged at all (F8, F9, pure): right addressee, in date, in sequence, by the lease's holder.

A repeat of an id changes nothing. Only who may command moves the memory: a stranger can't push the lease or sequence.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from wire.frozen import Frozen
from wire.orders import MAX_LIFE_S, Going, Order

KEPT_IDS = 500


class Memory(Frozen):
    """What outlives a restart: the lease in force, its last sequence number and the ids seen."""

    holder: str = ""
    epoch: int = 0
    seq: int = 0
    seen: tuple[UUID, ...] = ()

    def admit(self, order: Order) -> "Memory":
        """With the order taken in."""
        seen = (*self.seen, order.id)[-KEPT_IDS:]
        return Memory(holder=order.lease.holder, epoch=order.lease.epoch, seq=order.seq, seen=seen)


@dataclass(frozen=True)
class Repeat:
    """The id was seen before."""


@dataclass(frozen=True)
class Go:
    """Nothing speaks against it."""


@dataclass(frozen=True)
class Refusal:
    """Every reason, in plain words."""

    reasons: tuple[str, ...]


def gate(order: Order, memory: Memory, edge: str, aircraft: str, room_now: datetime | None) -> Go | Repeat | Refusal:
    """`room_now` None (time unknown) refuses launch, goto and orbit; the others go by sequence alone (F12)."""
    if order.id in memory.seen:
        return Repeat()
    reasons = (*_address(order, edge, aircraft), *_lease(order, memory), *life(order, room_now))
    return Refusal(reasons) if reasons else Go()


def heard(memory: Memory, order: Order, edge: str, aircraft: str) -> Memory:
    """With the order taken in, also where its age alone refuses it: the room has spoken since, so what it said before
    is out of sequence, and who was taken over from is deposed (F8, F9).
    """
    known = order.id in memory.seen or _address(order, edge, aircraft) or _lease(order, memory)
    return memory if known else memory.admit(order)


def left_s(order: Order, room_now: datetime | None) -> float:
    """Seconds until it expires; its whole life where the room's time is unknown."""
    return (order.expires_at - (room_now or order.issued_at)).total_seconds()


def _address(order: Order, edge: str, aircraft: str) -> tuple[str, ...]:
    if (order.edge, order.aircraft) == (edge, aircraft):
        return ()
    return (f"the order is for {order.aircraft} at {order.edge}, this is {aircraft} at {edge} (F9)",)


def _lease(order: Order, memory: Memory) -> tuple[str, ...]:
    """A higher epoch takes over and begins its own sequence; within an epoch the holder stays and `seq` rises."""
    lease = order.lease
    if lease.epoch > memory.epoch:
        return ()
    if lease.epoch < memory.epoch:
        return (f"the lease is old: epoch {lease.epoch}, {memory.holder} holds epoch {memory.epoch} (F8)",)
    if lease.holder != memory.holder:
        return (f"{memory.holder} holds the lease of epoch {memory.epoch}, not {lease.holder} (F8)",)
    if order.seq <= memory.seq:
        return (f"out of sequence: number {order.seq} after {memory.seq} (F9)",)
    return ()


def life(order: Order, room_now: datetime | None) -> tuple[str, ...]:
    """Why the order is not alive at `room_now`; asked again by whoever let time pass since the gate."""
    life_s = (order.expires_at - order.issued_at).total_seconds()
    if not 0 < life_s <= MAX_LIFE_S:
        return (f"the order lives {life_s:.1f} s, {MAX_LIFE_S:.0f} s at most are allowed (F9)",)
    if room_now is None:
        unsafe = isinstance(order.act, Going)
        return ("the control room's time is unknown, so the order's age is too (F9, F10)",) if unsafe else ()
    if room_now >= order.expires_at:
        return (f"expired {(room_now - order.expires_at).total_seconds():.1f} s ago (F9)",)
    if order.issued_at - room_now > timedelta(milliseconds=500):
        return (f"issued {(order.issued_at - room_now).total_seconds():.1f} s in the future (F9)",)
    return ()
