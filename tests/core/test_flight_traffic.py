"""Cooperative traffic (F14): synthetic encounters against the pure rules, and whole flights that give way."""

import math
from dataclasses import replace

import pytest

from bench.lockstep import DOCK, World
from edge.flight import airspace, traffic
from edge.flight.airspace import way_out
from edge.flight.geometry import M_PER_DEG, Place
from edge.flight.hearing import hear
from edge.flight.launch import Stage
from edge.flight.report import warnings
from edge.flight.seen import Seen
from edge.flight.telemetry import Telemetry
from edge.flight.traffic import Contact, GiveWay, Own, Ways
from sim.autopilot.estimate import Origin
from sim.beacons import Beacons, Intruder
from tests.core.test_flight_sorties import NEAR, safe
from wire.orders import GoTo, Launch, OrderState

NOW = 100.0
WAYS = Ways(DOCK, floor_amsl_m=50, cruise_mps=14, descent_mps=2)


def north(metres: float) -> Place:
    return Place(DOCK.lat + metres / M_PER_DEG, DOCK.lon)


def a_contact(
    metres: float, alt_amsl_m: float | None = 100, v: tuple[float, float, float] | None = (0, 0, 0)
) -> Contact:
    return Contact(0xABC, "GPOLC", NOW, north(metres), alt_amsl_m, 0.0, v)


def near(c: Contact, own: Own | None = None) -> bool:
    return bool(traffic.conflicts({c.icao: c}, own or Own(DOCK, 100), NOW))


def test_well_clear_is_610_m_level_or_76_m_up() -> None:
    assert near(a_contact(609))
    assert not near(a_contact(611))
    assert near(a_contact(0, 175))
    assert not near(a_contact(0, 177))


def test_it_is_predicted_a_minute_ahead() -> None:
    assert near(a_contact(609 + 58 * 50, v=(-50, 0, 0)))
    assert not near(a_contact(612 + 60 * 50, v=(-50, 0, 0)))
    assert near(a_contact(0, 176 + 58 * 5, v=(0, 0, -5)))
    assert near(a_contact(1200), Own(DOCK, 100, (14, 0, 0)))
    assert not near(a_contact(1200), Own(DOCK, 100, (-14, 0, 0)))


def test_what_it_does_not_tell_is_taken_for_the_worst() -> None:
    assert near(a_contact(0, None))
    assert near(a_contact(609 + 55 * traffic.UNKNOWN_MPS, v=None))
    assert near(replace(a_contact(0, 400), doubt_m=traffic.PRESSURE_DOUBT_M))


def test_an_old_contact_is_flown_on_and_then_forgotten() -> None:
    c = a_contact(1100, v=(-50, 0, 0))
    assert traffic.conflicts({c.icao: c}, Own(DOCK, 100), NOW + 29)
    assert not traffic.conflicts({c.icao: c}, Own(DOCK, 100), NOW + 31)
    assert traffic.heard({c.icao: c}, replace(c, icao=1), NOW + 31) == {1: replace(c, icao=1)}


def test_it_gives_way_where_the_most_room_is() -> None:
    own = Own(north(400), 100)
    assert traffic.give_way((a_contact(400, 150),), own, WAYS, NOW) is GiveWay.DESCEND
    assert traffic.give_way((a_contact(400, 40),), own, WAYS, NOW) is not GiveWay.DESCEND
    assert traffic.give_way((a_contact(900, 100),), replace(own, alt_amsl_m=50), WAYS, NOW) is GiveWay.RETURN


def test_the_way_out_is_looked_at_along_its_whole_length() -> None:
    way = (DOCK, north(1000))
    east = Place(north(900).lat, DOCK.lon + 550 / M_PER_DEG / math.cos(math.radians(DOCK.lat)))
    c = replace(a_contact(0), place=east)
    assert traffic.in_the_way({c.icao: c}, way, (15, 50), NOW)
    assert traffic.in_the_way({c.icao: replace(c, alt_amsl_m=127)}, way, (15, 50), NOW) == []
    assert traffic.in_the_way({c.icao: c}, (DOCK, north(100)), (15, 50), NOW) == []


def test_adsb_messages_are_read_and_an_empty_sky_has_a_living_receiver() -> None:
    beacons = Beacons(Origin(DOCK.lat, DOCK.lon, 15), receives=True, transmits=True)
    beacons.intruders.append(Intruder(0x400123, "GNEWS", 0, (1000, 0, -300), (0, -40, 0)))
    known = Telemetry()
    for _, message in beacons.due(10):
        known = hear(known, message, 50)
    c = known.contacts[0x400123]
    assert (c.name, c.alt_amsl_m, known.traffic_s, known.remote_id_s) == ("GNEWS", 315, 50, 50)
    assert c.velocity == pytest.approx((0, -40, 0), abs=0.1)
    assert known.heard_s is None


def test_another_devices_word_is_no_sign_of_the_autopilot() -> None:
    world = World()
    world.until_stage(Stage.PARKED)
    world.vehicle.copter.parameters["SYSID_MYGCS"] = 255
    heard_s = world.telemetry.heard_s
    origin = Origin(DOCK.lat, DOCK.lon, 15)
    for _, message in Beacons(origin, receives=True, transmits=True).due(999):
        world.telemetry = hear(world.telemetry, message, world.now_s + 50)
    assert world.telemetry.heard_s == heard_s


def near_of(seen: Seen, world: World) -> tuple[Contact, ...]:
    return airspace.near(seen, world.site)


def intruder(
    world: World, place: tuple[float, float, float], v: tuple[float, float, float], icao: int = 0x400123
) -> None:
    world.vehicle.beacons.intruders.append(Intruder(icao, "GNEWS", world.now_s, place, v))


def test_traffic_blocks_a_launch_and_a_silent_receiver_does() -> None:
    world = World()
    world.until_stage(Stage.PARKED).run(3)
    intruder(world, (0, -500, -60), (0, 10, 0))
    refused = world.run(2).order(NEAR)
    assert "GNEWS comes within 610 m and 76 m of the way (F14)" in world.reasons(refused)
    world.vehicle.beacons.intruders.clear()
    world.vehicle.beacons.receives = False
    refused = world.run(32).order(NEAR)
    assert "the traffic receiver is silent for over 10 s (F14)" in world.reasons(refused)


def test_traffic_that_comes_while_the_lid_opens_stops_the_arming() -> None:
    world = World()
    launch = world.launch(NEAR)
    intruder(world, (0, -300, -60), (0, 1, 0))
    world.until_stage(Stage.PARKED)
    assert world.states(launch)[-1] is OrderState.FAILED
    assert not world.happened("arm")


def test_in_the_air_it_goes_down_once_and_a_person_decides_from_then() -> None:
    world = World()
    world.launch(replace_height(NEAR, 80))
    world.until_stage(Stage.ON_SCENE)
    intruder(world, (60, -2500, -110), (0, 45, 0))
    world.until_stage(Stage.HOLDING)
    assert world.moves[-1].cause.text == "GNEWS comes too near: descend (F14)"
    assert "GNEWS comes too near (F14)" in warnings(world.site, world.sortie, world.seen())
    world.run(8)
    assert world.telemetry.climb_mps < -1
    goto = world.go_to(Place(NEAR.lat, NEAR.lon), 80)
    assert "(F14)" in world.reasons(goto)
    world.hold()
    world.run(4)
    assert world.vehicle.copter.mode.name == "BRAKE"
    assert world.sortie.stage is Stage.HOLDING
    world.run(80)
    assert world.sortie.avoided == ()
    assert world.states(world.go_to(Place(NEAR.lat, NEAR.lon), 40))[0] is OrderState.ACCEPTED
    world.come_home()
    world.until_stage(Stage.PARKED)
    safe(world)


def test_low_over_its_dock_it_lands_there_and_low_elsewhere_it_stays() -> None:
    world = World()
    world.launch(NEAR)
    world.until_stage(Stage.CLIMBING)
    world.until(lambda w: w.vehicle.height_m > 5)
    intruder(world, (0, -500, -60), (0, 10, 0))
    world.until_stage(Stage.RETURNING)
    assert world.moves[-1].cause.text == "GNEWS comes too near: return (F14)"
    seen = world.seen()
    away = replace(seen, telemetry=replace(seen.telemetry, place=north(60)))
    assert way_out(near_of(away, world), away, world.site) is GiveWay.HOLD
    world.until_stage(Stage.PARKED)
    safe(world)


def test_on_its_way_home_it_gives_way_and_goes_on_when_that_is_past() -> None:
    world = World()
    world.launch(Launch(lat=DOCK.lat + 700 / M_PER_DEG, lon=DOCK.lon, alt_rel_m=80))
    world.until_stage(Stage.ON_SCENE).come_home()
    intruder(world, (300, -2000, -110), (0, 45, 0))
    world.until_stage(Stage.YIELDING)
    world.until_stage(Stage.RETURNING)
    assert world.moves[-1].cause.text == "who came too near is past"
    world.until_stage(Stage.PARKED)
    safe(world)


def test_a_second_one_is_given_way_to_while_the_first_is_not_yet_past() -> None:
    """Each once, and all of it within one deadline; it goes on when both are past."""
    world = World()
    world.launch(Launch(lat=DOCK.lat + 700 / M_PER_DEG, lon=DOCK.lon, alt_rel_m=80))
    world.until_stage(Stage.ON_SCENE).come_home()
    intruder(world, (300, -2000, -110), (0, 45, 0))
    world.until_stage(Stage.YIELDING)
    began_s = world.sortie.since_s
    intruder(world, (2500, 0, -100), (-45, 0, 0), icao=0x400002)
    world.run(15)
    avoiding = [move for move in world.moves if move.after is Stage.YIELDING]
    assert [move.before for move in avoiding] == [Stage.RETURNING, Stage.YIELDING]
    assert (world.sortie.since_s, len(world.sortie.avoided)) == (began_s, 2)
    world.until_stage(Stage.RETURNING)
    assert world.moves[-1].cause.text == "who came too near is past"
    world.until_stage(Stage.PARKED)
    safe(world)


def test_one_that_must_come_home_flies_on() -> None:
    world = World()
    world.launch(Launch(lat=DOCK.lat + 700 / M_PER_DEG, lon=DOCK.lon, alt_rel_m=80))
    world.until_stage(Stage.ON_SCENE)
    world.vehicle.beacons.transmits = False
    world.until_stage(Stage.RETURNING)
    intruder(world, (300, -2000, -110), (0, 45, 0))
    world.until_stage(Stage.CLOSING)
    assert "yielding" not in [move.after for move in world.moves]


def replace_height(act: GoTo | object, alt_rel_m: float) -> object:
    return act.model_copy(update={"alt_rel_m": alt_rel_m})  # type: ignore[attr-defined]
