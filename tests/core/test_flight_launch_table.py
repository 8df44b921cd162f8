"""The launch table walked over its whole product: what holds for every stage and every event."""

import pytest

from edge.flight.autopilots import Do
from edge.flight.launch import ABORTS, AIRBORNE, DEADLINE_S, FLYING, LID_WANTED, ORDERS, STEPS, Happened, Stage
from edge.flight.state import WAYS
from wire.states import Lid

GROUND = {Stage.PARKED, Stage.CLOSING, Stage.LANDED_OUT, Stage.FAULT, Stage.ABORTING}
UP = {Stage.RETURNING, Stage.LANDING_HERE}


def test_nothing_arms_twice() -> None:
    arming = [(cell, step) for cell, step in STEPS.items() if step[1] is Do.ARM]
    assert arming == [((Stage.OPENING, Happened.LID_OPEN), (Stage.ARMING, Do.ARM))]
    into_opening = [cell for cell, (after, _) in STEPS.items() if after is Stage.OPENING]
    assert into_opening == [(Stage.PARKED, Happened.LAUNCH)]


def test_take_off_follows_arming_only() -> None:
    """A goto on the way up asks for it again: the first asking may be under way."""
    taking_off = [cell for cell, (_, do) in STEPS.items() if do is Do.TAKE_OFF]
    assert taking_off == [(Stage.ARMING, Happened.ARMED), (Stage.CLIMBING, Happened.GOTO)]


@pytest.mark.parametrize("stage", AIRBORNE)
def test_hold_return_and_land_are_accepted_in_every_airborne_stage(stage: Stage) -> None:
    assert STEPS[stage, Happened.HOLD] == (Stage.HOLDING, Do.HOLD)
    assert STEPS[stage, Happened.RETURN] == (Stage.RETURNING, Do.RETURN)
    assert STEPS[stage, Happened.LAND] == (Stage.LANDING_HERE, Do.LAND)


@pytest.mark.parametrize("stage", [Stage.OPENING, Stage.ARMING])
@pytest.mark.parametrize("order", ABORTS)
def test_any_of_the_three_aborts_before_take_off(stage: Stage, order: Happened) -> None:
    after, do = STEPS[stage, order]
    assert (after, do) == ((Stage.CLOSING, Do.NOTHING) if stage is Stage.OPENING else (Stage.ABORTING, Do.DISARM))


@pytest.mark.parametrize("stage", [*FLYING, Stage.YIELDING])
def test_what_must_return_returns(stage: Stage) -> None:
    assert STEPS[stage, Happened.MUST_RETURN] == (Stage.RETURNING, Do.RETURN)


def test_what_must_return_and_is_not_told_so_is_on_its_way_down_and_not_for_long() -> None:
    """Told to return it would leave the landing place that it can reach, or go round for ever where it is blind."""
    untold = {stage for stage in AIRBORNE if (stage, Happened.MUST_RETURN) not in STEPS}
    assert untold == {Stage.GOING_AROUND, Stage.DIVERTING, Stage.LANDING_HERE}
    assert untold <= set(WAYS)
    for stage in untold - {Stage.LANDING_HERE}:
        assert DEADLINE_S[stage] <= 180
        assert STEPS[stage, Happened.TIMEOUT][0] in UP


@pytest.mark.parametrize("way", [Happened.AVOID_DOWN, Happened.AVOID_HOLD, Happened.AVOID_HOME])
def test_traffic_is_given_way_to_from_every_stage_that_gives_way_or_flies(way: Happened) -> None:
    assert all((stage, way) in STEPS for stage in (*FLYING, Stage.YIELDING))


@pytest.mark.parametrize("stage", AIRBORNE)
def test_every_failed_command_in_the_air_ends_in_a_return_or_on_the_ground(stage: Stage) -> None:
    seen, at = set(), stage
    while at not in seen:
        seen.add(at)
        at = STEPS[at, Happened.NO_EFFECT][0]
    assert at in UP | {Stage.ABORTING}


@pytest.mark.parametrize("stage", AIRBORNE)
def test_a_landing_ends_every_airborne_stage(stage: Stage) -> None:
    assert STEPS[stage, Happened.LANDED_ON_PAD][0] is Stage.CLOSING
    assert STEPS[stage, Happened.LANDED_AWAY][0] is Stage.LANDED_OUT


def test_the_lid_is_wanted_shut_only_after_a_landing_or_before_any_arming() -> None:
    shut = {stage for stage, lid in LID_WANTED.items() if lid is Lid.CLOSED}
    assert shut == {Stage.CLOSING, Stage.LANDED_OUT}
    never_armed = {Stage.OPENING}
    down = {Happened.LANDED_ON_PAD, Happened.LANDED_AWAY, Happened.FOUND_LANDED, Happened.FOUND_AWAY}
    for (before, happened), (after, _) in STEPS.items():
        if after in shut:
            assert happened in down or before in never_armed, (before, happened)


def test_the_lid_stays_open_for_whoever_is_out() -> None:
    assert all(LID_WANTED[stage] is Lid.OPEN for stage in (*AIRBORNE, Stage.ARMING, Stage.ABORTING))


def test_a_launch_starts_from_the_pad_only() -> None:
    assert [stage for stage, happened in STEPS if happened is Happened.LAUNCH] == [Stage.PARKED]


def test_no_order_leads_from_the_air_to_the_ground_without_a_landing() -> None:
    for (before, happened), (after, _) in STEPS.items():
        if before in AIRBORNE and after in GROUND:
            assert happened in (Happened.LANDED_ON_PAD, Happened.LANDED_AWAY, Happened.NO_EFFECT), (before, happened)
    disarms = [before for (before, _), (_, do) in STEPS.items() if do is Do.DISARM and before in AIRBORNE]
    assert disarms == [Stage.CLIMBING]


def test_an_order_changes_the_aircraft_in_every_cell_it_has() -> None:
    idle = {Stage.OPENING}
    for (before, happened), (_, do) in STEPS.items():
        assert happened not in ORDERS or do is not Do.NOTHING or before in idle, (before, happened)


def test_every_stage_can_be_left_and_every_waiting_on_the_ground_ends() -> None:
    assert {before for before, _ in STEPS} == set(Stage)
    assert {before for before, happened in STEPS if happened is Happened.TIMEOUT} == set(DEADLINE_S)
