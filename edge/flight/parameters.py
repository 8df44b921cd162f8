"""Reading parameters by name (F18, pure), a window at a time; real autopilots meet an unknown name with silence."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from edge.flight.say import Said, Say
from edge.flight.telemetry import Message

WINDOW = 10
"""Questions under way: ArduPilot queues 20 (GCS_Param.cpp)."""
TRIES = 5
AGAIN_S = 1.0
BY_INDEX = -1
"""`param_index` of a question by name."""
INTEGERS = {1: "<Bxxx", 2: "<bxxx", 3: "<Hxx", 4: "<hxx", 5: "<I", 6: "<i"}
"""MAV_PARAM_TYPE of whole numbers, which PX4 sends as bytes (its newer booleans in one: mavlink_parameters.cpp) and
ArduPilot as a number (mavlink.io, Parameter)."""
Sends = tuple[Say, ...]


@dataclass(frozen=True)
class Reading:
    """`values`: what was told so far. It ends with all, or with what came before TRIES silences in a row."""

    names: tuple[str, ...]
    bytewise: bool = False
    values: Mapping[str, float] = field(default_factory=dict)
    asked: int = 0
    asked_s: float | None = None
    tries: int = 0
    ended: bool = False

    def turn(self, now_s: float) -> "tuple[Reading, Sends]":
        """Time has passed: the first window, or what is still missing of it after a silence."""
        if self.ended or (self.asked_s is not None and now_s - self.asked_s < AGAIN_S):
            return self, ()
        if self.tries >= TRIES or not self.names:
            return replace(self, ended=True), ()
        asked = max(self.asked, min(WINDOW, len(self.names)))
        missing = [name for name in self.names[:asked] if name not in self.values][:WINDOW]
        return replace(self, asked=asked, asked_s=now_s, tries=self.tries + 1), tuple(map(_ask, missing))

    def heard(self, message: Message, now_s: float) -> "tuple[Reading, Sends]":
        """A PARAM_VALUE that was asked for makes room for the next question."""
        if self.ended or self.asked_s is None or message.get_type() != "PARAM_VALUE":
            return self, ()
        name = _name(message.param_id)
        if name not in self.names or name in self.values:
            return self, ()
        values = {**self.values, name: self._value(message)}
        after = replace(self, values=values, asked_s=now_s, tries=1, ended=len(values) == len(self.names))
        if self.asked < len(self.names):
            return replace(after, asked=self.asked + 1), (_ask(self.names[self.asked]),)
        return after, ()

    def _value(self, message: Message) -> float:
        value = float(message.param_value)
        form = INTEGERS.get(message.param_type) if self.bytewise else None
        return float(struct.unpack(form, struct.pack("<f", value))[0]) if form else value


def _ask(name: str) -> Say:
    return Say(Said.PARAM_REQUEST_READ, (name.encode(), BY_INDEX))


def _name(raw: str | bytes) -> str:
    return (raw.decode(errors="replace") if isinstance(raw, bytes) else raw).rstrip("\0")
