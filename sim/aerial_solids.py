"""What rises from the ground in a picture from above: houses, trees and vehicles, as solids before a pinhole camera."""

import math
from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.scene_body import PAINTS, looks_of
from sim.scene_lens import Bgr
from sim.traffic import Car
from sim.world_plots import House, ParkedCar, Tree

_SUB = 3
NEAR_M = 0.5
_FAR_OFF_PX = 3000.0
Matrix = NDArray[np.float64]
"""3 x 4: homogeneous metres (east, north, up) to homogeneous pixels; the third component is the depth."""


class Painter:
    """Draws into `frame`, in place."""

    def __init__(self, frame: Bgr, matrix: Matrix, eye: NDArray[np.float64]) -> None:
        self._frame, self._matrix, self._eye = frame, matrix, eye

    def house(self, house: House) -> None:
        """Walls and gables that face the eye, then both sides of the roof, the far one first."""
        at = _corners(house)
        px, depth = self._project(at)
        if depth.min() < NEAR_M or _off(px):
            return
        for a, b in ((0, 1), (1, 2), (2, 3), (3, 0)):
            if self._faces(at[a], at[b]):
                shade = 0.72 + 0.22 * _light(at[a], at[b])
                self._fill(px[[a, b, b + 4, a + 4]], _scaled(house.wall, shade))
        for (a, b, top), seen in (((1, 2, 9), self._faces(at[1], at[2])), ((3, 0, 8), self._faces(at[3], at[0]))):
            if seen:
                self._fill(px[[a + 4, b + 4, top]], _scaled(house.wall, 0.85))
        sides = [((4, 5, 9, 8), _light(at[0], at[1])), ((6, 7, 8, 9), _light(at[2], at[3]))]
        for corners, light in sides:
            self._roof(px[list(corners)], _scaled(house.roof, 0.80 + 0.42 * light))
        self._line(px[8], px[9], _scaled(house.roof, 1.35))

    def tree(self, tree: Tree) -> None:
        for dx, dy, dz, share, colour in _CANOPY:
            at = np.array([[tree.x_m + dx * tree.radius_m, tree.y_m + dy * tree.radius_m, tree.height_m * dz]])
            px, depth = self._project(at)
            if depth[0] > NEAR_M and not _off(px):
                self._disc(px[0], tree.radius_m * share * self._scale(depth[0]), colour)

    def car(self, car: Car | ParkedCar) -> None:
        """Shadow, body, glass and roof."""
        length, width, height, paint = _measures(car)
        turn = math.radians(car.heading_deg)
        ahead, right = np.array([math.sin(turn), math.cos(turn), 0]), np.array([math.cos(turn), -math.sin(turn), 0])
        nose = np.array([car.x_m, car.y_m, 0.0])
        if isinstance(car, ParkedCar):
            nose = nose + ahead * length / 2

        def ring(front: float, back: float, half: float, z: float, shift: float = 0.0) -> NDArray[np.float64]:
            cut = min(0.35, half / 2)
            spots = ((front + cut, -half), (front, -half + cut), (front, half - cut), (front + cut, half),
                     (back - cut, half), (back, half - cut), (back, -half + cut), (back - cut, -half))  # fmt: skip
            return np.array([nose - ahead * s + right * h + [shift, shift, z] for s, h in spots])

        half = width / 2
        self._solid(ring(-0.1, length + 0.1, half + 0.12, 0.02, 0.35), (46, 46, 46))
        self._solid(ring(0, length, half, 0.35), _scaled(paint, 0.62))
        self._solid(ring(0.03, length - 0.03, half - 0.03, height * 0.6), paint)
        self._solid(ring(length * 0.24, length * 0.95, half - 0.14, height * 0.66), (52, 46, 42))
        self._solid(ring(length * 0.40, length * 0.83, half - 0.27, height), _lit(paint))

    def _project(self, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        seen = points @ self._matrix[:, :3].T + self._matrix[:, 3]
        return seen[:, :2] / np.maximum(seen[:, 2:], 0.1), seen[:, 2]

    def _solid(self, ring: NDArray[np.float64], colour: Sequence[float]) -> None:
        px, depth = self._project(ring)
        if depth.min() > NEAR_M and not _off(px):
            self._fill(px, colour)

    def _faces(self, a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
        """Whether the wall over a-b, corners clockwise seen from above, shows its outside to the eye."""
        return bool((b[0] - a[0]) * (self._eye[1] - a[1]) - (b[1] - a[1]) * (self._eye[0] - a[0]) > 0)

    def _fill(self, px: NDArray[np.float64], colour: Sequence[float]) -> None:
        cv2.fillPoly(self._frame, [(px * 2**_SUB).astype(np.int32)], colour, cv2.LINE_AA, _SUB)

    def _roof(self, px: NDArray[np.float64], colour: Sequence[float]) -> None:
        """Eaves left and right, ridge right and left; courses of tiles as fine lines."""
        self._fill(px, colour)
        for share in (0.2, 0.4, 0.6, 0.8):
            self._line(px[0] + (px[3] - px[0]) * share, px[1] + (px[2] - px[1]) * share, _scaled(colour, 0.88))

    def _line(self, a: NDArray[np.float64], b: NDArray[np.float64], colour: Sequence[float]) -> None:
        start, end = (a * 2**_SUB).astype(int).tolist(), (b * 2**_SUB).astype(int).tolist()
        cv2.line(self._frame, start, end, colour, 1, cv2.LINE_AA, _SUB)

    def _disc(self, px: NDArray[np.float64], radius: float, colour: Sequence[float]) -> None:
        centre = (px * 2**_SUB).astype(int).tolist()
        cv2.circle(self._frame, centre, max(1, round(radius * 2**_SUB)), colour, -1, cv2.LINE_AA, _SUB)

    def _scale(self, depth: float) -> float:
        return float(np.linalg.norm(self._matrix[0, :3])) / depth


_CANOPY = (
    (0.0, 0.0, 0.55, 1.0, (40, 72, 54)),
    (-0.22, -0.2, 0.75, 0.74, (48, 92, 70)),
    (0.3, 0.15, 0.8, 0.48, (46, 88, 66)),
    (-0.35, 0.25, 0.85, 0.40, (56, 104, 82)),
    (-0.25, -0.3, 0.95, 0.34, (66, 118, 94)),
)


def _off(px: NDArray[np.float64]) -> bool:
    """Whether a shape reaches so far beyond the frame that it can't be seen, or only by its edge."""
    return bool(np.abs(px).max() > _FAR_OFF_PX)


@lru_cache(maxsize=2048)
def _corners(house: House) -> NDArray[np.float64]:
    """(10, 3): 4 on the ground, the 4 eaves above them, both ends of the ridge; clockwise seen from above."""
    turn = math.radians(house.heading_deg)
    along, out = np.array([math.sin(turn), math.cos(turn)]), np.array([math.cos(turn), -math.sin(turn)])
    a, b = along * house.length_m / 2, out * house.depth_m / 2
    middle = np.array([house.x_m, house.y_m])
    base = [middle - a - b, middle + a - b, middle + a + b, middle - a + b]
    rows = [(*p, 0.0) for p in base] + [(*p, house.eaves_m) for p in base]
    return np.array([*rows, (*(middle - a), house.ridge_m), (*(middle + a), house.ridge_m)])


def _light(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """0 to 1: how far the wall over a-b, clockwise, looks to the sun in the south-west."""
    leg = b - a
    outward = np.array([-leg[1], leg[0]]) / max(math.hypot(leg[0], leg[1]), 1e-6)
    return float(0.5 + 0.5 * (outward @ np.array([-0.76, -0.65])))


def _measures(car: Car | ParkedCar) -> tuple[float, float, float, Sequence[float]]:
    if isinstance(car, ParkedCar):
        return 4.3, 1.8, 1.47, PAINTS[car.colour]
    looks = looks_of(car.id, car.kind, car.colour)
    return looks.shape.length, looks.shape.width, looks.shape.height, looks.paint


def _scaled(colour: Sequence[float], factor: float) -> list[float]:
    return [min(255.0, c * factor) for c in colour]


def _lit(colour: Sequence[float]) -> list[float]:
    """Sky on a roof."""
    return [c + (225 - c) * 0.22 for c in colour]
