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
        """uint8 (h, 240) from the luma plane alone, so that a still scene is never converted."""
        if self.picture.format.name not in _PLANAR:
            return _shrink(cv2.cvtColor(self.bgr, cv2.COLOR_BGR2GRAY))
        plane = self.picture.planes[0]
        luma = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]  # a buffer
        return _shrink(luma[: self.picture.height, : self.picture.width])

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.picture.width, self.picture.height


def _shrink(grey: Any) -> Grey:
    height, width = grey.shape
    scale = MOTION_WIDTH / width
    return _array(cv2.resize(grey, (MOTION_WIDTH, max(1, round(height * scale))), interpolation=cv2.INTER_AREA))


def _array(pixels: Any) -> NDArray[np.uint8]:
    return np.asarray(pixels, np.uint8)
