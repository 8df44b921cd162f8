"""Where the number plates are: a picture in, boxes with corners out.

Pure after loading: the same picture gives the same boxes.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.backends.choice import Backend, open_network
from edge.vision.backends.network import Network
from edge.vision.weights import MODELS, named

Bgr = NDArray[np.uint8]
Map = NDArray[np.float32]

NAME = "plate_detector"
INT8 = "plate_detector_int8"
"""The same network with 8 bits a weight (train/quantise.py): finds as much for two thirds of the cost."""
SHIPPED: dict[Backend, str] = {"onnxruntime": INT8, "openvino": INT8, "ncnn": NAME}
"""ncnn has a form of its own, made from the float one."""
STRIDE = 8
MULTIPLE = 32
"""The network halves its input five times."""
SURE = 0.46
STILL_SURE = 0.48
"""Least heat of a plate; a still has no next frame that could show it better. See the scores in the manifest."""
READ_SURE = 0.3
"""Enough where a reader looks at each box next: it refuses what is no plate. On plates/eu one mark more is read, and
no other text more, than at STILL_SURE (`airbeat bench vision`)."""
SAME = 0.45
"""Boxes that overlap by more than this (IoU) are one plate."""
LOOK = 640
"""Longer side, px, at which a picture is seen. At 608, as cameras are (look.py), three night plates of road_ro more are
missed, and a look costs a tenth less."""
NEAR_LOOK = 256
"""A still is seen this small too, for the nearest plates."""
LEAST_PX, MOST_PX = 40, 320
"""Of the near look only plates at least so wide in it count, of the others only those at most so wide: beyond, boxes
fit worse, and the surer of two looks need not be the one whose box fits better."""
FAR_LOOK = 1216
"""And this large where the picture is: it holds more than the usual look shows."""


@dataclass(frozen=True, eq=False)
class PlateBox:
    """One plate. `box`: x1, y1, x2, y2 px of the picture; `corners`: float32 (4, 2) px clockwise from top left."""

    box: tuple[float, float, float, float]
    score: float
    corners: NDArray[np.float32]


class PlateDetector:
    """A loaded network. Calls from several threads are safe."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def __call__(self, bgr: Bgr, long_side: int = LOOK, sure: float = SURE) -> list[PlateBox]:
        """Plates in uint8 (h, w, 3) BGR, surest first; the picture is seen with its longer side at `long_side` px."""
        shown, zoom = seen_at(bgr, long_side)
        heat_map = self._network(shown)[0][0]
        size = bgr.shape[1], bgr.shape[0]
        return [_placed(plate, zoom, size) for plate in suppress(decode(heat_map, sure))]

    def still(self, bgr: Bgr, sure: float = STILL_SURE) -> list[PlateBox]:
        """Plates of a still picture, looked at in several sizes; each plate once, as its surest sight saw it."""
        near = [plate for plate in self(bgr, NEAR_LOOK, sure) if _seen_px(plate, bgr, NEAR_LOOK) >= LEAST_PX]
        sides = (LOOK, FAR_LOOK) if max(bgr.shape[:2]) >= FAR_LOOK else (LOOK,)
        usual = [plate for side in sides for plate in self(bgr, side, sure) if _seen_px(plate, bgr, side) <= MOST_PX]
        return suppress(near + usual)


def load_detector(
    threads: int = 1,
    folder: Path = MODELS,
    name: str | None = None,
    *,
    backend: Backend = "onnxruntime",
    made: Path = MODELS,
) -> PlateDetector:
    """The shipped detector, as the manifest of `folder` names it. Raises UserError for anything else than that.

    `name`: the backend's own if None; `made`: where the files of backend ncnn lie.
    """
    return PlateDetector(open_network(named(folder, name or SHIPPED[backend]), backend, threads, made))


def seen_at(bgr: Bgr, long_side: int) -> tuple[Map, NDArray[np.float32]]:
    """float32 (1, 3, h, w): the picture with its longer side at `long_side`, grey added right and below to multiples
    of 32; and how many of the picture's px one of these is, x and y."""
    height, width = bgr.shape[:2]
    scale = long_side / max(height, width)
    w, h = max(1, round(width * scale)), max(1, round(height * scale))
    field = np.full((1, 3, -(-h // MULTIPLE) * MULTIPLE, -(-w // MULTIPLE) * MULTIPLE), 114, np.float32)
    field[0, :, :h, :w] = scaled(bgr, (w, h)).transpose(2, 0, 1)
    return field, np.array([width / w, height / h], np.float32)


def scaled(bgr: Bgr, size: tuple[int, int]) -> Bgr:
    """The picture at `size` (w, h): halved while it is twice as large, then sampled.

    Averaging over the whole ratio at once costs five times as much (1,920 px to 608: 6.1 ms, so 1.2) and finds no more.
    """
    while bgr.shape[1] >= 2 * size[0] and bgr.shape[0] >= 2 * size[1]:
        half = bgr.shape[1] // 2, bgr.shape[0] // 2
        even = bgr[: 2 * half[1], : 2 * half[0]]
        bgr = cv2.resize(even, half, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return cv2.resize(bgr, size, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _seen_px(plate: PlateBox, bgr: Bgr, long_side: int) -> float:
    """The plate's width in the picture as it was seen."""
    x1, _, x2, _ = plate.box
    return float((x2 - x1) * long_side / max(bgr.shape[:2]))


def decode(out: Map, sure: float) -> list[PlateBox]:
    """The peaks of the map (13, rows, columns) as plates in the network's pixels."""
    heat = out[0]
    peaks = (heat >= sure) & (heat >= cv2.dilate(heat, np.ones((3, 3), np.uint8)))
    return [_plate(out[:, row, column], row, column) for row, column in np.argwhere(peaks).tolist()]


def _plate(cell: Map, row: int, column: int) -> PlateBox:
    x, y = column + 0.5, row + 0.5
    left, top, right, bottom = cell[1:5].tolist()
    x1, y1 = (x - left) * STRIDE, (y - top) * STRIDE
    x2, y2 = max(x1 + 1, (x + right) * STRIDE), max(y1 + 1, (y + bottom) * STRIDE)
    ends = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)
    return PlateBox((x1, y1, x2, y2), float(cell[0]), ends + cell[5:].reshape(4, 2) * np.float32(y2 - y1))


def suppress(plates: list[PlateBox]) -> list[PlateBox]:
    """Surest first, each plate once. A box within a box stays: small plates stand before large ones."""
    kept: list[PlateBox] = []
    for plate in sorted(plates, key=lambda plate: -plate.score):
        if all(overlap(plate.box, other.box) <= SAME for other in kept):
            kept.append(plate)
    return kept


def overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """Intersection over union of two boxes x1, y1, x2, y2."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def _placed(plate: PlateBox, zoom: NDArray[np.float32], size: tuple[int, int]) -> PlateBox:
    """From the network's pixels to the picture's, the box held inside the picture."""
    low, high = np.clip(np.reshape(plate.box, (2, 2)) * zoom, 0, size).tolist()
    return PlateBox((low[0], low[1], high[0], high[1]), plate.score, (plate.corners * zoom).astype(np.float32))
