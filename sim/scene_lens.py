"""How a camera sees (pure): points in metres to pixels, and flat textures laid into a picture in perspective.

Camera frame: X right, Y up from the road, Z ahead along the road, metres; the lens hangs at X = Z = 0.
"""

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

Bgr = NDArray[np.uint8]
Bgra = NDArray[np.uint8]
Points = NDArray[np.float64]
NEAR_M = 2.0


@dataclass(frozen=True)
class Lens:
    """A pinhole. Positive `yaw_deg` looks right, `pitch_deg` down, `roll_deg` turns the picture clockwise."""

    width: int
    height: int
    focal_px: float
    above_m: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float = 0.0

    def matrix(self) -> NDArray[np.float64]:
        """3 x 4: homogeneous metres to homogeneous pixels; the third component is the depth in metres."""
        yaw, pitch, roll = (math.radians(a) for a in (self.yaw_deg, self.pitch_deg, self.roll_deg))
        turn = np.array([[math.cos(yaw), 0, -math.sin(yaw)], [0, 1, 0], [math.sin(yaw), 0, math.cos(yaw)]])
        tilt = np.array([[1, 0, 0], [0, math.cos(pitch), math.sin(pitch)], [0, -math.sin(pitch), math.cos(pitch)]])
        lean = np.array([[math.cos(roll), math.sin(roll), 0], [-math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
        f = self.focal_px
        inner = np.array([[f, 0, self.width / 2], [0, -f, self.height / 2], [0, 0, 1]])
        whole = inner @ lean @ tilt @ turn
        return np.asarray(np.hstack([whole, whole @ np.array([[0.0], [-self.above_m], [0.0]])]))

    def project(self, points: Points) -> tuple[Points, NDArray[np.float64]]:
        """(n, 3) metres to (n, 2) pixels and (n,) depths in metres; pixels mean nothing where the depth is under 0."""
        seen = np.hstack([points, np.ones((len(points), 1))]) @ self.matrix().T
        return seen[:, :2] / seen[:, 2:], seen[:, 2]

    def ground(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """X and Z in metres of the road under each pixel, (height, width) each; NaN above the horizon."""
        plane = np.linalg.inv(self.matrix()[:, [0, 2, 3]])
        v, u = np.mgrid[0 : self.height, 0 : self.width].astype(float)
        x, z, w = (plane @ np.stack([u.ravel(), v.ravel(), np.ones(u.size)])).reshape(3, self.height, self.width)
        ahead = (z / w > 0) & (w > 0)
        return np.where(ahead, x / w, np.nan), np.where(ahead, z / w, np.nan)


@dataclass
class Texture:
    """A flat picture with alpha, premultiplied: uint8 BGRA (h, w, 4). Smaller versions are made when first needed."""

    bgra: Bgra
    _small: dict[tuple[int, int], Bgra] = field(default_factory=dict)

    def sized(self, level_x: int, level_y: int) -> Bgra:
        """Halved so many times along each side: a flank seen from ahead shrinks along one only."""
        key = min(level_x, 8), min(level_y, 8)
        if key not in self._small:
            h, w = self.bgra.shape[:2]
            size = max(2, w >> key[0]), max(2, h >> key[1])
            self._small[key] = cv2.resize(self.bgra, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        return self._small[key]


def lay(frame: Bgr, texture: Texture, corners: Points) -> None:
    """Draws the texture into `frame`, in place. `corners`: (4, 2) px of its top left, top right, bottom right, left."""
    x0, y0 = np.floor(corners.min(axis=0)).astype(int) - 1
    x1, y1 = np.ceil(corners.max(axis=0)).astype(int) + 2
    x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, frame.shape[1]), min(y1, frame.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    source = _fitting(texture, corners)
    h, w = source.shape[:2]
    edges = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32) - 0.5
    way = cv2.getPerspectiveTransform(edges, (corners - [x0, y0]).astype(np.float32))
    warped = cv2.warpPerspective(source, way, (int(x1 - x0), int(y1 - y0)), flags=cv2.INTER_LINEAR)
    blend(frame[y0:y1, x0:x1], warped.astype(np.uint8, copy=False))


def blend(under: Bgr, over: Bgra) -> None:
    """Premultiplied `over` (h, w, 4) onto `under` (h, w, 3), in place."""
    clear = cv2.cvtColor(cv2.bitwise_not(over[:, :, 3]), cv2.COLOR_GRAY2BGR)
    faded = cv2.multiply(under, clear, scale=1 / 255)
    cv2.add(faded, cv2.cvtColor(over, cv2.COLOR_BGRA2BGR), dst=under)


def _fitting(texture: Texture, corners: Points) -> Bgra:
    """The version whose pixels are nearest to the picture's, so that nothing glitters."""
    h, w = texture.bgra.shape[:2]
    across = max(np.hypot(*(corners[1] - corners[0])), np.hypot(*(corners[2] - corners[3])), 1.0)
    down = max(np.hypot(*(corners[3] - corners[0])), np.hypot(*(corners[2] - corners[1])), 1.0)
    return texture.sized(max(0, round(math.log2(w / across))), max(0, round(math.log2(h / down))))
