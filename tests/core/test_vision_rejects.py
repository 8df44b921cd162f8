"""What is not told is kept for a day with its reason; lanes and countries of what is told."""

import json
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.config import LaneConfig
from edge.vision.calibrate import FILE, Curve, load_curve
from edge.vision.detect import PlateBox
from edge.vision.evidence import plate_patch
from edge.vision.lanes import lane_of
from edge.vision.read import PlateReader
from edge.vision.rejects import HELD, Rejects
from edge.vision.track import Track
from edge.vision.vehicle import Rejected, Vehicle
from edge.vision.vote import Consensus, Reading, implausible, vote
from tests.core.test_vision_vehicle import T0, Reader, sight
from wire.errors import UserError
from wire.rejected import KEPT_S, RejectedRead
from wire.vrm import country_of, parse

STANDS = Track(1, (100.0, 100.0, 190.0, 120.0), 0.0, 9.0, (100.0, 100.0, 190.0, 120.0), seen=40)
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def consensus(text: str, sure: float = 0.98) -> Consensus:
    found = vote([Reading(text, (sure,) * len(text), text)])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "sure", "word"),
    [
        ("AB12CDE", 0.98, ""),
        ("PARKING", 0.98, "no digit"),
        ("WOB12345", 0.6, "not sure"),
        ("7W8", 0.98, "3 characters"),
    ],
)
def test_each_reason_is_said(text: str, sure: float, word: str) -> None:
    assert (word in implausible(consensus(text, sure))) if word else implausible(consensus(text, sure)) == ""


def test_a_plate_that_stays_too_small_is_kept_with_its_size() -> None:
    vehicle = Vehicle(T0, T0)
    for n in range(4):
        vehicle.see(*sight(n, 31), Reader())
    rejected = vehicle.rejected(STANDS, vehicle.leave(Reader()), "")
    assert rejected is not None
    assert "31 px" in rejected.reason
    assert rejected.patch.startswith(b"\xff\xd8\xff")


def test_of_a_vehicle_that_was_read_the_best_sight_is_kept() -> None:
    vehicle = Vehicle(T0, T0)
    for n, width in enumerate((31, 120, 31)):
        vehicle.see(*sight(n, width), Reader("PARKING"))
    rejected = vehicle.rejected(STANDS, consensus("PARKING"), "lettering")
    assert rejected is not None
    assert (rejected.reason, rejected.consensus) == ("lettering", consensus("PARKING"))


def test_what_stands_is_told_from_what_passed() -> None:
    """Only what passed says how well the camera reads (drift.py)."""
    vehicle = Vehicle(T0, T0)
    vehicle.see(*sight(0, 120), Reader("PARKING"))
    passed = vehicle.rejected(replace(STANDS, box=(400.0, 100.0, 490.0, 120.0)), None, "lettering")
    stands = vehicle.rejected(STANDS, None, "lettering")
    assert passed is not None
    assert stands is not None
    assert (passed.moved, stands.moved) == (True, False)


class Line:
    """A line to the room that can be down."""

    def __init__(self) -> None:
        self.up, self.sent = True, list[tuple[str, RejectedRead]]()

    def __call__(self, topic: str, payload: bytes, _qos: int) -> bool:
        if self.up:
            self.sent.append((topic, RejectedRead.model_validate_json(payload)))
        return self.up


def rejected(at: datetime = NOW) -> Rejected:
    return Rejected(b"\xff\xd8\xff\xe0", consensus("PARKING"), "lettering", at, moved=True)


def test_it_goes_out_once_when_the_line_is_up() -> None:
    line = Line()
    rejects = Rejects("road-1", "road-1-cam", line)
    line.up = False
    rejects.add(rejected())
    rejects.send(NOW)
    line.up = True
    rejects.send(NOW)
    rejects.send(NOW)
    assert [topic for topic, _ in line.sent] == ["airbeat/v1/road-1/rejected"]
    said = line.sent[0][1]
    assert (said.camera, said.text, said.reason, said.frames) == ("road-1-cam", "PARKING", "lettering", 1)
    assert b64decode(said.patch) == b"\xff\xd8\xff\xe0"


def test_what_waited_a_day_goes_nowhere_and_no_more_than_so_many_wait() -> None:
    line = Line()
    rejects = Rejects("road-1", "road-1-cam", line)
    for n in range(HELD + 50):
        rejects.add(rejected(NOW + timedelta(seconds=n)))
    later = NOW + timedelta(seconds=KEPT_S + 99)
    for _ in range(HELD):
        rejects.send(later)
    assert len(line.sent) == HELD + 50 - 99
    assert min(read.at for _, read in line.sent) >= later - timedelta(seconds=KEPT_S)


@pytest.mark.parametrize(
    "box", [(970.0, 20.0, 1060.0, 50.0), (20.0, 545.0, 110.0, 575.0), (-90.0, -40.0, -10.0, -10.0)]
)
def test_a_box_outside_the_picture_stops_no_camera(box: tuple[float, float, float, float]) -> None:
    plate = PlateBox(box, 0.4, np.zeros((4, 2), np.float32))
    assert plate_patch(np.zeros((540, 960, 3), np.uint8), plate).startswith(b"\xff\xd8")


LANES = (
    LaneConfig(name="near", line=((0.1, 0.0), (0.3, 1.0))),
    LaneConfig(name="far", line=((0.6, 0.0), (0.7, 0.5), (0.9, 1.0))),
)


@pytest.mark.parametrize(
    ("x", "y", "lane"), [(0.2, 0.5, "near"), (0.5, 0.2, "far"), (0.45, 0.9, "near"), (0.85, 0.9, "far")]
)
def test_the_nearest_lane(x: float, y: float, lane: str) -> None:
    box = (1000 * x - 20, 500 * y - 5, 1000 * x + 20, 500 * y + 5)
    assert lane_of(box, LANES, (1000, 500)) == lane
    assert lane_of(box, (), (1000, 500)) == ""


@pytest.mark.parametrize(
    ("vrm", "country"),
    [("AB12CDE", "GB"), ("A123BCD", "GB"), ("ABC12D", "unknown"), ("WOB12345", "unknown"), ("1234BCD", "unknown")],
)
def test_a_country_is_named_only_where_the_format_is_nobody_elses(vrm: str, country: str) -> None:
    assert country_of(parse(vrm).format) == country


@given(st.floats(0.1, 3), st.floats(-3, 3), st.floats(0, 1), st.floats(0, 1), st.integers(1, 8))
def test_a_curve_keeps_the_order(slope: float, shift: float, a: float, b: float, readings: int) -> None:
    curve = Curve(slope, shift)
    assert 0 <= curve(a, readings) <= 1
    assert curve(min(a, b), readings) <= curve(max(a, b), readings)


def test_the_shipped_curve_was_fitted_to_the_reader_that_is_shipped() -> None:
    """After a new recogniser: airbeat train calibrate."""
    assert json.loads(FILE.read_text())["recogniser"] == PlateReader().recogniser


@pytest.mark.parametrize("text", ["{}", "", '{"slope": NaN, "shift": 0}', '{"slope": -0.5, "shift": 0}'])
def test_a_broken_curve_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(text)
    with pytest.raises(UserError, match=r"calibration"):
        load_curve(path)
    assert np.isfinite(load_curve()(1.0, 1))
