"""One passing vehicle: told as soon as it can be, from its best sights, within its budget."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from av import VideoFrame

from edge.vision.detect import PlateBox
from edge.vision.frame import Frame
from edge.vision.rectify import CUTS, cut_out
from edge.vision.vehicle import BUDGET, Bgr, Vehicle, _near
from edge.vision.vote import Consensus, Reading

T0 = datetime(2026, 1, 1, tzinfo=UTC)
PICTURE = VideoFrame.from_ndarray(np.random.default_rng(1).integers(0, 255, (540, 960, 3), np.uint8), format="bgr24")


def sight(n: int, width: float) -> tuple[Frame, PlateBox]:
    x1, y1, x2, y2 = 300.0, 200.0, 300 + width, 200 + width / 4.7
    corners = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)
    frame = Frame(picture=PICTURE, captured_at=T0 + timedelta(seconds=n / 12), t=n / 12)
    return frame, PlateBox((x1, y1, x2, y2), 0.9, corners)


class Reader:
    """Says the texts in turn, and counts."""

    def __init__(self, *texts: str) -> None:
        self.calls, self.texts = 0, texts or ("AB12CDE",)

    def __call__(self, _crop: Bgr) -> Reading:
        self.calls += 1
        return Reading(self.texts[self.calls % len(self.texts)], (0.9,) * 7)


def drive(widths: list[float], reader: Reader) -> tuple[Vehicle, list[int]]:
    """The vehicle, and the frames after which it was firm."""
    vehicle, firm = Vehicle(T0, T0), list[int]()
    for n, width in enumerate(widths):
        found: Consensus | None = vehicle.see(*sight(n, width), reader)
        if found:
            firm.append(n)
    return vehicle, firm


def test_three_good_sights_are_enough() -> None:
    _, firm = drive([150.0] * 6, Reader())
    assert firm[0] == 2


def test_a_vehicle_that_drives_away_is_told_before_it_has_left() -> None:
    reader = Reader()
    _, firm = drive([150.0, *(150 * 0.78**n for n in range(1, 6))], reader)
    assert firm, "it waited for the vehicle to leave"
    assert firm[0] <= 4


def test_no_vehicle_costs_more_than_its_budget() -> None:
    reader = Reader("AB12CDE", "XY34FGH", "LM56NPR", "ST78UVW")
    vehicle, firm = drive([120 + n for n in range(60)], reader)
    assert firm == []
    vehicle.leave(reader)
    assert reader.calls <= BUDGET


def test_a_plate_that_the_frames_edge_cuts_is_not_read() -> None:
    reader = Reader()
    frame, _ = sight(0, 150)
    edge = PlateBox((-3, 200, 147, 232), 0.9, np.array([[-3, 200], [147, 200], [147, 232], [-3, 232]], np.float32))
    assert Vehicle(T0, T0).see(frame, edge, reader) is None
    assert reader.calls == 0


@pytest.mark.parametrize("lean", [0.0, 0.5])
@pytest.mark.parametrize("x", [3.0, 300.0, 806.0])
def test_what_is_kept_of_a_frame_gives_the_cuts_of_the_whole_frame(x: float, lean: float) -> None:
    frame, _ = sight(0, 150)
    box = x, 200.0, x + 150, 200 + 32 + 150 * lean
    corners = np.array([[x, 200], [x + 150, 200 + 150 * lean], [x + 150, box[3]], [x, 232]], np.float32)
    plate = PlateBox(box, 0.9, corners)
    near, within = _near(frame.bgr, plate)
    for cut in CUTS:
        whole, part = (cut_out(bgr, of, cut).astype(np.int16) for bgr, of in ((frame.bgr, plate), (near, within)))
        assert np.abs(whole - part).mean() < 0.5


def test_a_vehicle_in_sight_keeps_one_picture_as_decoded_and_otherwise_crops() -> None:
    vehicle, _ = drive([120 + n for n in range(60)], Reader("AB12CDE", "XY34FGH", "LM56NPR", "ST78UVW"))
    assert vehicle.best is not None
    assert "bgr" not in vars(vehicle.best.frame)
    assert len(vehicle.waiting) == 4
    assert sum(waiting.near.nbytes for waiting in vehicle.waiting) < 540 * 960 * 3
