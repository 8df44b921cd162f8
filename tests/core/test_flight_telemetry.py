"""What comes in by MAVLink: scaling, unknown values, strangers, garbage; what counts as fresh."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as dialect

from edge.flight import streams
from edge.flight.autopilots import Cmd, Command, Do, asks, profile_of
from edge.flight.codec import Codec
from edge.flight.geometry import Place, Target
from edge.flight.hearing import hear
from edge.flight.telemetry import Landed, Telemetry

POSITION = dialect.MAVLink_global_position_int_message(
    1000, 522000000, 1200000, 45_500, 30_250, 300, -400, -150, 27_050
)
HEARTBEAT = dialect.MAVLink_heartbeat_message(2, 3, 0x81, 4, 4, 3)


def packed(message: Any, system: int = 1, component: int = 1) -> bytes:
    data: bytes = message.pack(dialect.MAVLink(None, srcSystem=system, srcComponent=component))
    return data


def listen() -> tuple[Codec, list[str]]:
    heard: list[str] = []
    return Codec(1, lambda message: heard.append(message.get_type())), heard


def test_raw_scaling_ends_here() -> None:
    known = hear(Telemetry(), POSITION, 5.0)
    assert known.place == Place(52.2, 0.12)
    assert (known.alt_rel_m, known.alt_amsl_m) == (30.25, 45.5)
    assert (known.north_mps, known.east_mps, known.climb_mps, known.groundspeed_mps) == (3, -4, 1.5, 5)
    assert known.heading_deg == 270.5
    assert known.position_s == known.heard_s == 5.0


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (dialect.MAVLink_global_position_int_message(1, 0, 0, 0, 0, 0, 0, 0, 0), "place"),
        (dialect.MAVLink_global_position_int_message(1, 910000000, 0, 0, 0, 0, 0, 0, 0), "place"),
        (dialect.MAVLink_global_position_int_message(1, 520000000, 1, 0, 0, 0, 0, 0, 65535), "heading_deg"),
        (dialect.MAVLink_battery_status_message(0, 0, 0, 0, [0] * 10, -1, -1, -1, -1), "battery_pct"),
        (dialect.MAVLink_battery_status_message(1, 0, 0, 0, [0] * 10, -1, -1, -1, 50), "battery_pct"),
        (dialect.MAVLink_sys_status_message(0, 0, 0, 0, 65535, -1, -1, 0, 0, 0, 0, 0, 0), "battery_v"),
        (dialect.MAVLink_gps_raw_int_message(1, 3, 0, 0, 0, 0, 0, 0, 0, 255), "satellites"),
        (dialect.MAVLink_extended_sys_state_message(0, 77), "landed_s"),
    ],
)
def test_unknown_stays_unknown(message: Any, field: str) -> None:
    assert getattr(hear(Telemetry(), message, 5.0), field) is None


@pytest.mark.parametrize(("enabled", "healthy"), [(0, True), (1 << 28, True), (1 << 28, False), (0, False)])
def test_passed_checks_are_what_is_healthy_whether_or_not_it_is_told_as_enabled(enabled: int, healthy: bool) -> None:
    """PX4 tells the second bit alone."""
    told = (enabled, enabled, (1 << 28) * healthy)
    status = dialect.MAVLink_sys_status_message(*told, 0, 65535, -1, -1, 0, 0, 0, 0, 0, 0)
    assert hear(Telemetry(), status, 5.0).prearm_ok is healthy


def test_what_the_autopilot_says_at_length_is_read_whole() -> None:
    """PX4 cuts it into parts of 50 characters and ends it with a tab (STATUSTEXT.hpp): the last part says little."""
    words = "Arming denied: Resolve system health failures first, then try again"
    known = Telemetry()
    for at, (number, part) in enumerate(((7, words[:50]), (7, words[50:] + "\t"), (0, "Short"), (0, "Other"))):
        text = dialect.MAVLink_statustext_message(2, part.encode(), number, at if number else 0)
        known = hear(known, packed_and_read(text), 1.0 + at)
    assert [text.text for text in known.texts] == [words, "Short", "Other"]
    alone = dialect.MAVLink_statustext_message(2, b"tail", 9, 1)
    assert hear(Telemetry(), alone, 1.0).texts[-1].text == "tail"


def packed_and_read(message: Any) -> Any:
    return dialect.MAVLink(None).decode(bytearray(packed(message)))


def test_an_aircraft_that_does_not_say_is_in_the_air_when_armed_and_high() -> None:
    armed = hear(hear(Telemetry(), HEARTBEAT, 1.0), POSITION, 1.0)
    assert armed.armed
    assert armed.airborne
    assert not armed.on_ground(1.0)
    down = hear(armed, dialect.MAVLink_extended_sys_state_message(0, Landed.ON_GROUND), 1.0)
    assert not down.airborne


def test_only_our_autopilot_is_heard() -> None:
    codec, heard = listen()
    codec.take(packed(HEARTBEAT, system=2) + packed(HEARTBEAT, component=100) + packed(HEARTBEAT))
    assert heard == ["HEARTBEAT"]
    assert (codec.counts["stranger"], codec.counts["not_allowed"]) == (1, 1)


def test_mavlink_1_and_what_is_not_allowed_are_not_heard() -> None:
    codec, heard = listen()
    old = HEARTBEAT.pack(dialect.MAVLink(None, srcSystem=1, srcComponent=1), force_mavlink1=True)
    codec.take(old)
    codec.take(packed(dialect.MAVLink_vfr_hud_message(0, 0, 0, 0, 0, 0)))
    assert heard == []
    assert codec.counts["not_allowed"] == 1


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_garbage_before_and_after_never_crashes_and_never_hides_a_frame(before: bytes, after: bytes) -> None:
    codec, heard = listen()
    codec.take(before + packed(POSITION) + after)
    assert heard == ["GLOBAL_POSITION_INT"]


@given(st.data())
def test_a_flipped_bit_is_never_heard(data: st.DataObject) -> None:
    codec, heard = listen()
    frame = bytearray(packed(POSITION))
    at = data.draw(st.integers(0, len(frame) * 8 - 1))
    frame[at // 8] ^= 1 << at % 8
    codec.take(bytes(frame))
    assert heard in ([], ["GLOBAL_POSITION_INT"])
    assert heard == [] or at // 8 in (3, 4), "only the compatibility flags and the counter may differ unseen"


@given(st.lists(st.binary(max_size=40), max_size=8), st.integers(1, 30))
def test_a_stream_cut_anywhere_gives_every_frame(noise: list[bytes], size: int) -> None:
    """As over TCP: the caller keeps what lies after the last whole frame."""
    codec, heard = listen()
    stream, tail = b"".join(part.replace(b"\xfd", b"") + packed(HEARTBEAT) for part in noise), bytearray()
    for start in range(0, len(stream), size):
        tail += stream[start : start + size]
        del tail[: codec.take(tail)]
    assert heard == ["HEARTBEAT"] * len(noise)


def test_silent_streams_are_asked_for_again_but_not_at_every_tick() -> None:
    speaking = Telemetry(heard_s=10.0)
    asked = streams.due(speaking, "arducopter", None, 10.0)
    assert {int(command.params[0]) for command in asked} == {0, 1, 24, 33, 147, 193, 242, 245}
    assert all(command.cmd is Cmd.SET_MESSAGE_INTERVAL for command in asked)
    assert streams.due(speaking, "arducopter", 9.0, 10.0) == ()
    assert streams.due(Telemetry(heard_s=10.0), "px4", 7.0, 10.0)[-1].params[0] == 230
    assert streams.due(Telemetry(), "arducopter", None, 10.0) == ()


HOME = Telemetry(place=Place(52.2, 0.12), alt_rel_m=2.0, alt_amsl_m=17.0, custom_mode=4)
TARGET = Target(Place(52.21, 0.13), 30)


def command(do: Do, autopilot: str) -> Command:
    return asks(do, profile_of(autopilot), TARGET, HOME)[-1].command  # type: ignore[arg-type]


def test_heights_are_relative_on_arducopter_and_above_the_sea_on_px4() -> None:
    assert command(Do.TAKE_OFF, "arducopter").params[6] == 30
    assert command(Do.TAKE_OFF, "px4").params[6] == 45
    relative, amsl = command(Do.GO, "arducopter"), command(Do.GO, "px4")
    assert (relative.frame, relative.params[4:]) == (6, (52.21, 0.13, 30))
    assert (amsl.frame, amsl.params[4:]) == (5, (52.21, 0.13, 45))


@pytest.mark.parametrize(
    ("do", "copter", "px4"),
    [(Do.PREPARE, (4, 0), (4, 3)), (Do.RETURN, (6, 0), (4, 5)), (Do.LAND, (9, 0), (4, 6))],
)
def test_modes_by_number(do: Do, copter: tuple[int, int], px4: tuple[int, int]) -> None:
    assert command(do, "arducopter").params[:3] == (1, *copter)
    assert command(do, "px4").params[:3] == (1, *px4)


def test_disarming_is_never_forced() -> None:
    assert command(Do.DISARM, "arducopter").params == (0, 0, 0, 0, 0, 0, 0)
