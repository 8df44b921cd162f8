"""Is the camera well? Its counts in, its health and its faults out. Pure: the caller brings the clock.

A camera is `starting` until its first frame, `down` once it has been silent for its `stall_s`; each change between
down and well is told once as a Fault, not at every attempt to open it again (D10).
"""

from dataclasses import dataclass, field
from datetime import datetime

from wire.events import Fault
from wire.states import PartHealth, PartState


@dataclass(frozen=True)
class Signs:
    """What is known of a camera now. `problem`: empty while all is well; `hindrance`: well, but not wholly."""

    stalled: bool
    frames: int
    problem: str = ""
    hindrance: str = ""


@dataclass
class Wellbeing:
    """`part`: as health and faults name it: camera-NAME."""

    part: str
    since: datetime
    state: PartState = PartState.STARTING
    _detail: str = field(default="")

    def update(self, signs: Signs, now: datetime) -> Fault | None:
        """The fault to tell, if it came or cleared now."""
        before, self.state = self.state, _state(signs)
        self._detail = signs.problem or signs.hindrance
        if self.state != before:
            self.since = now
        went_down, came_back = self.state is PartState.DOWN, before is PartState.DOWN
        if went_down == came_back:
            return None
        if went_down:
            return Fault(part=self.part, what="no_picture", detail=signs.problem or "no frame arrives")
        return Fault(part=self.part, what="no_picture", cleared=True)

    def health(self, figures: dict[str, float]) -> PartHealth:
        return PartHealth(state=self.state, detail=self._detail, since=self.since, figures=figures)


def _state(signs: Signs) -> PartState:
    if signs.stalled:
        return PartState.DOWN
    if not signs.frames:
        return PartState.STARTING
    return PartState.DEGRADED if signs.hindrance else PartState.OK
