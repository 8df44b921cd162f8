"""What the road and the camera do to a scene: blur, light, infra-red, noise, JPEG.

In go a random stream and a picture, uint8 BGR, out comes another. Pure.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from train.backdrops import Bgr, Rng

GREY = np.array([[0.11], [0.59], [0.3]], np.float32)
"""Shares of blue, green and red in a grey picture (ITU-R BT.601)."""


def weathered(rng: Rng, bgr: Bgr, night: float) -> Bgr:
    """Blur, light, infra-red, noise, JPEG: each now and then; `night`: how likely it is infra-red's grey."""
    light: NDArray[np.floating[Any]] = (_blurred(rng, bgr) if rng.random() < 0.35 else bgr).astype(np.float32)
    if rng.random() < 0.15 + night:
        light = np.repeat(light @ GREY, 3, axis=2)
    if rng.random() < 0.6:
        light = 255 * (light / 255) ** rng.uniform(0.6, 1.7)
        light = light * rng.uniform(0.5, 1.25) + rng.uniform(-15, 25)
    if rng.random() < 0.3:
        light = light * rng.uniform(0.9, 1.1, 3).astype(np.float32)
    if rng.random() < 0.4:
        light = light + np.resize(_grain(rng), light.shape) * rng.uniform(1, 12)
    out: Bgr = np.clip(light, 0, 255).astype(np.uint8)
    return _packed(out, int(rng.integers(25, 92))) if rng.random() < 0.5 else out


def nightfall(rng: Rng, bgr: Bgr) -> Bgr:
    """The scene after dark, before the plates shine in it: a few lamps with their bloom."""
    dark = bgr.astype(np.float32) * rng.uniform(0.04, 0.3)
    height, width = bgr.shape[:2]
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    for _ in range(int(rng.integers(0, 5))):
        x, y, r = rng.uniform(0, width), rng.uniform(0, height), np.exp(rng.uniform(0.7, 3.6))
        glow = np.exp(-(((columns - x) / r) ** 2) - ((rows - y) / r) ** 2)[:, :, None]
        tint = np.array((200, 240, 255) if rng.random() < 0.5 else (60, 60, 255), np.float32)
        dark += glow * tint * rng.uniform(0.5, 2)
    return np.asarray(np.clip(dark, 0, 255), np.uint8)


def _packed(bgr: Bgr, quality: int) -> Bgr:
    """The picture after JPEG of the given quality, 0..100."""
    _, packed = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def _grain(rng: Rng) -> NDArray[np.float32]:
    """Noise to be repeated: a prime count, so that no pattern shows, a tenth of the cost of noise for every pixel."""
    return rng.standard_normal(20011, np.float32)


def _blurred(rng: Rng, bgr: Bgr) -> Bgr:
    if rng.random() < 0.5:
        return cv2.GaussianBlur(bgr, (0, 0), rng.uniform(0.4, 1.3)).astype(np.uint8, copy=False)
    length = int(rng.integers(2, 7))
    line = np.zeros((length, length), np.float32)
    cv2.line(line, (0, int(rng.integers(length))), (length - 1, int(rng.integers(length))), 1.0)
    return cv2.filter2D(bgr, -1, line / line.sum()).astype(np.uint8, copy=False)
