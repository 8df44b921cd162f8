"""The whole relief in lockstep: ordered as advised, no second is uncovered, and the two never come near each other."""

import pytest

from bench.lockstep import SCENE
from dashboard.relief import Need
from edge.flight.launch import Stage
from sim.dock import DockConfig
from tests.support.relief_town import NORTH, SOUTH, ReliefTown


def relieve(charge: float, *, wind_mps: float = 2.0, later_s: float = 0.0, lid_s: float = 4.0) -> ReliefTown:
    """The dispatcher orders at the very last moment that the advice gives, or `later_s` after it, and sends the first
    home once the second is there."""
    town = ReliefTown(charge, wind_mps)
    town.worlds[NORTH].dock.config = DockConfig(name=NORTH[0], lid_s=lid_s)
    town.run(lambda t: all(t.stage(key) is Stage.PARKED for key in (SOUTH, NORTH))).run(lambda t: t.now_s >= 15)
    town.worlds[SOUTH].order(SCENE)
    town.run(lambda t: SOUTH in t.advice and is_due(t, later_s))
    town.order(town.advice[SOUTH])
    town.run(lambda t: SOUTH not in t.advice or t.advice[SOUTH].need is Need.THERE)
    if SOUTH in town.advice:
        town.worlds[SOUTH].come_home()
    return town.run(lambda t: t.stage(SOUTH) is Stage.PARKED and t.stage(NORTH) is Stage.ON_SCENE)


def is_due(town: ReliefTown, later_s: float) -> bool:
    advice = town.advice[SOUTH]
    return advice.order_by is not None and (town.room_now() - advice.order_by).total_seconds() >= later_s


def uncovered_s(town: ReliefTown) -> int:
    """Seconds since the first was there in which nobody is."""
    first = next(i for i, row in enumerate(town.truth) if row.covering)
    return sum(not row.covering for row in town.truth[first:])


@pytest.fixture(scope="module")
def calm() -> ReliefTown:
    return relieve(0.7)


def test_no_second_is_uncovered_and_the_two_keep_apart(calm: ReliefTown) -> None:
    judge_truth(calm)


def test_nor_in_wind_with_a_lid_that_takes_its_time() -> None:
    judge_truth(relieve(0.65, wind_mps=8.0, lid_s=17.0))


def judge_truth(town: ReliefTown) -> None:
    assert uncovered_s(town) == 0
    assert not any(row.near for row in town.truth)
    assert any(len(row.covering) == 2 for row in town.truth)
    assert town.truth[-1].covering == (NORTH[1],)
    assert not town.worlds[SOUTH].sortie.forced


def test_the_advice_goes_its_steps_once(calm: ReliefTown) -> None:
    needs = [advice.need for _, advice in calm.told if (advice.edge, advice.aircraft) == SOUTH]
    steps = [need for i, need in enumerate(needs) if i == 0 or needs[i - 1] is not need]
    assert steps == [Need.NOT_YET, Need.ORDER_BY, Need.ORDER_NOW, Need.ON_ITS_WAY, Need.THERE]


def test_ordered_too_late_the_advice_says_for_how_long_and_the_truth_agrees() -> None:
    """What this file asks would fail: it can."""
    town = relieve(0.6, later_s=100)
    feared = max(advice.uncovered_s for _, advice in town.told if advice.need is Need.TOO_LATE)
    assert 0 < uncovered_s(town) <= feared


def test_at_the_height_of_the_first_the_truth_sees_them_near() -> None:
    """Ordered past the room's checks: what is asked of the truth above can fail."""
    town = ReliefTown(0.9)
    town.run(lambda t: t.now_s >= 15)
    for key in (SOUTH, NORTH):
        town.worlds[key].order(SCENE)
    town.run(lambda t: all(t.stage(key) is Stage.ON_SCENE for key in (SOUTH, NORTH)))
    assert town.truth[-1].near
