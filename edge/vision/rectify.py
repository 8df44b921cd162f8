"""A plate as it stands in the picture in, its lines of text square on out. Pure: pixels to pixels."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.detect import PlateBox

Bgr = NDArray[np.uint8]
Corners = NDArray[np.float32]

LEAST_HEIGHT, MOST_HEIGHT = 48, 192
"""Pixels of the rectified plate: what the recogniser wants, and four times that, so that nothing aliases."""
TWO_LINE_ASPECT = 2.3
"""Width to height: UK two-line plates have 1.4, one-line plates 4.7 and still 2.6 when seen at 55 degrees."""


@dataclass(frozen=True)
class Cut:
    """One way to look at a plate: shares added to width and height at either side, and how much it is stretched."""

    wide: float
    tall: float
    stretch: float = 1.0
    by_box: bool = False
    """Upright, by the box: where the corners are wrong this still holds the plate."""


CUTS = (Cut(0.1, 0.0, by_box=True), Cut(0.06, -0.05), Cut(0.06, 0.02, 0.85), Cut(0.18, 0.1))
"""By the box, by the corners, narrowed, wider: together they err less, as each errs elsewhere."""


def cut_out(bgr: Bgr, plate: PlateBox, cut: Cut) -> Bgr:
    """The plate of a whole picture, seen in that way."""
    x1, y1, x2, y2 = plate.box
    upright = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)
    return stretched(square_on(bgr, upright if cut.by_box else plate.corners, cut.wide, cut.tall), cut.stretch)


def square_on(bgr: Bgr, corners: Corners, wide: float = 0.06, tall: float = -0.05) -> Bgr:
    """The plate seen from the front, uint8 (48 to 192, w, 3). `corners`: float32 (4, 2) px clockwise from top left."""
    corners = grown(corners.astype(np.float32), wide, tall)
    width, height = extent(corners)
    scale = min(max(height, LEAST_HEIGHT), MOST_HEIGHT) / height
    right, bottom = max(8, round(width * scale)), max(8, round(height * scale))
    target = np.array([[0, 0], [right, 0], [right, bottom], [0, bottom]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    plate = cv2.warpPerspective(bgr, matrix, (right, bottom), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(plate, np.uint8)


def grown(corners: Corners, wide: float, tall: float) -> Corners:
    """The quadrangle with its sides moved outwards along its own axes."""
    tl, tr, br, bl = corners
    across, down = (tr - tl + br - bl) / 2 * wide, (bl - tl + br - tr) / 2 * tall
    return np.array([tl - across - down, tr + across - down, br + across + down, bl - across + down], np.float32)


def extent(corners: Corners) -> tuple[float, float]:
    """Mean width and height of a quadrangle, px; at least 1."""
    tl, tr, br, bl = corners
    width = (np.linalg.norm(tr - tl) + np.linalg.norm(br - bl)) / 2
    height = (np.linalg.norm(bl - tl) + np.linalg.norm(br - tr)) / 2
    return max(float(width), 1.0), max(float(height), 1.0)


def stretched(plate: Bgr, factor: float) -> Bgr:
    """The plate `factor` times as wide: narrow characters come apart."""
    if factor == 1:
        return plate
    return np.asarray(cv2.resize(plate, (round(plate.shape[1] * factor), plate.shape[0])), np.uint8)


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
