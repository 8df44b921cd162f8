"""A recorded flight through the flight code again: the same decisions, byte for byte (F26)."""

import json
import resource
from dataclasses import replace
from pathlib import Path

import pytest

from bench.lockstep import DOCK, Core, World
from edge.flight.disk import Disk
from edge.flight.geometry import Place
from edge.flight.launch import Stage
from edge.flight.seen import Seen, Site
from edge.flight.sortie import Step, advance, obey
from edge.flight.state import Sortie, resume, save
from edge.flight.tape import Tape, replay
from sim.weather import WeatherConfig
from tests.core.test_flight_sorties import NEAR
from wire.orders import Order


def recorded() -> tuple[World, list[str]]:
    """A world whose flight code is recorded."""
    tape, lines = Tape(), list[str]()

    def taped_advance(site: Site, sortie: Sortie, seen: Seen) -> Step:
        step = advance(site, sortie, seen)
        lines.extend(tape.turn(sortie, seen, None, step))
        return step

    def taped_obey(site: Site, sortie: Sortie, seen: Seen, order: Order) -> Step:
        step = obey(site, sortie, seen, order)
        lines.extend(tape.turn(sortie, seen, order, step))
        return step

    return World(weather=WeatherConfig(wind_mps=5), core=Core(advance=taped_advance, obey=taped_obey)), lines


def a_flight() -> tuple[World, list[str]]:
    """Out, elsewhere, a restart in flight, and home."""
    world, lines = recorded()
    world.launch(NEAR)
    world.until_stage(Stage.ON_SCENE).go_to(Place(DOCK.lat, DOCK.lon + 0.001), 30)
    world.run(5).hold()
    world.run(5)
    world.restart(resume(save(world.sortie), world.now_s))
    world.run(5).come_home()
    world.until_stage(Stage.PARKED).run(1)
    return world, lines


def test_the_same_decisions_byte_for_byte() -> None:
    world, lines = a_flight()
    turns = list(replay(lines, world.site))
    assert len(turns) > 1000
    assert sum(turn.then != "{}" for turn in turns) > 15
    assert [turn for turn in turns if turn.then != turn.now] == []


def test_another_rule_or_another_input_decides_otherwise() -> None:
    world, lines = a_flight()
    tight = replace(world.site, limits=world.site.limits.model_copy(update={"reserve_pct": 90}))
    assert any(turn.then != turn.now for turn in replay(lines, tight))
    windy = [line.replace('"wind_mps":', '"wind_mps":9') for line in lines]
    assert any(turn.then != turn.now for turn in replay(windy, world.site))


def test_nothing_is_written_while_nothing_goes_on() -> None:
    world, lines = recorded()
    world.until_stage(Stage.PARKED)
    before = len(lines)
    world.run(20)
    assert len(lines) == before
    refused = world.order(NEAR.model_copy(update={"alt_rel_m": 500}))
    assert world.reasons(refused)
    assert len(lines) == before


def test_waiting_for_somebody_fills_no_disk() -> None:
    """An aircraft without power for days, or one that landed away and waits to be fetched."""
    world, lines = recorded()
    world.link = False
    world.run(20)
    assert len(lines) <= 1
    world.link = True
    world.launch(NEAR)
    world.until_stage(Stage.ON_SCENE).land()
    world.until_stage(Stage.LANDED_OUT).run(10)
    before = len(lines)
    world.run(20)
    assert len(lines) == before
    assert [turn for turn in replay(lines, world.site) if turn.then != turn.now] == []


def test_a_disk_that_was_full_for_a_while_leaves_each_line_once(tmp_path: Path) -> None:
    lines = ['{"begin":1}', *(f'{{"in":"{number:0500}"}}' for number in range(20))]
    disk, waiting = Disk(tmp_path), list(lines)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, before[1]))
    try:
        for _ in range(3):
            with pytest.raises(OSError):  # noqa: PT011 - EFBIG, as a full disk in the middle of a line
                disk.keep_tape(waiting)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    disk.keep_tape(waiting)
    (tape,) = (tmp_path / "tapes").glob("*.jsonl")
    assert tape.read_text().splitlines() == lines


def test_a_tape_is_small(tmp_path: Path) -> None:
    world, lines = a_flight()
    assert sum(map(len, lines)) / world.now_s < 8_000
    assert json.loads(lines[0])["stage"] == "starting"


@pytest.mark.parametrize("line", ["", "{}", '{"in": 3}'])
def test_a_line_that_is_none_of_a_tape_is_refused(line: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        list(replay([line], World().site))
