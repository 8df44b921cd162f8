"""What MAVLink clients expect of an ArduCopter beside flying: streams, answers, parameters, bad input."""

import random
import struct
from typing import Any

import pytest
from pymavlink.mavftp import MAVFTP

from sim.autopilot.parameters import TABLE
from sim.mavlink import Codec
from sim.mavlink import dialect as m
from tests.support.sim_pilot import Pilot, plane

ACCEPTED, DENIED, UNSUPPORTED, FAILED = 0, 2, 3, 4


@pytest.fixture
def pilot() -> Pilot:
    pilot = Pilot()
    pilot.run(1)
    return pilot


def test_nothing_but_heartbeat_and_statustext_streams_until_asked(pilot: Pilot) -> None:
    pilot.run(20)
    assert {message.get_type() for _, message in pilot.seen} == {"HEARTBEAT", "STATUSTEXT"}
    assert len(pilot.all("HEARTBEAT")) == pytest.approx(21, abs=1)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (1, "SYS_STATUS"), (24, "GPS_RAW_INT"), (30, "ATTITUDE"), (31, "ATTITUDE_QUATERNION"),
        (32, "LOCAL_POSITION_NED"), (33, "GLOBAL_POSITION_INT"), (74, "VFR_HUD"), (147, "BATTERY_STATUS"),
        (193, "EKF_STATUS_REPORT"), (242, "HOME_POSITION"), (245, "EXTENDED_SYS_STATE"),
    ],
)  # fmt: skip
def test_a_message_streams_at_the_rate_asked_for_and_stops(pilot: Pilot, number: int, kind: str) -> None:
    assert pilot.command(511, number, 200_000) == ACCEPTED
    pilot.run(10)
    assert len(pilot.all(kind)) == pytest.approx(50, abs=2)
    assert pilot.command(511, number, -1) == ACCEPTED
    count = len(pilot.all(kind))
    pilot.run(2)
    assert len(pilot.all(kind)) == count


def test_request_data_stream_starts_all(pilot: Pilot) -> None:
    pilot.send(m.MAVLink_request_data_stream_message(1, 1, 0, 4, 1))
    pilot.run(3)
    assert len(pilot.all("GLOBAL_POSITION_INT")) == pytest.approx(12, abs=1)
    assert pilot.all("ATTITUDE")


@pytest.mark.parametrize("ask", [(512, 148), (519, 1), (520, 1)])
def test_autopilot_version_tells_its_capabilities(pilot: Pilot, ask: tuple[int, int]) -> None:
    assert pilot.command(*ask) == ACCEPTED
    (version,) = pilot.all("AUTOPILOT_VERSION")
    for bit in ("MISSION_INT", "COMMAND_INT", "MAVLINK2", "MISSION_FENCE", "SET_POSITION_TARGET_GLOBAL_INT"):
        assert version.capabilities & getattr(m, f"MAV_PROTOCOL_CAPABILITY_{bit}"), bit


def test_commands_without_a_place_in_the_table_are_unsupported(pilot: Pilot) -> None:
    assert pilot.command(34) == UNSUPPORTED, "DO_ORBIT: ArduCopter has none"
    assert pilot.command(31999) == UNSUPPORTED


@pytest.mark.parametrize("component", [0, 1])
def test_components_0_and_1_are_the_autopilot(pilot: Pilot, component: int) -> None:
    assert pilot.command(195, component=component) == ACCEPTED, "accepted though no gimbal is fitted"


@pytest.mark.parametrize(("system", "component"), [(7, 1), (1, 154)])
def test_other_targets_are_not_ours(pilot: Pilot, system: int, component: int) -> None:
    pilot.send(m.MAVLink_command_long_message(system, component, 400, 0, 1, *[0.0] * 6))
    pilot.run(1)
    assert not pilot.all("COMMAND_ACK")
    assert not pilot.vehicle.armed


def test_garbage_is_counted_and_changes_nothing(pilot: Pilot) -> None:
    rng = random.Random(5)
    whole = pilot.codec.encode(m.MAVLink_command_long_message(1, 1, 400, 0, 1, *[0.0] * 6))
    for length in range(1, len(whole)):
        pilot.transmit(whole[:length])
    assert pilot.vehicle.callers.garbage >= len(whole) - 1, "each truncated one is counted"
    for _ in range(300):
        pilot.transmit(rng.randbytes(rng.randrange(1, 280)))
        flipped = bytearray(whole)
        flipped[rng.randrange(1, len(whole))] ^= 1 << rng.randrange(8)
        pilot.transmit(bytes(flipped))
    assert pilot.vehicle.callers.garbage > 300
    assert not pilot.vehicle.armed
    assert pilot.command(511, 30, 1e6) == ACCEPTED, "what comes after garbage is heard"


def test_numbers_that_are_none_are_refused(pilot: Pilot) -> None:
    pilot.fly_to(10)
    for lat, lon, alt in ((float("nan"), 0.12, 20.0), (52.2, 0.12, float("inf")), (91.0, 0.12, 20.0)):
        pilot.send(m.MAVLink_command_long_message(1, 1, 192, 0, -1, 1, 0, 0, lat, lon, alt))
    pilot.run(1)
    assert all(ack.result != ACCEPTED for ack in pilot.all("COMMAND_ACK")[-3:])
    mask = 0b110111111000
    pilot.send(m.MAVLink_set_position_target_global_int_message(0, 1, 1, 6, mask, 0, 0, float("nan"), *[0.0] * 8))
    pilot.run(2)
    assert pilot.vehicle.airborne
    assert pilot.vehicle.from_pad_m() < 2


def test_a_parameter_is_read_by_name_and_index_set_with_echo_and_unknown_ones_are_silent(pilot: Pilot) -> None:
    pilot.send(m.MAVLink_param_request_read_message(1, 1, b"RTL_ALT", -1))
    pilot.run(0.2)
    (value,) = pilot.all("PARAM_VALUE")
    assert (value.param_id, value.param_value) == ("RTL_ALT", 3500)
    pilot.send(m.MAVLink_param_request_read_message(1, 1, b"", value.param_index))
    pilot.run(0.2)
    assert pilot.all("PARAM_VALUE")[-1].param_id == "RTL_ALT"
    pilot.send(m.MAVLink_param_set_message(1, 1, b"RTL_ALT", 4000.4, 9))
    pilot.run(0.2)
    assert pilot.all("PARAM_VALUE")[-1].param_value == 4000, "whole-number parameters are cast"
    pilot.send(m.MAVLink_param_set_message(1, 1, b"NO_SUCH", 1, 9))
    pilot.send(m.MAVLink_param_request_read_message(1, 1, b"NO_SUCH", -1))
    pilot.run(1)
    assert len(pilot.all("PARAM_VALUE")) == 3


def test_the_whole_parameter_list_comes_once(pilot: Pilot) -> None:
    pilot.send(m.MAVLink_param_request_list_message(1, 1))
    pilot.run(5)
    values = pilot.all("PARAM_VALUE")
    assert sorted(value.param_id for value in values) == sorted(TABLE)
    assert [value.param_index for value in values] == list(range(len(TABLE)))


def ask_file(pilot: Pilot, opcode: int, data: bytes = b"", offset: int = 0, size: int | None = None) -> list[bytes]:
    """The payloads that come back for one question of number 7 in session 0."""
    head = struct.pack("<HBBBBBBI", 7, 0, opcode, len(data) if size is None else size, 0, 0, 0, offset)
    before = len(pilot.all("FILE_TRANSFER_PROTOCOL"))
    pilot.send(m.MAVLink_file_transfer_protocol_message(0, 1, 1, list((head + data).ljust(251, b"\0"))))
    pilot.run(0.3)
    return [bytes(answer.payload) for answer in pilot.all("FILE_TRANSFER_PROTOCOL")[before:]]


def test_the_parameters_come_as_one_file_read_or_in_a_burst(pilot: Pilot) -> None:
    (opened,) = ask_file(pilot, 4, b"@PARAM/param.pck?withdefaults=0")
    assert opened[:6] == bytes([8, 0, 0, 128, 4, 4])
    length = int.from_bytes(opened[12:16], "little")
    burst = ask_file(pilot, 15, size=80)
    assert [int.from_bytes(part[:2], "little") for part in burst] == list(range(8, 8 + len(burst)))
    assert [part[6] for part in burst] == [0] * (len(burst) - 1) + [1], "the last one ends the burst"
    whole = b"".join(part[12 : 12 + part[4]] for part in burst)
    assert len(whole) == length
    (piece,) = ask_file(pilot, 5, offset=100, size=50)
    assert piece[12:62] == whole[100:150]
    decoded = MAVFTP.ftp_param_decode(whole)
    assert {name.decode(): value for name, value, _ in decoded.params} == pytest.approx(
        {name: pilot.vehicle.copter.parameters[name] for name in TABLE}
    )


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        ({"opcode": 4, "data": b"@PA"}, 10),
        ({"opcode": 5, "size": 80}, 4),
        ({"opcode": 3, "data": b"/"}, 7),
        ({"opcode": 6, "data": b"x"}, 7),
    ],
)
def test_any_other_file_transfer_is_refused_at_once(pilot: Pilot, ask: dict[str, Any], why: int) -> None:
    (answer,) = ask_file(pilot, **ask)
    assert answer[:6] == bytes([8, 0, 0, 129, 1, ask["opcode"]]), "the next number, the same session, NAK"
    assert answer[12] == why


def test_a_file_ends_and_is_closed(pilot: Pilot) -> None:
    ask_file(pilot, 4, b"@PARAM/param.pck")
    assert ask_file(pilot, 5, offset=10**6, size=80)[0][12] == 6
    assert ask_file(pilot, 5, size=240)[0][12] == 3
    assert ask_file(pilot, 1)[0][3] == 128
    assert ask_file(pilot, 5, size=80)[0][12] == 4


def test_timesync_answers_with_both_times(pilot: Pilot) -> None:
    pilot.send(m.MAVLink_timesync_message(0, 123456789))
    pilot.run(0.2)
    (answer,) = pilot.all("TIMESYNC")
    assert answer.ts1 == 123456789
    assert answer.tc1 > 0


def test_long_texts_come_in_chunks_that_share_an_id(pilot: Pilot) -> None:
    pilot.vehicle.copter.say(6, "x" * 120)
    pilot.run(0.2)
    parts = [message for message in pilot.all("STATUSTEXT") if message.id]
    assert [part.chunk_seq for part in parts] == [0, 1, 2]
    assert "".join(part.text for part in parts) == "x" * 120


def test_sequence_numbers_count_up_for_each_peer() -> None:
    pilot = Pilot(plane())
    pilot.run(5)
    numbers = [message.get_seq() for _, message in pilot.seen]
    assert numbers == list(range(len(numbers)))
    pilot.vehicle.receive(Codec(200).encode(m.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3)), ("other", 2))
    pilot.vehicle.advance(pilot.vehicle.now_s + 1)
    other = [data for data, peer in pilot.vehicle.outgoing() if peer == ("other", 2)]
    assert Codec(9).decode(other[0])[0].get_seq() == 0
