"""The same flights for every autopilot: the simulated one always, a real one where `AIRBEAT_SITL` names its binary.

The whole flight process flies, over the link that the vehicle has; its dock alone is simulated here.
"""

import asyncio
import math
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edge.flight.aircraft_key import give
from tests.support.autopilots import KINDS, SIMULATED, Kind, Running, started
from tests.support.field import Field
from wire.events import FlightEvent
from wire.orders import GoTo, Land, Launch, Orbit, OrderState, Return
from wire.orders import Hold as Stay
from wire.states import Lid

O = OrderState  # noqa: E741
HEIGHT_M = 12.0
NORTH, EAST = 60 / 111_320, 40 / 72_000
"""Some 60 m north of the dock, and some 40 m east."""
LOST_S = 7.0
"""The autopilot's own return begins after 5 s without a heartbeat."""
PATIENCE_S = 120.0
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def vehicle(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    kind: Kind = request.param
    with started(kind, tmp_path / "vehicle") as running:
        yield running


@pytest.fixture
def box(vehicle: Running, tmp_path: Path, broker_port: int) -> Iterator[Field]:
    with Field(tmp_path / "box", broker_port, vehicle) as box:
        yield box


def scene(box: Field, height_m: float = HEIGHT_M) -> Launch:
    return Launch(lat=box.pad.lat + NORTH, lon=box.pad.lon, alt_rel_m=height_m)


def told(box: Field) -> list[str]:
    return [event.body.what for event in box.events() if isinstance(event.body, FlightEvent)]


def ready(box: Field) -> None:
    box.until(lambda: box.vehicle is not None and box.vehicle.ready, "ready", PATIENCE_S)


def over_scene(box: Field) -> None:
    ready(box)
    launch = box.order(scene(box))
    box.until_state(launch, O.ON_SCENE, PATIENCE_S)


def parked(box: Field) -> None:
    """Down on the pad, disarmed, under a closed lid."""
    box.until_stage("parked", PATIENCE_S)
    assert box.vehicle
    assert (box.vehicle.armed, box.vehicle.airborne) == (False, False)
    assert box.away_m() < 6
    box.until(lambda: box.dock is not None and box.dock.lid is Lid.CLOSED, "the lid is closed")


def test_a_whole_sortie(box: Field) -> None:
    box.until(lambda: box.vehicle is not None and box.vehicle.link_ok, "linked", PATIENCE_S)
    early = box.order(scene(box))
    box.until_state(early, O.REFUSED)
    # which rules speak depends on how much of the aircraft has been heard and read back by then
    assert any("(F" in reason for answer in box.answers for reason in answer.reasons), box.answers
    ready(box)
    launch = box.order(scene(box))
    box.until_state(launch, O.ON_SCENE, PATIENCE_S)
    box.until_stage("on_scene")
    assert 50 < box.away_m() < 70
    goto = box.order(GoTo(lat=box.pad.lat + NORTH, lon=box.pad.lon + EAST, alt_rel_m=HEIGHT_M))
    box.until_stage("en_route")
    hold = box.order(Stay())
    box.until_state(hold, O.DONE)
    again = box.order(GoTo(lat=box.pad.lat + NORTH, lon=box.pad.lon + EAST, alt_rel_m=HEIGHT_M))
    box.until_state(again, O.DONE)
    home = box.order(Return())
    box.until_state(home, O.DONE, PATIENCE_S)
    parked(box)
    assert box.states(goto)[-1] is O.FAILED
    assert box.states(launch) == [O.ACCEPTED, O.ARMED, O.AIRBORNE, O.ON_SCENE, O.LANDED, O.DONE]


def test_it_circles_around_a_place(box: Field) -> None:
    """Around the pad, from a scene 60 m north of it: once round and more, and home from there."""
    over_scene(box)
    orbit = box.order(Orbit(lat=box.pad.lat, lon=box.pad.lon, alt_rel_m=HEIGHT_M, radius_m=30))
    box.until_state(orbit, O.DONE, PATIENCE_S)
    sides = set[str]()

    def side() -> bool:
        north, east = box.from_pad_m()
        assert 15 < math.hypot(north, east) < 45
        sides.add(("north" if north > 0 else "south") if abs(north) > abs(east) else "east" if east > 0 else "west")
        return len(sides) == 4

    box.until(side, "seen from four sides", PATIENCE_S)
    assert box.vehicle
    assert box.vehicle.stage == "orbiting"
    home = box.order(Return())
    box.until_state(home, O.DONE, PATIENCE_S)
    parked(box)


def test_a_return_during_the_climb(box: Field) -> None:
    ready(box)
    launch = box.order(scene(box, 30))
    box.until(lambda: box.vehicle and box.vehicle.stage == "climbing" and (box.vehicle.alt_rel_m or 0) > 3, "3 m high")
    home = box.order(Return())
    box.until_state(home, O.DONE, PATIENCE_S)
    parked(box)
    assert O.ON_SCENE not in box.states(launch)


def test_it_lands_where_it_is(box: Field) -> None:
    over_scene(box)
    land = box.order(Land())
    box.until_state(land, O.DONE, PATIENCE_S)
    box.until_stage("landed_out")
    assert box.vehicle
    assert not box.vehicle.armed
    assert 50 < box.away_m() < 70


def test_without_our_heartbeat_it_returns_by_itself_and_we_follow(box: Field) -> None:
    """It is no command of ours that brings it home, and the link that comes back changes nothing."""
    over_scene(box)
    box.freeze()
    time.sleep(LOST_S)
    box.thaw()
    box.until_stage("returning", 10)
    parked(box)
    what = told(box)
    assert "autopilot_returns" in what
    assert not {"return", "hold", "no_effect", "must_return"} & set(what)


def test_a_new_flight_process_takes_it_over_in_the_air(box: Field) -> None:
    over_scene(box)
    box.kill()
    box.vehicle = None
    box.start(2)
    box.until(lambda: box.vehicle and box.vehicle.stage in ("en_route", "on_scene", "returning"), "taken over")
    home = box.order(Return())
    box.until_state(home, O.DONE, PATIENCE_S)
    parked(box)
    assert any(what.startswith("found_") for what in told(box))


def test_it_takes_our_key_and_signs_with_it(vehicle: Running) -> None:
    if not vehicle.signs:
        pytest.skip(f"{vehicle.kind.name} {vehicle.told} takes no signing key by MAVLink")
    asyncio.run(give(vehicle.link, vehicle.kind.system_id, bytes(range(32)), limit_s=60))


def test_its_baseline_goes_by_the_names_that_it_has(tmp_path: Path) -> None:
    """A development version between two releases has names of both; the simulated one has the older release's."""
    mixed = replace(SIMULATED, baselines={"4.0": "arducopter-4.7.toml", "3.0": "arducopter.toml"})
    with started(mixed, tmp_path / "mixed") as running, started(SIMULATED, tmp_path / "plain") as plain:
        assert running.baseline().parameters == plain.baseline().parameters
        assert "RTL_ALT" in running.has
    half = replace(running, has=running.has - {"RTL_ALT"} | {"RTL_ALT_M"})
    assert {"RTL_ALT_M", "LAND_SPEED"} <= set(half.baseline().parameters)
