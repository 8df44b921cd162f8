"""CenterNet's two maps as boxes (Zhou et al. 2019, Objects as Points), as mobilenetv3_centernet lays them out. Pure."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.backends.network import Network
from edge.vision.letterbox import letterboxed
from edge.vision.objects import OF_COCO, Bgr, Box, Look, ObjectBox

Map = NDArray[np.float32]
STRIDE = 4
MULTIPLE = 32
LEAST = 0.1
"""Heat under which nothing is decoded: an empty street has up to 0.2 of it."""


def centernet_look(network: Network, long_side: int) -> Look:
    """`network`: heat (1, 80, h/4, w/4) and size (1, 4, h/4, w/4); `long_side`: px at which the picture is seen."""

    def look(bgr: Bgr) -> list[ObjectBox]:
        picture, zoom = letterboxed(bgr, long_side, MULTIPLE)
        heat, size = network(picture)
        return decode(heat[0], size[0], zoom)

    return look


def decode(heat: Map, size: Map, zoom: tuple[float, float]) -> list[ObjectBox]:
    """The peaks of `heat` (80, rows, columns); `size`: px left, up, right, down; `zoom`: picture px a network's px."""
    return [
        ObjectBox(kind, _box(size[:, row, column], row, column, zoom), float(heat[place, row, column]))
        for place, kind in OF_COCO.items()
        for row, column in _peaks(heat[place])
    ]


def _peaks(heat: Map) -> list[tuple[int, int]]:
    tops = (heat >= LEAST) & (heat >= cv2.dilate(heat, np.ones((3, 3), np.uint8)))
    return [(int(row), int(column)) for row, column in np.argwhere(tops)]


def _box(size: Map, row: int, column: int, zoom: tuple[float, float]) -> Box:
    x, y, (across, down) = column * STRIDE, row * STRIDE, zoom
    left, up, right, below = size.tolist()
    return (x - left) * across, (y - up) * down, (x + right) * across, (y + below) * down
