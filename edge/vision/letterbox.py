"""A picture at the size that a network sees it in: scaled, grey added right and below. Pure."""

import numpy as np
from numpy.typing import NDArray

from edge.vision.detect import scaled

Bgr = NDArray[np.uint8]
Map = NDArray[np.float32]
GREY = 114


def letterboxed(bgr: Bgr, long_side: int, multiple: int, square: bool = False) -> tuple[Map, tuple[float, float]]:
    """float32 (1, 3, h, w), RGB 0..255, sides multiples of `multiple`; and the picture's px to one of these, x and y.

    `long_side`: of the picture in it, px. `square`: fill to long_side x long_side, for networks of one size.
    """
    height, width = bgr.shape[:2]
    scale = long_side / max(height, width)
    w, h = max(1, round(width * scale)), max(1, round(height * scale))
    small = scaled(bgr, (w, h))
    sides = (long_side, long_side) if square else (-(-h // multiple) * multiple, -(-w // multiple) * multiple)
    field = np.full((1, 3, *sides), GREY, np.float32)
    field[0, :, :h, :w] = small[:, :, ::-1].transpose(2, 0, 1)
    return field, (width / w, height / h)
