"""`airbeat bench flights`: sound flight code breaks no rule; with a guard taken away the judge of its rule says so."""

import json
from datetime import timedelta

import pytest

from bench.flights import TELL_S, Verdict, Watch, main, parse_faults, sortie_seeds, survey
from bench.flights_breaches import Breach
from bench.flights_fly import as_delivered, fly
from bench.flights_judges import RULES, judge
from bench.flights_plan import Break, Eye, Fault, Say, Trick, make_plan
from bench.lockstep_orders import T0, make_order
from bench.mutants_cut import nothing, swap
from bench.mutants_flown import FLOWN, FOR_EVER, NEAR, a_plan
from bench.mutants_tested import TESTED
from edge.flight import rules
from wire.errors import UserError
from wire.orders import Hold, Return

QUICK = (
    "the weather is not looked at", "no reason is needed", "a silent receiver is no matter",
    "a marker that is not seen is no matter", "a fixed camera is shown though its airframe will lean",
)  # fmt: skip
"""`make mutants` runs them all."""


@pytest.mark.parametrize("name", QUICK)
def test_with_a_guard_taken_away_its_judge_speaks_and_with_it_none_does(name: str) -> None:
    assert FLOWN[name].caught()
    assert FLOWN[name].sound()


@pytest.mark.parametrize(("after_s", "found"), [(0.1, set[str]()), (3.0, {"F7"})])
def test_a_wind_that_steps_up_is_judged_once_it_could_be_read(after_s: float, found: set[str]) -> None:
    """With the guard taken away, so that the launch is accepted either way."""
    gale = Break(30, Fault.WIND_STEP, FOR_EVER, 1.0, 1)
    plan = a_plan(wind_mps=9, events=(gale, Say(30 + after_s, NEAR), Say(34, Return())))
    with swap("edge.flight.rules", "f7_weather", nothing)():
        assert {breach.rule for breach in judge(fly(plan))} & {"F7"} == found


def test_a_cut_is_mended_and_one_that_cuts_nothing_is_refused() -> None:
    before = rules.PREFLIGHT
    with swap("edge.flight.rules", "f7_weather", nothing)():
        assert rules.f7_weather is nothing
        assert nothing in rules.PREFLIGHT
    assert rules.PREFLIGHT == before  # noqa: SIM300
    with pytest.raises(AttributeError), swap("edge.flight.rules", "f99", nothing)():
        pass


def test_every_flight_rule_has_a_mutant() -> None:
    named = {rule for mutant in (*FLOWN.values(), *TESTED.values()) for rule in mutant.rules}
    assert {f"F{number}" for number in range(1, 29)} <= named


def test_random_sorties_break_no_rule() -> None:
    found = survey(sortie_seeds(1, 15), parse_faults("all"), jobs=1)
    assert found.sorties == 15
    assert found.seeds == {}
    assert sum(found.outcomes.values()) == 15
    assert found.outcomes["parked"] > 5


def test_a_seed_replays_to_the_same_log() -> None:
    plan = make_plan(sortie_seeds(3, 1)[0], frozenset(Fault))
    assert fly(plan).log == fly(plan).log


def test_faults_left_out_leave_the_rest_of_the_sortie_as_it_is() -> None:
    for seed in range(20):
        whole, calm = make_plan(seed, frozenset(Fault)), make_plan(seed, frozenset())
        assert [event for event in whole.events if isinstance(event, Say)] == list(calm.events)
        assert (whole.limits, whole.weather, whole.eye) == (calm.limits, calm.weather, calm.eye)


def test_half_of_the_sorties_have_a_camera_and_half_of_these_a_marker() -> None:
    eyes = [make_plan(seed, frozenset()).eye for seed in range(400)]
    assert 160 < sum(eye != Eye() for eye in eyes) < 300
    assert 70 < sum(eye.marker is not None for eye in eyes) < 140
    assert {eye.view.mount for eye in eyes if eye.view} == {"gimbal", "fixed"}


def test_a_breach_is_told_at_once_and_the_progress_now_and_then() -> None:
    told: list[str] = []
    clock = iter([0.0, 1.0, TELL_S + 1, TELL_S + 2])
    watch = Watch("all", False, told.append, lambda: next(clock))
    watch(Verdict(5, (Breach("F2", 61.5, "collision"),), "parked", 310.0))
    assert told == ["BREACH of F2 at 61.50 s: collision; airbeat bench flights --faults all --replay 5"]
    for _ in range(2):
        watch(Verdict(6, (), "parked", 310.0))
    assert told[1:] == ["2 sorties, 20 simulated seconds a second"]


def test_the_json_names_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--n", "3", "--seed", "2", "--faults", "link_loss,agent_killed", "--json", "--jobs", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sorties"] == 3
    assert told["breaches"] == dict.fromkeys(RULES, 0)
    assert told["seeds"] == {}
    assert told["sim_s_per_wall_s"] > 0
    assert sum(told["outcomes"].values()) == 3


def test_processes_find_what_one_finds() -> None:
    seeds = sortie_seeds(5, 4)
    one, two = (survey(seeds, frozenset(Fault), jobs) for jobs in (1, 2))
    assert (one.outcomes, one.breaches) == (two.outcomes, two.breaches)


def test_an_unknown_fault_is_a_plain_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError, match="no such fault: gremlins"):
        parse_faults("link_loss,gremlins")
    assert main(["--faults", "gremlins"]) == 2
    assert "no such fault" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("trick", "waited_s", "is_then"),
    [
        (Trick.NONE, 0, Trick.NONE),
        (Trick.NONE, 6, Trick.STALE),
        (Trick.FUTURE, 20, Trick.FUTURE),
        (Trick.FUTURE, 31, Trick.NONE),
        (Trick.FUTURE, 36, Trick.STALE),
        (Trick.REPLAYED, 36, Trick.REPLAYED),
    ],
)
def test_an_order_that_waited_is_judged_by_when_it_came(trick: Trick, waited_s: float, is_then: Trick) -> None:
    """A room that was lost for 40 s delivers one of the future when it is due: seed 649117782."""
    ahead = timedelta(seconds=30 if trick is Trick.FUTURE else 0)
    order = make_order(Hold(), at=T0 + ahead)
    assert as_delivered(trick, order, T0 + timedelta(seconds=waited_s)) is is_then
