"""One plate square on in, one reading out, line by line; or one of a still, looked at in several ways."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.vision.detect import PlateBox
from edge.vision.recognise import LineRecogniser, Probabilities
from edge.vision.rectify import CUTS, cut_out, text_lines
from edge.vision.vote import Consensus, Reading, Rivals, vote
from wire.vrm import fold

Bgr = NDArray[np.uint8]
Column = NDArray[np.float32]

BLANK = 0
CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LEAST_CHAR = 0.35
"""Below it a character in the middle of a plate was always a seal, a screw or a coat of arms (plates/eu, 51 photos)."""


SURE_TEXT, LIKELY_TEXT, LEAST_TEXT = 0.95, 0.3, 3
"""How sure one look must be to suffice, and to count among several; characters that make a text. Of 51 plates in
plates/eu and 37 in uk_crops this reads as many as four looks at each do, with 1.9 looks a plate (2026-11-22)."""
LEAST_RIVAL = 0.005
MOST_RIVALS = 4


@dataclass(frozen=True)
class _Glyph:
    """One decoded sign: `column` is where it peaks."""

    sign: str
    confidence: float
    column: int


class PlateReader:
    """A loaded recogniser; 1 ms a plate on one thread."""

    def __init__(self, threads: int = 1) -> None:
        self._recognise = LineRecogniser(threads)

    @property
    def recogniser(self) -> str:
        """Which one reads: its module; what was fitted to it (calibrate.py) belongs to no other."""
        return type(self._recognise).__module__

    def __call__(self, crop: Bgr) -> Reading:
        """`crop`: uint8 (h, w, 3) BGR, a plate square on. Empty where there is nothing to read."""
        return self.read_many([crop])[0]

    def read_many(self, crops: list[Bgr]) -> list[Reading]:
        """The same for several plates in one batch."""
        split = [text_lines(crop) for crop in crops]
        rows = iter(self._recognise([line for lines in split for line in lines]))
        return [_joined([decode(next(rows)) for _ in lines]) for lines in split]

    def look(self, bgr: Bgr, plate: PlateBox) -> Consensus | None:
        """The plate of a still picture. There is one frame, so it is looked at in several cuts until that is enough.

        None where there is no text.
        """
        readings: list[Reading] = []
        for cut in CUTS:
            readings.append(self(cut_out(bgr, plate, cut)))
            if len(readings[0].text) < LEAST_TEXT or enough(readings):
                break
        return vote(readings)


def enough(readings: list[Reading]) -> bool:
    """One that is quite sure, or two of at least three that agree."""
    if len(readings) == 1:
        return readings[0].confidence > SURE_TEXT
    texts = [fold(reading.text) for reading in readings if reading.confidence > LIKELY_TEXT]
    return len(readings) > 2 and max(map(texts.count, texts), default=0) > 1


def decode(probabilities: Probabilities) -> Reading:
    """Greedy CTC: repeats without a blank between them are one sign; a sign's confidence is the best of its columns."""
    kept = [glyph for glyph in _glyphs(probabilities) if glyph.confidence >= LEAST_CHAR]
    rivals = tuple(_rivals(probabilities[glyph.column], glyph.sign) for glyph in kept)
    text = "".join(glyph.sign for glyph in kept)
    at = tuple(glyph.column for glyph in kept)
    return Reading(text, tuple(glyph.confidence for glyph in kept), text, rivals=rivals, at=at)


def _rivals(column: Column, sign: str) -> Rivals:
    """What else it may have been, likeliest first; "" for no character at all."""
    second: dict[str, float] = {}
    for label in column.argsort()[::-1][: MOST_RIVALS + 2].tolist():
        other = "" if label == BLANK else CHARACTERS[label - 1]
        if other != sign and column[label] >= LEAST_RIVAL:
            second[other] = second.get(other, 0.0) + float(column[label])
    return tuple(second.items())[:MOST_RIVALS]


def _glyphs(probabilities: Probabilities) -> list[_Glyph]:
    best = probabilities.argmax(axis=1)
    glyphs: list[_Glyph] = []
    before = BLANK
    for column, label in enumerate(best.tolist()):
        confidence = min(float(probabilities[column, label]), 1.0)
        if label == before and label != BLANK:
            held = glyphs[-1]
            if confidence > held.confidence:
                glyphs[-1] = _Glyph(held.sign, confidence, column)
        elif label != BLANK:
            glyphs.append(_Glyph(CHARACTERS[label - 1], confidence, column))
        before = label
    return glyphs


def _joined(lines: list[Reading]) -> Reading:
    """The lines of one plate as one reading."""
    chars = tuple(p for line in lines for p in line.chars)
    rivals = tuple(r for line in lines for r in line.rivals)
    raw = " ".join(filter(None, (line.raw for line in lines)))
    at = lines[0].at if len(lines) == 1 else ()
    return Reading("".join(line.text for line in lines), chars, raw, rivals=rivals, at=at)
