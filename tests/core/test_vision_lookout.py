"""When a camera looks: at what moves, as often as it may, and with what need."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from av import VideoFrame

from edge.vision.detect import PlateBox
from edge.vision.frame import Frame
from edge.vision.look import Bgr
from edge.vision.lookout import Lookout
from edge.vision.schedule import Need
from edge.vision.vote import Reading

T0 = datetime(2026, 1, 1, tzinfo=UTC)
FPS = 10
ROAD = np.random.default_rng(1).integers(80, 140, (540, 960, 3), np.uint8)
PLATE_SHADE = 250


def frame(n: int, car_x: int | None) -> Frame:
    picture = ROAD.copy()
    if car_x is not None:
        picture[200:330, car_x : car_x + 200] = 30
        picture[290:320, car_x + 30 : car_x + 170] = PLATE_SHADE
    return Frame(VideoFrame.from_ndarray(picture, format="bgr24"), T0 + timedelta(seconds=n / FPS), n / FPS)


class Eyes:
    """Finds the bright plate in what it is shown, and counts the looks."""

    def __init__(self) -> None:
        self.shown: list[tuple[int, int]] = []

    def __call__(self, bgr: Bgr, _long_side: int) -> list[PlateBox]:
        self.shown.append((bgr.shape[1], bgr.shape[0]))
        rows, columns = np.nonzero((bgr == PLATE_SHADE).all(axis=2))
        if len(rows) < 2000:
            return []
        x1, y1, x2, y2 = (float(v) for v in (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
        return [PlateBox((x1, y1, x2, y2), 0.9, np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32))]


def drive(looks_s: float) -> tuple[Lookout, Eyes, list[Need], list[str]]:
    """Two seconds of empty road, two of a car across it, two of empty road."""
    eyes, needs = Eyes(), []

    def pace(need: Need, _look_s: float) -> float:
        needs.append(need)
        return looks_s

    lookout, told = Lookout(eyes, lambda _crop: Reading("AB12CDE", (0.99,) * 7), pace), []
    for n in range(60):
        car_x = 40 + 35 * (n - 20) if 20 <= n < 40 else None
        told += [passing.consensus.vrm for passing in lookout(frame(n, car_x))]
    return lookout, eyes, needs, told


@pytest.mark.parametrize("looks_s", [1000.0, 5.0])
def test_the_plate_is_told_once_from_parts_of_the_frame(looks_s: float) -> None:
    _, eyes, _, told = drive(looks_s)
    assert told == ["AB12CDE"]
    assert eyes.shown[0] == (960, 540)
    assert sum(width < 960 for width, _ in eyes.shown) > len(eyes.shown) / 2


def test_it_looks_as_often_as_it_may() -> None:
    free, paced = drive(1000.0)[0].tally, drive(5.0)[0].tally
    assert free.frames == paced.frames == 60
    assert 0.4 * free.detections <= paced.detections <= 0.65 * free.detections


def test_less_than_one_look_a_second_is_no_look_at_every_frame() -> None:
    """min_looks may be any rate; two seconds of a car and half a second of lingering at 0.5 looks a second."""
    assert drive(0.5)[0].tally.detections <= 3


def test_it_says_what_it_needs() -> None:
    """A vehicle that is told needs no more looks than any motion."""
    _, _, needs, _ = drive(1000.0)
    assert needs[7:20] == [Need.STILL] * 13
    assert needs[20] is Need.MOTION
    assert Need.VEHICLE in needs[21:25]
    assert needs[30:40] == [Need.MOTION] * 10
    assert needs[-10:] == [Need.STILL] * 10


def test_what_each_step_costs_is_known() -> None:
    lookout, eyes, _, _ = drive(1000.0)
    assert {"motion", "convert", "detect", "read"} == lookout.cost.seconds.keys()
    assert lookout.cost.times["detect"] == len(eyes.shown)
    assert lookout.cost.mean("motion") > 0
