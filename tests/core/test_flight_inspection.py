"""F6 and F18: what the autopilot holds is written, read back and compared; with the simulated one, in lockstep."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from bench.lockstep import BASELINE, DOCK, FENCE, SCENE, World
from edge.flight import inspection
from edge.flight.autopilots import Cmd
from edge.flight.dockside import lid
from edge.flight.geometry import Target
from edge.flight.inspection import Inspection, fence_items, heard, look, make_wanted
from edge.flight.launch import Stage
from edge.flight.plans import Item, Kind, Transfer
from edge.flight.rules import Case, arming
from edge.flight.say import Said, Say
from edge.flight.state import Sortie
from edge.flight.telemetry import Landed, Telemetry
from sim.autopilot import streams
from sim.autopilot.copter import Copter
from sim.autopilot.fence import Item as HeldItem
from sim.mavlink import dialect as m
from tests.support.sim_pilot import Pilot
from wire.orders import OrderState
from wire.states import Lid

WANTED = make_wanted(BASELINE, FENCE)
WAYPOINT = HeldItem(16, (0, 0, 0, 0), DOCK.lat, DOCK.lon, 20, 3)


def inspected(world: World) -> World:
    return world.until(lambda w: w.inspection.result is not None, limit_s=60)


def held(world: World, kind: int) -> list[tuple[int, float, int, int]]:
    return [(i.command, i.params[0], round(i.lat * 1e7), round(i.lon * 1e7)) for i in world.vehicle.copter.plans[kind]]


def test_the_sites_fence_is_written_and_read_back_before_the_aircraft_counts_as_ready() -> None:
    world = World()
    assert "the autopilot's fence has not been read back yet (F6)" in world.reasons(world.run(0.5).order(SCENE))
    inspected(world)
    assert held(world, 1) == [(5001, 4, round(lat * 1e7), round(lon * 1e7)) for lat, lon in FENCE]
    assert world.inspection.result == ()
    world.launch()
    world.until_stage(Stage.EN_ROUTE)


def test_an_autopilot_that_drops_or_alters_a_corner_is_not_launched(monkeypatch: pytest.MonkeyPatch) -> None:
    adopt = Copter.adopt
    for spoil, said in (
        (lambda items: items[:-1] if len(items) > 3 else items, "3 items are held, 4 are wanted"),
        (lambda items: (*items[:-1], replace(items[-1], lat=items[-1].lat + 1e-6)), "item 4 is 52.2100010"),
    ):
        monkeypatch.setattr(
            Copter, "adopt", lambda self, kind, items, s=spoil: adopt(self, kind, s(items) if kind == 1 else items)
        )
        monkeypatch.setattr("sim.autopilot.copter.regions", lambda *_: ())
        world = inspected(World())
        order = world.launch()
        assert world.states(order) == [OrderState.REFUSED]
        assert said in world.reasons(order)
        assert "(F6)" in world.reasons(order)


def test_a_fence_altered_after_the_order_is_put_right_before_the_aircraft_is_armed() -> None:
    world = inspected(World())
    world.launch()
    world.vehicle.copter.adopt(1, ())
    world.until_stage(Stage.ARMING)
    assert len(world.vehicle.copter.plans[1]) == len(FENCE)


def test_rally_points_and_missions_that_others_left_are_taken_out() -> None:
    world = World()
    world.vehicle.copter.adopt(2, (WAYPOINT,))
    world.vehicle.copter.adopt(0, (WAYPOINT, WAYPOINT))
    inspected(world)
    assert (held(world, 2), held(world, 0), world.inspection.result) == ([], [], ())


def test_a_parameter_that_differs_is_told_and_stops_the_launch() -> None:
    world = World()
    world.vehicle.copter.parameters["RTL_ALT"] = 1500
    world.vehicle.copter.parameters["BATT_CAPACITY"] = 7700
    order = inspected(world).launch()
    assert world.states(order) == [OrderState.REFUSED]
    assert "RTL_ALT is 1500, the baseline says 3500 (F18)" in world.reasons(order)
    assert "BATT_CAPACITY" not in world.reasons(order)


def test_a_parameter_changed_between_order_and_arming_stops_the_arming() -> None:
    world = inspected(World())
    order = world.launch()
    assert world.states(order) == [OrderState.ACCEPTED]
    world.vehicle.copter.parameters["FENCE_ENABLE"] = 0
    world.until_stage(Stage.PARKED)
    assert "no_go>closing" in world.story()
    assert "FENCE_ENABLE is 0, the baseline says 1 (F18)" in world.reasons(order)
    assert not world.happened("armed")


def test_another_firmware_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    other = m.MAVLink_autopilot_version_message(0, 4 << 24 | 7 << 16, 0, 0, 0, [0] * 8, [0] * 8, [0] * 8, 0, 0, 1)
    monkeypatch.setitem(streams.MAKERS, 148, lambda _: other)
    world = inspected(World())
    assert "the firmware is 4.7.0, the baseline says 4.6 (F18)" in world.reasons(world.launch())


def test_every_parameter_of_the_baseline_is_compared() -> None:
    for name, value in BASELINE.parameters.items():
        off = {**BASELINE.parameters, name: value + 5000}
        assert [line.split()[0] for line in BASELINE.differences(off)] == [name]
        assert BASELINE.differences({k: v for k, v in off.items() if k != name})[0].startswith(f"{name} was not told")
    assert BASELINE.differences(BASELINE.parameters) == ()


DOWN = Telemetry(heard_s=0.0, heartbeat_s=0.0, landed_s=0.0, landed=Landed.ON_GROUND)


def test_nothing_is_asked_or_written_in_the_air_armed_or_without_a_link() -> None:
    known = look(WANTED, inspection.NONE, Sortie(Stage.PARKED), DOWN, 0.1)[0]
    assert known.talks
    for other in (replace(DOWN, armed=True), replace(DOWN, landed=Landed.IN_AIR), Telemetry()):
        assert look(WANTED, known, Sortie(Stage.PARKED), other, 0.2) == (inspection.NONE, ())
    assert look(WANTED, known, Sortie(Stage.PARKED), DOWN, 9.0) == (inspection.NONE, ())


class Autopilot:
    """Answers from a table and loses what the script says; time in steps of 0.1 s."""

    def __init__(self, loses: Callable[[int], bool]) -> None:
        self.world, self.loses, self.count = World(), loses, 0

    def inspect(self) -> Inspection:
        world, known, now_s = self.world, inspection.NONE, 0.0
        world.alive = False
        world.codec._hear = self._keep
        for tick in range(2000):
            now_s = tick / 10
            down = replace(DOWN, heard_s=now_s, heartbeat_s=now_s, landed_s=now_s)
            known, sends = look(WANTED, known, Sortie(Stage.PARKED), down, now_s)
            self._send(sends)
            self.inbox: list[Any] = []
            world.run(0.1)
            for message in self.inbox:
                known, sends = heard(WANTED, known, message, now_s)
                self._send(sends)
            if known.result is not None:
                return known
        raise AssertionError(f"never: {known}")

    def _send(self, sends: inspection.Sends) -> None:
        for send in sends:
            self.count += 1
            if not self.loses(self.count):
                self.world.vehicle.receive(self.world.codec.encode(send), ("127.0.0.1", 14550))

    def _keep(self, message: Any) -> None:
        self.count += 1
        if not self.loses(self.count):
            self.inbox.append(message)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_link_that_loses_every_tenth_message_only_takes_longer(seed: int) -> None:
    luck = Random(seed)
    assert Autopilot(lambda _: luck.random() < 0.1).inspect().result == ()


def test_an_autopilot_that_never_answers_is_a_finding_each() -> None:
    result = Autopilot(lambda _: True).inspect().result
    assert result is not None
    assert "the autopilot does not tell its firmware (F18)" in result
    assert "the autopilot's fence: cannot be read: no answer to 5 tries (F6)" in result
    assert sum("was not told" in line for line in result) == len(BASELINE.parameters)


def test_a_write_that_the_autopilot_asks_on_with_is_not_begun_anew() -> None:
    """A count in the middle makes PX4 answer that it is busy; it asks again by itself."""
    writing, _ = Transfer(Kind.FENCE, writes=True, items=fence_items(FENCE)).turn(0.0)
    writing, sends = writing.heard(m.MAVLink_mission_request_int_message(255, 190, 0, 1), 0.1)
    assert sends[0].said is Said.MISSION_ITEM_INT
    assert writing.turn(9.0) == (writing, ())
    assert writing.turn(10.2)[1][0].said is Said.MISSION_COUNT
    last = len(fence_items(FENCE)) - 1
    written, _ = writing.heard(m.MAVLink_mission_request_int_message(255, 190, last, 1), 0.2)
    assert written.turn(1.3)[1], "the word on a whole write may be lost: it is asked for soon"


def test_a_refused_upload_ends_with_the_autopilots_word() -> None:
    transfer, sends = Transfer(Kind.FENCE, writes=True, items=fence_items(FENCE)).turn(0.0)
    assert sends[0].said is Said.MISSION_COUNT
    refused, _ = transfer.heard(m.MAVLink_mission_ack_message(255, 190, 4, 1), 0.1)
    assert (refused.ended, refused.failure) == (True, "the autopilot says no space")
    other, _ = transfer.heard(m.MAVLink_mission_ack_message(255, 190, 0, 0), 0.1)
    assert other == transfer, "the acknowledgement of another plan"


def test_the_word_on_a_write_that_comes_twice_does_not_end_the_read_after_it() -> None:
    """A radio doubles datagrams; the second then comes into the next conversation about the same plan."""
    for second in (m.MAVLink_mission_ack_message(255, 190, 0, 1), m.MAVLink_mission_ack_message(255, 190, 4, 1)):
        reading, _ = Transfer(Kind.FENCE).turn(0.0)
        reading, _ = reading.heard(second, 0.1)
        assert not reading.ended
        reading, _ = reading.turn(1.2)
        told, _ = reading.heard(m.MAVLink_mission_count_message(255, 190, 0, 1), 1.3)
        assert (told.ended, told.failure) == (True, "")


@pytest.mark.parametrize("copies", [1, 2])
@pytest.mark.parametrize("late_s", [0.0, 0.3, 0.6])
def test_a_link_that_doubles_or_delays_fails_no_write(copies: int, late_s: float) -> None:
    """ArduCopter answers the copy of an item that it has with INVALID_SEQUENCE and goes on (MissionItemProtocol.cpp);
    the simulated one does too. Half a second and more each way, it asks again before it has the answer."""
    pilot = Pilot()
    pilot.run(60)
    writing, heard = Transfer(Kind.FENCE, writes=True, items=fence_items(FENCE)), len(pilot.seen)
    ways: list[tuple[float, Any]] = []
    while not writing.ended and pilot.vehicle.now_s < 120:
        pilot.step()
        now_s = pilot.vehicle.now_s
        asked = [(now_s + late_s, message) for _, message in pilot.seen[heard:] for _ in range(copies)]
        ways, heard = [*ways, *asked], len(pilot.seen)
        writing, sends = writing.turn(now_s)
        for _, message in [way for way in ways if way[0] <= now_s and not isinstance(way[1], Say)]:
            writing, more = writing.heard(message, now_s)
            sends = (*sends, *more)
        for _, say in [way for way in ways if way[0] <= now_s and isinstance(way[1], Say)]:
            pilot.send(m.mavlink_map[say.said](1, 1, *say.fields))
        ways = [way for way in ways if way[0] > now_s] + [(now_s + late_s, send) for send in sends]
    assert (writing.ended, writing.failure) == (True, "")
    assert len(pilot.vehicle.copter.plans[1]) == len(fence_items(FENCE))


def test_a_plan_that_may_not_be_read_ends_with_the_autopilots_word() -> None:
    denied, reading = m.MAVLink_mission_ack_message(255, 190, 14, 1), Transfer(Kind.FENCE)
    for at_s in (0.0, 0.1):
        reading, _ = reading.turn(at_s)
        reading, _ = reading.heard(denied, at_s)
    assert (reading.ended, reading.failure) == (True, "the autopilot says denied")


def test_a_plan_of_absurd_length_is_not_read() -> None:
    reading, _ = Transfer(Kind.FENCE).turn(0.0)
    told, sends = reading.heard(m.MAVLink_mission_count_message(255, 190, 60000, 1), 0.1)
    assert (told.ended, sends) == (True, ())
    assert "60000 items" in told.failure


def test_a_place_may_be_a_centimetre_off_since_px4_keeps_it_as_floating_point() -> None:
    wanted = replace(WANTED, plans={Kind.FENCE: (Item(5001, 3, 522000000, 1200000),)})
    told = Transfer(Kind.FENCE, items=(Item(5001, 3, 522000001, 1199999),), count=1, ended=True)
    assert not inspection.difference(wanted, told)
    assert inspection.difference(wanted, replace(told, items=(Item(5001, 3, 522000002, 1200000),)))


def test_what_was_found_before_the_order_arms_nothing_while_it_is_read_back_anew() -> None:
    world = inspected(World())
    world.launch()
    world.until(lambda w: lid(w.reading, w.now_s) is Lid.OPEN)
    seen = world.seen()
    case = Case(seen, world.site, Target(DOCK, 30))
    assert arming(case) == ()
    under_way = replace(seen.inspection, ended_s=None)
    assert arming(replace(case, seen=replace(seen, inspection=under_way))) == (
        "what the autopilot holds is still being read back (F6, F18)",
    )


def test_an_inspection_older_than_the_order_is_begun_anew() -> None:
    old = Inspection(began_s=4.9, ended_s=4.95, result=())
    opening = Sortie(Stage.OPENING, since_s=5.0)
    anew, sends = look(WANTED, old, opening, replace(DOWN, heard_s=5.0, heartbeat_s=5.0, landed_s=5.0), 5.05)
    assert (anew.began_s, anew.ended_s, anew.result) == (5.05, None, ())
    assert sends


def test_firmware_parameters_and_the_plans_are_asked_for_side_by_side_and_what_follows_at_once() -> None:
    """A launch waits for it: no answer may wait for a tick, and only PX4's one transfer at a time for another."""
    known, sends = look(WANTED, inspection.NONE, Sortie(Stage.PARKED), DOWN, 0.1)
    said = [send.said if isinstance(send, Say) else send.cmd for send in sends]
    assert [what for what in said if what is not Said.PARAM_REQUEST_READ] == [
        Cmd.REQUEST_MESSAGE, Said.MISSION_REQUEST_LIST,
    ]  # fmt: skip
    empty = m.MAVLink_mission_count_message(255, 190, 0, Kind.FENCE)
    known = replace(known, talks=known.talks[2:])
    assert isinstance(known.talks[0], Transfer)
    _, sends = heard(replace(WANTED, plans={**WANTED.plans, Kind.FENCE: ()}), known, empty, 0.11)
    asked = [send.fields[-1] for send in sends if isinstance(send, Say) and send.said is Said.MISSION_REQUEST_LIST]
    assert asked == [Kind.RALLY]
