"""A plate as it stands in the picture in, its lines of text square on out. Pure: pixels to pixels."""

import cv2
import numpy as np
from numpy.typing import NDArray

Bgr = NDArray[np.uint8]
Corners = NDArray[np.float32]

LEAST_HEIGHT, MOST_HEIGHT = 48, 192
"""Pixels of the rectified plate: what the recogniser wants, and four times that, so that nothing aliases."""
BAND_SHARE = 0.2
"""A country band takes 40 of 520 mm; the search goes twice as far, as boxes are seldom exact."""
BLUE_LOW, BLUE_HIGH = (95, 90, 40), (130, 255, 255)
"""HSV as OpenCV counts it (hue 0 to 180): the blue of Regulation (EC) 2411/98 from shade to sun."""
TWO_LINE_ASPECT = 2.3
"""Width to height: UK two-line plates have 1.4, one-line plates 4.7 and still 2.6 when seen at 55 degrees."""


def square_on(bgr: Bgr, corners: Corners, margin: float = 0.08) -> Bgr:
    """The plate seen from the front, uint8 (48 to 192, w, 3). `corners`: float32 (4, 2) px clockwise from top left;
    `margin`: of the height, added on every side (a recogniser likes air around its text)."""
    width, height = extent(corners)
    scale = min(max(height, LEAST_HEIGHT), MOST_HEIGHT) / height
    pad = margin * height * scale
    right, bottom = width * scale + pad, height * scale + pad
    target = np.array([[pad, pad], [right, pad], [right, bottom], [pad, bottom]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    size = max(8, round(right + pad)), max(8, round(bottom + pad))
    plate = cv2.warpPerspective(bgr, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(plate, np.uint8)


def extent(corners: Corners) -> tuple[float, float]:
    """Mean width and height of a quadrangle, px; at least 1."""
    tl, tr, br, bl = corners
    width = (np.linalg.norm(tr - tl) + np.linalg.norm(br - bl)) / 2
    height = (np.linalg.norm(bl - tl) + np.linalg.norm(br - tr)) / 2
    return max(float(width), 1.0), max(float(height), 1.0)


def without_band(plate: Bgr) -> Bgr:
    """The plate without a blue country band at its left or right end: its letter is no part of the mark."""
    hsv = cv2.cvtColor(plate, cv2.COLOR_BGR2HSV)
    blue = cv2.inRange(hsv, np.array(BLUE_LOW), np.array(BLUE_HIGH)).mean(axis=0) / 255 > 0.45
    if blue.mean() > 0.5:
        return plate
    reach = int(BAND_SHARE * len(blue))
    left = _last(blue[:reach]) if reach else 0
    right = _last(blue[::-1][:reach]) if reach else 0
    return plate[:, left : plate.shape[1] - right]


def text_lines(plate: Bgr) -> list[Bgr]:
    """One line, or the two of a square plate, parted where the ink is thinnest near the middle."""
    height, width = plate.shape[:2]
    if width / height > TWO_LINE_ASPECT:
        return [plate]
    grey = cv2.cvtColor(plate, cv2.COLOR_BGR2GRAY)
    edges = np.abs(np.diff(grey.astype(np.int16), axis=1)).sum(axis=1)
    top, bottom = int(height * 0.35), int(height * 0.65)
    smooth = np.convolve(edges, np.ones(5) / 5, mode="same")[top:bottom]
    cut = top + int(smooth.argmin())
    return [plate[:cut], plate[cut:]]


def _last(blue: NDArray[np.bool_]) -> int:
    """How many columns the band takes; 0 for less than a hundredth of a plate (a shadow, a rim)."""
    places = np.flatnonzero(blue)
    return int(places[-1]) + 1 if len(places) > 0.12 * len(blue) else 0
