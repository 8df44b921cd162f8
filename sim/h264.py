"""Pictures become H.264 in an MPEG-TS stream: frames in, bytes out. The one door of the simulator to PyAV."""

from fractions import Fraction

import av
import numpy as np
from av.video.frame import PictureType
from numpy.typing import NDArray

I420 = NDArray[np.uint8]
"""uint8 (h * 3 / 2, w): planes Y, U, V, as cv2.COLOR_BGR2YUV_I420 makes them."""
TICKS = Fraction(1, 90_000)
"""The clock of MPEG-TS (ISO/IEC 13818-1, 2.4.3.7)."""


class _Sink:
    """Takes what the muxer writes until somebody asks for it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        whole, self._parts = b"".join(self._parts), []
        return whole


class TsEncoder:
    """Constrained baseline, no B pictures, SPS and PPS in each key frame, tables in every frame, a key frame a second.

    So a receiver may join at any key frame, and a frame is complete on the wire when `encode` returns.
    """

    def __init__(self, width: int, height: int, fps: int, kbit_s: int) -> None:
        self._sink = _Sink()
        self._container = av.open(
            self._sink, "w", format="mpegts",
            options={"mpegts_flags": "pat_pmt_at_frames", "max_delay": "0", "flush_packets": "1",
                     "omit_video_pes_length": "0"},
        )  # fmt: skip
        self._stream = self._container.add_stream("libx264", rate=fps, options=_x264(fps, kbit_s))
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        self._stream.codec_context.time_base = TICKS

    def encode(self, picture: I420, at_s: float, *, key: bool = False) -> bytes:
        """The transport packets of one frame. `at_s`: seconds since the stream's start, rising; becomes the PTS."""
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = round(at_s / TICKS), TICKS
        frame.pict_type = PictureType.I if key else PictureType.NONE
        for packet in self._stream.encode(frame):
            self._container.mux(packet)
        return self._sink.take()

    def close(self) -> None:
        self._container.close()


def _x264(fps: int, kbit_s: int) -> dict[str, str]:
    return {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "threads": "1",
        "b": f"{kbit_s}k",
        "maxrate": f"{kbit_s * 5 // 4}k",
        "bufsize": f"{kbit_s}k",
        "x264-params": f"repeat-headers=1:keyint={fps}:min-keyint=1:scenecut=0:forced-idr=1",
    }
