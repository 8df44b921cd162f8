"""What a YOLO exported by ultralytics puts out, as boxes. Pure. Versions 8 to 12 and, without their own NMS, 26.

(1, 4 + classes, places): middle x, y, width, height, one score a class; or (1, n, 6): x1, y1, x2, y2, score, class,
where the export includes the choice of boxes (YOLOv10, YOLO26, nms=True). All in px of the network's input.
Source: docs.ultralytics.com, "Export", and the exported files' output shapes.
"""

import numpy as np
from numpy.typing import NDArray

from edge.vision.backends.network import Network
from edge.vision.letterbox import letterboxed
from edge.vision.objects import Bgr, Box, Look, ObjectBox
from wire.errors import UserError

Map = NDArray[np.float32]
LEAST = 0.1
CHOSEN = 6
"""Columns of an output whose boxes the network has chosen itself."""


def yolo_look(network: Network, side: int, classes: tuple[str, ...]) -> Look:
    """`side`: px of the square that it was exported for; `classes`: its names in its order."""

    def look(bgr: Bgr) -> list[ObjectBox]:
        picture, zoom = letterboxed(bgr, side, side, square=True)
        return decode(network(picture / np.float32(255))[0], classes, zoom)

    return look


def decode(out: Map, classes: tuple[str, ...], zoom: tuple[float, float]) -> list[ObjectBox]:
    """Boxes in px of the picture. Raises UserError where the output's shape is no YOLO's with that many classes."""
    if out.ndim == 3 and out.shape[1] == 4 + len(classes):
        return _scored(out[0], classes, zoom)
    if out.ndim == 3 and out.shape[2] == CHOSEN:
        return _chosen(out[0], classes, zoom)
    what = f"the output has shape {list(out.shape)}, a YOLO of {len(classes)} classes has [1, {4 + len(classes)}, n]"
    raise UserError(what, where="objects.classes", remedy="Name the model's classes, all and in its order")


def _scored(rows: Map, classes: tuple[str, ...], zoom: tuple[float, float]) -> list[ObjectBox]:
    best = rows[4:].argmax(axis=0)
    scores = rows[4:].max(axis=0)
    sure = np.flatnonzero(scores >= LEAST)
    middles, halves = rows[:2, sure], rows[2:4, sure] / 2
    corners = np.concatenate([middles - halves, middles + halves]).T
    return [
        ObjectBox(classes[place], _placed(box, zoom), score)
        for box, place, score in zip(corners.tolist(), best[sure].tolist(), scores[sure].tolist(), strict=True)
    ]


def _chosen(rows: Map, classes: tuple[str, ...], zoom: tuple[float, float]) -> list[ObjectBox]:
    sure = rows[(rows[:, 4] >= LEAST) & (rows[:, 5] < len(classes))]
    return [ObjectBox(classes[int(row[5])], _placed(row, zoom), row[4]) for row in sure.tolist()]


def _placed(box: list[float], zoom: tuple[float, float]) -> Box:
    return box[0] * zoom[0], box[1] * zoom[1], box[2] * zoom[0], box[3] * zoom[1]
