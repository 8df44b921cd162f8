"""What heavy rain does to a roadside picture (pure): less contrast, streaks, spray of wheels, drops on the glass."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.scene_lens import NEAR_M, Bgr, Bgra, Lens, Texture, lay
from sim.scene_vehicle import Faces, Standing

CONTRAST, VEIL = 0.72, 40
"""Of the dry picture, and the grey that the water in the air adds."""
LAYERS = 12
"""Pictures of falling drops, shown in turn."""
STREAKS = 170
DROPS, DROP_PX = 11, (9, 34)
"""On the glass: how many, and their least and largest radius. They are out of focus and show the scene head over."""
SPELL_S = 20
"""The glass is blown dry so often; then others fall on it."""
SPRAY: tuple[int, int, int] = (186, 184, 182)
SPRAY_M = 1.15
"""How high spray stands behind a car at 10 m/s."""


def wet_street(street: Bgr, lens: Lens) -> Bgr:
    """The painted street, the road darker and mirroring what stands behind it."""
    _, z = lens.ground()
    road = np.isfinite(z) & (z < 200)
    horizon = int(np.argmax(road.any(axis=1)))
    mirrored = cv2.blur(np.vstack([street[:horizon], street[:horizon][::-1], street])[: lens.height], (9, 61))
    wet = street * 0.62 + mirrored * 0.22
    return np.where(road[:, :, None], wet, street * 0.85).astype(np.uint8)


def spray(frame: Bgr, lens: Lens, faces: Faces, at: Standing, story_s: float) -> None:
    """The cloud that the wheels throw up, in place: before the rear end, or half hidden behind the front one."""
    shape = faces.looks.shape
    z, half = at.z(0.0 if at.comes else shape.length) - 0.1, shape.width / 2 + 0.45
    if z <= NEAR_M:
        return
    cloud = _clouds()[int(story_s * 12) % LAYERS + (LAYERS if at.comes else 0)]
    sheet = [(at.x_m - half, SPRAY_M, z), (at.x_m + half, SPRAY_M, z), (at.x_m + half, 0, z), (at.x_m - half, 0, z)]
    lay(frame, cloud, lens.project(np.array(sheet))[0])


def fall(frame: Bgr, story_s: float) -> Bgr:
    """The finished picture seen through the rain and through the camera's wet glass."""
    dull = cv2.convertScaleAbs(frame, alpha=CONTRAST, beta=VEIL)
    falling = _streaks(frame.shape[0], frame.shape[1])[int(story_s * 12) % LAYERS]
    wet = np.asarray(cv2.add(dull, falling), np.uint8)
    for x, y, radius in _drops(int(story_s // SPELL_S), frame.shape[0], frame.shape[1]):
        _refract(wet, x, y, radius)
    return wet


def _refract(frame: Bgr, x: int, y: int, radius: int) -> None:
    """A drop bends the light of a wide field into itself, upside down and out of focus."""
    part = frame[y - radius : y + radius, x - radius : x + radius]
    wide = frame[max(y - 3 * radius, 0) : y + 3 * radius, max(x - 3 * radius, 0) : x + 3 * radius]
    seen = cv2.resize(wide, (2 * radius, 2 * radius), interpolation=cv2.INTER_AREA)[::-1, ::-1]
    blurred = cv2.blur(seen, (radius | 1, radius | 1))
    share = _disc(radius)
    part[:] = (part * (1 - share) + blurred * share).astype(np.uint8)


@lru_cache(maxsize=64)
def _disc(radius: int) -> NDArray[np.float32]:
    """How much a drop covers, (2 r, 2 r, 1): whole in the middle, nothing at the rim."""
    axis = (np.arange(2 * radius) - radius + 0.5) / radius
    r = np.hypot(axis[None, :], axis[:, None])
    return np.asarray(np.clip((1 - r) / 0.45, 0, 0.9)[:, :, None], np.float32)


@lru_cache(maxsize=4)
def _drops(spell: int, height: int, width: int) -> list[tuple[int, int, int]]:
    """x, y and radius, each wholly in the picture."""
    rng = np.random.default_rng([abs(spell), 5])
    radii = (DROP_PX[0] + (DROP_PX[1] - DROP_PX[0]) * rng.random(DROPS) ** 2.5).astype(int)
    return [(int(rng.integers(r, width - r)), int(rng.integers(r, height - r)), int(r)) for r in radii]


@lru_cache(maxsize=2)
def _streaks(height: int, width: int) -> list[Bgr]:
    """Drops in flight, drawn out by the exposure: near ones broad, blurred and faint, far ones thin."""
    rng = np.random.default_rng(11)
    return [_falling(rng, height, width) for _ in range(LAYERS)]


def _falling(rng: np.random.Generator, height: int, width: int) -> Bgr:
    layer = np.zeros((height, width), np.uint8)
    for _ in range(STREAKS):
        near = rng.random() ** 3
        x, y, length = rng.uniform(0, width), rng.uniform(-40, height), rng.uniform(14, 30) + 60 * near
        end = round(x + length * rng.uniform(0.08, 0.16)), round(y + length)
        light = rng.uniform(24, 62) * (1 - 0.6 * near)
        cv2.line(layer, (round(x), round(y)), end, [light], 1 + round(4 * near), cv2.LINE_AA)
    soft = cv2.GaussianBlur(layer, (0, 0), 0.8)
    return np.asarray(cv2.cvtColor(soft, cv2.COLOR_GRAY2BGR), np.uint8)


@lru_cache(maxsize=1)
def _clouds() -> list[Texture]:
    """LAYERS for a rear end, then as many thinner ones for a front: densest at the road, in ragged puffs."""
    rng = np.random.default_rng(13)
    return [_cloud(rng, most) for most in (0.62, 0.34) for _ in range(LAYERS)]


def _cloud(rng: np.random.Generator, most: float) -> Texture:
    height, width = 96, 224
    puffs = cv2.resize(rng.random((7, 13)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    up = np.linspace(1, 0, height)[:, None]
    across = np.clip(np.minimum(np.arange(width), np.arange(width)[::-1]) / 50, 0, 1)[None, :]
    alpha = np.clip((0.35 + puffs) * most * np.exp(-((up / 0.42) ** 2)) * across, 0, 0.95)
    bgra: Bgra = np.dstack([*(alpha * channel for channel in SPRAY), alpha * 255]).astype(np.uint8)
    return Texture(bgra)
