"""People and vehicles in a picture: uint8 BGR in, boxes with a kind and a score out, whichever network found them.

Pure after loading. The network comes as a `Look`; `objects_load` opens the one that the config names.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Bgr = NDArray[np.uint8]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class ObjectBox:
    """One object. `box`: x1, y1, x2, y2 px of the picture; `kind`: a name of KINDS; `score`: 0 to 1."""

    kind: str
    box: Box
    score: float


Look = Callable[[Bgr], list[ObjectBox]]
"""A network with what it takes to feed and read it: everything that it saw, kinds by the network's own names."""

KINDS = ("person", "bicycle", "motorcycle", "car", "van", "bus", "truck", "knife")
"""What the boxes are called, whichever network found them."""
OF_COCO = {0: "person", 1: "bicycle", 2: "car", 3: "motorcycle", 5: "bus", 7: "truck", 43: "knife"}
"""Which of COCO's classes (Lin et al. 2014), as networks number them, are ours. It has no van: vans come as car or
truck, and `van` only from a network that knows it."""
COCO_CLASSES = tuple(OF_COCO.get(place, "") for place in range(80))
RIVALS = dict.fromkeys(("car", "van", "bus", "truck"), "vehicle")
"""Kinds that are one thing where they overlap: the surest name wins."""
SAME = 0.5
"""Boxes of one kind that overlap by more than this (IoU) are one object; people in a crowd overlap by less."""


class ObjectDetector:
    """A loaded network. Calls from several threads are safe.

    `measured`: the kinds whose precision stands on the model's card; others must never raise an alarm.
    """

    def __init__(self, look: Look, *, sure: float, measured: frozenset[str]) -> None:
        self._look, self._sure, self.measured = look, sure, measured

    def __call__(self, bgr: Bgr) -> tuple[ObjectBox, ...]:
        """The objects of KINDS in uint8 (h, w, 3) BGR, surest first, their boxes inside the picture."""
        height, width = bgr.shape[:2]
        seen = [found for found in self._look(bgr) if found.score >= self._sure and found.kind in KINDS]
        inside = [replace(found, box=_within(found.box, width, height)) for found in seen]
        return tuple(suppress([found for found in inside if _area(found.box) >= 1]))


def suppress(found: list[ObjectBox]) -> list[ObjectBox]:
    """Surest first, each object once. A rider and the bicycle, or a person before a car, both stay."""
    kept: list[ObjectBox] = []
    for box in sorted(found, key=lambda box: -box.score):
        rivals = (other for other in kept if _rival(other.kind) == _rival(box.kind))
        if all(overlap(box.box, other.box) <= SAME for other in rivals):
            kept.append(box)
    return kept


def overlap(a: Box, b: Box) -> float:
    """Intersection over union of two boxes x1, y1, x2, y2; 0 where both are empty."""
    shared = max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    return shared / (_area(a) + _area(b) - shared) if shared else 0.0


def _rival(kind: str) -> str:
    return RIVALS.get(kind, kind)


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _within(box: Box, width: int, height: int) -> Box:
    return _held(box[0], width), _held(box[1], height), _held(box[2], width), _held(box[3], height)


def _held(side: float, limit: int) -> float:
    return min(max(side, 0.0), float(limit))
