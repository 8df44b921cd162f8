"""The control room's time on the box (F10, pure), anchored to the monotonic clock: a stepped clock moves nothing."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from edge.flight.launch import AIRBORNE, Stage

STEP_S = 1.0
"""Wall clock and monotonic clock further apart than this: the wall clock was stepped."""
RELEARN_S = 60.0
ROOM_SILENT_S = 15.0
"""Three of uplink's questions for the time without an answer: whoever else is up, the room is not."""


@dataclass(frozen=True)
class RoomClock:
    """`room_at`: the room's time at `anchor_s` of the monotonic clock; `offset_ms`: box minus room, None = unknown."""

    room_at: datetime | None = None
    anchor_s: float = 0.0
    offset_ms: float | None = None
    odd_since_s: float | None = None

    def room_now(self, now_s: float) -> datetime | None:
        return None if self.room_at is None else self.room_at + timedelta(seconds=now_s - self.anchor_s)


def found_flying(before: Stage, after: Stage) -> bool:
    """Begun anew in flight: no anchor counts, since the wall clock may have been stepped after it was measured."""
    return before is Stage.STARTING and after in AIRBORNE


def room_lives(connected: bool, answered_s: float) -> bool:
    """The broker alone is not the room. `answered_s`: since it last told its time."""
    return connected and answered_s <= ROOM_SILENT_S


def tick(clock: RoomClock, wall: datetime, now_s: float, offset_ms: float | None, airborne: bool) -> RoomClock:
    """`offset_ms` as uplink measured it last. In flight the anchor stays; after a step the offset is unknown until
    uplink's measurement agrees with the anchor again, or has disagreed for a minute.
    Without an anchor none is made in flight (`found_flying`)."""
    if airborne and clock.room_at is None:
        return RoomClock()
    if offset_ms is None:
        return replace(clock, offset_ms=None, odd_since_s=None)
    room = wall - timedelta(milliseconds=offset_ms)
    known = clock.room_now(now_s)
    if known is None or abs((room - known).total_seconds()) <= STEP_S:
        kept = airborne and known is not None
        anchor = (clock.room_at, clock.anchor_s) if kept else (room, now_s)
        return RoomClock(*anchor, offset_ms=offset_ms)
    since = now_s if clock.odd_since_s is None else clock.odd_since_s
    if not airborne and now_s - since > RELEARN_S:
        return RoomClock(room, now_s, offset_ms)
    return replace(clock, offset_ms=None, odd_since_s=since)
