"""One still picture in, the number plates in it out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.vision.calibrate import load_curve
from edge.vision.detect import READ_SURE, PlateBox, load_detector, overlap
from edge.vision.read import PlateReader
from edge.vision.vote import Consensus, Reading
from wire.vrm import UNKNOWN, Vrm

Bgr = NDArray[np.uint8]
LEAST_SIDE = 16
"""Pixels; nothing smaller can hold a plate."""


@dataclass(frozen=True)
class StillRead:
    """`confidence`: of every character, as the vote has it; `sureness`: how often such a read is right."""

    mark: Vrm
    reading: Reading
    plate: PlateBox
    sureness: float = 0.0

    @property
    def confidence(self) -> float:
        return self.reading.confidence


class StillReader:
    """The models, loaded once."""

    def __init__(self, threads: int = 2) -> None:
        self._detect = load_detector(threads)
        self._read = PlateReader(threads)

    def __call__(self, bgr: Bgr) -> list[StillRead]:
        """Plates in uint8 (h, w, 3) BGR, surest first."""
        if min(bgr.shape[:2]) < LEAST_SIDE:
            return []
        reads = self._reads(bgr, self._detect.still(bgr, READ_SURE))
        found = [read for read in reads if plausible_plate(read)]
        if not found:
            found = [read for read in self._reads(bgr, _whole(bgr)) if plausible_sign(read)]
        return _each_once(found)

    def _reads(self, bgr: Bgr, plates: list[PlateBox]) -> list[StillRead]:
        voted = ((self._read.look(bgr, plate), plate) for plate in plates)
        return [_read(consensus, plate) for consensus, plate in voted if consensus]


def _read(consensus: Consensus, plate: PlateBox) -> StillRead:
    reading = Reading(consensus.text, consensus.chars, consensus.raw)
    mark = Vrm(consensus.text, consensus.vrm, consensus.format)
    return StillRead(mark, reading, plate, load_curve()(consensus.share, consensus.readings))


def _whole(bgr: Bgr) -> list[PlateBox]:
    """A small picture of a plate's shape may be a plate that somebody has cut out: no detector sees it as one."""
    height, width = bgr.shape[:2]
    if width > 480 or not 1 <= width / height <= 7:
        return []
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return [PlateBox((0.0, 0.0, float(width), float(height)), 0.5, corners)]


def plausible_plate(read: StillRead) -> bool:
    """The detector says it is a plate: the text must look like a mark, the surer the odder it is."""
    text, sure = read.mark.canonical, read.plate.score * read.confidence
    if not 4 <= len(text) <= 9:
        return read.mark.format != UNKNOWN and sure > 0.5
    return sure > (0.15 if any(char.isdigit() for char in text) else 0.6)


def plausible_sign(read: StillRead) -> bool:
    """Only text: letters and digits, and as sure as a clear plate is."""
    text = read.mark.canonical
    digits = sum(char.isdigit() for char in text)
    return 5 <= len(text) <= 9 and 2 <= digits < len(text) and read.confidence > 0.5


def _each_once(reads: list[StillRead]) -> list[StillRead]:
    kept: list[StillRead] = []
    for read in sorted(reads, key=lambda read: -read.plate.score * read.confidence):
        if all(overlap(read.plate.box, other.plate.box) < 0.2 for other in kept):
            kept.append(read)
    return kept
