"""A clip in, its redacted copy out: decode, look, wait a little, cover, encode. One thread.

Sound, subtitles and metadata are dropped: voices name people, and metadata may hold a thumbnail of the original.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import IO

import av
import cv2
import numpy as np
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from edge.redact.cover import Cover, Plane, cover
from edge.redact.eyes import WIDTH, Eyes, Subject, enlarged, scaled
from edge.redact.plan import Plan
from edge.redact.record import LABEL, Counts
from edge.vision.source import open_source, parse_address, prepare
from wire.errors import UserError

OPEN_S = 10.0
MOST_FPS = 120.0
"""A file that claims more is wrong about itself; what is held in memory goes with it."""
CRF, PRESET = "20", "ultrafast"
"""x264: the quickest preset, a third more quality than usual for it: a 1080p picture costs 8 ms (2-core x86)."""
OnPicture = Callable[[int, list[Cover]], None]


@dataclass
class ClipRedactor:
    """`secret`: a random number; `on_picture`: hears what is covered in each picture (for benches)."""

    eyes: Eyes
    secret: int
    subject: Subject | None = None
    on_picture: OnPicture = lambda _number, _covers: None
    damaged: int = 0
    _seen: set[tuple[str, int]] = field(default_factory=set)
    _kept: set[int] = field(default_factory=set)

    def __call__(self, source: Path, target: Path) -> Counts:
        """Writes `target`. Raises UserError for what is no clip, OSError where the copy can't be written."""
        with open_source(parse_address(str(source)), open_s=OPEN_S, read_s=OPEN_S) as container:
            stream = prepare(container, live=False)
            fps = min(max(float(stream.average_rate or stream.guessed_rate or 25), 1.0), MOST_FPS)
            with target.open("wb") as file:
                try:
                    written = self._write(file, container, stream, fps)
                except av.FFmpegError as error:  # what the file itself said lies beneath
                    raise error.__cause__ if isinstance(error.__cause__, OSError) else OSError(str(error)) from error
        if not written:
            raise UserError("no picture could be decoded", where=str(source), remedy="Check the file")
        kinds = [kind for kind, _ in self._seen]
        kept = len(self._kept)
        return Counts(written, self.damaged, kinds.count("face"), kinds.count("plate") - kept, kept)

    def _write(self, file: IO[bytes], container: InputContainer, stream: VideoStream, fps: float) -> int:
        """How many pictures the copy has."""
        written = 0
        with ExitStack() as ends:
            out: _Writer | None = None
            for number, picture, covers in self._covered(container, stream, Plan(fps)):
                out = out or ends.enter_context(_Writer(file, picture, fps, stream.time_base))
                self.on_picture(number, covers)
                out.write(picture, covers, self.secret)
                written += 1
        return written

    def _covered(
        self, container: InputContainer, stream: VideoStream, plan: Plan
    ) -> Iterator[tuple[int, VideoFrame, list[Cover]]]:
        """Each picture, some behind the newest look, with what is covered in it."""
        waiting: deque[tuple[int, VideoFrame]] = deque()
        for number, picture in enumerate(self._pictures(container, stream)):
            self._look(number, picture, plan)
            waiting.append((number, picture))
            if len(waiting) > plan.pace.ahead:
                yield self._planned(plan, *waiting.popleft())
        for number, picture in waiting:
            yield self._planned(plan, number, picture)

    def _planned(self, plan: Plan, number: int, picture: VideoFrame) -> tuple[int, VideoFrame, list[Cover]]:
        covers = plan.covers(number)
        self._seen |= plan.objects.keys()
        self._kept |= {each.id for each in plan.objects.values() if each.kept}
        return number, picture, covers

    def _pictures(self, container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
        """Upright and all of the first one's size: areas are followed from one to the next in its pixels."""
        packets, size = container.demux(stream), None
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.FFmpegError:  # the file breaks off here
                self.damaged += 1
                return
            try:
                for picture in map(upright, packet.decode()):
                    size = size or (picture.width, picture.height)
                    same = (picture.width, picture.height) == size
                    yield picture if same else picture.reformat(*size)
            except av.error.InvalidDataError:
                self.damaged += 1

    def _look(self, number: int, picture: VideoFrame, plan: Plan) -> None:
        for_faces = self.eyes.faces is not None and number % plan.pace.face_every == 0
        for_plates = number % plan.pace.plate_every == 0
        if not for_faces and not for_plates:
            return
        factor = max(1.0, max(picture.width, picture.height) / WIDTH)
        size = max(2, round(picture.width / factor)), max(2, round(picture.height / factor))
        small = np.asarray(picture.reformat(*size, format="bgr24").to_ndarray(), np.uint8)
        if for_faces:
            plan.faces(number, [scaled(box, factor) for box in self.eyes.look_for_faces(small)])
        if for_plates:
            plates = [enlarged(plate, factor) for plate in self.eyes.look_for_plates(small)]
            objects = plan.plates(number, [plate.box for plate in plates])
            if self.subject and plates:
                whole = np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
                for each, plate in zip(objects, plates, strict=True):
                    self.subject.see(each, plate, whole)


class _Writer:
    """The copy's container: H.264 in MP4, one thread, marked as a copy in its metadata and in every picture."""

    def __init__(self, file: IO[bytes], first: VideoFrame, fps: float, time_base: Fraction | None) -> None:
        self._out: OutputContainer = av.open(file, "w", format="mp4")
        self._out.metadata["comment"] = f"{LABEL}: not the original; sound and metadata dropped"
        self._stream = self._out.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001))
        self._size = first.width & ~1, first.height & ~1
        self._stream.width, self._stream.height = self._size
        self._stream.pix_fmt, self._stream.options = "yuv420p", {"preset": PRESET, "crf": CRF, "bf": "0"}
        self._stream.codec_context.thread_count = 1
        self._time_base = time_base or Fraction(1, 90_000)
        self._stream.codec_context.time_base = self._time_base
        self._last_pts = -1

    def write(self, picture: VideoFrame, covers: list[Cover], secret: int) -> None:
        i420 = picture.reformat(*self._size, format="yuv420p").to_ndarray()
        planes = split(np.asarray(i420, np.uint8))
        cover(planes, covers, secret)
        mark(planes)
        copy = VideoFrame.from_ndarray(i420, "yuv420p")
        copy.pts = max(self._last_pts + 1, picture.pts if picture.pts is not None else 0)
        copy.time_base, self._last_pts = self._time_base, copy.pts
        self._out.mux(self._stream.encode(copy))

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        """After a failure what is written is thrown away, so a second one while closing tells nothing new."""
        with suppress(OSError, av.FFmpegError) if failed else nullcontext():
            self._out.mux(self._stream.encode())
            self._out.close()


def upright(picture: VideoFrame) -> VideoFrame:
    """As it is shown: phones film on their side and say so in the container, which the copy does not carry on."""
    turns = round(picture.rotation / 90) % 4
    if not turns:
        return picture
    planes = split(np.asarray(picture.reformat(format="yuv420p").to_ndarray(), np.uint8))
    turned = [np.rot90(plane, turns) for plane in planes]
    i420 = np.concatenate([plane.reshape(-1) for plane in turned]).reshape(-1, turned[0].shape[1])
    shown = VideoFrame.from_ndarray(np.ascontiguousarray(i420), "yuv420p")
    shown.pts, shown.time_base = picture.pts, picture.time_base
    return shown


def split(i420: NDArray[np.uint8]) -> tuple[Plane, Plane, Plane]:
    """Views of the planes in uint8 (h * 3 / 2, w)."""
    height, width = i420.shape[0] * 2 // 3, i420.shape[1]
    chroma = i420[height:].reshape(2, height // 2, width // 2)
    return i420[:height], chroma[0], chroma[1]


def mark(planes: tuple[Plane, Plane, Plane]) -> None:
    """Says in the picture what it is, in its lower left corner."""
    height = max(12, planes[0].shape[0] // 36)
    scale = height / 34
    (width, _), _ = cv2.getTextSize(LABEL, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
    strip = planes[0][-height:, : width + height]
    strip[:] = 16
    for chroma in planes[1:]:
        chroma[-height // 2 :, : (width + height) // 2] = 128
    place = (height // 2, strip.shape[0] - height // 4)
    cv2.putText(strip, LABEL, place, cv2.FONT_HERSHEY_SIMPLEX, scale, 235, 1, cv2.LINE_AA)
