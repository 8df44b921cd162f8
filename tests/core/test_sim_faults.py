"""The fault script: what it does to the aircraft and its radio, and what a wrong one says."""

from pathlib import Path

import pytest

from bench.lockstep import World
from edge.flight.launch import Stage
from sim.faults import OF_A_DOCK, Fault, Faults, Kind, read_script, strike
from sim.radio import Radio
from tests.core.test_flight_sorties import NEAR, safe
from wire.errors import UserError


def radios() -> tuple[Radio[int], Radio[int]]:
    return Radio("a"), Radio("b")


def test_a_sound_radio_carries_everything_at_once() -> None:
    assert Radio[int]("x").carry(1.0, [1, 2, 3]) == [1, 2, 3]


def test_latency_duplicates_reordering_and_loss() -> None:
    late = Radio[int]("x", latency_s=0.5)
    assert late.carry(1.0, [1]) == []
    assert late.carry(1.5, []) == [1]
    twice = Radio[int]("x", duplicates=1.0)
    assert twice.carry(1.0, [1, 2]) == [1, 1, 2, 2]
    mixed = Radio[int]("x", reordering=0.5)
    told = [n for t in range(20) for n in mixed.carry(t / 10, [t])] + mixed.carry(9, [])
    assert sorted(told) == list(range(20))
    assert told != list(range(20))
    lost = Radio[int]("x", lost=True)
    assert lost.carry(1.0, [1]) == []
    lost.lost = False
    assert lost.carry(2.0, [2]) == [2]


def test_a_script_begins_and_ends_each_fault_at_its_time() -> None:
    world = World()
    pair = radios()
    faults = Faults((Fault(at_s=1, kind=Kind.LINK_LOSS, for_s=2), Fault(at_s=2, kind=Kind.GUST)), world.vehicle, pair)
    assert list(faults.advance(0.9)) == []
    assert list(faults.advance(1.0)) == ["fault link_loss"]
    assert pair[0].lost
    assert list(faults.advance(3.0)) == ["fault gust", "healed link_loss"]
    assert not pair[1].lost


def flown(kind: Kind, size: float = 0.5, for_s: float = 1e9) -> World:
    """On scene when it happens."""
    world = World()
    world.launch(NEAR)
    world.until_stage(Stage.ON_SCENE)
    strike(Fault(at_s=0, kind=kind, size=size, for_s=for_s), world.vehicle, (), world.dock)
    return world


def test_without_satellites_it_lands_by_its_own_failsafe_and_we_follow() -> None:
    world = flown(Kind.GPS_LOSS)
    world.until_stage(Stage.LANDED_OUT)
    assert any("EKF Failsafe" in text.text for text in world.telemetry.texts)
    safe(world)


def test_a_lying_fix_shifts_it_by_as_much() -> None:
    world = flown(Kind.GPS_GLITCH, 1.0)
    before = world.vehicle.from_pad_m()
    world.run(2)
    assert "the position jumped by more than it can fly (F17)" in world.sortie.forced
    assert world.run(13).sortie.stage in (Stage.RETURNING, Stage.LANDING)
    assert abs(world.vehicle.from_pad_m() - before) > 20


def test_a_weak_motor_flies_and_a_dead_one_falls() -> None:
    assert flown(Kind.MOTOR_FAIL, 0.3).run(10).vehicle.airborne
    fallen = flown(Kind.MOTOR_FAIL, 1.0).run(10)
    assert [touch["crash"] for touch in fallen.happened("touchdown")] == [True]


def test_a_reboot_on_the_pad_takes_the_boot_anew() -> None:
    world = World()
    world.until_stage(Stage.PARKED)
    strike(Fault(at_s=0, kind=Kind.AUTOPILOT_REBOOT), world.vehicle, ())
    assert not world.run(5).vehicle.copter.ready
    assert world.run(45).vehicle.copter.ready


@pytest.mark.parametrize("kind", [Kind.WIND_STEP, Kind.GUST, Kind.TRAFFIC, Kind.BATTERY_SAG])
def test_the_rest_changes_the_world_and_heals(kind: Kind) -> None:
    vehicle = World().vehicle
    before = vehicle.weather, list(vehicle.beacons.intruders), vehicle.body.used_wh
    mend = strike(Fault(at_s=0, kind=kind), vehicle, ())
    after = vehicle.weather, list(vehicle.beacons.intruders), vehicle.body.used_wh
    assert after != before
    mend()
    healed = vehicle.weather, list(vehicle.beacons.intruders)
    assert healed == before[:2]


def test_a_wrong_script_says_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "faults.toml"
    path.write_text('[[fault]]\nat_s = 9\nkind = "gremlins"\n')
    with pytest.raises(UserError, match=r"fault.0.kind"):
        read_script(path)
    for kind in OF_A_DOCK:
        path.write_text(f'[[fault]]\nat_s = 9\nkind = "{kind}"\n')
        with pytest.raises(UserError, match="needs a dock"):
            read_script(path)
    path.write_text('[[fault]]\nat_s = 9\nkind = "gust"\n[[fault]]\nat_s = 3\nkind = "link_loss"\nfor_s = 2\n')
    assert [fault.kind for fault in read_script(path)] == [Kind.LINK_LOSS, Kind.GUST]
