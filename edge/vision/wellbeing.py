"""Is the camera well? Its counts in, its health and its faults out. Pure: the caller brings the clock.

A camera is `starting` until its first frame, `down` once it has been silent for its `stall_s` or has shown one picture
for its `frozen_s`; each change between down and well is told once as a Fault, not at each attempt to open it (D10).
"""

from dataclasses import dataclass, field
from datetime import datetime

from wire.events import Fault
from wire.states import PartHealth, PartState

FROZEN = "the stream goes on, but its picture no longer changes"


@dataclass(frozen=True)
class Signs:
    """What is known of a camera now. `problem`: empty while all is well; `hindrance`: well, but not wholly."""

    stalled: bool
    frames: int
    problem: str = ""
    hindrance: str = ""
    frozen: bool = False


@dataclass
class Wellbeing:
    """`part`: as health and faults name it: camera-NAME."""

    part: str
    since: datetime
    state: PartState = PartState.STARTING
    _detail: str = field(default="")
    _fault: str = field(default="")

    def update(self, signs: Signs, now: datetime) -> Fault | None:
        """The fault to tell, if it came or cleared now."""
        before, self.state = self.state, _state(signs)
        self._detail = signs.problem or (FROZEN if signs.frozen else signs.hindrance)
        if self.state != before:
            self.since = now
        told, self._fault = self._fault, _fault(signs)
        if told == self._fault:
            return None
        if self._fault:
            return Fault(part=self.part, what=self._fault, detail=self._detail or "no frame arrives")
        return Fault(part=self.part, what=told, cleared=True)

    def health(self, figures: dict[str, float]) -> PartHealth:
        return PartHealth(state=self.state, detail=self._detail, since=self.since, figures=figures)


def _fault(signs: Signs) -> str:
    """What a person must look after; empty while there is nothing."""
    return "no_picture" if signs.stalled else "frozen_picture" if signs.frozen else ""


def _state(signs: Signs) -> PartState:
    if _fault(signs):
        return PartState.DOWN
    if not signs.frames:
        return PartState.STARTING
    return PartState.DEGRADED if signs.hindrance else PartState.OK
