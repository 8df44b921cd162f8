"""Where something moves: small grey frames in, boxes out. A still scene must cost no detector.

What moves differs both from a learnt background and from the frame before: the first alone sees a ghost where a car has
left, the second alone every flicker. A change of light moves the whole picture at once, so the median difference is
taken off first. Pure: no clock, no camera.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Region:
    """A moving area, in fractions of the frame's width and height."""

    x1: float
    y1: float
    x2: float
    y2: float


class Motion:
    """`threshold`: grey levels over the background; `least_area`: of the frame, below it is leaves and noise."""

    def __init__(self, *, threshold: float = 14, least_area: float = 0.0015, learning: float = 0.06) -> None:
        self._threshold, self._least_area, self._learning = threshold, least_area, learning
        self._background: NDArray[np.float32] | None = None
        self._before: NDArray[np.float32] | None = None

    def __call__(self, grey: Grey) -> list[Region]:
        """The moving regions of the next frame: uint8 (h, w). The first frame, or one of a new size, is all motion."""
        picture = cv2.GaussianBlur(grey, (5, 5), 0).astype(np.float32)
        background, before = self._background, self._before
        self._before = picture
        if background is None or before is None or background.shape != picture.shape:
            self._background = picture
            return [Region(0, 0, 1, 1)]
        changed = _grown(_differs(picture, before, self._threshold / 2))
        foreground = _grown(_differs(picture, background, self._threshold))
        moving = foreground & changed
        rate = np.where(moving > 0, self._learning / 6, self._learning).astype(np.float32)
        self._background = background + rate * (picture - background)
        return self._regions(moving)

    def _regions(self, mask: NDArray[np.uint8]) -> list[Region]:
        height, width = mask.shape
        _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
        return [
            Region(x / width, y / height, (x + w) / width, (y + h) / height)
            for x, y, w, h, area in stats[1:].tolist()
            if area >= self._least_area * width * height
        ]


def _differs(a: NDArray[np.float32], b: NDArray[np.float32], threshold: float) -> NDArray[np.uint8]:
    """1 where the pictures differ, apart from a change of light over the whole scene."""
    difference = a - b
    difference -= np.float32(np.median(difference[::4, ::4]))
    return np.asarray(np.abs(difference) > threshold, np.uint8)


def _grown(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.dilate(mask, np.ones((5, 5), np.uint8)), np.uint8)
