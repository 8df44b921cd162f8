"""`airbeat bench kills`: killed flights come down; with the autopilot's failsafe or the way home cut out it says so."""

import json

import pytest

from bench.kills import case_seeds, fly_one, main, summary
from bench.kills_fly import fly
from bench.kills_plan import NEVER_S, Case, Errand, Victim, make_case
from bench.lockstep import SCENE, World
from edge.flight.launch import Stage
from sim.weather import WeatherConfig


def case(victim: Victim, stage: Stage, back_s: float) -> Case:
    return Case(1, victim, stage, 1.0, back_s, None, 0.2, Errand.RETURN, SCENE, WeatherConfig())


def test_whoever_takes_over_in_time_flies_it_home_and_else_the_autopilot_does() -> None:
    back, gone = (fly(case(Victim.FLIGHT, Stage.EN_ROUTE, back_s)) for back_s in (2.0, NEVER_S))
    assert (back.killed_in, back.ended, back.by, back.rests, back.wrong) == ("en_route", "home", "box", "parked", ())
    assert (gone.killed_in, gone.ended, gone.by, gone.rests, gone.wrong) == (
        "en_route",
        "home",
        "autopilot",
        "dead",
        (),
    )


def test_without_the_autopilots_failsafe_a_flight_that_nobody_takes_over_is_told() -> None:
    world = World()
    world.vehicle.copter.parameters["FS_GCS_TIMEOUT"] = 9999
    world.site.wanted.baseline.parameters["FS_GCS_TIMEOUT"] = 9999
    try:
        end = fly(case(Victim.SUPERVISOR, Stage.ON_SCENE, NEVER_S), world)
    finally:
        world.site.wanted.baseline.parameters["FS_GCS_TIMEOUT"] = 5
    assert end.wrong


def test_cases_are_the_same_for_a_seed_and_reach_every_stage_and_victim(capsys: pytest.CaptureFixture[str]) -> None:
    cases = [make_case(seed) for seed in case_seeds(7, 300)]
    assert cases == [make_case(seed) for seed in case_seeds(7, 300)]
    assert {case.victim for case in cases} == set(Victim)
    assert len({case.stage for case in cases}) == 13
    assert main(["--n", "1", "--seed", "5", "--jobs", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["lockstep"]["killed"], told["lockstep"]["came_down"]) == (1, 1)
    assert told["lockstep"] == json.loads(json.dumps(summary([fly_one(case_seeds(5, 1)[0])])))
