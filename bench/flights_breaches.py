"""A broken rule, and how a sortie's record is read for one (pure)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.flights_plan import Break, Fault
from bench.flights_record import Event, Frame, Record

NOTICED_S = 3.0
"""A forced return shows in the autopilot's mode within: a battery reading, a tick, a command and its repeat."""
LOST_PLACE = (Fault.GPS_LOSS, Fault.GPS_GLITCH)
"""What is judged by the true place can't be asked of an aircraft that doesn't know its own."""
ON_THE_LID = "on the lid"


@dataclass(frozen=True)
class Breach:
    rule: str
    t_s: float
    text: str


Judge = Callable[[Record], Iterator[Breach]]


def of(record: Record, kind: str) -> tuple[Event, ...]:
    return tuple(event for event in record.events if event.kind == kind)


def had(record: Record, *faults: Fault) -> bool:
    return any(isinstance(event, Break) and event.fault in faults for event in record.plan.events)


def lasted(record: Record, t_s: float, holds: Callable[[Frame], bool], for_s: float = NOTICED_S) -> bool:
    """Whether it held all the time from `for_s` before `t_s`; false where that is before the beginning."""
    frames = [frame for frame in record.frames if t_s - for_s <= frame.t_s <= t_s]
    return t_s > for_s and bool(frames) and all(holds(frame) for frame in frames)
