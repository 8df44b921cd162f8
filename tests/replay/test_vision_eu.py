"""Real photos through the real reader: 51 of openalpr's European benchmark (see ../shared/data/SOURCES.md)."""

import csv
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.vision.pictures import load_picture
from edge.vision.stills import StillReader
from wire.vrm import fold

DATA = Path(os.environ.get("AIRBEAT_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
EU = DATA / "plates" / "eu"


@pytest.mark.skipif(not EU.is_dir(), reason=f"no {EU} (evaluation photos are not part of the project)")
def test_plates_of_real_photos_are_read_and_signs_are_not(record_property: Callable[[str, object], None]) -> None:
    """At least 92 % with O = 0 and I = 1, and hardly anything else: other plates in the picture are not annotated."""
    reader = StillReader()
    right = wrong = total = 0
    for row in csv.DictReader((EU / "truth.csv").read_text().splitlines()):
        folded = {fold(read.mark.canonical) for read in reader(load_picture(EU / row["image"]))}
        total += 1
        right += fold(row["vrm"]) in folded
        wrong += len(folded - {fold(row["vrm"])})
    record_property("right", right)
    record_property("wrong", wrong)
    assert total == 51
    assert right >= 0.92 * total
    assert wrong <= 0.1 * total
