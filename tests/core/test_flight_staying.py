"""How long an aircraft says it can stay, against when the real rule calls it home, in lockstep with the simulator."""

from dataclasses import replace

import pytest

from bench.lockstep import LIMITS, SCENE, World
from edge.flight.geometry import Place
from edge.flight.launch import Stage
from edge.flight.staying import home_alt_rel_m, stay_s
from sim.weather import WeatherConfig

EARLY_S = 1.0
"""A told time may be broken by so much: whole seconds, and the tick in which the rule looks."""
LATE_SHARE, LATE_S = 0.35, 30.0
"""And outlasted by so much: the charge is told in whole percent (11 s of hovering each), and cruise power, which is
reckoned with, is a sixth over what hovering draws."""


SCENE_PLACE = Place(SCENE.lat, SCENE.lon)


def told(world: World) -> float | None:
    return stay_s(world.site, world.sortie, world.seen())


def over_scene(charge: float, wind_mps: float = 0.0) -> World:
    weather = WeatherConfig(wind_mps=wind_mps, gust_mps=wind_mps * 0.2, wind_from_deg=200.0)
    world = World(weather=weather, charge=charge)
    world.launch()
    return world


def watch(world: World) -> list[tuple[float, float]]:
    """(now, told seconds) once a second, from the first word until the aircraft is called home."""
    rows: list[tuple[float, float]] = []
    world.until(lambda w: w.vehicle.airborne)
    while not world.sortie.forced:
        assert world.now_s < 2000
        if (seconds := told(world)) is not None:
            rows.append((world.now_s, seconds))
        world.run(1)
    return rows


@pytest.mark.parametrize(("charge", "wind_mps"), [(0.55, 0.0), (0.5, 6.0), (0.6, 9.0)])
def test_the_rule_calls_it_home_no_earlier_than_told_and_not_much_later(charge: float, wind_mps: float) -> None:
    world = over_scene(charge, wind_mps)
    rows = watch(world)
    assert "(F3)" in world.sortie.forced[0]
    assert len(rows) > 100
    ends_s = world.now_s
    for now_s, seconds in rows:
        left_s = ends_s - now_s
        assert left_s >= seconds - EARLY_S, f"{seconds:.0f} s told, called home after {left_s:.0f} s"
        assert left_s <= seconds * (1 + LATE_SHARE) + LATE_S, f"{seconds:.0f} s told, stayed {left_s:.0f} s"


def test_one_that_circles_is_called_home_no_earlier_than_told() -> None:
    world = over_scene(0.6, 6.0).until_stage(Stage.ON_SCENE)
    world.circle(SCENE_PLACE, 60, SCENE.alt_rel_m or 0)
    world.until_stage(Stage.ORBITING).run(10)
    hovering_s = stay_s(world.site, replace(world.sortie, stage=Stage.ON_SCENE), world.seen())
    assert (told(world) or 0) < (hovering_s or 0) * 0.8, "against the wind the ring is flown faster than cruise"
    rows = watch(world)
    assert "(F3)" in world.sortie.forced[0]
    assert len(rows) > 60
    assert all(world.now_s - now_s >= seconds - EARLY_S for now_s, seconds in rows)


def test_the_longest_flight_ends_a_stay_too() -> None:
    world = World(limits=LIMITS.model_copy(update={"max_flight_s": 200, "min_on_scene_s": 20}))
    world.launch()
    rows = watch(world)
    assert "(F23)" in world.sortie.forced[0]
    assert all(abs(world.now_s - now_s - seconds) <= 2 for now_s, seconds in rows)


def test_one_that_must_leave_says_so_at_once_and_one_on_its_way_home_says_nothing() -> None:
    world = over_scene(0.9)
    assert told(world) is None
    world.until_stage(Stage.ON_SCENE)
    sortie = replace(world.sortie, forced=("the reserve is reached",))
    assert stay_s(world.site, sortie, world.seen()) == 0
    world.come_home()
    assert told(world) is None


def test_an_unknown_charge_is_no_time_at_all() -> None:
    world = over_scene(0.9).until_stage(Stage.ON_SCENE)
    world.hears = lambda telemetry: replace(telemetry, battery_s=None)
    assert told(world) is None


def test_the_way_home_is_flown_no_lower_than_the_autopilot_returns() -> None:
    assert home_alt_rel_m(World().site) == 35


def test_where_its_dock_is_shut_it_reckons_with_the_place_that_it_would_land_on() -> None:
    """As the rule does: with a landing place at the scene there is no way home to keep charge for."""
    places = (SCENE_PLACE,)
    world = World(charge=0.9, landing_places=places)
    world.launch()
    world.until_stage(Stage.ON_SCENE).run(2)
    far = told(world)
    shut = replace(world.sortie, shut_s=world.now_s - 10)
    near = stay_s(world.site, shut, world.seen())
    assert far is not None
    assert near is not None
    assert near > far + 10
