"""Findings of each picture in, incidents out: told once when one has held long enough, and when it is over.

    WAITING --held for its time--> COUNTS: opens a cause or joins one    WAITING --unseen for GAP_S-->  gone, never told
    COUNTS  --seen-->              COUNTS                                COUNTS  --unseen for over_s--> gone
    A cause is over when the last that counted in it has gone.

Each object waits and counts by itself: one that stands where nobody is, for the detector errs, hides no other. Those
that count within JOIN_S of one another are one cause, for a group or a jam is one incident; but nobody joins a cause
that is older than MOST_JOIN_S, so nobody is hidden for longer. Pure: ids and the time come from the caller.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import hypot
from typing import Literal
from uuid import UUID

from edge.vision.object_track import ObjectTrack, middle, size
from edge.vision.objects import overlap
from edge.vision.pairs import cheapest
from edge.vision.scene_config import SceneTimes
from edge.vision.scene_rules import RULES, STANDS_S, Finding

GAP_S = 1.0
"""A rule may fail for so long while it waits: single pictures are missed."""
SAME_PLACE = 0.5
"""Overlap (IoU) of two boxes that are one object lost and found."""
REACH = 1.0
"""What moved when it was lost is found again so many of its sizes from where it was going, and for each second unseen
so many more."""
JOIN_S, MOST_JOIN_S = 10.0, 60.0


@dataclass(frozen=True)
class Held:
    """What a rule holds for: one object, or a crowd. `id`: its cause; None while it waits. `finding`: the newest."""

    finding: Finding
    since_t: float
    since_at: datetime
    last_t: float
    last_at: datetime
    id: UUID | None = None


@dataclass(frozen=True)
class Cause:
    """What an incident is about. `finding`: all that was seen of it last; `most`: objects at once; `grown_t`: when the
    last one joined."""

    id: UUID
    finding: Finding
    since_t: float
    since_at: datetime
    last_t: float
    last_at: datetime
    opened_t: float
    grown_t: float
    most: int


@dataclass(frozen=True)
class Told:
    """What the outbox gets. `surest`: the track whose box is shown."""

    state: Literal["opened", "over"]
    cause: Cause
    reason: str

    @property
    def id(self) -> UUID:
        return self.cause.id

    @property
    def surest(self) -> ObjectTrack:
        return max(self.cause.finding.tracks, key=lambda track: track.score)


@dataclass
class Causes:
    """All causes of one camera."""

    times: SceneTimes
    new_id: Callable[[], UUID]
    _held: list[Held] = field(default_factory=list)
    _causes: dict[UUID, Cause] = field(default_factory=dict)

    def update(self, found: Iterable[Finding], t: float, at: datetime) -> tuple[Told, ...]:
        """The findings of the picture at `t` seconds, taken at `at`. Call it for pictures without findings too."""
        before = set(self._causes)
        self._held = [self._counted(held, t) for held in self._matched(tuple(found), t, at)]
        seen = [held for held in self._held if held.last_t == t]
        self._causes = {id: _renewed(cause, [h for h in seen if h.id == id]) for id, cause in self._causes.items()}
        opened = [_tell("opened", cause) for id, cause in self._causes.items() if id not in before]
        left = set(self._causes) - {held.id for held in self._held}
        over = [_tell("over", self._causes.pop(id)) for id in sorted(left)]
        return (*opened, *over)

    def finish(self) -> tuple[Told, ...]:
        """Nobody looks any more: what is open is over as far as this camera can tell, and the reason says why."""
        told = [_tell("over", cause) for cause in self._causes.values()]
        self._held, self._causes = [], {}
        return tuple(replace(one, reason=f"the camera no longer watches; {one.reason}") for one in told)

    def _matched(self, found: tuple[Finding, ...], t: float, at: datetime) -> list[Held]:
        """What holds now, and what may still come back."""
        pairs = cheapest(self._held, found, lambda held, finding: _cost(held, finding, t))
        known = [self._held[pairs[number]] if number in pairs else None for number in range(len(found))]
        now = [_seen(held, finding, t, at) for held, finding in zip(known, found, strict=True)]
        lost = [held for place, held in enumerate(self._held) if place not in pairs.values()]
        return now + [h for h in lost if t - h.last_t <= (GAP_S if h.id is None else self.times.over_s)]

    def _counted(self, held: Held, t: float) -> Held:
        """With its cause, once it has held for its time."""
        waits = held.id is None and held.last_t == t
        if not waits or t - held.since_t < RULES[held.finding.rule][1](self.times):
            return held
        cause = next((cause for cause in self._causes.values() if _joins(cause, held, t)), None)
        if cause is None:
            f = held.finding
            cause = Cause(self.new_id(), f, held.since_t, held.since_at, t, held.last_at, t, t, len(f.tracks))
        self._causes[cause.id] = replace(cause, grown_t=t)
        return replace(held, id=cause.id)


def _seen(known: Held | None, finding: Finding, t: float, at: datetime) -> Held:
    if known is None:
        return Held(finding, t, at, t, at)
    return replace(known, finding=finding, last_t=t, last_at=at)


def _joins(cause: Cause, held: Held, t: float) -> bool:
    if (cause.finding.rule, cause.finding.zone) != (held.finding.rule, held.finding.zone):
        return False
    return t - cause.grown_t <= JOIN_S and t - cause.opened_t <= MOST_JOIN_S


def _cost(held: Held, finding: Finding, t: float) -> float | None:
    """How unlike one another they are: the same track 0, the same place up to 1, further off more. None: never one."""
    mine, theirs = held.finding.tracks[0], finding.tracks[0]
    if (held.finding.rule, held.finding.zone) != (finding.rule, finding.zone):
        return None
    if not finding.alone or mine.id == theirs.id:
        return 0.0
    if (shared := overlap(mine.box, theirs.box)) >= SAME_PLACE:
        return 1 - shared
    stood = mine.last_t - mine.still_t > STANDS_S
    away = _away(mine, theirs, t - held.last_t)
    return None if stood or away > REACH * (1 + t - held.last_t) else 1 + away


def _away(lost: ObjectTrack, found: ObjectTrack, gap_s: float) -> float:
    """From where the lost one should be after `gap_s` to the found one, in sizes."""
    (x, y), (px, py), (vx, vy) = middle(found.box), middle(lost.box), lost.velocity
    return hypot(x - px - vx * gap_s, y - py - vy * gap_s) / max(size(found.box), size(lost.box))


def _renewed(cause: Cause, seen: list[Held]) -> Cause:
    """`seen`: what of it this picture shows."""
    if not seen:
        return cause
    tracks = tuple(track for held in seen for track in held.finding.tracks)
    return replace(
        cause,
        finding=replace(seen[0].finding, tracks=tracks),
        last_t=seen[0].last_t,
        last_at=seen[0].last_at,
        most=max(cause.most, len(tracks)),
    )


def _tell(state: Literal["opened", "over"], cause: Cause) -> Told:
    reason = f"{cause.finding.what} for {cause.last_t - cause.since_t:.0f} s"
    if state == "opened":
        return Told(state, cause, reason)
    more = f" ({cause.most} at once at most)" if cause.most > len(cause.finding.tracks) else ""
    return Told(state, cause, f"over: {reason}{more}")
