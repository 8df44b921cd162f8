"""The control room's time on the box: a stepped wall clock moves nothing in flight (F10)."""

from datetime import timedelta

from bench.lockstep import T0
from edge.flight.roomclock import RoomClock, tick

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def test_the_offset_is_taken_off() -> None:
    clock = tick(RoomClock(), T0, 100.0, 250.0, airborne=False)
    assert clock.offset_ms == 250
    assert clock.room_now(110.0) == T0 + 9.75 * SECOND


def test_unknown_until_measured() -> None:
    clock = tick(RoomClock(), T0, 100.0, None, airborne=False)
    assert clock.offset_ms is None
    assert clock.room_now(100.0) is None


def test_a_clock_stepped_by_an_hour_in_flight_moves_nothing() -> None:
    clock = tick(RoomClock(), T0, 100.0, 0.0, airborne=False)
    for after in range(1, 120):
        clock = tick(clock, T0 + HOUR + after * SECOND, 100.0 + after, 0.0, airborne=True)
        assert clock.offset_ms is None
        assert clock.room_now(100.0 + after) == T0 + after * SECOND


def test_on_the_ground_a_step_means_no_go_until_the_measurement_has_followed() -> None:
    clock = tick(RoomClock(), T0, 100.0, 0.0, airborne=False)
    clock = tick(clock, T0 + HOUR, 100.0, 0.0, airborne=False)
    assert clock.offset_ms is None
    clock = tick(clock, T0 + HOUR + SECOND, 101.0, 3_600_000.0, airborne=False)
    assert clock.offset_ms == 3_600_000
    assert clock.room_now(101.0) == T0 + SECOND


def test_a_room_that_stepped_is_believed_after_a_minute() -> None:
    clock = tick(RoomClock(), T0, 100.0, 0.0, airborne=False)
    for after in range(1, 63):
        clock = tick(clock, T0 + after * SECOND, 100.0 + after, -3_600_000.0, airborne=False)
    assert clock.room_now(162.0) == T0 + HOUR + 62 * SECOND
