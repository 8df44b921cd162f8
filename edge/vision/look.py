"""One look at a frame: the part of it where something moves, as large as the detector's cost allows, plates out.

The detector's cost goes with the pixels it sees. A part of the frame is therefore shown larger than the whole would be,
but never larger than the narrowest legible plate needs.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from edge.vision.cost import Cost
from edge.vision.detect import PlateBox
from edge.vision.frame import Frame
from edge.vision.motion import Region

Bgr = NDArray[np.uint8]
Box = tuple[float, float, float, float]
Window = tuple[int, int, int, int]
"""x1, y1, x2, y2 px of the frame."""
Detect = Callable[[Bgr, int], list[PlateBox]]
"""A picture, and as how many pixels its longer side is to be seen; boxes in the picture's pixels."""

LONG_SIDE = 608
"""Pixels, of a whole frame: 6.7 ms for 16:9 (2-core x86, one thread). A window may have as many in another shape."""
FINEST = 0.5
"""The frame's pixels to the detector's: a plate of 44 px, the narrowest that is read, still has the 22 px that the
detector needs."""
MARGIN = 0.06
"""Of the frame, around what moves: motion is seen in blocks of 8 px and more, and a plate sits at a bumper's edge."""
MOST = 0.8
"""Of the frame's area: a larger window is not worth cutting out."""
EDGE = 4.0
"""Pixels of the frame: a plate so near to the window's edge may be cut, and would read as another, shorter mark."""


class Look:
    """What the detector finds in a window comes back in the frame's pixels."""

    def __init__(self, detect: Detect, cost: Cost) -> None:
        self._detect, self._cost = detect, cost

    def __call__(self, frame: Frame, window: Window) -> list[PlateBox]:
        left, top, right, bottom = window
        with self._cost.of("convert"):
            picture = frame.bgr[top:bottom, left:right]
        with self._cost.of("detect"):
            plates = self._detect(picture, long_side((right - left, bottom - top), frame.size))
        inner = left > 0, top > 0, right < frame.size[0], bottom < frame.size[1]
        whole = [plate for plate in plates if not _cut(plate.box, (right - left, bottom - top), inner)]
        return [_moved(plate, left, top) for plate in whole]


def window(regions: Iterable[Region], plates: Iterable[Box], size: tuple[int, int]) -> Window:
    """What holds every moving region and every plate that is being followed; the whole frame where that is most of it.

    `plates`: px of the frame, whose `size` is width and height.
    """
    width, height = size
    boxes = [(r.x1 * width, r.y1 * height, r.x2 * width, r.y2 * height) for r in regions]
    boxes += [_around(box) for box in plates]
    if not boxes:
        return 0, 0, width, height
    low, high = np.min(boxes, axis=0)[:2], np.max(boxes, axis=0)[2:]
    margin = np.array([width, height]) * MARGIN
    x1, y1 = np.clip(low - margin, 0, [width - 1, height - 1]).astype(int).tolist()
    x2, y2 = np.clip(np.ceil(high + margin), [x1 + 1, y1 + 1], [width, height]).astype(int).tolist()
    return (0, 0, width, height) if (x2 - x1) * (y2 - y1) > MOST * width * height else (x1, y1, x2, y2)


def long_side(window: tuple[int, int], frame: tuple[int, int]) -> int:
    """As how many pixels the longer side of such a window is seen (width and height): at the scale of the whole, or at
    the larger one at which it costs no more than the whole."""
    whole = LONG_SIDE / max(frame)
    scale = max(whole, min(FINEST, whole * sqrt(frame[0] * frame[1] / (window[0] * window[1]))))
    return max(1, round(max(window) * scale))


def _cut(box: Box, size: tuple[int, int], inner: tuple[bool, bool, bool, bool]) -> bool:
    """Whether it touches a side (left, top, right, bottom) of the window that is none of the frame's."""
    room = box[0], box[1], size[0] - box[2], size[1] - box[3]
    return any(here and gap < EDGE for here, gap in zip(inner, room, strict=True))


def _around(box: Box) -> Box:
    """Room for a plate to move by its own width until the next look."""
    x1, y1, x2, y2 = box
    reach = x2 - x1
    return x1 - reach, y1 - reach, x2 + reach, y2 + reach


def _moved(plate: PlateBox, left: int, top: int) -> PlateBox:
    """From the window's pixels to the frame's."""
    x1, y1, x2, y2 = plate.box
    corners = (plate.corners + np.array([left, top], np.float32)).astype(np.float32)
    return replace(plate, box=(x1 + left, y1 + top, x2 + left, y2 + top), corners=corners)
