"""Where a return would go (F22): proven before each take-off and watched in the air, against a real locked home."""

from dataclasses import replace

import pytest
from pymavlink.dialects.v20 import ardupilotmega as m

from bench.lockstep import DOCK, World
from edge.flight.geometry import Place, distance_m
from edge.flight.hearing import hear
from edge.flight.launch import Stage
from edge.flight.seen import on_pad_m
from edge.flight.telemetry import Telemetry
from sim.autopilot.estimate import Spot
from sim.faults import Fault, Kind, strike
from tests.core.test_flight_sorties import NEAR, O, safe

FAR = Fault(at_s=0, kind=Kind.HOME_MOVED, size=1)


def move_home(world: World) -> Place:
    """As another ground station does; gives where it is then."""
    strike(FAR, world.vehicle, ())
    home = world.vehicle.copter.home
    assert home
    return Place(*world.vehicle.copter.origin.globe(home.north, home.east))


def ready() -> World:
    return World().until_stage(Stage.PARKED).run(8)


def test_where_home_was_set_elsewhere_it_does_not_take_off() -> None:
    world = ready()
    move_home(world)
    order = world.order(NEAR)
    world.until(lambda w: O.FAILED in w.states(order), limit_s=60)
    assert "home is 45 m from the dock, and a return would go there (F22); set it at the pad" in world.reasons(order)
    assert not world.sortie.flew
    world.until_stage(Stage.PARKED)
    safe(world)


def test_where_home_was_set_a_few_metres_off_it_does_not_take_off() -> None:
    """Within what counts as the pad, but not where it stands: a return would miss the pad by so much."""
    world = ready()
    strike(Fault(at_s=0, kind=Kind.HOME_MOVED, size=0.1), world.vehicle, ())
    order = world.order(NEAR)
    world.until(lambda w: O.FAILED in w.states(order), limit_s=60)
    assert "m from where it stands (F22)" in world.reasons(order)


def test_where_home_was_set_too_low_it_does_not_take_off() -> None:
    world = ready()
    copter = world.vehicle.copter
    assert copter.home
    copter.home, copter.home_set = copter.home._replace(down=copter.home.down + 20), True
    order = world.order(NEAR)
    world.until(lambda w: O.FAILED in w.states(order), limit_s=60)
    assert "20 m below the pad" in world.reasons(order)


def test_a_home_from_before_arming_is_set_anew_where_it_arms() -> None:
    """A first fix under the lid may lie far off: that refuses nothing."""
    world = ready()
    world.vehicle.copter.home = Spot(40, 0, 0)
    world.run(3)
    assert distance_m(world.telemetry.home or DOCK, DOCK) > 30
    world.launch(NEAR)
    world.until_stage(Stage.ON_SCENE).run(3)
    assert distance_m(world.telemetry.home or Place(NEAR.lat, NEAR.lon), DOCK) < 3


def test_one_that_does_not_tell_its_home_does_not_take_off() -> None:
    world = ready()
    world.hears = lambda telemetry: replace(telemetry, home=None, home_s=None)
    order = world.order(NEAR)
    world.until(lambda w: O.FAILED in w.states(order), limit_s=60)
    assert "where its home is had no effect" in world.reasons(order)


@pytest.mark.parametrize("stage", [Stage.CLIMBING, Stage.ON_SCENE, Stage.RETURNING])
def test_moved_in_the_air_it_lands_beside_its_dock_and_not_there(stage: Stage) -> None:
    world = ready()
    world.launch(NEAR)
    world.until(lambda w: w.vehicle.airborne)
    if stage is not Stage.CLIMBING:
        world.until_stage(Stage.ON_SCENE)
    if stage is Stage.RETURNING:
        world.come_home()
        world.until_stage(Stage.RETURNING)
    home = move_home(world)
    world.until_stage(Stage.LANDED_OUT, limit_s=300)
    lat, lon, _, _ = world.vehicle.position()
    assert distance_m(Place(lat, lon), home) > 15
    assert on_pad_m(world.limits) < distance_m(Place(lat, lon), DOCK) < 20
    assert not any(kind == "collision" for _, kind, _ in world.truth)


def test_a_home_that_stands_nowhere_is_not_believed() -> None:
    nowhere = m.MAVLink_home_position_message(0, 0, 0, 0, 0, 0, [1, 0, 0, 0], 0, 0, 0)
    assert hear(Telemetry(), nowhere, 5.0).home is None
    there = m.MAVLink_home_position_message(522000000, 1200000, 0, 0, 0, 0, [1, 0, 0, 0], 0, 0, 0)
    assert hear(Telemetry(), there, 5.0).home == Place(52.2, 0.12)
