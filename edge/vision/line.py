"""What the reader's network sees of a line of text: grey, 32 px high, even contrast. Pure: pixels to pixels."""

import cv2
import numpy as np
from numpy.typing import NDArray

Bgr = NDArray[np.uint8]
Strip = NDArray[np.float32]

HEIGHT = 32
STRETCH = 1.4
"""Wider than seen: a 1 of 14 mm and its gap of 11 mm then fill almost three of the network's columns."""
LEAST_WIDTH, MOST_WIDTH = 48, 320
STRIDE = 4
"""Pixels a column of the network's output."""


def strip(line: Bgr) -> Strip:
    """float32 (32, w), mean 0, deviation 1. `line`: uint8 (h, w, 3) BGR or (h, w) grey."""
    grey = cv2.cvtColor(line, cv2.COLOR_BGR2GRAY) if line.ndim == 3 else line
    size = strip_width(grey.shape[1], grey.shape[0]), HEIGHT
    shrinks = grey.shape[0] > HEIGHT
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR).astype(np.float32)
    return np.asarray((small - small.mean()) / max(float(small.std()), 4.0), np.float32)


def strip_width(width: float, height: float) -> int:
    """A multiple of 4 px: the line's proportions, stretched."""
    wide = round(width / height * HEIGHT * STRETCH / STRIDE) * STRIDE
    return min(max(wide, LEAST_WIDTH), MOST_WIDTH)
