"""What of a still picture is told as a plate: the odder the text, the surer both networks must be."""

import numpy as np
import pytest

from edge.vision.detect import PlateBox
from edge.vision.stills import StillRead, plausible_plate, plausible_sign
from edge.vision.vote import Reading
from wire.vrm import parse


def read(text: str, score: float, char: float) -> StillRead:
    plate = PlateBox((0, 0, 100, 22), score, np.zeros((4, 2), np.float32))
    return StillRead(parse(text), Reading(text, (char,) * len(text), text), plate)


@pytest.mark.parametrize(
    ("text", "score", "char", "expected"),
    [
        ("AB12CDE", 0.7, 0.98, True),
        ("WOB12345", 0.5, 0.95, True),
        ("WOB12345", 0.5, 0.7, False),
        ("GWAGEN", 0.8, 0.99, True),
        ("TOYOTA", 0.5, 0.99, False),
        ("A1", 0.8, 0.99, True),
        ("4K", 0.5, 0.9, False),
        ("1234567890123", 0.9, 0.99, False),
    ],
)
def test_where_the_plate_detector_says_plate(text: str, score: float, char: float, expected: bool) -> None:
    assert plausible_plate(read(text, score, char)) is expected


@pytest.mark.parametrize(
    ("text", "char", "expected"),
    [("AB12CDE", 0.98, True), ("AB12CDE", 0.85, False), ("PARKING", 0.99, False), ("01632960", 0.99, False)],
)
def test_where_only_the_text_detector_saw_it(text: str, char: float, expected: bool) -> None:
    assert plausible_sign(read(text, 0.9, char)) is expected
