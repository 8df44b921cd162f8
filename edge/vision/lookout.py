"""Frames of one camera in, vehicles out: motion, detect, track, read, vote. No disk, no network, a stopwatch."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.vision.cost import Cost
from edge.vision.detect import PlateBox
from edge.vision.frame import Frame
from edge.vision.look import Detect, Look, window
from edge.vision.motion import Motion, Region
from edge.vision.schedule import Need
from edge.vision.track import Track, Tracks, moved
from edge.vision.vehicle import Passing, Rejected, Vehicle
from edge.vision.vote import REPEAT_S, Consensus, Reading, Told, implausible, repeats

Bgr = NDArray[np.uint8]
Read = Callable[[Bgr], Reading]
Pace = Callable[[Need, float], float]
"""What is seen, and CPU seconds of one look, to looks a second."""

LEAST_SEEN = 3
HELD_REJECTED = 300
"""3 kB each, for a caller that does not ask."""
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


class Lookout:
    """The eyes of one camera."""

    def __init__(self, detect: Detect, read: Read, pace: Pace = lambda _need, _look_s: 1000.0) -> None:
        """`pace`: without one, every frame in which something moves is looked at."""
        self.cost = Cost()
        self._look, self._read_plate, self._pace = Look(detect, self.cost), read, pace
        self._motion, self._tracks = Motion(), Tracks()
        self._regions: list[Region] = []
        self._next_t = float("-inf")
        self._vehicles: dict[int, Vehicle] = {}
        self._told: list[Told] = []
        self._rejected: deque[Rejected] = deque(maxlen=HELD_REJECTED)
        self._moved_t = float("-inf")
        self.tally = Tally()

    def __call__(self, frame: Frame) -> list[Passing]:
        """The vehicles of which enough is known now, or that have just left."""
        boxes = self._plates(frame)
        if boxes is None:
            return []
        update = self._tracks.update([plate.box for plate in boxes], frame.t)
        with self.cost.of("read"):
            seen = [self._see(track, plate, frame) for track, plate in zip(update.live, boxes, strict=True)]
            left = [self._leave(track) for track in update.left]
        return [passing for passing in (*seen, *left) if passing]

    def finish(self) -> list[Passing]:
        """The stream has ended: everybody has left."""
        return [passing for track in self._tracks.flush() if (passing := self._leave(track))]

    def take_rejected(self) -> list[Rejected]:
        """The vehicles that left since the last call and are not told, with the reason."""
        taken = list(self._rejected)
        self._rejected.clear()
        return taken

    def _plates(self, frame: Frame) -> list[PlateBox] | None:
        """None while the next look is not due."""
        self.tally.frames += 1
        with self.cost.of("motion"):
            regions = self._motion(frame.small_grey)
        if regions:
            self._moved_t, self._regions = frame.t, regions
        still = frame.t - self._moved_t > LINGER_S
        waits = any(not vehicle.told for vehicle in self._vehicles.values())
        need = Need.STILL if still else Need.VEHICLE if waits else Need.MOTION
        looks_s = self._pace(need, self.cost.mean("convert", "detect", "read"))
        if still:
            return []
        rest_s = 0.9 / looks_s
        if 0 < self._next_t - frame.t <= rest_s:
            return None
        self._next_t = frame.t + rest_s
        self.tally.detections += 1
        return self._look(frame, window(self._regions, self._tracks.boxes, frame.size))

    def _see(self, track: Track, plate: PlateBox, frame: Frame) -> Passing | None:
        vehicle = self._vehicles.setdefault(track.id, Vehicle(frame.captured_at, frame.captured_at))
        consensus = vehicle.see(frame, plate, self._read)
        return self._tell(track, vehicle, consensus) if consensus and moved(track) else None

    def _leave(self, track: Track) -> Passing | None:
        vehicle = self._vehicles.pop(track.id, None)
        if vehicle is None or vehicle.told:
            return None
        consensus = vehicle.leave(self._read)
        reason = implausible(consensus) if consensus else ""
        if not reason and not moved(track):
            reason = "it did not move: a parked vehicle"
        if consensus is None or reason:
            self._reject(track, vehicle, consensus, reason)
            return None
        return self._tell(track, vehicle, consensus)

    def _reject(self, track: Track, vehicle: Vehicle, consensus: Consensus | None, reason: str) -> None:
        """A box of a frame or two is the detector's error and no vehicle."""
        self.tally.rejected += consensus is not None
        rejected = vehicle.rejected(track, consensus, reason)
        if rejected and (consensus or track.seen >= LEAST_SEEN):
            self._rejected.append(rejected)

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
