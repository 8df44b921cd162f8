"""Relief at a scene: what is advised and, in lockstep, that following it leaves no second uncovered."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from bench.lockstep import DOCK, LIMITS, World
from dashboard.corridor import APART_UP_M, crossings
from dashboard.dispatch import Scene, Standing
from dashboard.eta import Place as Spot
from dashboard.relief import MARGIN_S, Relief, advise
from edge.flight.geometry import M_PER_DEG, Place, distance_m
from edge.flight.launch import Stage
from edge.flight.report import vehicle_state
from tests.core.test_dashboard_dispatch import NOW, person, standing, with_vehicle
from wire.orders import Launch, OrderState
from wire.states import AircraftInfo

INCIDENT = uuid4()
THERE = Scene(7, closed=False, place=Spot(52.201, 0.121))
TARGET = Place(DOCK.lat + 200 / M_PER_DEG, DOCK.lon)


def at_scene(stay_s: float | None, edge: str = "dock-1", name: str = "falcon-1", **changes: object) -> Standing:
    fields = {
        "stage": "on_scene", "airborne": True, "armed": True, "ready": False, "incident_id": INCIDENT, "stay_s": stay_s,
        "target_lat": 52.201, "target_lon": 0.121, "alt_rel_m": 35.0, "alt_amsl_m": 50.0, "not_ready": ("it is up",),
    }  # fmt: skip
    return with_vehicle(standing(edge, name), **fields | changes)


def parked(name: str = "falcon-2", **changes: object) -> Standing:
    return with_vehicle(
        standing(f"dock-{name[-1]}", name), **{"alt_rel_m": 0.0, "alt_amsl_m": 15.0, "lat": 52.2, "lon": 0.12} | changes
    )


def told(*fleet: Standing) -> Relief:
    (relief,) = advise(INCIDENT, THERE, person(), fleet, NOW)
    return relief


@pytest.mark.parametrize(("spare_s", "state"), [(600, "later"), (89, "soon"), (-1, "now"), (-MARGIN_S - 1, "late")])
def test_the_order_is_due_by_the_others_arrival_and_a_margin(spare_s: float, state: str) -> None:
    eta = 7 + 10 + 130.4 / 14
    relief = told(at_scene(eta + MARGIN_S + spare_s), parked())
    assert (relief.state, relief.by_aircraft) == (state, "falcon-2")
    assert relief.order_in_s == pytest.approx(spare_s, abs=2)
    assert relief.leaves_in_s == eta + MARGIN_S + spare_s


def test_where_nobody_can_every_reason_is_told() -> None:
    relief = told(at_scene(100), parked(ready=False, not_ready=("wind 14 m/s",)))
    assert (relief.state, relief.order_in_s) == ("nobody", None)
    assert relief.reasons == ("falcon-2: wind 14 m/s",)


def test_they_are_apart_in_height_and_the_corridor_lets_the_other_in() -> None:
    one, other = at_scene(300), parked()
    relief = told(one, other)
    assert relief.alt_rel_m == 35 + APART_UP_M + 2
    launch = Launch(lat=52.201, lon=0.121, alt_rel_m=relief.alt_rel_m)
    assert crossings(launch, other, [one, other]) == ()
    assert crossings(launch.model_copy(update={"alt_rel_m": 35}), other, [one, other])
    high = told(at_scene(300, alt_rel_m=80.0, alt_amsl_m=95.0), other)
    assert high.alt_rel_m == 35
    climbs_home = told(at_scene(300, home_alt_rel_m=50.0), other)
    assert climbs_home.alt_rel_m == 50 + APART_UP_M + 2, "it passes through 57 m on its way home"
    low = told(at_scene(300, alt_rel_m=80.0, alt_amsl_m=95.0, home_alt_rel_m=40.0), other)
    assert low.alt_rel_m == 80 + APART_UP_M + 2
    assert told(one, parked(alt_amsl_m=None)).alt_rel_m is None


def test_the_one_that_came_to_relieve_is_the_cover_and_needs_its_own() -> None:
    first, second = at_scene(120), at_scene(700, "dock-2", "falcon-2", alt_amsl_m=72.0)
    reliefs = {relief.aircraft: relief for relief in advise(INCIDENT, THERE, person(), [first, second], NOW)}
    assert (reliefs["falcon-1"].state, reliefs["falcon-1"].by_aircraft) == ("covered", "falcon-2")
    assert reliefs["falcon-2"].state == "nobody"
    late = replace_eta(second, 100.0)
    reliefs = {relief.aircraft: relief for relief in advise(INCIDENT, THERE, person(), [first, late], NOW)}
    assert reliefs["falcon-1"].state == "nobody", "it comes too late, and nobody else is left"


def replace_eta(one: Standing, eta_s: float) -> Standing:
    return with_vehicle(one, eta_s=eta_s, stage="en_route")


def test_who_serves_another_incident_or_does_not_say_is_not_advised() -> None:
    assert advise(INCIDENT, THERE, person(), [at_scene(None), at_scene(300, incident_id=uuid4()), parked()], NOW) == ()


# In lockstep, with the boxes' own reports.


def room_sees(world: World, name: str, incident: UUID) -> Standing:
    at = world.room_now()
    state = vehicle_state(world.site, world.sortie, world.seen(), at, world.memory)
    serves = incident if world.sortie.launch_id else None
    state = state.model_copy(update={"edge": name, "aircraft": name, "incident_id": serves})
    info = AircraftInfo(
        name=name, autopilot="arducopter", lat=DOCK.lat, lon=DOCK.lon, cruise_mps=LIMITS.cruise_mps,
        climb_mps=LIMITS.climb_mps, scene_alt_rel_m=LIMITS.scene_alt_rel_m, max_range_m=LIMITS.max_range_m,
    )  # fmt: skip
    return Standing(name, info, online=True, vehicle=state, vehicle_age_s=0.1)


def here(world: World) -> tuple[Place, float]:
    lat, lon, height_m, _ = world.vehicle.position()
    return Place(lat, lon), height_m


def seconds(first: World, second: World, wait_s: float) -> Iterator[tuple[World, World]]:
    """Both worlds second by second, the second ordered `wait_s` after the advice says so, until the first is home."""
    due_s: float | None = None
    while first.sortie.stage is not Stage.PARKED:
        first.run(1)
        second.run(1)
        yield first, second
        fleet = [room_sees(first, "falcon-1", INCIDENT), room_sees(second, "falcon-2", INCIDENT)]
        scene = Scene(7, closed=False, place=Spot(TARGET.lat, TARGET.lon))
        relief = next(iter(advise(INCIDENT, scene, person(), fleet, NOW + timedelta(seconds=first.now_s))), None)
        if relief and relief.state == "now" and due_s is None:
            due_s = first.now_s + wait_s
        if due_s is not None and first.now_s >= due_s and second.sortie.stage is Stage.PARKED and relief:
            height_m = relief.alt_rel_m or LIMITS.scene_alt_rel_m
            asked = second.order(Launch(lat=TARGET.lat, lon=TARGET.lon, alt_rel_m=height_m))
            assert OrderState.ACCEPTED in second.states(asked), second.reasons(asked)
            due_s = float("inf")


def uncovered_s(wait_s: float) -> int:
    first, second = World(charge=0.5), World()
    second.until_stage(Stage.PARKED)
    first.launch(Launch(lat=TARGET.lat, lon=TARGET.lon, alt_rel_m=35))
    first.until_stage(Stage.ON_SCENE)
    alone = 0
    for one, other in seconds(first, second, wait_s):
        (a, a_m), (b, b_m) = here(one), here(other)
        alone += distance_m(a, TARGET) > 15 and distance_m(b, TARGET) > 15
        if distance_m(a, b) < 60 and min(a_m, b_m) > 25:
            assert abs(a_m - b_m) > 15, "too near to each other at the scene"
    return alone


def test_ordered_as_advised_no_second_is_uncovered() -> None:
    assert uncovered_s(0) == 0


def test_ordered_two_minutes_late_some_are() -> None:
    assert uncovered_s(120) > 30


@pytest.mark.parametrize(("charge", "max_flight_s", "rule"), [(0.5, 900, "F3"), (1.0, 150, "F23")])
def test_it_stays_as_long_as_it_said(charge: float, max_flight_s: float, rule: str) -> None:
    """Never shorter; of charge at most a fifth and the two whole percents longer."""
    world = World(charge=charge, limits=LIMITS.model_copy(update={"max_flight_s": max_flight_s, "min_on_scene_s": 30}))
    world.launch(Launch(lat=TARGET.lat, lon=TARGET.lon, alt_rel_m=35))
    world.until_stage(Stage.ON_SCENE).run(3)
    said_s = vehicle_state(world.site, world.sortie, world.seen(), world.room_now(), world.memory).stay_s
    assert said_s
    began_s = world.now_s
    world.until_stage(Stage.RETURNING, limit_s=900)
    assert rule in world.moves[-1].cause.text
    stayed_s = world.now_s - began_s
    assert said_s - 1 <= stayed_s <= said_s * 1.2 + 25
    home = vehicle_state(world.site, world.sortie, world.seen(), world.room_now(), world.memory)
    assert home.stay_s is None
