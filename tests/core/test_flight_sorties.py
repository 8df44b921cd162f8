"""Whole flights in lockstep with the simulated aircraft and dock, judged on the truth of the simulated world."""

import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bench.lockstep import DOCK, PEER, SCENE, World
from bench.lockstep_orders import make_order
from edge.config import MarkerConfig
from edge.flight.autopilots import Cmd, Command, Do, asks
from edge.flight.dockside import DockReading
from edge.flight.geometry import M_PER_DEG, Place, Target, distance_m
from edge.flight.launch import AIRBORNE, Stage
from edge.flight.sortie import may_close, may_send
from edge.flight.state import Saved, resume, save
from edge.flight.talk import Talk, converse
from edge.flight.telemetry import Landed, Telemetry
from sim.autopilot.copter import Copter
from sim.beacons import Intruder
from sim.weather import WeatherConfig
from wire.orders import Hold, Launch, OrderState
from wire.states import Lid

UNSEEN = MarkerConfig(number=7, side_m=0.4, unseen="divert", decision_m=4, tries=1)
NEAR = Launch(lat=DOCK.lat + 60 / M_PER_DEG, lon=DOCK.lon, alt_rel_m=15)
O = OrderState  # noqa: E741


def safe(world: World) -> None:
    """What may never be, by the world's truth: F1, F2, nothing armed twice, nothing falls."""
    assert not world.happened("collision"), world.truth
    assert not [touch for touch in world.happened("touchdown") if touch["crash"]]
    armed, lid = False, "closed"
    for _, kind, fields in world.truth:
        armed = armed or kind == "arm" if kind != "disarm" else False
        lid = fields["state"] if kind == "lid" else lid
        if kind == "arm":
            assert lid == "open", world.truth
        if kind == "lid":
            assert not (armed and fields["state"] in ("closing", "closed") and _home(world)), world.truth


def _home(world: World) -> bool:
    return world.sortie.stage is not Stage.LANDED_OUT


def test_from_order_to_closed_lid() -> None:
    world = World()
    launch = world.launch()
    world.until_stage(Stage.ON_SCENE)
    assert distance_m(Place(*world.vehicle.position()[:2]), Place(SCENE.lat, SCENE.lon)) < 6
    home = world.come_home()
    world.until_stage(Stage.PARKED)
    assert world.states(launch) == [O.ACCEPTED, O.ARMED, O.AIRBORNE, O.ON_SCENE, O.LANDED, O.DONE]
    assert world.states(home) == [O.ACCEPTED, O.LANDED, O.DONE]
    assert world.dock.closed
    assert world.vehicle.from_pad_m() < 1
    assert len(world.happened("arm")) == 1
    safe(world)


def test_in_a_gale_the_launch_is_refused_and_nothing_moves() -> None:
    world = World(weather=WeatherConfig(wind_mps=18))
    launch = world.launch()
    assert world.states(launch) == [O.REFUSED]
    assert "is over the limit of 12 (F7)" in world.reasons(launch)
    assert world.run(30).sortie.stage is Stage.PARKED
    assert world.lid_wishes == []
    assert not world.vehicle.armed


@pytest.mark.parametrize("stage", [Stage.OPENING, Stage.ARMING])
@pytest.mark.parametrize("order", [World.hold, World.come_home, World.land])
def test_an_abort_before_take_off_disarms_and_closes(stage: Stage, order: Callable[[World], object]) -> None:
    world = World()
    launch = world.launch()
    world.until_stage(stage)
    order(world)
    world.until_stage(Stage.PARKED)
    assert world.states(launch)[-1] is O.FAILED
    assert world.dock.closed
    assert not world.happened("airborne")
    assert not world.vehicle.armed
    safe(world)


def test_an_abort_just_as_the_autopilot_arms_still_disarms_before_the_lid_moves() -> None:
    """The ARM is on its way when the abort comes: a heartbeat from before is no proof that it is disarmed."""
    world = World()
    world.launch()
    world.until(lambda w: any(c.cmd is Cmd.COMPONENT_ARM_DISARM for _, c in w.sent))
    world.come_home()
    assert world.sortie.stage is Stage.ABORTING
    world.until_stage(Stage.PARKED)
    assert not world.vehicle.armed
    safe(world)


def test_an_abort_whose_disarm_is_lost_leaves_the_lid_open_over_what_is_armed() -> None:
    """F2: the heartbeat before the ARM said disarmed, and is fresh still when the abort comes a tick later."""
    world = World()
    world.launch()
    world.until(lambda w: any(c.cmd is Cmd.COMPONENT_ARM_DISARM for _, c in w.sent))
    world.down.lost = True
    world.run(0.05).vehicle.receive = lambda *_: None  # type: ignore[method-assign]
    world.come_home()
    world.run(0.5)
    assert world.vehicle.armed
    assert Lid.CLOSED not in [wish for _, wish in world.lid_wishes]
    assert world.sortie.stage is Stage.ABORTING
    world.down.lost = False
    del world.vehicle.receive
    world.until_stage(Stage.PARKED)
    safe(world)


@pytest.mark.parametrize("stage", AIRBORNE)
def test_hold_stops_return_comes_home_and_land_lands_from_every_airborne_stage(stage: Stage) -> None:
    for order in (World.hold, World.come_home, World.land):
        world = _fly_to(stage)
        before = len(world.sent)
        answer = order(world)
        assert world.states(answer)[0] is O.ACCEPTED
        sent = world.sent[before]
        assert sent[1].cmd is Cmd.DO_SET_MODE
        assert sent[0] == world.now_s
        world.run(25)
        if order is World.hold and stage is not Stage.CLIMBING:
            assert world.sortie.stage is Stage.HOLDING
            assert world.states(answer) == [O.ACCEPTED, O.DONE]
            assert world.vehicle.copter.mode.name == "BRAKE"
        world.come_home()
        world.until_stage(Stage.PARKED, Stage.LANDED_OUT)
        safe(world)


def _fly_to(stage: Stage) -> World:
    world = World()
    world.launch(NEAR)
    match stage:
        case Stage.CLIMBING | Stage.EN_ROUTE | Stage.ON_SCENE:
            return world.until_stage(stage)
        case Stage.ORBITING:
            world.until_stage(Stage.ON_SCENE).circle(Place(NEAR.lat, NEAR.lon), 30, 15)
        case Stage.HOLDING:
            world.until_stage(Stage.EN_ROUTE).hold()
        case Stage.LANDING_HERE:
            world.until_stage(Stage.ON_SCENE).land()
        case Stage.GOING_AROUND:
            world.site = replace(world.site, marker=UNSEEN)
            world.until_stage(Stage.ON_SCENE).come_home()
        case Stage.DIVERTING:
            world.until_stage(Stage.ON_SCENE).dock.stuck = 0.0
            world.come_home()
        case Stage.YIELDING:
            world.until_stage(Stage.ON_SCENE).come_home()
            world.vehicle.beacons.intruders.append(Intruder(1, "GNEWS", world.now_s, (0, -900, -60), (0, 45, 0)))
        case _:
            world.until_stage(Stage.ON_SCENE).come_home()
    return world.until_stage(stage)


def test_a_goto_flies_on_and_comes_home_from_there() -> None:
    world = World()
    world.launch(NEAR)
    world.until_stage(Stage.ON_SCENE)
    there = Place(DOCK.lat, DOCK.lon + 0.0012)
    goto = world.go_to(there, 20)
    world.until(lambda w: O.ON_SCENE in w.states(goto))
    assert distance_m(Place(*world.vehicle.position()[:2]), there) < 6
    world.hold()
    world.run(5)
    second = world.go_to(NEAR_PLACE)
    world.until(lambda w: O.DONE in w.states(second))
    world.come_home()
    world.until_stage(Stage.PARKED)
    safe(world)


NEAR_PLACE = Place(NEAR.lat, NEAR.lon)


def test_a_goto_outside_the_fence_is_refused_and_the_flight_goes_on() -> None:
    world = World()
    world.launch(NEAR)
    world.until_stage(Stage.ON_SCENE)
    goto = world.go_to(Place(52.25, 0.12))
    assert world.states(goto) == [O.REFUSED]
    assert "(F5)" in world.reasons(goto)
    assert world.run(5).sortie.stage is Stage.ON_SCENE


def test_at_the_reserve_it_comes_home_by_itself_and_no_order_holds_it() -> None:
    world = World()
    world.launch(NEAR)
    world.until_stage(Stage.ON_SCENE)
    world.hears = lambda telemetry: replace(telemetry, battery_pct=21.0)
    world.until_stage(Stage.RETURNING, limit_s=1)
    assert "reserve" in world.moves[-1].cause.text
    hold = world.hold()
    assert world.states(hold) == [O.REFUSED]
    assert "(F4)" in world.reasons(hold)
    assert "(F4)" in world.reasons(world.go_to(NEAR_PLACE))
    assert world.sortie.stage is Stage.RETURNING
    world.until_stage(Stage.PARKED)
    safe(world)


def test_a_draining_battery_brings_it_home_with_the_reserve_left() -> None:
    world = World(charge=0.72)
    world.launch(NEAR)
    world.until_stage(Stage.ON_SCENE)
    world.until_stage(Stage.PARKED, limit_s=2000)
    left = 1 - world.vehicle.body.used_wh / world.vehicle.config.battery_wh
    assert left >= 0.19
    safe(world)


def test_a_lid_that_sticks_arms_nothing() -> None:
    world = World()
    world.dock.config = world.dock.config.model_copy(update={"lid_s": 1e6})
    launch = world.launch()
    world.until(lambda w: O.FAILED in w.states(launch))
    assert not world.happened("arm")
    assert "opening took over" in world.reasons(launch)


@pytest.mark.parametrize(
    "sees",
    [
        lambda reading: replace(reading, position_pct=40, agreed=Lid.UNKNOWN),
        lambda reading: replace(reading, switches_s=(reading.switches_s or 0) - 2.5),
        lambda reading: replace(reading, encoder_s=(reading.encoder_s or 0) - 2.5),
        lambda reading: replace(reading, alive_s=None),
        lambda reading: replace(reading, connected=False),
    ],
    ids=["contradicting", "switches old", "encoder old", "controller dead", "connection lost"],
)
def test_without_two_fresh_lid_signals_nothing_arms(sees: Callable[[DockReading], DockReading]) -> None:
    world = World()
    launch = world.launch()
    world.run(1)
    world.sees = sees
    world.until(lambda w: O.FAILED in w.states(launch))
    assert not world.happened("arm")
    safe(world)


def test_a_flapping_switch_arms_nothing_until_it_is_steady() -> None:
    world = World()
    launch = world.launch()
    steady, reads = world.dock.inputs, itertools.count()
    world.dock.inputs = lambda: [next(reads) % 2 == 0, *steady()[1:]]  # type: ignore[method-assign]
    world.run(12)
    assert world.dock.open
    assert not world.happened("arm")
    world.dock.inputs = steady  # type: ignore[method-assign]
    world.until(lambda w: O.ARMED in w.states(launch))
    safe(world)


def test_the_lid_stays_open_while_the_pad_is_not_proven_clear() -> None:
    world = World()
    world.launch(NEAR)
    world.until_stage(Stage.ON_SCENE).come_home()
    world.until_stage(Stage.LANDING)
    world.sees = lambda reading: replace(reading, pad_clear=False)
    world.until_stage(Stage.FAULT)
    assert Lid.CLOSED not in [wish for _, wish in world.lid_wishes]
    assert world.dock.open
    world.sees = _same
    safe(world)


@pytest.mark.parametrize(
    "spoil",
    [
        {"armed": True},
        {"landed": Landed.LANDING},
        {"landed": Landed.UNDEFINED},
        {"landed_s": None},
        {"heartbeat_s": 0.0},
    ],
)
def test_no_single_doubt_lets_the_lid_close(spoil: dict[str, object]) -> None:
    world = World().until_stage(Stage.PARKED).run(5)
    assert may_close(world.sortie, world.seen())
    world.hears = lambda telemetry: replace(telemetry, **spoil)  # type: ignore[arg-type]
    assert not may_close(world.sortie, world.seen())


def test_an_ack_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """The autopilot says ACCEPTED to ARM and does nothing: five tries, then failed, disarm, close."""
    monkeypatch.setattr(Copter, "arm", lambda _self, **_: True)
    world = World()
    launch = world.launch()
    world.until_stage(Stage.PARKED)
    assert world.states(launch) == [O.ACCEPTED, O.FAILED]
    assert "ARM had no effect after 5 tries" in world.reasons(launch)
    arms = [c for _, c in world.sent if c.cmd is Cmd.COMPONENT_ARM_DISARM and c.params[0] == 1]
    assert len(arms) == 5


def test_an_arming_that_telemetry_does_not_show_is_taken_back() -> None:
    world = World()
    launch = world.launch()
    world.hears = lambda telemetry: replace(telemetry, armed=False)
    world.until_stage(Stage.PARKED)
    assert world.states(launch) == [O.ACCEPTED, O.FAILED]
    assert world.happened("arm")
    assert not world.vehicle.armed
    safe(world)


def test_no_arm_leaves_once_the_lid_is_in_doubt() -> None:
    """The last door: the first ARM went out under an open lid, its repeats must not under an unknown one (F1)."""
    world = World()
    launch = world.launch()
    world.hears = lambda telemetry: replace(telemetry, armed=False)
    world.until_stage(Stage.ARMING)
    world.sees = lambda reading: replace(reading, agreed=Lid.UNKNOWN)
    before = len(world.sent)
    world.until(lambda w: O.FAILED in w.states(launch))
    arms = [c for _, c in world.sent[before:] if c.cmd is Cmd.COMPONENT_ARM_DISARM and c.params[0] == 1]
    assert arms == []


@pytest.mark.parametrize("do", [Do.ARM, Do.TAKE_OFF])
def test_neither_arm_nor_take_off_leaves_under_a_lid_that_is_not_open(do: Do) -> None:
    world = World().until_stage(Stage.PARKED).run(5)
    command = asks(do, world.site.profile, Target(NEAR_PLACE, 15), world.telemetry)[-1].command
    assert not may_send(command, world.seen())
    world.dock.write_coil(0, True)
    world.run(6)
    assert may_send(command, world.seen())
    assert may_send(asks(Do.DISARM, world.site.profile, None, world.telemetry)[0].command, World().seen())


def test_a_forced_disarming_never_leaves_the_box() -> None:
    """F13: nothing of ours stops motors in the air (21196 is MAV_CMD_COMPONENT_ARM_DISARM's magic number)."""
    seen = World().run(3).seen()
    assert may_send(Command(Cmd.COMPONENT_ARM_DISARM, (0, 0, 0, 0, 0, 0, 0)), seen)
    assert not may_send(Command(Cmd.COMPONENT_ARM_DISARM, (0, 21196, 0, 0, 0, 0, 0)), seen)
    assert "DO_FLIGHTTERMINATION" not in Cmd.__members__


def test_a_disarmed_heartbeat_soon_after_disarm_is_no_proof() -> None:
    """An ARM may be under way that it does not show yet; only one that is a second younger counts."""
    talk = Talk(asks(Do.DISARM, World().site.profile, None, Telemetry()))
    sent = converse(talk, Telemetry(heard_s=10, heartbeat_s=10), 10.0).talk
    assert sent
    assert converse(sent, Telemetry(heard_s=10.9, heartbeat_s=10.9), 10.9).talk
    assert converse(sent, Telemetry(heard_s=11.1, heartbeat_s=11.1), 11.1).talk is None


def test_a_lid_that_is_closing_opens_again_over_an_aircraft_that_somebody_arms() -> None:
    """F2: a hand-held radio or a ground station of somebody else's, while the lid is on its way."""
    world = World()
    world.launch()
    world.until_stage(Stage.OPENING)
    world.until(lambda w: w.dock.lid > 0.9)
    world.hold()
    world.until(lambda w: w.lid_wishes[-1][1] is Lid.CLOSED)
    (arm,) = asks(Do.ARM, world.site.profile, None, Telemetry())
    world.vehicle.receive(world.codec.encode(arm.command), PEER)
    world.until(lambda w: w.vehicle.armed, 1)
    world.until(lambda w: w.sortie.stage is Stage.PARKED and w.dock.closed)
    ends = [
        kind if kind == "disarm" else fields["state"] for _, kind, fields in world.truth if kind in ("disarm", "lid")
    ]
    assert ends.count("closed") == 1
    assert ends.index("disarm") < ends.index("closed")
    assert not world.vehicle.armed


def test_found_armed_on_the_ground_it_is_disarmed_and_never_flown() -> None:
    world = World()
    world.launch(NEAR)
    world.until(lambda w: bool(w.happened("arm")))
    saved = save(world.sortie)
    world.restart(resume(saved, world.now_s))
    before = len(world.sent)
    world.until(lambda w: w.sortie.stage is not Stage.STARTING)
    assert world.sortie.stage is Stage.ABORTING
    world.until_stage(Stage.PARKED)
    disarms = [c for _, c in world.sent[before:] if c.cmd is Cmd.COMPONENT_ARM_DISARM]
    assert disarms
    assert all(c.params[0] == 0 for c in disarms)
    assert not world.happened("airborne")
    safe(world)


def test_restarted_beneath_an_aircraft_that_does_not_say_whether_it_flies_it_has_it_return() -> None:
    """F25: its limits can't be judged; the word may be late, but it is not waited for without end."""
    world = _fly_to(Stage.ON_SCENE)
    world.hears = lambda told: replace(told, landed=Landed.UNDEFINED, landed_s=None)
    world.restart(resume(save(world.sortie), world.now_s))
    assert world.run(4).sortie.stage is Stage.STARTING
    assert world.run(3).sortie.stage is Stage.RETURNING
    assert world.vehicle.copter.mode.name == "RTL"
    world.hears = lambda told: told
    world.until_stage(Stage.PARKED)
    safe(world)


def test_a_hold_that_the_aircraft_does_not_hear_is_not_sent_past_its_expiry() -> None:
    """F9; the return that follows, because the hold had no effect, is no longer that order."""
    world = _fly_to(Stage.ON_SCENE)
    world.vehicle.receive = lambda *_: None  # type: ignore[method-assign]
    began_s = world.now_s
    world.deliver(make_order(Hold(), 9, world.room_now(), expires_at=world.room_now() + timedelta(seconds=2)))
    world.run(12)
    asked = [(c.params[1], at_s - began_s) for at_s, c in world.sent if at_s >= began_s and c.cmd is Cmd.DO_SET_MODE]
    holds, returns = ([at_s for mode, at_s in asked if mode == number] for number in (17, 6))
    assert len(holds) == 2
    assert max(holds) < 2
    assert returns


@pytest.mark.parametrize(("order", "mode"), [(World.come_home, "RTL"), (World.land, "LAND")])
def test_restarted_before_its_return_or_landing_was_begun_it_is_asked_for_again(
    order: Callable[[World], object], mode: str
) -> None:
    """F12: it was accepted; that the process died before the aircraft heard of it is no reason to hover."""
    world = _fly_to(Stage.ON_SCENE)
    world.link = False
    order(world)
    world.run(0.5)
    world.link = True
    world.restart(resume(save(world.sortie), world.now_s))
    world.run(5)
    assert world.vehicle.copter.mode.name == mode
    world.until_stage(Stage.PARKED, Stage.LANDED_OUT)
    safe(world)


@pytest.mark.parametrize("stage", [Stage.GOING_AROUND, Stage.YIELDING, Stage.DIVERTING])
def test_restarted_on_its_way_home_it_comes_home_though_no_order_says_so(stage: Stage) -> None:
    """These are flown by GUIDED, or stand still: the autopilot alone does not tell that it was on its way home."""
    world = _fly_to(stage)
    world.run(1.0)
    assert world.sortie.stage is stage
    own_will = replace(world.sortie, opened=tuple(order for order in world.sortie.opened if order.act == "launch"))
    world.restart(resume(save(own_will), world.now_s))
    world.run(0.1).restart(resume(save(world.sortie), world.now_s))
    world.until(lambda w: w.sortie.stage is not Stage.STARTING)
    assert world.sortie.stage is Stage.RETURNING
    world.until_stage(Stage.PARKED, Stage.LANDED_OUT)
    safe(world)


@pytest.mark.parametrize("late", [{"remote_id_s": None}, {"battery_s": None}])
def test_restarted_in_flight_it_waits_for_what_comes_late_and_returns_for_what_does_not_come(
    late: dict[str, None],
) -> None:
    """F3 and F15 lead home for what is silent, not for what the first second has not brought yet; and not for ever."""
    for heard_after_s, stage in ((3, Stage.EN_ROUTE), (60, Stage.RETURNING)):
        world = _fly_to(Stage.EN_ROUTE)
        began_s = world.now_s
        world.hears = lambda told, began_s=began_s, after_s=heard_after_s, world=world: (  # type: ignore[misc]
            told if world.now_s - began_s > after_s else replace(told, **late)
        )
        world.restart(resume(save(world.sortie), world.now_s))
        world.until(lambda w: w.sortie.stage is not Stage.STARTING).run(0.2)
        assert (world.sortie.stage, world.now_s - began_s > 4.9) == (stage, stage is Stage.RETURNING)


def test_restarted_under_a_closed_lid_it_is_parked_without_a_fault() -> None:
    world = World()
    launch = world.launch(NEAR)
    saved = save(world.sortie)
    world.come_home()
    world.until_stage(Stage.PARKED)
    world.restart(resume(saved, world.now_s))
    moves = len(world.moves)
    world.until_stage(Stage.PARKED)
    assert [move.after for move in world.moves[moves:]] == [Stage.CLOSING, Stage.PARKED]
    assert world.states(launch)[-1] is O.FAILED


def test_restarted_while_a_broken_off_launch_waits_to_close_it_closes() -> None:
    """Its order has had its last word already; the lid must not be left open for the rain."""
    world = World()
    world.launch()
    world.until_stage(Stage.OPENING).until(lambda w: w.dock.open)
    world.hears = lambda told: replace(told, prearm_ok=False)
    world.sees = lambda reading: replace(reading, pad_clear=False)
    world.until_stage(Stage.CLOSING).run(2)
    assert world.sortie.opened == ()
    world.restart(resume(save(world.sortie), world.now_s))
    world.run(5)
    world.sees = lambda reading: reading
    world.until_stage(Stage.PARKED).run(20)
    assert world.dock.closed
    safe(world)


def test_a_refused_arming_tells_the_autopilots_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(copter: Copter, **_: bool) -> bool:
        copter.say(3, "Arm: Compass not healthy")
        return False

    monkeypatch.setattr(Copter, "arm", refuse)
    world = World()
    launch = world.launch()
    world.until(lambda w: O.FAILED in w.states(launch))
    assert "Arm: Compass not healthy" in world.reasons(launch)


def test_a_freshly_booted_autopilot_is_not_ready_until_it_has_a_position() -> None:
    world = World(powered_s=0)
    world.until_stage(Stage.PARKED).run(2)
    launch = world.order(NEAR)
    assert world.states(launch) == [O.REFUSED]
    assert "(F17)" in world.reasons(launch)
    world.until(lambda w: w.vehicle.copter.ready)
    world.run(5)
    again = world.order(NEAR)
    world.until(lambda w: O.AIRBORNE in w.states(again))
    safe(world)


@pytest.mark.parametrize("stage", [Stage.OPENING, Stage.ARMING, Stage.CLIMBING, Stage.EN_ROUTE, Stage.ON_SCENE,
                                   Stage.HOLDING, Stage.RETURNING, Stage.LANDING, Stage.LANDING_HERE])  # fmt: skip
def test_killed_in_any_stage_the_flight_ends_on_the_ground(stage: Stage) -> None:
    """F11: nobody takes over; the autopilot's own failsafe needs no process of ours."""
    world = World()
    world.launch(NEAR)
    if stage not in (Stage.OPENING, Stage.ARMING):
        world = _fly_to(stage)
    world.until_stage(stage)
    world.alive = False
    world.run(1).until(lambda w: not w.vehicle.armed and not w.vehicle.airborne)
    assert not [touch for touch in world.happened("touchdown") if touch["crash"]]


@pytest.mark.parametrize("gap_s", [1.5, 8.0])
@pytest.mark.parametrize("stage", [Stage.OPENING, Stage.ARMING, Stage.CLIMBING, Stage.EN_ROUTE, Stage.ON_SCENE,
                                   Stage.HOLDING, Stage.RETURNING, Stage.LANDING, Stage.LANDING_HERE])  # fmt: skip
def test_restarted_in_any_stage_it_takes_its_state_from_the_autopilot(stage: Stage, gap_s: float) -> None:
    """F28: never arms again, ends closed on the pad or landed out, and no order is left without its last word."""
    world = _fly_to(stage) if stage in AIRBORNE else _launched(stage)
    arms = len(world.happened("arm"))
    saved = save(world.sortie)
    world.alive = False
    world.run(gap_s)
    world.restart(resume(type(saved).model_validate_json(saved.encode()), world.now_s))
    world.run(5)
    assert world.sortie.stage is not Stage.STARTING
    if world.sortie.stage in AIRBORNE:
        world.come_home()
    world.until_stage(Stage.PARKED, Stage.LANDED_OUT)
    assert len(world.happened("arm")) <= max(arms, 1)
    assert not world.sortie.opened
    safe(world)


def _launched(stage: Stage) -> World:
    world = World()
    world.launch(NEAR)
    return world.until_stage(stage)


def test_after_a_short_restart_on_the_way_the_launch_still_gets_to_its_scene() -> None:
    world = World()
    launch = world.launch()
    world.until_stage(Stage.EN_ROUTE)
    saved = save(world.sortie)
    world.alive = False
    world.run(2)
    world.restart(resume(saved, world.now_s))
    world.until_stage(Stage.ON_SCENE)
    assert O.ON_SCENE in world.states(launch)


def test_without_our_heartbeat_the_autopilot_comes_home_and_we_follow() -> None:
    """The dead-man: telemetry still flows, but the pilot's loop no longer beats."""
    world = World()
    world.launch(NEAR)
    world.until_stage(Stage.ON_SCENE)
    world.heartbeats = False
    world.until_stage(Stage.RETURNING, limit_s=10)
    assert "the autopilot returns by itself" in world.moves[-1].cause.text
    world.heartbeats = True
    world.until_stage(Stage.PARKED)
    safe(world)


def test_a_box_that_hears_nothing_lets_the_autopilot_come_home() -> None:
    """The aircraft hears us still: neither our heartbeat nor a command may keep it where nobody watches it (F11)."""
    world = World()
    world.launch(NEAR)
    world.until_stage(Stage.ON_SCENE)
    world.down.lost = True
    world.run(12)
    assert world.vehicle.copter.mode.name == "RTL"
    world.hold()
    world.run(20)
    sent = len(world.sent)
    world.run(60)
    assert len(world.sent) == sent
    world.down.lost = False
    world.until_stage(Stage.PARKED, Stage.LANDED_OUT)
    safe(world)


@pytest.mark.parametrize(("order", "what"), [(World.come_home, "return"), (World.land, "landing")])
def test_a_way_down_that_the_autopilot_leaves_is_asked_for_again(order: Callable[[World], object], what: str) -> None:
    """A hold that the radio delivers late, or another ground station, must not leave it hovering to its last charge."""
    world = World()
    world.launch(NEAR)
    order(world.until_stage(Stage.ON_SCENE))
    world.run(3)
    hold = asks(Do.HOLD, world.site.profile, None, world.telemetry)[0].command
    world.vehicle.receive(world.codec.encode(hold), PEER)
    world.until_stage(Stage.PARKED, Stage.LANDED_OUT, limit_s=90)
    assert any(f"has left its {what} for BRAKE" in move.cause.text for move in world.moves)
    safe(world)


def test_without_the_control_room_it_comes_home() -> None:
    world = World()
    world.launch(NEAR)
    world.until_stage(Stage.ON_SCENE)
    now_s, seen = world.now_s, World.seen
    world.seen = lambda: replace(seen(world), room_lost_s=world.now_s - now_s)  # type: ignore[method-assign]
    world.run(29)
    assert world.sortie.stage is Stage.ON_SCENE
    world.until_stage(Stage.RETURNING, limit_s=2)
    world.until_stage(Stage.PARKED)


def test_an_unknown_clock_refuses_launches_but_never_a_return() -> None:
    world = World(clock_offset_ms=None)
    launch = world.launch(NEAR)
    assert "(F10)" in world.reasons(launch)
    world.clock_offset_ms = 3.0
    world.launch(NEAR)
    world.until_stage(Stage.EN_ROUTE)
    world.clock_offset_ms = None
    assert world.states(world.come_home()) == [O.ACCEPTED]


def test_a_landing_away_from_the_pad_is_told_and_the_dock_closes() -> None:
    world = World()
    launch = world.launch(NEAR)
    world.until_stage(Stage.ON_SCENE)
    land = world.land()
    world.until_stage(Stage.LANDED_OUT)
    world.run(10)
    assert world.states(land) == [O.ACCEPTED, O.LANDED, O.DONE]
    assert world.states(launch)[-1] is O.DONE
    assert world.dock.closed
    assert world.states(world.order(NEAR)) == [O.REFUSED]


@pytest.mark.parametrize("seed", range(8))
def test_random_orders_and_faults_break_no_rule(seed: int) -> None:
    """Orders at random times; the dock's and the aircraft's words drop out for a while; judged on the truth."""
    dice = random.Random(seed)
    world = World(weather=WeatherConfig(seed=seed, wind_mps=dice.uniform(0, 9)), charge=dice.uniform(0.6, 1))
    world.launch(NEAR if dice.random() < 0.5 else SCENE)
    for _ in range(dice.randrange(3, 10)):
        world.run(dice.uniform(0.1, 15))
        _trouble(world, dice)
    world.sees, world.hears = _same, _same
    world.run(3)
    if world.sortie.stage in AIRBORNE:
        world.come_home()
    world.until_stage(Stage.PARKED, Stage.LANDED_OUT, Stage.FAULT)
    world.run(40)
    assert not world.vehicle.armed
    assert len(world.happened("arm")) == len(world.happened("disarm"))
    safe(world)


def _same(value):  # type: ignore[no-untyped-def]
    return value


def _trouble(world: World, dice: random.Random) -> None:
    frozen_telemetry, frozen_dock = world.telemetry, world.reading
    match dice.randrange(9):
        case 0:
            world.hold()
        case 1:
            world.come_home()
        case 2:
            world.land()
        case 3:
            world.go_to(Place(DOCK.lat + dice.uniform(-1, 1) / 500, DOCK.lon + dice.uniform(-1, 1) / 500), 30)
        case 4:
            world.order(SCENE)
        case 5:
            world.sees = lambda _: frozen_dock
        case 6:
            world.hears = lambda _: frozen_telemetry
        case 7:
            world.sees, world.hears = _same, _same
        case _:
            saved = save(world.sortie)
            world.alive = False
            world.run(dice.uniform(0.5, 8))
            world.restart(resume(saved, world.now_s))


@pytest.mark.parametrize("climbed_s", [4.0, 8.0, 10.0, 11.5, 13.0])
def test_a_box_that_begins_anew_late_in_the_climb_sends_it_on(climbed_s: float) -> None:
    """Up and not sent yet, it hovered above the dock until its battery called it home."""
    world = World(weather=WeatherConfig(wind_mps=9, gust_mps=3, seed=3))
    launch = world.launch()
    world.until_stage(Stage.CLIMBING).run(climbed_s)
    kept = save(world.sortie).encode()
    world.alive = False
    world.run(3)
    world.restart(resume(Saved.model_validate_json(kept), world.now_s))
    world.until_stage(Stage.ON_SCENE, limit_s=90)
    assert world.states(launch)[-1] is OrderState.ON_SCENE
    assert len(world.happened("arm")) == 1
