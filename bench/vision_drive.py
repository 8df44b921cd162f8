"""Simulated vehicles pass a roadside camera, and the product's own eyes watch the stream: what passed, what was told.

The camera's H.264 at its own bit rate lies between the two; time is the story's, so a slow machine changes nothing.
"""

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame

from sim.h264 import TsEncoder
from sim.roadside import FPS, KBIT_S, passes
from sim.scene import Roadside
from sim.scene_sight import HEIGHT, WIDTH, View, plate_in, view
from sim.town import Sky, demo_town
from sim.traffic import Traffic, Trip

BEFORE_S, AFTER_S = 2.0, 1.5
"""Filmed before the first plate can be read and after the last."""
HEADWAY_S = 3.0
"""Dense traffic: fewer empty frames."""
NEAR = 0.7
"""Plate widths between the middle of what was told and of the plate that it is."""
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Drive:
    """One stretch of traffic: `camera` 0 sees rear plates, 1 front ones."""

    seed: int
    camera: int
    sky: Sky
    vehicles: int


@dataclass(frozen=True)
class Told:
    """One read: `trip` is the vehicle whose plate stood there, None where none did."""

    trip: int | None
    vrm: str
    confidence: float


@dataclass(frozen=True)
class Driven:
    """`passed`: vehicle -> mark, of all whose plate could be read. Seconds: CPU of the eyes and of all; the clock's."""

    drive: Drive
    passed: dict[int, str]
    told: tuple[Told, ...]
    frames: int
    eyes_s: float
    cpu_s: float
    wall_s: float


def run(drive: Drive) -> Driven:
    """Films the drive, then watches it frame by frame."""
    from edge.vision.calibrate import load_curve
    from edge.vision.detect import load_detector
    from edge.vision.frame import Frame
    from edge.vision.lookout import Lookout
    from edge.vision.read import PlateReader
    from edge.vision.vehicle import Passing

    cv2.setNumThreads(1)
    began, began_cpu = time.perf_counter(), time.process_time()
    eye, traffic, passed, times = _street(drive)
    lookout, told, eyes_s = Lookout(load_detector(), PlateReader()), list[Passing](), 0.0
    for t, picture in zip(times, _received(drive, eye, traffic, times), strict=False):
        since = time.process_time()
        told += lookout(Frame(picture, EPOCH + timedelta(seconds=t), t))
        eyes_s += time.process_time() - since
    told += lookout.finish()
    whose = [_whose(eye, traffic, passing.best.frame.t, passing.best.plate.box) for passing in told]
    votes, curve = [passing.consensus for passing in told], load_curve()
    reads = (Told(trip, c.vrm, curve(c.share, c.readings)) for trip, c in zip(whose, votes, strict=True))
    marks = {trip.id: trip.vrm for trip in passed}
    cpu_s, wall_s = time.process_time() - began_cpu, time.perf_counter() - began
    return Driven(drive, marks, tuple(reads), len(times), eyes_s, cpu_s, wall_s)


def _street(drive: Drive) -> tuple[View, Traffic, list[Trip], list[float]]:
    """The camera, the traffic, the vehicles that count and the moments of the frames."""
    config = demo_town(drive.seed).model_copy(update={"duration_s": 60 + 6.0 * drive.vehicles, "headway_s": HEADWAY_S})
    spec, traffic = config.cameras[drive.camera], Traffic(config)
    eye = view(spec.lat, spec.lon, spec.heading_deg, spec.sees)
    passed = list(islice(passes(eye, traffic), drive.vehicles))
    first, last = max(0.0, passed[0][1] - BEFORE_S), max(until_s for _, _, until_s in passed) + AFTER_S
    return eye, traffic, [trip for trip, _, _ in passed], np.arange(first, last, 1 / FPS).tolist()


def _received(drive: Drive, eye: View, traffic: Traffic, times: list[float]) -> Iterator[VideoFrame]:
    """The frames as a box decodes them, in the order of `times`."""
    roadside = Roadside(eye, traffic, f"road-{drive.camera + 1}-cam", drive.sky)
    encoder = TsEncoder(WIDTH, HEIGHT, FPS, KBIT_S)
    film = io.BytesIO()
    for number, t in enumerate(times):
        film.write(encoder.encode(roadside.picture(t, EPOCH.timestamp() + t), number / FPS))
    encoder.close()
    film.seek(0)
    with av.open(film, "r", format="mpegts") as container:
        container.streams.video[0].codec_context.thread_count = 1
        yield from container.decode(video=0)


def _whose(eye: View, traffic: Traffic, t: float, box: tuple[float, float, float, float]) -> int | None:
    """The vehicle whose plate is nearest to the box's middle at that moment."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    near: list[tuple[float, int]] = []
    for trip in traffic.on_main(t):
        plate = plate_in(eye, trip.at(t))
        if plate is not None:
            off = np.hypot(*(plate.mean(axis=0) - (x, y))) / np.hypot(*(plate[1] - plate[0]))
            near.append((float(off), trip.id))
    off, trip_id = min(near, default=(np.inf, -1))
    return trip_id if off < NEAR else None
