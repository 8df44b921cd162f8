"""The clock's offset is that of the fastest answer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.boot import CHANCE_BITS, next_boot
from edge.clock import ClockEstimate
from wire.states import ClockAnswer

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def ms(value: float) -> timedelta:
    return timedelta(milliseconds=value)


def answer(offset_ms: float, out_ms: float) -> ClockAnswer:
    room = T0 + ms(out_ms - offset_ms)
    return ClockAnswer(asked_at=T0, received_at=room, answered_at=room)


@given(offset_ms=st.floats(-1e6, 1e6), trip_ms=st.floats(0, 500))
def test_a_symmetric_trip_gives_the_offset(offset_ms: float, trip_ms: float) -> None:
    estimate = ClockEstimate().add(answer(offset_ms, trip_ms), T0 + ms(2 * trip_ms))
    assert estimate == pytest.approx(offset_ms, abs=0.01)


@given(late_ms=st.floats(50, 2000))
def test_a_slow_answer_spoils_nothing(late_ms: float) -> None:
    estimate = ClockEstimate()
    estimate.add(answer(100, 1), T0 + ms(2))
    assert estimate.add(answer(100, 1), T0 + ms(2 + late_ms)) == pytest.approx(100, abs=0.01)


@pytest.mark.parametrize("step_ms", [3_600_000, -3_600_000, 2000, -2000])
def test_a_stepped_clock_shows_with_the_next_answer(step_ms: float) -> None:
    """Reads were marked as verified by the old offset until the fastest old answer had left the window (D7)."""
    estimate = ClockEstimate()
    for _ in range(8):
        estimate.add(answer(0, 1), T0 + ms(2))
    assert estimate.add(answer(step_ms, 5), T0 + ms(10)) == pytest.approx(step_ms, abs=0.01)


def test_a_step_between_question_and_answer_spoils_one_answer_only() -> None:
    estimate = ClockEstimate()
    estimate.add(answer(0, 1), T0 + ms(2))
    estimate.add(answer(0, 1), T0 + ms(2 - 3_600_000))
    assert estimate.add(answer(-3_600_000, 1), T0 + ms(2)) == pytest.approx(-3_600_000, abs=0.01)


def test_boots_count_up_and_never_repeat_on_a_fresh_disk(tmp_path: Path) -> None:
    first, second, third = next_boot(tmp_path, 1000, 7), next_boot(tmp_path, 5, 9), next_boot(tmp_path, 5000, 0)
    assert second == first + 1
    assert third > second
    (tmp_path / "boot").write_text("garbage")
    assert next_boot(tmp_path, 6000, 0) > third


def test_two_lives_of_a_box_without_a_clock_share_no_boot(tmp_path: Path) -> None:
    """A receipt of the first, replayed or late, names boots; in the second it must name none of its events (D1)."""
    assert next_boot(tmp_path / "first", 17, 0x1234) != next_boot(tmp_path / "second", 17, 0x4321)
    assert next_boot(tmp_path / "last", 2**33 - 1, 2**CHANCE_BITS - 1) < 2**53
