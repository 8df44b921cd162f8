"""Circling around a place in lockstep: on the ring by the world's truth, and every rule still above it."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from bench.lockstep import DOCK, LIMITS, World
from edge.config import Limits, ViewConfig
from edge.flight.autopilots import CHANGE_MODE, PX4, Cmd
from edge.flight.geometry import M_PER_DEG, Place, bearing_deg, distance_m
from edge.flight.launch import Stage
from edge.flight.orbit import AHEAD_M, corners, outer_m, steer
from edge.flight.state import resume, save
from edge.flight.view import pointing, reach_m
from sim.autopilot.modes import Mode
from sim.weather import WeatherConfig
from tests.core.test_flight_sorties import NEAR, O, safe

MIDDLE = Place(DOCK.lat + 150 / M_PER_DEG, DOCK.lon)
LONG = LIMITS.model_copy(update={"battery_wh": 2000, "max_flight_s": 3000})


def here(world: World) -> Place:
    return Place(*world.vehicle.position()[:2])


def out(weather: WeatherConfig | None = None, limits: Limits = LONG) -> World:
    world = World(limits=limits, weather=weather or WeatherConfig())
    world.launch(NEAR)
    return world.until_stage(Stage.ON_SCENE)


def walk(world: World, seconds: float) -> Iterator[Place]:
    end = world.now_s + seconds
    while world.now_s < end:
        yield here(world.run(0.5))


def turned_deg(places: list[Place]) -> float:
    bearings = [bearing_deg(MIDDLE, place) for place in places]
    return sum((b - a + 180) % 360 - 180 for a, b in pairwise(bearings))


@pytest.mark.parametrize("radius_m", [20, 40, 100])
@pytest.mark.parametrize("clockwise", [True, False])
@pytest.mark.parametrize("wind_mps", [0.0, 8.0])
def test_it_stays_on_the_ring_and_looks_at_its_middle(radius_m: float, clockwise: bool, wind_mps: float) -> None:
    world = out(WeatherConfig(seed=3, wind_mps=wind_mps, wind_from_deg=250))
    orbit = world.circle(MIDDLE, radius_m, 30, clockwise)
    world.until(lambda w: O.DONE in w.states(orbit)).run(10)
    places = list(walk(world, 60))
    off_m = max(abs(distance_m(MIDDLE, place) - radius_m) for place in places)
    assert off_m < 9, "the room that the rules leave beside it is 9 m wide"
    assert turned_deg(places) * (1 if clockwise else -1) > 6000 / radius_m
    nose_deg = (world.telemetry.heading_deg or 0) - bearing_deg(here(world), MIDDLE)
    assert abs((nose_deg + 180) % 360 - 180) < 30
    assert world.states(orbit) == [O.ACCEPTED, O.ON_SCENE, O.DONE]
    world.come_home()
    world.until_stage(Stage.PARKED)
    safe(world)


def test_the_room_that_the_rules_ask_for_holds_the_points() -> None:
    for radius_m in (20, 60, 200):
        ring = corners(MIDDLE, radius_m)
        edges = [Place((a.lat + b.lat) / 2, (a.lon + b.lon) / 2) for a, b in pairwise(ring)]
        assert min(distance_m(MIDDLE, place) for place in edges) >= outer_m(radius_m) - 0.1


@pytest.mark.parametrize("act", ["hold", "come_home", "land"])
def test_an_order_ends_it_at_once_and_no_point_follows(act: str) -> None:
    world = out()
    world.circle(MIDDLE)
    world.until(lambda w: w.sortie.stage is Stage.ORBITING).run(20)
    getattr(world, act)()
    world.run(0.5)
    assert world.sortie.ring is None
    told = len(world.sent)
    world.run(5)
    assert not [command for _, command in world.sent[told:] if command.cmd is Cmd.DO_REPOSITION]


def test_a_goto_away_from_it_turns_the_nose_to_its_way() -> None:
    world = out()
    world.circle(MIDDLE)
    world.until(lambda w: w.sortie.stage is Stage.ORBITING).run(20)
    far = Place(DOCK.lat - 300 / M_PER_DEG, DOCK.lon)
    world.go_to(far)
    world.run(12)
    off_deg = (world.telemetry.heading_deg or 0) - bearing_deg(here(world), far)
    assert abs((off_deg + 180) % 360 - 180) < 10
    world.until_stage(Stage.ON_SCENE)


def test_an_autopilot_that_returns_by_itself_is_not_argued_with() -> None:
    world = out()
    world.circle(MIDDLE)
    world.until(lambda w: w.sortie.stage is Stage.ORBITING).run(20)
    world.vehicle.copter.enter(Mode.RTL, "a failsafe")
    world.until_stage(Stage.RETURNING, limit_s=3)
    world.run(5)
    assert world.vehicle.copter.mode is Mode.RTL
    points = [command for _, command in world.sent if command.cmd is Cmd.DO_REPOSITION]
    assert [bool(command.params[1] == CHANGE_MODE) for command in points].count(True) == 2, (
        "a way out, a way to the ring"
    )


def test_a_restart_goes_on_round_until_a_limit_calls_it_home() -> None:
    world = out(limits=LONG.model_copy(update={"max_flight_s": 240}))
    orbit = world.circle(MIDDLE)
    world.until(lambda w: O.DONE in w.states(orbit))
    world.restart(resume(save(world.sortie), world.now_s))
    world.until_stage(Stage.ORBITING)
    assert abs(turned_deg(list(walk(world, 30)))) > 150
    world.until_stage(Stage.RETURNING, limit_s=300)
    assert "F23" in world.moves[-1].cause.text
    world.until_stage(Stage.PARKED)
    safe(world)


@pytest.mark.parametrize(
    ("north_m", "alt_rel_m", "radius_m", "why"),
    [(1040, 30, 60, "F5"), (150, 120, 40, "F16"), (900, 30, 200, "F5"), (150, 30, 40, "")],
)
def test_a_ring_that_breaks_a_rule_is_refused_with_it(
    north_m: float, alt_rel_m: float, radius_m: float, why: str
) -> None:
    world = out()
    orbit = world.circle(Place(DOCK.lat + north_m / M_PER_DEG, DOCK.lon), radius_m, alt_rel_m)
    assert (O.REFUSED in world.states(orbit)) is bool(why)
    assert why in world.reasons(orbit)


def test_it_is_not_begun_on_the_pad_or_on_the_way_up() -> None:
    world = World().until_stage(Stage.PARKED).run(3)
    assert "orbit is not possible while parked" in world.reasons(world.circle(MIDDLE))
    world.launch(NEAR)
    world.until_stage(Stage.CLIMBING)
    assert "orbit is not possible while climbing" in world.reasons(world.circle(MIDDLE))


def test_what_is_not_known_or_not_heard_is_not_steered() -> None:
    world = out()
    world.circle(MIDDLE)
    world.until(lambda w: w.sortie.stage is Stage.ORBITING and w.sortie.talk is None).run(3)
    later = replace(world.seen(), now_s=world.now_s + 1.5)
    assert steer(world.site, world.sortie, later).sends
    assert not steer(world.site, world.sortie, replace(later, now_s=world.now_s + 4)).sends
    blind = replace(later, telemetry=replace(later.telemetry, place=None))
    assert not steer(world.site, world.sortie, blind).sends


def test_px4_turns_its_nose_by_the_same_command() -> None:
    world = out()
    world.circle(MIDDLE)
    world.until(lambda w: w.sortie.stage is Stage.ORBITING and w.sortie.talk is None).run(30)
    site, seen = replace(world.site, profile=PX4), replace(world.seen(), now_s=world.now_s + 1.5)
    loiter = next(number for number, name in PX4.modes.items() if name == "AUTO.LOITER")
    seen = replace(seen, telemetry=replace(seen.telemetry, custom_mode=loiter))
    (point,) = steer(site, world.sortie, seen).sends
    assert (point.cmd, point.params[1]) == (Cmd.DO_REPOSITION, 0)
    place = seen.telemetry.place
    assert place
    assert point.params[3] == pytest.approx(math.radians(bearing_deg(place, MIDDLE)))
    assert distance_m(place, Place(point.params[4], point.params[5])) == pytest.approx(AHEAD_M, rel=0.6)


def test_the_camera_looks_at_the_middle_where_its_area_has_room_for_that() -> None:
    view = ViewConfig(
        in_transit="blanked", radius_m=400, mount="gimbal", pitch_deg=-80, fov_deg=60, fov_up_deg=40, height_error_m=3
    )
    world = out()
    world.circle(MIDDLE, 40, 40)
    world.until(lambda w: w.sortie.stage is Stage.ORBITING).run(20)
    wide, tight = (replace(world.site, view=view.model_copy(update={"radius_m": metres})) for metres in (400, 100))
    assert pointing(wide, world.sortie, world.seen()) == pytest.approx(-45)
    assert pointing(tight, world.sortie, world.seen()) == -80
    assert reach_m(view, 43, -45, 0, 3) < 400
