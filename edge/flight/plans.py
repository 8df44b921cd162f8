"""The mission protocol as a ground station plays it (F6, pure): one plan read or written, an answer or silence a time.

Reading: MISSION_REQUEST_LIST -> MISSION_COUNT -> item by item -> our MISSION_ACK. Writing: MISSION_COUNT -> it asks
item by item -> its MISSION_ACK. What is silent is asked again, TRIES times; a repeat changes nothing at the autopilot.
Source: mavlink.io, Mission Protocol.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from edge.flight.say import Said, Say
from edge.flight.telemetry import Message

TRIES = 5
AGAIN_S, UNDER_WAY_S = 1.0, 10.0
"""How long after a question the next one follows. While an autopilot asks for items it asks again by itself and cancels
in the end (PX4 after 5 s, ArduCopter after 8); a MISSION_COUNT then makes PX4 answer that it is busy, for 20 s.
"""
ACCEPTED, INVALID_SEQUENCE, CANCELLED = 0, 13, 15
"""An autopilot that waited too long for an item cancels; the next turn begins anew."""
RESULTS = {
    1: "error", 2: "unsupported frame", 3: "unsupported", 4: "no space", 5: "invalid", 13: "invalid sequence",
    14: "denied",
}  # fmt: skip
"""MAV_MISSION_RESULT."""
MOST_ITEMS = 255
"""More than a site's plan ever has: reading them would keep the link busy for minutes."""
GLOBAL_INT = 5
"""MAV_FRAME_GLOBAL_INT; the height of a fence item means nothing."""


class Kind(IntEnum):
    """MAV_MISSION_TYPE."""

    MISSION = 0
    FENCE = 1
    RALLY = 2


@dataclass(frozen=True)
class Item:
    """As MISSION_ITEM_INT carries it: 1e-7 degrees and metres."""

    command: int
    param1: float
    lat_e7: int
    lon_e7: int
    alt_m: float = 0.0


Sends = tuple[Say, ...]


@dataclass(frozen=True)
class Transfer:
    """`items`: to be written, or read so far. `count`: how many the autopilot holds, once it has said so."""

    kind: Kind
    writes: bool = False
    items: tuple[Item, ...] = ()
    count: int | None = None
    asked_s: float | None = None
    tries: int = 0
    again_s: float = AGAIN_S
    ended: bool = False
    failure: str = ""
    """Why it was given up, in plain words; while a plan is read, the one refusal that was heard."""

    def turn(self, now_s: float) -> "tuple[Transfer, Sends]":
        """Time has passed: the question, first or again after a silence."""
        if self.ended or (self.asked_s is not None and now_s - self.asked_s < self.again_s):
            return self, ()
        if self.tries >= TRIES:
            return self._end(f"no answer to {self.tries} tries"), ()
        return replace(self, asked_s=now_s, tries=self.tries + 1, again_s=AGAIN_S), (self._question(),)

    def heard(self, message: Message, now_s: float) -> "tuple[Transfer, Sends]":
        """What the autopilot said; what belongs to no transfer of this kind changes nothing."""
        if self.ended or self.asked_s is None or getattr(message, "mission_type", None) != self.kind:
            return self, ()
        if message.get_type() == "MISSION_ACK":
            return self._acked(message.type), ()
        return (self._asked if self.writes else self._told)(message, now_s)

    def _acked(self, result: int) -> "Transfer":
        """A radio may bring the word on a write twice, the second time into the read that follows: a plan that is read
        ends by no thanks, and by a refusal only when it is refused again.
        """
        if result == CANCELLED:
            return replace(self, asked_s=None)
        if self.writes and result == INVALID_SEQUENCE:
            return self  # a copy of an item that ArduCopter has: its transfer goes on (MissionItemProtocol.cpp)
        said = f"the autopilot says {RESULTS.get(result, result)}"
        if self.writes:
            return self._end("" if result == ACCEPTED else said)
        if result == ACCEPTED:
            return self
        return self._end(said) if self.failure else replace(self, failure=said, asked_s=None)

    def _asked(self, message: Message, now_s: float) -> "tuple[Transfer, Sends]":
        """The autopilot wants an item, by the old question or the new."""
        if message.get_type() not in ("MISSION_REQUEST", "MISSION_REQUEST_INT") or message.seq >= len(self.items):
            return self, ()
        again_s = AGAIN_S if message.seq == len(self.items) - 1 else UNDER_WAY_S
        return replace(self, asked_s=now_s, tries=1, again_s=again_s), (self._item(message.seq),)

    def _told(self, message: Message, now_s: float) -> "tuple[Transfer, Sends]":
        match message.get_type():
            case "MISSION_COUNT" if message.count > MOST_ITEMS:
                return self._end(f"it holds {message.count} items, {MOST_ITEMS} at most are read"), ()
            case "MISSION_COUNT" if self.count is None:
                return self._ask_on(replace(self, count=message.count), now_s)
            case "MISSION_ITEM_INT" if self.count and message.seq == len(self.items):
                item = Item(message.command, message.param1, message.x, message.y, message.z)
                return self._ask_on(replace(self, items=(*self.items, item)), now_s)
        return self, ()

    def _question(self) -> Say:
        if self.writes:
            return Say(Said.MISSION_COUNT, (len(self.items), self.kind))
        if self.count is None:
            return Say(Said.MISSION_REQUEST_LIST, (self.kind,))
        return Say(Said.MISSION_REQUEST_INT, (len(self.items), self.kind))

    def _item(self, seq: int) -> Say:
        item = self.items[seq]
        place = (item.lat_e7, item.lon_e7, item.alt_m)
        head = (seq, GLOBAL_INT, item.command, 0, 1)
        return Say(Said.MISSION_ITEM_INT, (*head, item.param1, 0.0, 0.0, 0.0, *place, self.kind))

    @staticmethod
    def _ask_on(after: "Transfer", now_s: float) -> "tuple[Transfer, Sends]":
        """The next item, or thanks for the last."""
        if len(after.items) == after.count:
            return after._end(), (Say(Said.MISSION_ACK, (ACCEPTED, after.kind)),)
        return replace(after, asked_s=now_s, tries=1), (after._question(),)

    def _end(self, failure: str = "") -> "Transfer":
        return replace(self, ended=True, failure=failure)
