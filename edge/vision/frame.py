"""One decoded picture of a camera: cheap to carry; the costly conversion to BGR happens only if somebody asks."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

Bgr = NDArray[np.uint8]
Grey = NDArray[np.uint8]

MOTION_WIDTH = 240
"""Pixels; a car 20 m away still covers some thirty of them."""
SAMPLES_WIDE = 120
_PLANAR = {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray"}
_reformatter = VideoReformatter()


@dataclass(frozen=True)
class Frame:
    """`captured_at`: UTC, on arrival; `t`: seconds that never step (monotonic clock, or the clip's own time)."""

    picture: VideoFrame
    captured_at: datetime
    t: float

    @cached_property
    def bgr(self) -> Bgr:
        """uint8 (h, w, 3); about 2 ms at 960 x 540. One thread at a time: the scaler is shared."""
        return _array(_reformatter.reformat(self.picture, format="bgr24").to_ndarray())

    @cached_property
    def small_grey(self) -> Grey:
        """uint8 (h, 240 or so) from the luma plane alone, so that a still scene is never converted."""
        return _shrink(self._luma())

    @property
    def grey(self) -> Grey:
        """uint8 (h, w), whole: a view where the picture has a luma plane."""
        return self._luma()

    @property
    def samples(self) -> Grey:
        """uint8 (h, w), a copy: some 120 by 68 pixels of the luma, to tell whether anything at all changes."""
        step = max(1, self.picture.width // SAMPLES_WIDE)
        return self._luma()[::step, ::step].copy()

    def _luma(self) -> Grey:
        """uint8 (h, w): a view, where the picture has such a plane."""
        if self.picture.format.name not in _PLANAR:
            return _array(cv2.cvtColor(self.bgr, cv2.COLOR_BGR2GRAY))
        plane = self.picture.planes[0]
        luma = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]  # a buffer
        return _array(luma[: self.picture.height, : self.picture.width])

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.picture.width, self.picture.height


def _shrink(grey: Grey) -> Grey:
    """By a whole number, from two of the rows that become one: 0.2 ms for 1080p, where all rows take 0.6 and an uneven
    ratio 1.3. A vehicle covers hundreds of rows."""
    step = max(1, round(grey.shape[1] / MOTION_WIDTH))
    height, width = grey.shape[0] // step, grey.shape[1] // step
    upper, lower = (
        cv2.resize(grey[row : height * step : step, : width * step], (width, height), interpolation=cv2.INTER_AREA)
        for row in (step // 4, 3 * step // 4)
    )
    return _array(cv2.addWeighted(upper, 0.5, lower, 0.5, 0))


def _array(pixels: Any) -> NDArray[np.uint8]:
    return np.asarray(pixels, np.uint8)
