"""`airbeat bench flights`: sound flight code breaks no rule; with a guard taken away the judge of its rule says so."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bench.flights import main, parse_faults, sortie_seeds, survey
from bench.flights_fly import fly
from bench.flights_judges import RULES, judge
from bench.flights_plan import Break, Fault, Plan, Say, Trick, make_plan
from bench.lockstep import DOCK, LIMITS, Core
from edge.config import Limits
from edge.flight.fence import make_fence
from edge.flight.gate import Go
from edge.flight.geometry import M_PER_DEG
from edge.flight.launch import Stage
from edge.flight.life import Answered
from edge.flight.seen import Seen, Site
from edge.flight.sortie import Step, advance, obey
from edge.flight.state import Sortie
from sim.weather import WeatherConfig
from wire.errors import UserError
from wire.orders import Act, GoTo, Hold, Launch, Order, OrderState, Return
from wire.states import Lid

NORTH = M_PER_DEG
NEAR = Launch(lat=DOCK.lat + 60 / NORTH, lon=DOCK.lon, alt_rel_m=20)


def a_plan(*events: Say | Break, limits: Limits = LIMITS, wind_mps: float = 3, **changes: Any) -> Plan:
    weather = WeatherConfig(wind_mps=wind_mps)
    plan = Plan(
        7,
        limits,
        weather,
        charge=1.0,
        powered_s=60,
        clock_offset_ms=3,
        landing_places=(),
        events=(Say(5, NEAR), *events),
    )
    return replace(plan, **changes)


def narrow() -> Limits:
    """A fence 40 m to the north of the dock."""
    return LIMITS.model_copy(
        update={"fence": tuple((min(lat, DOCK.lat + 40 / NORTH), lon) for lat, lon in LIMITS.fence)}
    )


def no_lid_guard(site: Site, sortie: Sortie, seen: Seen) -> Step:
    """F1 gone: the lid is believed open."""
    dock = replace(seen.dock, open_switch=True, closed_switch=False, position_pct=100, agreed=Lid.OPEN)
    return advance(site, sortie, replace(seen, dock=replace(dock, agreed_since_s=0.0)))


def closes_early(site: Site, sortie: Sortie, seen: Seen) -> Step:
    """F2 gone: it does not wait for the proof of a landing."""
    step = advance(site, sortie, seen)
    return replace(step, lid=Lid.CLOSED) if sortie.stage is Stage.LANDING else step


def never_low(site: Site, sortie: Sortie, seen: Seen) -> Step:
    """F3 gone: the pack is believed full."""
    return advance(site, replace(sortie, forced=()), replace(seen, telemetry=replace(seen.telemetry, battery_pct=100)))


def forgets_it_must_return(site: Site, sortie: Sortie, seen: Seen, order: Order) -> Step:
    return obey(site, replace(sortie, forced=()), seen, order)


def fair_weather(site: Site, sortie: Sortie, seen: Seen, order: Order) -> Step:
    weather = seen.dock.weather
    calm = weather.model_copy(update={"wind_mps": 1.0, "gust_mps": 1.0}) if weather else None
    return obey(site, sortie, replace(seen, dock=replace(seen.dock, weather=calm)), order)


def deaf_to_hold(site: Site, sortie: Sortie, seen: Seen, order: Order) -> Step:
    if isinstance(order.act, Hold):
        return Step(sortie, answers=(Answered(order.id, OrderState.REFUSED, ("busy",)),))
    return obey(site, sortie, seen, order)


def says_so_and_sends_nothing(site: Site, sortie: Sortie, seen: Seen, order: Order) -> Step:
    step = obey(site, sortie, seen, order)
    return step if isinstance(order.act, Launch) else replace(step, sends=(), sortie=replace(step.sortie, talk=None))


def needs_no_reason(site: Site, sortie: Sortie, seen: Seen, order: Order) -> Step:
    return obey(site, sortie, seen, order.model_copy(update={"reason": "because"}))


def no_fence(site: Site) -> Site:
    return replace(site, fence=make_fence(site.dock, LIMITS.fence))


def no_ceiling(site: Site) -> Site:
    return replace(site, limits=site.limits.model_copy(update={"ceiling_m": 120}))


def no_hurry(site: Site) -> Site:
    return replace(site, limits=site.limits.model_copy(update={"max_flight_s": 900}))


def trusts_its_clock(site: Site, sortie: Sortie, seen: Seen, order: Order) -> Step:
    return obey(site, sortie, replace(seen, clock_offset_ms=0.0), order)


@dataclass(frozen=True)
class Mutant:
    """One guard less, and the sortie that shows it."""

    rule: str
    plan: Plan
    core: Core = Core()  # noqa: RUF009
    site: Callable[[Site], Site] = lambda site: site


def ordered(act: Act, trick: Trick = Trick.NONE, at_s: float = 40, **plan: Any) -> Plan:
    return a_plan(Say(at_s, act, trick), Say(at_s + 20, Return()), **plan)


HIGH_RESERVE = LIMITS.model_copy(update={"reserve_pct": 35})
SHORT_FLIGHT = LIMITS.model_copy(update={"max_flight_s": 90, "min_on_scene_s": 30})
LOW_CEILING = LIMITS.model_copy(update={"ceiling_m": 45})
SAG = Break(38, Fault.BATTERY_SAG, 1e6, 1.0, 1)
MUTANTS = {
    "the lid is not looked at": Mutant("F1", ordered(Return(), at_s=20), Core(advance=no_lid_guard)),
    "one lid signal is enough": Mutant(
        "F1", a_plan(Break(2, Fault.LID_SIGNALS_DISAGREE, 1e6, 0.9, 1), Say(20, Return())), Core(advance=no_lid_guard)
    ),
    "the lid closes before the landing": Mutant("F2", ordered(Return()), Core(advance=closes_early)),
    "the pack is believed full": Mutant("F4", a_plan(limits=HIGH_RESERVE, charge=0.6), Core(advance=never_low)),
    "hold is taken during a forced return": Mutant(
        "F4", a_plan(SAG, Say(46, Hold()), limits=HIGH_RESERVE, charge=0.7), Core(obey=forgets_it_must_return)
    ),
    "the fence is not looked at": Mutant("F5", ordered(Return(), limits=narrow()), site=no_fence),
    "the weather is not looked at": Mutant("F7", ordered(Return(), wind_mps=13), Core(obey=fair_weather)),
    "a deposed operator is heard": Mutant("F8", ordered(Hold(), Trick.OTHER_HOLDER), Core(gate=lambda *_: Go())),
    "a late order is heard": Mutant("F9", ordered(Hold(), Trick.STALE), Core(gate=lambda *_: Go())),
    "a captured order is heard": Mutant(
        "F9",
        a_plan(Say(30, Hold()), Say(35, Return()), Say(40, Hold(), Trick.REPLAYED), Say(60, Return())),
        Core(gate=lambda *_: Go()),
    ),
    "hold is refused in the air": Mutant("F12", ordered(Hold()), Core(obey=deaf_to_hold)),
    "hold is accepted and not sent": Mutant("F12", ordered(Hold()), Core(obey=says_so_and_sends_nothing)),
    "the ceiling is not looked at": Mutant(
        "F16",
        ordered(GoTo(lat=NEAR.lat, lon=NEAR.lon, alt_rel_m=60), limits=LOW_CEILING),
        site=no_ceiling,
    ),
    "the time in the air is not counted": Mutant(
        "F23", a_plan(Say(150, Return()), limits=SHORT_FLIGHT), site=no_hurry
    ),
    "the clock is not looked at": Mutant("F10", ordered(Return(), clock_offset_ms=900), Core(obey=trusts_its_clock)),
    "no reason is needed": Mutant(
        "F20", replace(a_plan(), events=(Say(5, NEAR, Trick.NO_REASON), Say(40, Return()))), Core(obey=needs_no_reason)
    ),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_with_a_guard_taken_away_its_judge_speaks_and_with_it_none_does(mutant: Mutant) -> None:
    assert mutant.rule in {breach.rule for breach in judge(fly(mutant.plan, mutant.core, mutant.site))}
    assert judge(fly(mutant.plan)) == ()


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
        assert (whole.limits, whole.weather) == (calm.limits, calm.weather)


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
