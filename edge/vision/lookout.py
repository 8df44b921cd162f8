"""Frames of one camera in, vehicles out: motion, detect, track, read, vote. No disk, no network, a stopwatch."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.vision.detect import PlateBox
from edge.vision.frame import Frame
from edge.vision.motion import Motion
from edge.vision.track import Track, Tracks, moved
from edge.vision.vehicle import Passing, Vehicle
from edge.vision.vote import REPEAT_S, Consensus, Reading, Told, plausible, repeats

Bgr = NDArray[np.uint8]
Detect = Callable[[Bgr], list[PlateBox]]
Read = Callable[[Bgr], Reading]

LINGER_S = 0.5
"""The detector goes on for so long after the last motion: a car that brakes is still being read."""


@dataclass
class Tally:
    """Since the start; `rejected`: no plausible plate, or it never moved; `repeats`: told within 10 s before."""

    frames: int = 0
    detections: int = 0
    readings: int = 0
    told: int = 0
    rejected: int = 0
    repeats: int = 0
    detect_s: float = 0.0


class Lookout:
    """The eyes of one camera."""

    def __init__(self, detect: Detect, read: Read) -> None:
        self._detect, self._read_plate = detect, read
        self._motion, self._tracks = Motion(), Tracks()
        self._vehicles: dict[int, Vehicle] = {}
        self._told: list[Told] = []
        self._moved_t = float("-inf")
        self.tally = Tally()

    def __call__(self, frame: Frame) -> list[Passing]:
        """The vehicles of which enough is known now, or that have just left."""
        boxes = self._plates(frame)
        update = self._tracks.update([plate.box for plate in boxes], frame.t)
        seen = [self._see(track, plate, frame) for track, plate in zip(update.live, boxes, strict=True)]
        left = [self._leave(track) for track in update.left]
        return [passing for passing in (*seen, *left) if passing]

    def finish(self) -> list[Passing]:
        """The stream has ended: everybody has left."""
        return [passing for track in self._tracks.flush() if (passing := self._leave(track))]

    def _plates(self, frame: Frame) -> list[PlateBox]:
        self.tally.frames += 1
        if self._motion(frame.small_grey):
            self._moved_t = frame.t
        if frame.t - self._moved_t > LINGER_S:
            return []
        start = time.perf_counter()
        boxes = self._detect(frame.bgr)
        self.tally.detections += 1
        self.tally.detect_s += time.perf_counter() - start
        return boxes

    def _see(self, track: Track, plate: PlateBox, frame: Frame) -> Passing | None:
        vehicle = self._vehicles.setdefault(track.id, Vehicle(frame.captured_at, frame.captured_at))
        consensus = vehicle.see(frame, plate, self._read)
        return self._tell(track, vehicle, consensus) if consensus and moved(track) else None

    def _leave(self, track: Track) -> Passing | None:
        vehicle = self._vehicles.pop(track.id, None)
        if vehicle is None or vehicle.told:
            return None
        consensus = vehicle.leave(self._read)
        if consensus is None or not plausible(consensus) or not moved(track):
            self.tally.rejected += consensus is not None
            return None
        return self._tell(track, vehicle, consensus)

    def _tell(self, track: Track, vehicle: Vehicle, consensus: Consensus) -> Passing | None:
        """Once a vehicle, even where its track was split."""
        passing = vehicle.passing(track, consensus)
        if passing is None:
            return None
        t = passing.decided_t
        self._told = [known for known in self._told if t - known.t <= REPEAT_S]
        if repeats(consensus, self._told, t):
            self.tally.repeats += 1
            return None
        self._told.append(Told.of(consensus, t))
        self.tally.told += 1
        return passing

    def _read(self, crop: Bgr) -> Reading:
        self.tally.readings += 1
        return self._read_plate(crop)
