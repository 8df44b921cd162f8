"""The marker on a dock's pad: drawn into pictures from above, and what a perfect eye would measure of it (pure)."""

import math
import random
from dataclasses import dataclass, field
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.physics import Body
from sim.scene_lens import Bgr

NUMBER, SIDE_M = 7, 0.4
"""AprilTag 36h11; the side of its black square."""
CELLS, CELL_PX = 8, 30
WHITE, BLACK = 232, 22
LEAST_PX, NEAR_M = 14.0, 0.1
Vector = tuple[float, float, float]
"""Metres from the camera: to the picture's right, to its lower edge, ahead of the lens."""


@dataclass
class Marker:
    """`hidden`: by snow, leaves or a bag. `noise`: standard error of a measure, as a share of the distance."""

    seed: int = 0
    hidden: bool = False
    noise: float = 0.006
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(f"{self.seed}:marker")

    def measured(self, body: Body, pitch: float, half_fov: tuple[float, float], width: int) -> Vector | None:
        """By a steady camera looking up by `pitch` rad; None where it is hidden, out of the picture or too small."""
        right, below, ahead = seen_from(body, pitch)
        if self.hidden or not in_picture((right, below, ahead), half_fov, width):
            return None
        return tuple(value + self._random.gauss(0, self.noise * ahead) for value in (right, below, ahead))  # type: ignore[return-value]


def in_picture(marker: Vector, half_fov: tuple[float, float], width: int) -> bool:
    """Whole, and large enough to be made out."""
    right, below, ahead = marker
    wide, tall = (math.tan(angle) for angle in half_fov)
    inside = ahead > SIDE_M and abs(right) < wide * ahead - SIDE_M and abs(below) < tall * ahead - SIDE_M
    return inside and width / 2 / wide * SIDE_M / ahead >= LEAST_PX


def seen_from(body: Body, pitch: float) -> Vector:
    """Where the middle of the pad truly lies from the camera."""
    c, s = math.cos(body.yaw), math.sin(body.yaw)
    forward, right = -c * body.north - s * body.east, s * body.north - c * body.east
    down = -body.down
    below = forward * math.sin(pitch) + down * math.cos(pitch)
    return right, below, forward * math.cos(pitch) - down * math.sin(pitch)


def paint(frame: Bgr, matrix: NDArray[np.float64], x_m: float, y_m: float, heading_deg: float) -> None:
    """Lays the marker on the ground at (x east, y north), its upper edge to `heading_deg`.

    `matrix`: 3 x 4, homogeneous metres (east, north, up) to homogeneous pixels.
    """
    drawn, turn = _texture(), math.radians(heading_deg)
    metre = SIDE_M / (CELLS * CELL_PX)
    half = drawn.shape[0] / 2 * metre
    right, ahead = np.array([math.cos(turn), -math.sin(turn)]), np.array([math.sin(turn), math.cos(turn)])
    place = np.eye(3)
    place[:2, 0], place[:2, 1] = right * metre, -ahead * metre
    place[:2, 2] = np.array([x_m, y_m]) - right * half + ahead * half
    way = matrix[:, [0, 1, 3]] @ place
    edge = drawn.shape[0]
    corners = way @ np.array([[0.0, edge, edge, 0], [0, 0, edge, edge], [1, 1, 1, 1]])
    if corners[2].min() <= NEAR_M:
        return
    ends = corners[:2] / corners[2]
    shrink = edge / max(1.0, float(np.hypot(*(ends[:, 1] - ends[:, 0]))))
    if shrink > 1:
        drawn = cv2.blur(drawn, (max(1, round(shrink)), max(1, round(shrink)))).astype(np.uint8, copy=False)
    size = frame.shape[1], frame.shape[0]
    mask = cv2.warpPerspective(np.full_like(drawn, 255), way, size)
    laid = cv2.warpPerspective(drawn, way, size)
    frame[mask > 127] = laid[mask > 127][:, None]


@lru_cache(maxsize=1)
def _texture() -> NDArray[np.uint8]:
    """uint8, square: the marker in its white margin of one cell."""
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    inner = cv2.aruco.generateImageMarker(family, NUMBER, CELLS * CELL_PX)
    whole = np.pad(inner, CELL_PX, constant_values=255)
    return np.where(whole > 127, WHITE, BLACK).astype(np.uint8)
