"""Plans on the simulated aircraft: missions, fences and single items uploaded, read back and flown."""

from typing import Any

import pytest

from sim.mavlink import Codec
from sim.mavlink import dialect as m
from tests.support.sim_pilot import Pilot

ACCEPTED, FAILED = 0, 4


@pytest.fixture
def pilot() -> Pilot:
    pilot = Pilot()
    pilot.run(1)
    return pilot


def item(
    pilot: Pilot, seq: int, command: int, *, kind: int = 0, p1: float = 0, spot: tuple[float, ...] = (0, 0, 0)
) -> Any:
    lat, lon = pilot.place(spot[0], spot[1])
    where = (round(lat * 1e7), round(lon * 1e7), spot[2])
    return m.MAVLink_mission_item_int_message(1, 1, seq, 3, command, 0, 1, p1, 0, 0, 0, *where, kind)


def upload(pilot: Pilot, items: list[Any], kind: int = 0) -> int:
    """Plays the client's part; returns the MAV_MISSION_RESULT."""
    pilot.send(m.MAVLink_mission_count_message(1, 1, len(items), kind))
    done, answered = len(pilot.all("MISSION_ACK")), len(pilot.all("MISSION_REQUEST"))
    while len(pilot.all("MISSION_ACK")) == done:
        pilot.step()
        for question in pilot.all("MISSION_REQUEST")[answered:]:
            pilot.send(items[question.seq])
            answered += 1
    return int(pilot.all("MISSION_ACK")[-1].type)


def square(pilot: Pilot, half: float) -> list[Any]:
    corners = ((-half, -half), (half, -half), (half, half), (-half, half))
    return [item(pilot, n, 5001, kind=1, p1=4, spot=(*corner, 0)) for n, corner in enumerate(corners)]


def test_a_fence_is_uploaded_read_back_and_held(pilot: Pilot) -> None:
    fence = square(pilot, 60)
    assert upload(pilot, fence, kind=1) == 0
    pilot.send(m.MAVLink_mission_request_list_message(1, 1, 1))
    pilot.run(0.2)
    assert pilot.all("MISSION_COUNT")[-1].count == 4
    for sent in fence:
        pilot.send(m.MAVLink_mission_request_int_message(1, 1, sent.seq, 1))
        pilot.run(0.2)
        got = pilot.all("MISSION_ITEM_INT")[-1]
        assert (got.command, got.param1, got.x, got.y) == (sent.command, sent.param1, sent.x, sent.y)
    pilot.fly_to(20)
    pilot.send(m.MAVLink_set_position_target_global_int_message(0, 1, 1, 6, 0b110111000111, 0, 0, 0, 8.0, *[0.0] * 7))
    pilot.until(lambda: pilot.vehicle.copter.mode.name == "RTL", within_s=20)
    assert "Polygon fence breached" in pilot.texts()
    assert pilot.vehicle.body.north < 66


def test_a_fence_short_of_corners_is_invalid_and_keeps_the_old_one(pilot: Pilot) -> None:
    assert upload(pilot, square(pilot, 60), kind=1) == 0
    assert upload(pilot, square(pilot, 500)[:2], kind=1) != 0
    assert len(pilot.vehicle.copter.plans[1]) == 4


def test_an_unfinished_upload_is_asked_for_again_and_given_up(pilot: Pilot) -> None:
    pilot.send(m.MAVLink_mission_count_message(1, 1, 3, 0))
    pilot.run(7)
    assert len(pilot.all("MISSION_REQUEST")) == 5
    assert pilot.all("MISSION_ACK")[-1].type == 15


def test_a_mission_is_flown(pilot: Pilot) -> None:
    plan = [
        item(pilot, 0, 16),
        item(pilot, 1, 22, spot=(0, 0, 20)),
        item(pilot, 2, 16, spot=(80, 0, 25)),
        item(pilot, 3, 16, spot=(80, 60, 25)),
        item(pilot, 4, 20),
    ]
    assert upload(pilot, plan) == 0
    pilot.send(m.MAVLink_mission_request_list_message(1, 1, 0))
    pilot.run(0.2)
    assert pilot.all("MISSION_COUNT")[-1].count == 5
    pilot.command(176, 1, 4)
    assert pilot.command(400, 1) == ACCEPTED
    assert pilot.command(300) == ACCEPTED
    pilot.until(lambda: not pilot.vehicle.armed, within_s=200)
    assert [reached.seq for reached in pilot.all("MISSION_ITEM_REACHED")] == [1, 2, 3]
    assert pilot.vehicle.from_pad_m() < 1


def test_a_mission_begun_in_the_air_climbs_from_there_and_never_drops(pilot: Pilot) -> None:
    plan = [item(pilot, 0, 16), item(pilot, 1, 22, spot=(0, 0, 15)), item(pilot, 2, 16, spot=(40, 0, 20))]
    assert upload(pilot, plan) == 0
    pilot.fly_to(25)
    assert pilot.command(176, 1, 3) == ACCEPTED
    lowest = 25.0
    for _ in range(100):
        pilot.run(0.3)
        lowest = min(lowest, pilot.vehicle.height_m)
    assert [reached.seq for reached in pilot.all("MISSION_ITEM_REACHED")] == [1, 2]
    assert lowest > 18
    assert "touchdown" not in pilot.kinds()


def test_a_mission_whose_items_have_no_place_holds_in_the_air(pilot: Pilot) -> None:
    assert upload(pilot, [item(pilot, 0, 16), item(pilot, 1, 178, p1=1)]) == 0
    pilot.fly_to(20)
    assert pilot.command(176, 1, 3) == ACCEPTED
    pilot.run(10)
    assert pilot.vehicle.height_m == pytest.approx(20, abs=2)


def test_an_item_marked_2_is_a_guided_goal_in_guided_only(pilot: Pilot) -> None:
    lat, lon = pilot.place(60, 0)
    goal = m.MAVLink_mission_item_message(1, 1, 0, 3, 16, 2, 0, 0, 0, 0, 0, lat, lon, 15)
    pilot.send(goal)
    pilot.run(0.2)
    assert pilot.all("MISSION_ACK")[-1].type == 1, "STABILIZE flies to no place"
    pilot.fly_to(15)
    pilot.send(goal)
    pilot.until(lambda: pilot.vehicle.body.north > 57)
    assert pilot.all("MISSION_ACK")[-1].type == 0
    pilot.send(m.MAVLink_mission_item_message(1, 1, 0, 3, 16, 2, 0, 0, 0, 0, 0, lat, float("nan"), 15))
    pilot.run(3)
    assert pilot.all("MISSION_ACK")[-1].type == 1
    assert pilot.vehicle.body.north > 57


def test_every_client_hears_of_the_items_reached(pilot: Pilot) -> None:
    other, heard = Codec(254), list[int]()
    pilot.vehicle.receive(other.encode(m.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3)), ("127.0.0.1", 9))
    pilot.vehicle.copter.reached.extend((1, 2))
    for data, _peer in pilot.vehicle.outgoing():
        heard += [found.seq for found in other.decode(data) if found.get_type() == "MISSION_ITEM_REACHED"]
    assert heard == [1, 2, 1, 2]


def test_a_mission_may_end_in_a_landing_elsewhere(pilot: Pilot) -> None:
    plan = [item(pilot, 0, 16), item(pilot, 1, 22, spot=(0, 0, 15)), item(pilot, 2, 21, spot=(40, 30, 0))]
    assert upload(pilot, plan) == 0
    pilot.command(176, 1, 4)
    pilot.command(400, 1)
    pilot.command(300)
    pilot.until(lambda: not pilot.vehicle.armed, within_s=100)
    body = pilot.vehicle.body
    assert (body.north, body.east) == (pytest.approx(40, abs=1.5), pytest.approx(30, abs=1.5))
    assert not pilot.truth[-2]["crash"]
    assert pilot.truth[-2]["speed_mps"] < 1


def test_a_circle_keeps_out_and_a_circle_keeps_in(pilot: Pilot) -> None:
    pilot.fly_to(10)
    for command, inside in ((5003, ACCEPTED), (5004, FAILED)):
        assert upload(pilot, [item(pilot, 0, command, kind=1, p1=50)], kind=1) == 0
        assert pilot.command_int(192, 6, (-1, 1, 0, 0), (*pilot.place(20, 0), 10)) == inside
        assert pilot.command_int(192, 6, (-1, 1, 0, 0), (*pilot.place(90, 0), 10)) == FAILED - inside
        pilot.vehicle.copter.adopt(1, ())
