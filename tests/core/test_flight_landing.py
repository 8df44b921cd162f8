"""A landing place is always chosen (F22): flights whose dock fails them on the way home."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bench.lockstep import DOCK, World, make_site
from edge.flight.geometry import M_PER_DEG, Place, distance_m
from edge.flight.landing import diversion, dock_is_back, landing
from edge.flight.launch import Stage
from edge.flight.seen import on_pad_m
from tests.core.test_flight_sorties import NEAR, safe
from wire.dock import Input
from wire.orders import GoTo, OrderState

FIELD = Place(DOCK.lat + 90 / M_PER_DEG, DOCK.lon + 60 / M_PER_DEG)


def out(*places: Place) -> World:
    world = World()
    world.site = make_site(landing_places=places)
    world.launch(NEAR)
    return world.until_stage(Stage.ON_SCENE)


def here(world: World) -> Place:
    return Place(*world.vehicle.position()[:2])


def jam(world: World) -> None:
    world.dock.stuck = 0.4


def disagree(world: World) -> None:
    def shows(raw: tuple[object, object]) -> tuple[object, object]:
        bits = list(raw[0])  # type: ignore[call-overload]
        bits[Input.LID_CLOSED_SWITCH] = True
        return bits, raw[1]

    world.shows = shows  # type: ignore[assignment]


@pytest.mark.parametrize("fail", [jam, disagree])
def test_a_dock_that_fails_on_the_way_home_sends_it_to_the_sites_place(fail: Callable[[World], None]) -> None:
    world = out(FIELD)
    world.come_home()
    fail(world)
    failed_s = world.now_s
    world.until_stage(Stage.DIVERTING)
    assert world.now_s - failed_s <= 5
    world.until_stage(Stage.LANDED_OUT)
    assert distance_m(here(world), FIELD) < 3
    safe(world)


def test_one_that_fails_in_the_last_metres_still_does() -> None:
    world = out(FIELD)
    world.come_home()
    world.until_stage(Stage.LANDING)
    jam(world)
    world.until_stage(Stage.LANDED_OUT)
    assert distance_m(here(world), FIELD) < 3
    safe(world)


def test_without_a_place_of_the_sites_it_lands_beside_a_jammed_dock() -> None:
    world = out()
    jam(world)
    world.come_home()
    world.until_stage(Stage.LANDED_OUT)
    away = distance_m(here(world), DOCK)
    assert on_pad_m(world.limits) + 3 < away < 20
    safe(world)


def test_without_a_place_of_the_sites_a_dock_that_is_unknown_but_was_open_stays_the_choice() -> None:
    world = out()
    disagree(world)
    world.come_home()
    world.until(lambda w: not w.vehicle.armed)
    assert world.vehicle.from_pad_m() < 1
    assert not world.happened("collision")


def test_a_place_that_the_charge_does_not_reach_is_left_out() -> None:
    far = Place(DOCK.lat + 1000 / M_PER_DEG, DOCK.lon)
    world = out(far, FIELD)
    jam(world)
    seen = world.run(1).seen()
    low, lower = (replace(seen, telemetry=replace(seen.telemetry, battery_pct=pct)) for pct in (15, 5))
    assert landing(seen, world.site, seen.now_s - 5).place == far
    assert landing(low, world.site, seen.now_s - 5).place == FIELD, "half of the reserve stays"
    assert landing(lower, world.site, seen.now_s - 5).place == FIELD, "of none that is reached so, the nearest"
    one = make_site(landing_places=(far,))
    assert distance_m(landing(lower, one, seen.now_s - 5).place, DOCK) < 20


def test_from_too_high_it_diverts_under_the_ceiling() -> None:
    world = out(FIELD)
    seen = world.seen()
    high = replace(seen, telemetry=replace(seen.telemetry, alt_rel_m=140.0))
    assert diversion(high, world.site, seen.now_s - 5).alt_rel_m == world.limits.ceiling_m


def test_a_lid_that_is_open_again_takes_it_back() -> None:
    far = Place(DOCK.lat + 500 / M_PER_DEG, DOCK.lon)
    world = out(far)
    disagree(world)
    world.come_home()
    world.until_stage(Stage.DIVERTING).run(3)
    world.shows = lambda raw: raw
    world.until_stage(Stage.RETURNING)
    assert world.moves[-1].cause.text == "the dock's lid is open again"
    world.until_stage(Stage.PARKED)
    safe(world)


def test_but_not_where_the_charge_does_not_last_or_the_lid_flutters() -> None:
    world = out(FIELD)
    seen = world.seen()
    assert dock_is_back(seen, world.site)
    assert not dock_is_back(replace(seen, dock=replace(seen.dock, agreed_since_s=seen.now_s - 2.9)), world.site)
    assert not dock_is_back(replace(seen, telemetry=replace(seen.telemetry, battery_pct=11)), world.site)


def test_a_short_flutter_of_the_lids_switch_changes_nothing() -> None:
    world = out(FIELD)
    world.come_home()
    disagree(world)
    world.run(2)
    world.shows = lambda raw: raw
    assert world.run(2).sortie.stage is Stage.RETURNING
    world.until_stage(Stage.PARKED)
    safe(world)


def test_a_goto_on_the_way_up_is_flown_once_it_is_up() -> None:
    world = World()
    world.launch(NEAR)
    world.until_stage(Stage.CLIMBING)
    there = Place(DOCK.lat, DOCK.lon + 0.0012)
    goto = world.order(GoTo(lat=there.lat, lon=there.lon, alt_rel_m=40))
    world.until(lambda w: OrderState.ON_SCENE in w.states(goto))
    assert distance_m(here(world), there) < 6
    assert abs(world.vehicle.height_m - 40) < 4
    world.come_home()
    world.until_stage(Stage.PARKED)
    safe(world)
