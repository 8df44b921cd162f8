"""The street by night as a number-plate camera sees it (pure): infra-red, so grey; plates throw its light back.

The lamp sits at the lens (850 nm, a few degrees wide), so what it lights falls off with distance, and retroreflective
plates (BS AU 145e) shine where bodywork is all but black. Head lamps saturate the sensor and veil what is near them.
"""

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.scene_lens import NEAR_M, Bgr, Bgra, Lens, Points, Texture
from sim.scene_vehicle import Faces, Standing

BODY = 0.2
"""Of daylight: what bodywork throws back."""
ROAD, ROAD_AT_M = 0.30, 20.0
PLATE_AT_M = 30.0
"""Nearer than this a white plate is overexposed: the exposure is set for the far end of the reading zone."""
BLACK = 9
"""Grey level of nothing at all."""
GLOW_M = 1.3
"""Half the side of a lamp's glow."""
HEAD, TAIL = 1.0, 0.34
"""How bright a lamp is; at 1 it is white to 8 cm from its middle."""


def dark_street(street: Bgr, lens: Lens) -> Bgr:
    """The painted street without the sun."""
    _, z = lens.ground()
    light = np.where(np.isfinite(z), ROAD * (ROAD_AT_M / np.maximum(np.nan_to_num(z, nan=1e3), ROAD_AT_M)) ** 1.3, 0.03)
    grey = cv2.cvtColor(street, cv2.COLOR_BGR2GRAY) * light + BLACK
    return cv2.cvtColor(np.clip(grey, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR).astype(np.uint8, copy=False)


@lru_cache(maxsize=16)
def dark_faces(faces: Faces) -> Faces:
    """The same vehicle in infra-red, its plate as bright as by day."""
    names = ("end", "pane", "lid", "flank", "side", "roof", "mirror")
    body: dict[str, Any] = {name: _grey(getattr(faces, name), BODY) for name in names}
    return replace(faces, **body, plate=_grey(faces.plate, 1.0))


def shining(faces: Faces, at: Standing) -> Faces:
    """With its plate as bright as it is at that distance; too much light runs over into the characters."""
    z = max(at.z(0.0 if at.comes else faces.looks.shape.length), NEAR_M)
    lit = faces.plate.bgra[:, :, :3] * (1.05 * (PLATE_AT_M / z) ** 1.1)
    over = cv2.blur(np.maximum(lit - 200, 0).astype(np.float32), (25, 25))
    bgr = np.clip(lit + over * 0.5 + BLACK, 0, 255).astype(np.uint8)
    return replace(faces, plate=Texture(np.dstack([bgr, faces.plate.bgra[:, :, 3]])))


def glow(frame: Bgr, lens: Lens, faces: Faces, at: Standing, share: float = 1.0) -> None:
    """The lamps of the end that one sees, in place; `share` of their light is what the day leaves of it."""
    shape = faces.looks.shape
    z = at.z(0.0 if at.comes else shape.length)
    if z <= NEAR_M * 2:
        return
    height, inset, power = (shape.nose - 0.12, 0.22, HEAD) if at.comes else (shape.tail - 0.15, 0.16, TAIL)
    lamp = _lamp(power * share, red=share < 1 and not at.comes)
    for side in (-1, 1):
        place: Points = np.array([[at.x_m + side * (shape.width / 2 - inset), height, z]])
        _shine(frame, lens.project(place)[0][0], lens.focal_px / z, lamp)


def _shine(frame: Bgr, at: NDArray[np.float64], px_per_m: float, lamp: Bgr) -> None:
    """Adds the glow of one lamp at `at` px. Far ones shine as brightly: they are smaller, not darker."""
    half = min(math.ceil(GLOW_M * px_per_m), 400)
    x, y = (round(v) for v in at.tolist())
    x0, y0 = max(x - half, 0), max(y - half, 0)
    part = frame[y0 : max(y + half, 0), x0 : max(x + half, 0)]
    if part.size:
        sprite = cv2.resize(lamp, (2 * half, 2 * half), interpolation=cv2.INTER_LINEAR)
        cv2.add(part, sprite[y0 - y + half :, x0 - x + half :][: part.shape[0], : part.shape[1]], dst=part)


@lru_cache(maxsize=8)
def _lamp(power: float, red: bool) -> Bgr:
    """A lamp's light on the sensor by distance from its middle: the lamp, its bloom, and the veil in the lens."""
    axis = np.linspace(-GLOW_M, GLOW_M, 161)
    r = np.hypot(axis[None, :], axis[:, None])
    light = 1.8 * np.exp(-((r / 0.08) ** 2)) + 0.45 * np.exp(-((r / 0.2) ** 2)) + 0.13 * np.exp(-((r / 0.5) ** 2))
    light *= 255 * power * np.clip((GLOW_M - r) / 0.4, 0, 1)
    shares = (0.25, 0.2, 1.0) if red else (1.0, 1.0, 1.0)
    return np.clip(np.dstack([light * share for share in shares]), 0, 255).astype(np.uint8)


def _grey(texture: Texture, share: float) -> Texture:
    grey = cv2.cvtColor(texture.bgra[:, :, :3], cv2.COLOR_BGR2GRAY) * share
    bgra: Bgra = np.dstack([grey, grey, grey, texture.bgra[:, :, 3]]).astype(np.uint8)
    return Texture(bgra)
