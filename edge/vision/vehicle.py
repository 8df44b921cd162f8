"""One passing vehicle: its plate's crops come in, a read leaves once, when it is firm or when the vehicle has gone.

Reading costs ten times what tracking does, so a vehicle has a budget: the larger and sharper crops first, and none
after the vote is firm.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.detect import PlateBox
from edge.vision.evidence import plate_patch
from edge.vision.frame import Frame
from edge.vision.rectify import CUTS, cut_out, extent, square_on
from edge.vision.track import Box, Track, direction, moved
from edge.vision.vote import Consensus, Reading, vote

Bgr = NDArray[np.uint8]
Read = Callable[[Bgr], Reading]

BUDGET = 8
LEAST_WIDTH = 44
"""Pixels across a plate; below it seven characters have six pixels each and no reader gets them."""
GOOD_WIDTH = 90
"""Pixels; narrower plates count less the narrower they are, and only half of the budget is spent on them."""
WORTH = 0.8
"""Of the best crop's worth so far: a smaller or more blurred one is kept for later."""
RECEDED = 0.9
"""Of the greatest width so far: below it the plate moves away."""
MARGIN = 0.3
"""Of its width, kept on each side of a plate that is read later: no cut of rectify.py reaches further."""
GROWN = 1.12
"""A plate that is still small is read again once it has grown by so much: three looks at one size err alike."""


@dataclass(frozen=True)
class Sight:
    """One frame's view of the plate, to be read. `near`: uint8 (h, w, 3), the plate and what is around it, a copy,
    since whole frames in waiting took 50 MB a vehicle at 1080p; `plate`: in `near`; `worth`: px across, times how sharp
    it is."""

    near: Bgr
    plate: PlateBox
    captured_at: datetime
    t: float
    worth: float

    @property
    def width(self) -> float:
        """Pixels across the plate."""
        return extent(self.plate.corners)[0]


@dataclass(frozen=True)
class Scene:
    """A whole frame for the pictures that are told, as the decoder gave it: 3 MB at 1080p, a third of its BGR."""

    frame: Frame
    plate: PlateBox


@dataclass(frozen=True)
class Passing:
    """What is told of a vehicle, once. `best`: the clearest sight of its plate."""

    track: Track
    consensus: Consensus
    best: Scene
    first_seen_at: datetime
    last_seen_at: datetime
    decided_at: datetime
    decided_t: float
    direction: Literal["towards", "away", "unknown"]


@dataclass(frozen=True)
class Rejected:
    """A track that is not told, and why. `patch`: its plate, JPEG; `consensus`: None where nothing was read; `moved`:
    it passed, so a camera that sees well would have told it."""

    patch: bytes
    consensus: Consensus | None
    reason: str
    at: datetime
    moved: bool


@dataclass
class Vehicle:
    """The sights and readings of one track."""

    first_seen_at: datetime
    last_seen_at: datetime
    readings: list[Reading] = field(default_factory=list)
    best: Scene | None = None
    worth: float = 0.0
    """Of the best sight."""
    waiting: list[Sight] = field(default_factory=list)
    told: bool = False
    decided: tuple[datetime, float] | None = None
    whole: tuple[Box, Box] | None = None
    """The first and the last box that showed the plate whole."""
    read_width: float = 0.0
    widest: float = 0.0
    glimpse: tuple[Scene, str] | None = None
    """The last sight that could not be read, and why; only until there is a better one."""

    def see(self, frame: Frame, plate: PlateBox, read: Read) -> Consensus | None:
        """Takes in one more frame; the consensus as soon as it is firm."""
        self.last_seen_at = frame.captured_at
        if self.told:
            return None
        if poor := _illegible(plate, frame.size):
            if self.best is None:
                self.glimpse = _scene(frame, plate), poor
            return None
        self.whole = (self.whole[0] if self.whole else plate.box), plate.box
        sight = _sight(frame, plate)
        worthy = self._worthy(sight)
        if self.best is None or sight.worth > self.worth:
            self.best, self.worth, self.glimpse = _scene(frame, plate), sight.worth, None
        self.widest = max(self.widest, sight.width)
        if worthy:
            self._read(sight, read)
        else:
            self.waiting = sorted([*self.waiting, sight], key=lambda s: -s.worth)[:4]
            if not self._past_its_best(sight):
                return None
            self._read(self.waiting.pop(0), read)
        consensus = vote(self.readings)
        return consensus if consensus and consensus.firm else None

    def leave(self, read: Read) -> Consensus | None:
        """The vehicle has gone: what the budget still allows is read now."""
        if self.told:
            return None
        for sight in self.waiting[: max(0, BUDGET - len(self.readings))]:
            self._read(sight, read)
        return vote(self.readings)

    def passing(self, track: Track, consensus: Consensus) -> Passing | None:
        """What to tell; from now on this vehicle is silent."""
        if self.best is None or self.decided is None or self.whole is None:
            return None
        best, (decided_at, decided_t), way = self.best, self.decided, direction(*self.whole)
        # From here on nothing is read of it; frames that were kept would only fill the memory.
        self.told, self.waiting, self.best = True, [], None
        return Passing(track, consensus, best, self.first_seen_at, self.last_seen_at, decided_at, decided_t, way)

    def rejected(self, track: Track, consensus: Consensus | None, reason: str) -> Rejected | None:
        """What is kept for a day of a vehicle that is not told; None where there is nothing to see."""
        at, went = self.last_seen_at, moved(track)
        if self.best:
            return Rejected(_patch(self.best), consensus, reason or "nothing could be read", at, went)
        if self.glimpse:
            return Rejected(_patch(self.glimpse[0]), None, self.glimpse[1], at, went)
        return None

    def _past_its_best(self, sight: Sight) -> bool:
        """It drives away: nothing better will come, so what waits is read now and not when it has left the picture."""
        return sight.width < RECEDED * self.widest and len(self.readings) < BUDGET

    def _worthy(self, sight: Sight) -> bool:
        """Whether to read it at once, or to keep it in case nothing better comes."""
        if self.best is None:
            return True
        if len(self.readings) >= BUDGET or sight.worth < WORTH * self.worth:
            return False
        small = sight.width < GOOD_WIDTH
        return not small or (len(self.readings) < BUDGET // 2 and sight.width >= GROWN * self.read_width)

    def _read(self, sight: Sight, read: Read) -> None:
        """Each frame in another cut: readings that agree then are worth more than the same look taken twice."""
        cut = CUTS[len(self.readings) % len(CUTS)]
        reading = read(cut_out(sight.near, sight.plate, cut))
        self.readings.append(replace(reading, weight=min(1.0, (sight.width / GOOD_WIDTH) ** 2)))
        self.read_width = sight.width
        self.decided = sight.captured_at, sight.t


def _patch(scene: Scene) -> bytes:
    return plate_patch(scene.frame.bgr, scene.plate)


def _scene(frame: Frame, plate: PlateBox) -> Scene:
    """Without the conversions that the frame keeps."""
    return Scene(replace(frame), plate)


def _illegible(plate: PlateBox, size: tuple[int, int]) -> str:
    """Why it is not read: too small, or cut by the frame's edge: then it would read as another, shorter mark."""
    x1, y1, x2, y2 = plate.box
    if x2 - x1 < LEAST_WIDTH:
        return f"too small to read ({x2 - x1:.0f} px wide, {LEAST_WIDTH} are needed)"
    whole = x1 > 2 and y1 > 2 and x2 < size[0] - 2 and y2 < size[1] - 2
    return "" if whole else "cut off by the picture's edge"


def _sight(frame: Frame, plate: PlateBox) -> Sight:
    crop = square_on(frame.bgr, plate.corners)
    edges = cv2.Laplacian(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), cv2.CV_32F)
    sharp = float(np.clip(edges.std() / 20, 0.3, 1.5))
    near, within = _near(frame.bgr, plate)
    return Sight(near, within, frame.captured_at, frame.t, extent(plate.corners)[0] * sharp * plate.score)


def _near(bgr: Bgr, plate: PlateBox) -> tuple[Bgr, PlateBox]:
    """A copy of the part of a picture that any cut of the plate may need, and the plate in it."""
    points = np.concatenate([plate.corners, np.array(plate.box, np.float32).reshape(2, 2)])
    low, high = points.min(axis=0), points.max(axis=0)
    margin = MARGIN * (high[0] - low[0])
    left, top = np.maximum(np.floor(low - margin), 0).astype(int).tolist()
    right, bottom = (np.ceil(high + margin).astype(int) + 1).tolist()
    x1, y1, x2, y2 = plate.box
    box, shift = (x1 - left, y1 - top, x2 - left, y2 - top), np.array((left, top), np.float32)
    return bgr[top:bottom, left:right].copy(), replace(plate, box=box, corners=plate.corners - shift)
