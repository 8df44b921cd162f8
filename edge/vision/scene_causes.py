"""Findings of each picture in, incidents out: one a cause, told once when it has held long enough, and when it is over.

    WAITING --held for its time--> OPEN (told: opened)      WAITING --unseen for GAP_S-->  gone, never told
    OPEN    --seen-->              OPEN                     OPEN    --unseen for over_s--> gone (told: over)

Pure: ids and the time come from the caller. A finding belongs to the cause of its rule and zone; where the cause is one
object, also only if it shares a track with it or lies where it lay (detectors lose objects and find them again).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from edge.vision.object_track import ObjectTrack
from edge.vision.objects import overlap
from edge.vision.scene_config import SceneTimes
from edge.vision.scene_rules import RULES, Finding

GAP_S = 1.0
"""A rule may fail for so long while it waits: single pictures are missed."""
SAME_PLACE = 0.5
"""Overlap (IoU) of two boxes that are one object lost and found."""
TRACKS_TOLD = 64


@dataclass(frozen=True)
class Cause:
    """`id`: None while it waits. `finding`: the newest."""

    finding: Finding
    since_t: float
    since_at: datetime
    last_t: float
    last_at: datetime
    id: UUID | None = None


@dataclass(frozen=True)
class Told:
    """What the outbox gets. `surest`: the track whose box is shown."""

    state: Literal["opened", "over"]
    cause: Cause
    id: UUID
    reason: str

    @property
    def surest(self) -> ObjectTrack:
        return max(self.cause.finding.tracks, key=lambda track: track.score)


@dataclass
class Causes:
    """All causes of one camera."""

    times: SceneTimes
    new_id: Callable[[], UUID]
    _causes: list[Cause] = field(default_factory=list)

    def update(self, found: Iterable[Finding], t: float, at: datetime) -> tuple[Told, ...]:
        """The findings of the picture at `t` seconds, taken at `at`. Call it for pictures without findings too."""
        waiting, kept, told = list(self._causes), list[Cause](), list[Told]()
        for finding in found:
            known = next((cause for cause in waiting if _same(cause, finding)), None)
            if known is not None:
                waiting.remove(known)
            cause = _seen(known, finding, t, at)
            if cause.id is None and t - cause.since_t >= self._needed_s(cause):
                cause = replace(cause, id=self.new_id())
                told.append(_tell("opened", cause))
            kept.append(cause)
        for cause in waiting:
            if t - cause.last_t <= (GAP_S if cause.id is None else self.times.over_s):
                kept.append(cause)
            elif cause.id is not None:
                told.append(_tell("over", cause))
        self._causes = kept
        return tuple(told)

    def finish(self) -> tuple[Told, ...]:
        """Nobody looks any more: what is open is over as far as this camera can tell, and the reason says why."""
        left, self._causes = self._causes, []
        told = (_tell("over", cause) for cause in left if cause.id is not None)
        return tuple(replace(one, reason=f"the camera no longer watches; {one.reason}") for one in told)

    def _needed_s(self, cause: Cause) -> float:
        return RULES[cause.finding.rule][1](self.times)


def _same(cause: Cause, finding: Finding) -> bool:
    held = cause.finding
    if (held.rule, held.zone) != (finding.rule, finding.zone):
        return False
    if not finding.alone:
        return True
    mine, theirs = held.tracks[0], finding.tracks[0]
    return mine.id == theirs.id or overlap(mine.box, theirs.box) >= SAME_PLACE


def _seen(known: Cause | None, finding: Finding, t: float, at: datetime) -> Cause:
    if known is None:
        return Cause(finding, t, at, t, at)
    return replace(known, finding=finding, last_t=t, last_at=at)


def _tell(state: Literal["opened", "over"], cause: Cause) -> Told:
    assert cause.id is not None  # only open causes are told
    seconds = cause.last_t - cause.since_t
    reason = f"{cause.finding.what} for {seconds:.0f} s"
    return Told(state, cause, cause.id, reason if state == "opened" else f"over: {reason}")
