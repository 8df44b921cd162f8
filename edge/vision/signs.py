"""Every line of text in a still picture: PP-OCR's whole-picture detector, for stills where the own detector is blind.

It costs a second of CPU, so no camera uses it. DB post-processing after Liao et al., "Real-time Scene Text Detection
with Differentiable Binarization" (2020): threshold, contours, boxes grown back by what the training shrank them.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.detect import PlateBox
from edge.vision.ppocr import TEXT_DETECTOR, open_session

Bgr = NDArray[np.uint8]
Corners = NDArray[np.float32]

SURE_PIXEL, SURE_BOX = 0.3, 0.5
UNCLIP = 1.6
LEAST_SIDE, MOST_SIDE = 736, 1600
"""Pixels: the shorter side is scaled up to the one, the longer held under the other."""


class TextDetector:
    """A loaded network with the seam of the plate detector."""

    def __init__(self, threads: int = 1) -> None:
        self._session = open_session(TEXT_DETECTOR, threads)

    def __call__(self, bgr: Bgr) -> list[PlateBox]:
        """Text lines in uint8 (h, w, 3) BGR; the score says how surely it is text, not that it is a plate."""
        height, width = bgr.shape[:2]
        scale = min(LEAST_SIDE / min(height, width), MOST_SIDE / max(height, width))
        size = max(32, round(width * scale / 32) * 32), max(32, round(height * scale / 32) * 32)
        small = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        batch = (small.astype(np.float32) / np.float32(127.5) - 1).transpose(2, 0, 1)[None]
        heat = self._session.run(None, {"x": batch})[0][0, 0]
        zoom = np.array([width / size[0], height / size[1]], np.float32)
        return [_placed(corners * zoom, score) for corners, score in _boxes(heat)]


def _boxes(heat: NDArray[np.float32]) -> list[tuple[Corners, float]]:
    """Corners in the network's pixels and the mean heat within."""
    mask = cv2.dilate((heat > SURE_PIXEL).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    boxes = []
    for contour in contours:
        (x, y), (w, h), angle = cv2.minAreaRect(contour)
        if min(w, h) < 3:
            continue
        score = _mean_within(heat, cv2.boxPoints(((x, y), (w, h), angle)))
        if score >= SURE_BOX:
            grow = w * h * UNCLIP / (w + h)
            points = cv2.boxPoints(((x, y), (w + grow, h + grow), angle))
            boxes.append((_clockwise(np.asarray(points, np.float32)), score))
    return boxes


def _mean_within(heat: NDArray[np.float32], points: "cv2.typing.MatLike") -> float:
    x, y, w, h = cv2.boundingRect(np.asarray(points, np.int32))
    x, y = max(x, 0), max(y, 0)
    part = heat[y : y + h, x : x + w]
    inside = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(inside, [np.asarray(points, np.int32) - np.array([x, y], np.int32)], (1,))
    return float(part[inside > 0].mean()) if inside.any() else 0.0


def _clockwise(points: Corners) -> Corners:
    """From the top left corner on, for text that leans by less than 45 degrees."""
    by_x = points[np.argsort(points[:, 0])]
    left, right = by_x[:2][np.argsort(by_x[:2, 1])], by_x[2:][np.argsort(by_x[2:, 1])]
    return np.array([left[0], right[0], right[1], left[1]], np.float32)


def _placed(corners: Corners, score: float) -> PlateBox:
    low, high = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return PlateBox((low[0], low[1], high[0], high[1]), score, corners)
