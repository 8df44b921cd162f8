"""The time of frames and the health of a camera: pure, so that every case can be walked."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.pace import Backlog, Pace, Smooth
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


def decoded(stamps: list[float], arrivals: list[float], every: int = 50) -> list[bool]:
    """Packet by packet, with a key frame first and then `every` so many."""
    backlog = Backlog()
    pairs = enumerate(zip(stamps, arrivals, strict=True))
    return [backlog(stamp, at, number % every == 0) for number, (stamp, at) in pairs]


def stamps(count: int, start: float = 0.0) -> list[float]:
    return [start + number / 25 for number in range(count)]


def test_a_stream_in_time_is_decoded_whole() -> None:
    late = [0.3 * (number % 7 == 3) + 0.0001 * number / 25 for number in range(10_000)]
    assert all(decoded(stamps(10_000), [500 + t + by for t, by in zip(stamps(10_000), late, strict=True)]))


def test_a_burst_at_the_start_is_no_backlog() -> None:
    """A server sends what it has kept since its last key frame at once."""
    assert all(decoded(stamps(200), [500 + max(2.0, t) for t in stamps(200)]))


def test_a_decoder_that_is_behind_goes_on_at_a_key_frame_when_it_has_caught_up() -> None:
    """Half as fast as it should be for 100 packets; those that are skipped take no time."""
    backlog, now_t, wanted = Backlog(), 500.0, []
    for number, stamp in enumerate(stamps(400)):
        wanted.append(backlog(stamp, max(now_t, 500 + stamp), number % 50 == 0))
        now_t = max(now_t, 500 + stamp) + (0.08 if wanted[-1] and number < 100 else 0.001)
    behind = wanted.index(False)
    assert 25 <= behind <= 28
    assert not any(wanted[behind:50])
    assert all(wanted[50:75]), "at the key frame it has caught up"
    assert all(wanted[100:]), "and from then on it is fast enough"


def test_what_the_network_delays_is_decoded_from_the_next_key_frame_on() -> None:
    arrivals = [500 + t + (3.0 if number >= 60 else 0.0) for number, t in enumerate(stamps(400))]
    arrivals = [max(at, 503.0 + 2.4) if number >= 60 else at for number, at in enumerate(arrivals)]
    wanted = decoded(stamps(400), arrivals)
    assert not all(wanted)
    assert all(wanted[150:])


def test_stamps_that_jump_are_no_backlog() -> None:
    """A clip that is sent over and over, and a camera whose clock is set."""
    jumping = [*stamps(100), *stamps(100), *stamps(100, start=900)]
    assert all(decoded(jumping, [500 + number / 25 for number in range(300)]))


def test_a_stream_without_stamps_is_decoded_whole() -> None:
    assert all(Backlog()(None, 500.0 + 10 * number, key=False) for number in range(5))


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
