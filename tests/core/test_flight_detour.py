"""A goto whose straight way is closed is flown round it: by a concave fence, by a zone, through a restart."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bench.lockstep import DOCK, LIMITS, World
from edge.flight.detour import there, way_round
from edge.flight.fence import make_fence
from edge.flight.geometry import M_PER_DEG, Place, Target, distance_m
from edge.flight.launch import Happened, Stage
from edge.flight.rules import Case
from edge.flight.state import resume, save
from edge.flight.zones import Zones
from tests.core.test_flight_rules import READY
from tests.core.test_flight_sorties import O, safe
from tests.core.test_flight_zones import circle
from wire.orders import Launch

BAY = ((52.1965, 0.1145), (52.1965, 0.1255), (52.2045, 0.1255), (52.2005, 0.12), (52.2045, 0.1145))
"""Open to the north between two arms, its corner just north of the dock."""
WEST, EAST = Place(52.2022, 0.1165), Place(52.2022, 0.1235)
ISLAND = Place(52.2022, 0.12)
"""Between WEST and EAST, past the dock on neither way home."""


def in_the_bay() -> World:
    return World(limits=LIMITS.model_copy(update={"fence": BAY, "battery_wh": 600}))


def by_an_island(radius_m: float = 60) -> World:
    return World(limits=LIMITS.model_copy(update={"battery_wh": 600}), zones=Zones(known=(circle(ISLAND, radius_m),)))


def west(world: World) -> World:
    world.launch(Launch(lat=WEST.lat, lon=WEST.lon, alt_rel_m=30))
    return world.until_stage(Stage.ON_SCENE)


def here(world: World) -> Place:
    return Place(*world.vehicle.position()[:2])


def test_round_the_bay_of_a_fence() -> None:
    world = west(in_the_bay())
    goto = world.go_to(EAST, 30)
    fence = make_fence(DOCK, BAY)
    while O.DONE not in world.states(goto):
        assert fence.contains(here(world.run(0.5)))
        assert world.now_s < 300
    assert distance_m(here(world), EAST) < 6
    assert [move.cause.happened for move in world.moves].count(Happened.AT_CORNER) == 1
    safe(world)


def test_round_a_closed_zone_and_on_after_a_restart() -> None:
    world = west(by_an_island())
    goto = world.go_to(EAST, 30)
    assert world.sortie.via
    world.run(4)
    world.restart(resume(save(world.sortie), world.now_s))
    nearest_m = distance_m(here(world), ISLAND)
    while O.DONE not in world.states(goto):
        nearest_m = min(nearest_m, distance_m(here(world.run(0.5)), ISLAND))
        assert world.now_s < 300
    assert nearest_m > 60
    assert world.sortie.stage is Stage.ON_SCENE
    safe(world)


def test_a_hold_on_the_way_round_forgets_the_corner() -> None:
    world = west(by_an_island())
    world.go_to(EAST, 30)
    world.run(4).hold()
    assert world.sortie.via == ()
    world.go_to(WEST, 30)
    assert world.sortie.via == ()
    world.until_stage(Stage.ON_SCENE)


def test_where_it_is_straight_it_is_flown_straight() -> None:
    world = west(by_an_island(radius_m=10))
    world.go_to(Place(WEST.lat - 0.001, WEST.lon), 30)
    assert world.sortie.via == ()


def test_who_may_not_fly_home_from_there_may_not_go_there() -> None:
    world = west(by_an_island())
    behind = Place(52.2036, 0.12)
    goto = world.go_to(behind, 30)
    assert O.REFUSED in world.states(goto)
    assert "the way home" in world.reasons(goto)


@pytest.mark.parametrize("tail_m", [0, 40])
def test_the_way_round_costs_its_whole_length(tail_m: float) -> None:
    """With the charge for the straight way, but not for the way round, it is refused."""
    world = west(in_the_bay())
    seen, east = world.seen(), Target(Place(EAST.lat - tail_m / M_PER_DEG, EAST.lon), 30)
    case = Case(seen, world.site, east)
    (via,) = way_round(case)
    assert not any(there(case))
    wide = replace(world.site, fence=make_fence(DOCK, LIMITS.fence))
    costs = [_least_pct(Case(seen, site, east)) for site in (world.site, wide)]
    assert costs[0] > costs[1], via


def _least_pct(case: Case) -> float:
    def enough(pct: float) -> bool:
        telemetry = replace(case.seen.telemetry, battery_pct=pct)
        return not any("battery" in why for why in there(replace(case, seen=replace(case.seen, telemetry=telemetry))))

    return next(pct / 10 for pct in range(200, 1000) if enough(pct / 10))


@given(
    a=st.tuples(st.floats(-300, 300), st.floats(-300, 300)),
    b=st.tuples(st.floats(-300, 300), st.floats(-300, 300)),
)
def test_between_two_places_with_clear_ways_home_there_is_always_a_way(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    world = in_the_bay()
    start, end = (Place(DOCK.lat + n / M_PER_DEG, DOCK.lon + e / M_PER_DEG / 0.613) for n, e in (a, b))
    buffer_m = world.limits.top_speed_mps * world.limits.order_latency_s + world.limits.position_error_m
    clear = [world.site.fence.clearance_m(place, DOCK) or 0 for place in (start, end)]
    assume(min(clear) > buffer_m)
    telemetry = replace(READY.telemetry, place=start, alt_rel_m=30.0)
    case = Case(replace(READY, telemetry=telemetry), world.site, Target(end, 30))
    way = (start, *way_round(case), end)
    assert all((world.site.fence.clearance_m(*leg) or 0) >= buffer_m for leg in pairwise(way))
