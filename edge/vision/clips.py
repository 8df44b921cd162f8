"""A clip or a stream in, its passing vehicles out as they are known: every frame of a clip, the newest of a stream."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import av

from edge.vision.capture import Camera
from edge.vision.detect import load_detector
from edge.vision.frame import Frame
from edge.vision.lookout import Lookout, Tally
from edge.vision.read import PlateReader
from edge.vision.source import Address, open_source, prepare
from edge.vision.vehicle import Passing
from wire.errors import UserError

OPEN_S, STALL_S = 10.0, 8.0


@dataclass
class ClipReport:
    """What a whole clip came to."""

    tally: Tally
    seconds: float = 0.0
    passings: list[Passing] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        return {
            "seconds": round(self.seconds, 1),
            "frames": self.tally.frames,
            "plates_too_small_or_blurred": self.tally.rejected,
        }


def read_clip(address: Address, seconds: float | None, on_passing: Callable[[Passing], None]) -> ClipReport:
    """Until the end, or `seconds` of it. Raises UserError where it can't be opened or shows no picture at all."""
    lookout = Lookout(load_detector(2), PlateReader(2))
    report = ClipReport(lookout.tally)
    frames = stream_frames(address, seconds) if address.live else file_frames(address, seconds)
    for frame in frames:
        report.seconds = frame.t
        _add(report, lookout(frame), on_passing)
    _add(report, lookout.finish(), on_passing)
    if not lookout.tally.frames:
        raise UserError("no picture could be decoded", where=address.shown, remedy="Check the file")
    return report


def file_frames(address: Address, seconds: float | None) -> Iterator[Frame]:
    """Every frame, as fast as it decodes; `t` from the first frame. Damaged packets are skipped."""
    start, first = datetime.now(UTC), None
    with open_source(address, open_s=OPEN_S, read_s=STALL_S) as container:
        stream = prepare(container, live=False)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = 2
        for packet in container.demux(stream):
            try:
                pictures = packet.decode()
            except av.error.InvalidDataError:
                continue
            for picture in pictures:
                stamp = picture.time or 0.0
                first = stamp if first is None else first
                t = stamp - first
                if seconds is not None and t > seconds:
                    return
                yield Frame(picture, start + timedelta(seconds=t), t)


def stream_frames(address: Address, seconds: float | None) -> Iterator[Frame]:
    """The newest frame each time; ends after `seconds`, or when the camera stays away. Raises UserError if it never
    came."""
    camera = Camera(address.url, stall_s=STALL_S)
    camera.start()
    start_t = time.monotonic()
    try:
        while seconds is None or time.monotonic() - start_t < seconds:
            if frame := camera.take(timeout_s=0.2):
                yield Frame(frame.picture, frame.captured_at, frame.t - start_t)
            elif _hopeless(camera):
                raise UserError(camera.problem or "no picture arrives", where="" if camera.problem else address.shown)
            elif camera.counts.frames and (camera.stalled or camera.problem):
                return
    finally:
        camera.stop()


def _hopeless(camera: Camera) -> bool:
    """Never a frame, and either a plain refusal or nothing for too long."""
    return not camera.counts.frames and (bool(camera.problem) or camera.silent_s > OPEN_S + STALL_S)


def _add(report: ClipReport, passings: list[Passing], on_passing: Callable[[Passing], None]) -> None:
    for passing in passings:
        report.passings.append(passing)
        on_passing(passing)
