"""One camera kept open: a reader thread demuxes and decodes, its owner takes the newest frame whenever it is ready.

Newest frame wins: a frame that was not taken in time is replaced, counted, and never converted; a decoder that falls
behind the stream goes on at a later key frame. A stream that stops,
breaks or no longer decodes is noticed within `stall_s` and opened again with back-off and full jitter (D10, D11).
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import av
import structlog
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from edge.config import Decoder
from edge.vision.annexb import AccessUnits
from edge.vision.cost import Cost
from edge.vision.frame import Frame
from edge.vision.outlook import Outlook
from edge.vision.pace import Backlog, Pace, Smooth
from edge.vision.source import Address, Decode, decode_with, open_source, parse_address, prepare
from wire.errors import UserError
from wire.video import AccessUnit

log = structlog.get_logger()
BACKOFF_CAP_S = 8.0
STUCK_S = 30.0
"""A reader that gives no sign for so long hangs inside a driver; only a new process helps."""


@dataclass(frozen=True)
class Counts:
    """Since the start. `frames`: decoded, or packets where nothing is decoded; `dropped`: replaced by a newer one;
    `skipped`: not decoded, as the decoder was behind; `withheld`: came, but may not be shown (F24)."""

    frames: int = 0
    dropped: int = 0
    skipped: int = 0
    damaged: int = 0
    opened: int = 0
    withheld: int = 0


class Camera:
    """`decode`: False hands packets on without looking into them. `on_unit`: every H.264 access unit, untouched.

    `may_show`: whether what was taken then may leave this class at all (F24); the stream goes on at a key frame.
    `glance`: sees every frame, the withheld ones too, on the reader's thread; it keeps none.
    """

    def __init__(
        self,
        url: str,
        *,
        decode: bool = True,
        stall_s: float = 8.0,
        max_fps: float = 60.0,
        frozen_s: float = 60.0,
        decoder: Decoder = "software",
        on_unit: Callable[[AccessUnit], None] | None = None,
        may_show: Callable[[datetime], bool] = lambda _captured_at: True,
        glance: Callable[[Frame], None] | None = None,
    ) -> None:
        self._may_show, self._glance, self._broken_off = may_show, glance, False
        self._decoder, self.outlook = decoder, Outlook(frozen_s)
        self._url, self._decode, self._stall_s, self._max_fps, self._on_unit = url, decode, stall_s, max_fps, on_unit
        self._fresh = threading.Condition()
        self._frame: Frame | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)
        self._beat_t = self._good_t = time.monotonic()
        self._next_t = 0.0
        self._smooth, self._backlog = Smooth(), Backlog()
        self.counts = Counts()
        self.cost = Cost()
        self.problem = ""
        """Why there is no picture, in plain words; empty while there is one."""
        self.codec = ""
        self.size = (0, 0)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """A read in progress may outlast the half second granted here: its thread dies with the process."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=0.5)

    def take(self, timeout_s: float) -> Frame | None:
        """The newest frame not yet taken; None if none came in time."""
        with self._fresh:
            if self._frame is None:
                self._fresh.wait(timeout_s)
            frame, self._frame = self._frame, None
        return frame

    @property
    def silent_s(self) -> float:
        """Seconds since the last good frame, or since the start."""
        return time.monotonic() - self._good_t

    @property
    def stalled(self) -> bool:
        return self.silent_s > self._stall_s

    @property
    def stuck(self) -> bool:
        return time.monotonic() - self._beat_t > STUCK_S

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            frames_before = self.counts.frames
            self._beat()
            self.problem = self._stream() or self.problem
            failures = 0 if self.counts.frames > frames_before else failures + 1
            self._stopping.wait(random.uniform(0.1, min(BACKOFF_CAP_S, 0.5 * 2 ** min(failures, 8))))

    def _stream(self) -> str:
        """Reads until the stream fails or ends; says how it went."""
        try:
            address = parse_address(self._url)
            with open_source(address, open_s=self._stall_s, read_s=self._stall_s) as container:
                self.counts = replace(self.counts, opened=self.counts.opened + 1)
                return self._read(container, address)
        except UserError as error:
            return str(error)
        except av.error.ExitError:
            return f"no data for {self._stall_s:.0f} s"
        except (av.FFmpegError, OSError) as error:
            return f"the stream broke ({error})"

    def _read(self, container: InputContainer, address: Address) -> str:
        stream = prepare(container, live=address.live)
        self.codec, self.size = stream.codec_context.name, (stream.codec_context.width, stream.codec_context.height)
        units = self._units_of(stream)
        decode = decode_with(self._decoder, stream) if self._decode else None
        opened_t, keyed, clip = time.monotonic(), False, Pace()
        self._smooth, self._backlog = Smooth(), Backlog()
        for packet in container.demux(stream):
            now_t = self._beat()
            if self._stopping.is_set():
                return ""
            if packet.size == 0:
                continue
            keyed = keyed or packet.is_keyframe
            if not address.live:
                self._stopping.wait(clip.ahead_s(_stamp_s(packet), now_t))
            if keyed:
                self._take_in(packet, units, decode)
            if time.monotonic() - max(self._good_t, opened_t) > self._stall_s:
                return "data arrives but no picture can be decoded"
        return "the stream ended"

    def _take_in(self, packet: "Packet[VideoStream]", units: AccessUnits | None, decode: Decode | None) -> None:
        """One packet: handed on, and decoded where somebody needs frames."""
        captured_at, arrived_t = datetime.now(UTC), time.monotonic()
        hidden = not self._may_show(captured_at)
        self.counts = replace(self.counts, withheld=self.counts.withheld + hidden)
        try:
            if units and self._on_unit:
                data = units(bytes(packet), packet.is_keyframe)
                self._broken_off = hidden or (self._broken_off and not packet.is_keyframe)
                if not self._broken_off:
                    self._on_unit(AccessUnit(int(captured_at.timestamp() * 1e6), packet.is_keyframe, data))
            if decode is None:
                self._good()
                return
            if not self._backlog(_stamp_s(packet), arrived_t, packet.is_keyframe):
                self._good_t, self.counts = arrived_t, replace(self.counts, skipped=self.counts.skipped + 1)
                return
            with self.cost.of("decode"):
                pictures = decode(packet)
            for picture in pictures:
                self._good()
                self._offer(Frame(picture, captured_at, self._smooth(picture.time, arrived_t)), hidden)
        except (av.error.InvalidDataError, ValueError):
            self.counts = replace(self.counts, damaged=self.counts.damaged + 1)

    def _offer(self, frame: Frame, hidden: bool) -> None:
        # A tenth early: a 15 fps camera that jitters must not lose every second frame to a limit of 15.
        rest_s = 0.9 / self._max_fps
        if 0 < self._next_t - frame.t <= rest_s:
            return
        self._next_t = frame.t + rest_s
        if self.outlook.due(frame.t):
            self.outlook(frame.samples, frame.t)
        if self._glance:
            self._glance(frame)
        if hidden:
            return
        with self._fresh:
            if self._frame is not None:
                self.counts = replace(self.counts, dropped=self.counts.dropped + 1)
            self._frame = frame
            self._fresh.notify()

    def _units_of(self, stream: VideoStream) -> AccessUnits | None:
        """None where the camera speaks another codec than H.264: then there is no live view, and health says so."""
        if self.codec != "h264" or self._on_unit is None:
            return None
        return AccessUnits(bytes(stream.codec_context.extradata or b""))

    def _good(self) -> None:
        self._good_t, self.problem = time.monotonic(), ""
        self.counts = replace(self.counts, frames=self.counts.frames + 1)

    def _beat(self) -> float:
        self._beat_t = time.monotonic()
        return self._beat_t


def _stamp_s(packet: "Packet[VideoStream]") -> float | None:
    stamp = packet.dts if packet.dts is not None else packet.pts
    return None if stamp is None or packet.time_base is None else float(stamp * packet.time_base)
