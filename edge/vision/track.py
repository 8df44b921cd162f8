"""Which box belongs to which vehicle: plate boxes frame by frame in, tracks with an identity out. Pure.

A plate moves by several of its widths between two frames of a slow camera, so boxes that don't overlap must join too:
the cost is the distance from where the track should be now (constant velocity) in plate widths, and the change of size.
"""

from dataclasses import dataclass, field, replace
from math import hypot, log
from typing import Literal

from edge.vision.pairs import cheapest

Box = tuple[float, float, float, float]

REACH_NEW = 3.0
"""Plate widths that a track with no velocity yet may jump in one frame of 12 fps (a car at 14 m/s moves 2.2)."""
REACH = 1.2
"""The same from the predicted place, once the velocity is known."""
SIZE_RATIO = 1.8
FORGET_S = 0.9
"""A track unseen for so long has left; shorter gaps (a missed detection, dropped frames) are bridged."""


@dataclass(frozen=True)
class Track:
    """`velocity`: px/s of the centre; `first_box`: where it came in."""

    id: int
    box: Box
    first_t: float
    last_t: float
    first_box: Box
    velocity: tuple[float, float] | None = None
    seen: int = 1


@dataclass(frozen=True)
class Update:
    """`live[i]` is the track of `boxes[i]`; `left` are those that were forgotten now."""

    live: tuple[Track, ...]
    left: tuple[Track, ...] = ()


@dataclass
class Tracks:
    """All tracks of one camera."""

    _tracks: list[Track] = field(default_factory=list)
    _next_id: int = 1

    def update(self, boxes: list[Box], t: float) -> Update:
        """The next frame's boxes (x1, y1, x2, y2 px) at `t` seconds; call it for frames without boxes too."""
        left = tuple(track for track in self._tracks if t - track.last_t > FORGET_S)
        waiting = [track for track in self._tracks if t - track.last_t <= FORGET_S]
        pairs = assign(waiting, boxes, t)
        live = tuple(
            _advance(waiting[pairs[index]], box, t) if index in pairs else self._start(box, t)
            for index, box in enumerate(boxes)
        )
        held = [track for place, track in enumerate(waiting) if place not in pairs.values()]
        self._tracks = [*held, *live]
        return Update(live, left)

    def flush(self) -> tuple[Track, ...]:
        """The stream has ended: every track has left."""
        left, self._tracks = tuple(self._tracks), []
        return left

    @property
    def count(self) -> int:
        return len(self._tracks)

    @property
    def boxes(self) -> list[Box]:
        """Where each was seen last."""
        return [track.box for track in self._tracks]

    def _start(self, box: Box, t: float) -> Track:
        self._next_id += 1
        return Track(self._next_id - 1, box, t, t, box)


def assign(tracks: list[Track], boxes: list[Box], t: float) -> dict[int, int]:
    """Box index -> track index at `t` seconds."""
    return cheapest(tracks, boxes, lambda track, box: _cost(track, box, t))


def direction(first: Box, last: Box) -> Literal["towards", "away", "unknown"]:
    """Growing plates come towards the camera, and sink in its picture: a camera looks down on the road.

    Both boxes show the plate whole: one that the frame's edge cuts grows while it leaves. Growth alone must exceed a
    fifth, as boxes tremble; where the plate also sank or rose by a tenth of its width, a
    thirtieth is enough: a read is told within a few frames.
    """
    growth, sunk = _width(last) / _width(first), (_centre(last)[1] - _centre(first)[1]) / _width(last)
    if growth > 1.2 or (growth > 1.03 and sunk > 0.1):
        return "towards"
    return "away" if growth < 1 / 1.2 or (growth < 1 / 1.03 and sunk < -0.1) else "unknown"


def moved(track: Track) -> bool:
    """Whether it went anywhere: a parked car is no passing vehicle, and a box trembles by less than this."""
    (x, y), (px, py) = _centre(track.box), _centre(track.first_box)
    growth = _growth(track)
    return hypot(x - px, y - py) > 0.4 * _width(track.box) or not 1 / 1.15 < growth < 1.15


def _cost(track: Track, box: Box, t: float) -> float | None:
    """Plate widths from the predicted place plus the change of size; None where they can't be one vehicle."""
    width, held_width = _width(box), _width(track.box)
    ratio = max(width, held_width) / min(width, held_width)
    gap_s = t - track.last_t
    vx, vy = track.velocity or (0.0, 0.0)
    (x, y), (px, py) = _centre(box), _centre(track.box)
    distance = hypot(x - px - vx * gap_s, y - py - vy * gap_s) / max(width, held_width)
    reach = REACH_NEW * max(1.0, gap_s * 12) if track.velocity is None else REACH
    return distance + log(ratio) if distance <= reach and ratio <= SIZE_RATIO else None


def _advance(track: Track, box: Box, t: float) -> Track:
    gap_s = max(t - track.last_t, 1e-3)
    (x, y), (px, py) = _centre(box), _centre(track.box)
    fresh = (x - px) / gap_s, (y - py) / gap_s
    old = track.velocity or fresh
    velocity = 0.6 * fresh[0] + 0.4 * old[0], 0.6 * fresh[1] + 0.4 * old[1]
    return replace(track, box=box, last_t=t, velocity=velocity, seen=track.seen + 1)


def _centre(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _width(box: Box) -> float:
    return max(box[2] - box[0], 1.0)


def _growth(track: Track) -> float:
    return _width(track.box) / _width(track.first_box)
