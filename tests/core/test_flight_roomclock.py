"""The control room's time on the box: a stepped wall clock moves nothing in flight (F10)."""

import math
from datetime import timedelta

from bench.lockstep import World
from bench.lockstep_orders import T0, make_order
from edge.flight.gate import Go
from edge.flight.launch import Stage
from edge.flight.roomclock import RoomClock, room_lives, tick
from edge.flight.state import resume, save
from wire.orders import Return

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


def test_the_broker_alone_is_not_the_room() -> None:
    assert room_lives(True, 15.0)
    assert not room_lives(True, 15.1)
    assert not room_lives(True, math.inf)
    assert not room_lives(False, 0.0)


def test_restarted_in_flight_after_a_step_of_the_clock_it_still_hears_its_operator() -> None:
    """The measurement on the disk is older than the step: an hour's error must not make every order a late one."""
    world = World()
    world.launch()
    world.until_stage(Stage.ON_SCENE)
    world.wall_step_s = 3600
    world.restart(resume(save(world.sortie), world.now_s))
    world.run(3)
    assert world.clock.room_now(world.now_s) is None
    home = make_order(Return(), seq=50, at=world.room_now())
    assert world.deliver(home) == Go()
    world.until_stage(Stage.PARKED)
