"""Which object box belongs to which object: boxes picture by picture in, tracks with their recent way out. Pure.

Objects are large and the pictures many, so boxes join by overlap with where the track should be now; one that jumped
further joins within `REACH` of its own size. A track's kind is the one that it was called most surely, summed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import hypot, sqrt

from edge.vision.objects import ObjectBox
from edge.vision.pairs import cheapest

Box = tuple[float, float, float, float]

REACH = 0.7
"""Box sizes between the predicted and the seen middle, at most, for one object."""
SIZE_RATIO = 1.9
FORGET_S = 1.5
"""A track unseen for so long has left; detectors miss single pictures."""
WAY_S = 2.0
"""So much of its way is kept: enough to tell a direction, and not where it came from."""
STILL = 0.12
"""Of its size: a box that stays within this radius trembles and does not move."""
FIRM_SEEN = 3
"""Sights from which a track counts: single false boxes come and go."""
VEHICLES = ("car", "van", "bus", "truck", "motorcycle")
_ALIKE = {"car": "vehicle", "van": "vehicle", "bus": "vehicle", "truck": "vehicle"}
"""Kinds that detectors confuse: a van that is called a truck in one picture stays one track."""


@dataclass(frozen=True)
class ObjectTrack:
    """`way`: (t, box) of the last WAY_S, oldest first; `still_t`: since when it has not moved."""

    id: int
    box: Box
    score: float
    first_t: float
    last_t: float
    way: tuple[tuple[float, Box], ...]
    still_t: float
    still_at: Box
    votes: tuple[tuple[str, float], ...]
    seen: int = 1

    @property
    def kind(self) -> str:
        return max(self.votes, key=lambda vote: vote[1])[0]

    @property
    def firm(self) -> bool:
        return self.seen >= FIRM_SEEN

    @property
    def velocity(self) -> tuple[float, float]:
        """px/s of the middle over the way kept; (0, 0) while there is none."""
        (t0, first), (t1, last) = self.way[0], self.way[-1]
        if t1 - t0 < 1e-3:
            return 0.0, 0.0
        (ax, ay), (bx, by) = middle(first), middle(last)
        return (bx - ax) / (t1 - t0), (by - ay) / (t1 - t0)


@dataclass
class ObjectTracks:
    """All objects of one camera."""

    _tracks: list[ObjectTrack] = field(default_factory=list)
    _next_id: int = 1

    def update(self, boxes: Sequence[ObjectBox], t: float) -> tuple[ObjectTrack, ...]:
        """The next picture's boxes at `t` seconds; returns the tracks that this picture shows."""
        waiting = [track for track in self._tracks if t - track.last_t <= FORGET_S]
        pairs = cheapest(waiting, boxes, lambda track, seen: _cost(track, seen, t))
        seen = tuple(
            _advance(waiting[pairs[index]], box, t) if index in pairs else self._start(box, t)
            for index, box in enumerate(boxes)
        )
        held = [track for place, track in enumerate(waiting) if place not in pairs.values()]
        self._tracks = [*held, *seen]
        return seen

    def _start(self, seen: ObjectBox, t: float) -> ObjectTrack:
        self._next_id += 1
        way, votes = ((t, seen.box),), ((seen.kind, seen.score),)
        return ObjectTrack(self._next_id - 1, seen.box, seen.score, t, t, way, t, seen.box, votes)


def middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def size(box: Box) -> float:
    """px: the root of the area."""
    return max(sqrt((box[2] - box[0]) * (box[3] - box[1])), 1.0)


def _cost(track: ObjectTrack, seen: ObjectBox, t: float) -> float | None:
    if _ALIKE.get(track.kind, track.kind) != _ALIKE.get(seen.kind, seen.kind):
        return None
    ratio = size(seen.box) / size(track.box)
    (x, y), (px, py), (vx, vy) = middle(seen.box), middle(track.box), track.velocity
    gap_s = t - track.last_t
    distance = hypot(x - px - vx * gap_s, y - py - vy * gap_s) / max(size(seen.box), size(track.box))
    return distance if distance <= REACH and 1 / SIZE_RATIO <= ratio <= SIZE_RATIO else None


def _advance(track: ObjectTrack, seen: ObjectBox, t: float) -> ObjectTrack:
    (x, y), (ax, ay) = middle(seen.box), middle(track.still_at)
    moved = hypot(x - ax, y - ay) > STILL * size(seen.box)
    votes = dict(track.votes)
    votes[seen.kind] = votes.get(seen.kind, 0.0) + seen.score
    return replace(
        track,
        box=seen.box,
        score=seen.score,
        last_t=t,
        way=(*((at, box) for at, box in track.way if t - at <= WAY_S), (t, seen.box)),
        still_t=t if moved else track.still_t,
        still_at=seen.box if moved else track.still_at,
        votes=tuple(votes.items()),
        seen=track.seen + 1,
    )
