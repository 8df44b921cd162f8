"""The time of frames and the health of a camera: pure, so that every case can be walked."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.pace import Pace, Smooth
from edge.vision.wellbeing import Signs, Wellbeing
from wire.states import PartState

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@given(st.lists(st.floats(0, 1.5), min_size=2, max_size=40))
def test_frames_that_arrive_in_bunches_keep_the_rhythm_of_their_stamps(delays: list[float]) -> None:
    smooth = Smooth()
    times = [smooth(7.0 + number / 12, 1000 + number / 12 + delay) for number, delay in enumerate(delays)]
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert gaps == pytest.approx([1 / 12] * len(gaps), abs=1e-6)


@given(st.lists(st.tuples(st.none() | st.floats(-1e6, 1e6), st.floats(0, 100)), max_size=40))
def test_time_never_runs_backwards_whatever_the_stamps_say(rows: list[tuple[float | None, float]]) -> None:
    smooth, clock, last = Smooth(), 0.0, float("-inf")
    for stamp, gap in rows:
        clock += gap
        t = smooth(stamp, clock)
        assert t >= last
        last = t


def test_a_stream_whose_stamps_jump_is_anchored_again() -> None:
    smooth = Smooth()
    smooth(5.0, 100.0)
    assert smooth(90_000.0, 101.0) == 101.0


def test_a_clip_waits_for_its_stamps_and_catches_up_when_late() -> None:
    pace = Pace()
    assert pace.ahead_s(10.0, 500.0) == 0
    assert pace.ahead_s(10.5, 500.1) == pytest.approx(0.4)
    assert pace.ahead_s(10.6, 503.0) == 0
    assert pace.ahead_s(None, 503.0) == 0


def test_a_camera_goes_down_once_and_comes_back_once() -> None:
    well = Wellbeing("camera-road-1-cam", NOW)
    steps = [
        (Signs(False, 0), PartState.STARTING, None),
        (Signs(False, 5), PartState.OK, None),
        (Signs(True, 5, "no data for 8 s"), PartState.DOWN, False),
        (Signs(True, 5, "cannot open"), PartState.DOWN, None),
        (Signs(False, 6), PartState.OK, True),
        (Signs(False, 7, hindrance="no live view"), PartState.DEGRADED, None),
        (Signs(False, 8), PartState.OK, None),
    ]
    for second, (signs, state, cleared) in enumerate(steps):
        fault = well.update(signs, NOW + timedelta(seconds=second))
        assert well.health({}).state is state
        assert (fault.cleared if fault else None) is cleared


def test_a_frozen_picture_is_a_fault_of_its_own() -> None:
    well = Wellbeing("camera-road-1-cam", NOW)
    steps = [
        (Signs(False, 5), PartState.OK, None),
        (Signs(False, 9, frozen=True), PartState.DOWN, ("frozen_picture", False)),
        (Signs(False, 11, frozen=True), PartState.DOWN, None),
        (Signs(True, 11, "no data for 8 s", frozen=True), PartState.DOWN, ("no_picture", False)),
        (Signs(False, 12, frozen=True), PartState.DOWN, ("frozen_picture", False)),
        (Signs(False, 13), PartState.OK, ("frozen_picture", True)),
    ]
    for signs, state, told in steps:
        fault = well.update(signs, NOW)
        assert well.health({}).state is state
        assert ((fault.what, fault.cleared) if fault else None) == told


def test_a_camera_that_never_came_is_told_too() -> None:
    well = Wellbeing("camera-road-1-cam", NOW)
    fault = well.update(Signs(True, 0, "connection refused"), NOW)
    assert fault is not None
    assert fault.detail == "connection refused"
    assert well.health({"fps": 0}).since == NOW
