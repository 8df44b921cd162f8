"""The marker of the dock's pad in a picture from above: where its middle lies from the camera. Pure.

An AprilTag of the family 36h11, found by OpenCV's ArUco detector; four corners of a square of known size give the place
(IPPE: Collins and Bartoli 2014). Only the one marker of the site counts.
"""

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Vector = tuple[float, float, float]
LEAST_PX = 12.0
"""A side shorter than this is read too rarely and measured too badly."""

MARGIN = 0.02
"""Squares nearer than this share of a side are one. The white margin is a square too: at OpenCV's 0.125 it is taken for
the marker, and the marker is lost near the ground (measured 2026-11-22, OpenCV 5.0)."""


class MarkerFinder:
    """`number`: of the marker in its family; `side_m`: of its black square; `fov_deg`: across the picture."""

    def __init__(self, number: int, side_m: float, fov_deg: float) -> None:
        self._number, self._half_m, self._half_fov = number, side_m / 2, math.radians(fov_deg) / 2
        family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
        settings = cv2.aruco.DetectorParameters()
        settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
        settings.minMarkerDistanceRate = MARGIN
        self._detector = cv2.aruco.ArucoDetector(family, settings)

    def __call__(self, grey: Grey) -> Vector | None:
        """uint8 (h, w) in; metres to the right, to the lower edge and ahead. None where it is not to be seen."""
        found, numbers, _ = self._detector.detectMarkers(grey)
        mine = (
            []
            if numbers is None
            else [quad for quad, number in zip(found, numbers, strict=True) if number == self._number]
        )
        if len(mine) != 1:
            return None
        corners = mine[0].reshape(4, 2)
        if min(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)) < LEAST_PX:
            return None
        return self._place(corners, grey.shape[1], grey.shape[0])

    def _place(self, corners: NDArray[Any], width: int, height: int) -> Vector | None:
        half, focal = self._half_m, width / 2 / math.tan(self._half_fov)
        square = np.array([[-half, half, 0], [half, half, 0], [half, -half, 0], [-half, -half, 0]], np.float32)
        inner = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
        done, _, moved = cv2.solvePnP(square, corners, inner, np.zeros(4), flags=cv2.SOLVEPNP_IPPE_SQUARE)
        right, below, ahead = (float(metres) for metres in moved.ravel())
        return (right, below, ahead) if done and ahead > 0 else None
