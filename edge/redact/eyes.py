"""Who looks for what must be covered: faces and plates in some pictures of a clip, and which plate is the subject's."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.redact.faces import FILE, FaceDetector
from edge.redact.plan import Object
from edge.vision.detect import PlateBox, PlateDetector, load_detector
from edge.vision.read import PlateReader
from edge.vision.rectify import CUTS, cut_out
from edge.vision.vote import Reading, vote
from wire.vrm import fold, strip

Bgr = NDArray[np.uint8]
Box = tuple[float, float, float, float]

WIDTH = 960
"""px at which both networks see a picture: at 608 the plates of a 1080p picture that can just be read are too small."""
PLATE_SURE = 0.3
"""Low: a covered sign costs nothing, an uncovered plate does."""
LEAST_READ_PX = 44
READINGS = 8
AGREEING = 2
LEAST_CONFIDENCE = 0.8


@dataclass
class Eyes:
    """`faces` None: only plates are looked for."""

    plates: PlateDetector
    faces: FaceDetector | None

    def look_for_plates(self, small: Bgr) -> list[PlateBox]:
        return self.plates(small, long_side=max(small.shape[:2]), sure=PLATE_SURE)

    def look_for_faces(self, small: Bgr) -> list[Box]:
        return [found.box for found in self.faces(small)] if self.faces else []


def open_eyes(models: Path, *, with_faces: bool) -> Eyes:
    """Raises UserError where a network is missing or another one."""
    return Eyes(load_detector(), FaceDetector(models / FILE) if with_faces else None)


def scaled(box: Box, factor: float) -> Box:
    x1, y1, x2, y2 = (edge * factor for edge in box)
    return x1, y1, x2, y2


def enlarged(plate: PlateBox, factor: float) -> PlateBox:
    """From the small picture's pixels to the whole one's."""
    corners = np.asarray(plate.corners * factor, np.float32)
    return replace(plate, box=scaled(plate.box, factor), corners=corners)


@dataclass
class Subject:
    """The vehicle whose plate stays visible. Until its mark has been read twice it is covered as any other."""

    vrm: str
    read: Callable[[Bgr], Reading] = field(default_factory=PlateReader)
    found: bool = False
    _readings: dict[int, list[Reading]] = field(default_factory=dict)

    def see(self, plate: Object, at: PlateBox, bgr: Bgr) -> None:
        """Reads a plate of `bgr`, the whole picture, and keeps its object where it is the subject's.

        One that is kept is read on: where tracks cross, its object may go on with another vehicle's plate.
        """
        readings = self._readings.setdefault(plate.id, [])
        if (len(readings) >= READINGS and not plate.kept) or at.box[2] - at.box[0] < LEAST_READ_PX:
            return
        readings.append(self.read(cut_out(bgr, at, CUTS[len(readings) % len(CUTS)])))
        consensus = vote(readings[-AGREEING:] if plate.kept else readings)
        if consensus and len(readings) >= AGREEING and consensus.confidence >= LEAST_CONFIDENCE:
            before, plate.kept = plate.kept, fold(consensus.vrm) == fold(strip(self.vrm))
            self.found = self.found or plate.kept
            if before and not plate.kept:
                del readings[:-AGREEING]
        del readings[:-READINGS]
