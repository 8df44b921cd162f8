"""Where something moves: small grey frames in, boxes out. A still scene must cost no detector.

The background is a running average that learns slowly where things move and quickly where they don't; a change of light
moves the whole picture at once, so the median difference is taken off first. Pure: no clock, no camera.
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

    def __init__(self, *, threshold: float = 14, least_area: float = 0.0015, learning: float = 0.05) -> None:
        self._threshold, self._least_area, self._learning = threshold, least_area, learning
        self._background: NDArray[np.float32] | None = None

    def __call__(self, grey: Grey) -> list[Region]:
        """The moving regions of the next frame: uint8 (h, w). The first frame, or one of a new size, is all motion."""
        picture = cv2.GaussianBlur(grey, (5, 5), 0).astype(np.float32)
        if self._background is None or self._background.shape != picture.shape:
            self._background = picture
            return [Region(0, 0, 1, 1)]
        difference = picture - self._background
        difference -= np.float32(np.median(difference[::4, ::4]))
        mask = (np.abs(difference) > self._threshold).astype(np.uint8)
        self._learn(picture, mask)
        return self._regions(cv2.dilate(mask, np.ones((5, 5), np.uint8)))

    def _learn(self, picture: NDArray[np.float32], mask: NDArray[np.uint8]) -> None:
        """What moves is learnt five times more slowly: a car that stops fades into the background within seconds."""
        assert self._background is not None
        rate = np.where(mask > 0, self._learning / 5, self._learning).astype(np.float32)
        self._background = self._background + rate * (picture - self._background)

    def _regions(self, mask: "cv2.typing.MatLike") -> list[Region]:
        height, width = mask.shape
        _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
        return [
            Region(x / width, y / height, (x + w) / width, (y + h) / height)
            for x, y, w, h, area in stats[1:].tolist()
            if area >= self._least_area * width * height
        ]
