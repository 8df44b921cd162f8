"""The lists of messages each way (F19), and what hostile but well-formed messages can do: nothing."""

import struct
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as m

from bench.lockstep import BASELINE, DOCK, FENCE, SCENE, World
from edge.flight import inspection
from edge.flight.autopilots import Cmd
from edge.flight.codec import SPEAKS, Codec
from edge.flight.hearing import COMPONENTS, hear
from edge.flight.inspection import CONVERSED, heard, look, make_wanted
from edge.flight.launch import Stage
from edge.flight.say import Said
from edge.flight.state import Sortie
from edge.flight.telemetry import Landed, Telemetry
from sim import mavlink as sim

HEARTBEAT, COMMAND_INT, COMMAND_LONG = 0, 75, 76


def test_a_whole_sortie_says_only_what_the_lists_allow() -> None:
    world = World()
    said: list[Any] = []
    receive = world.vehicle.receive

    def listen(datagram: bytes, peer: tuple[str, int]) -> None:
        said.extend(sim.Codec(9).decode(datagram))
        receive(datagram, peer)

    world.vehicle.receive = listen  # type: ignore[method-assign]
    world.launch(SCENE)
    world.until_stage(Stage.ON_SCENE)
    world.hold()
    world.run(3)
    world.go_to(DOCK)
    world.run(3)
    world.come_home()
    world.until_stage(Stage.PARKED)
    kinds = {message.get_msgId() for message in said}
    assert kinds == {HEARTBEAT, COMMAND_INT, COMMAND_LONG, *Said} - {Said.LANDING_TARGET}, "this pad has no marker"
    commands = {m.command for m in said if m.get_msgId() in (COMMAND_INT, COMMAND_LONG)}
    assert commands <= set(Cmd)
    assert not {message.get_type() for message in said} & {"PARAM_SET", "SET_MODE", "MISSION_CLEAR_ALL"}


def frame(number: int, payload: bytes, component: int = 1) -> bytes:
    """A whole MAVLink 2 frame with a good checksum around any payload."""
    kind = m.mavlink_map[number]
    head = struct.pack("<BBBBBB", len(payload), 0, 0, 7, 1, component) + number.to_bytes(3, "little")
    crc = m.x25crc(head + payload)
    crc.accumulate(bytes([kind.crc_extra]))
    return b"\xfd" + head + payload + struct.pack("<H", crc.crc)


NUMBERS = sorted(SPEAKS[1])
PAYLOAD = st.binary(max_size=255) | st.just(b"\xff" * 255) | st.just(b"\0" * 40) | st.just(b"\0\0\xc0\x7f" * 20)
DOWN = Telemetry(heard_s=0.0, heartbeat_s=0.0, landed_s=0.0, landed=Landed.ON_GROUND)


@given(st.lists(st.tuples(st.sampled_from(NUMBERS), PAYLOAD), max_size=12))
def test_no_content_of_an_allowed_message_breaks_the_box_or_passes_the_inspection(
    messages: list[tuple[int, bytes]],
) -> None:
    wanted = make_wanted(BASELINE, FENCE)
    known, _ = look(wanted, inspection.NONE, Sortie(Stage.PARKED), DOWN, 0.1)
    told: list[Any] = []
    codec = Codec(1, told.append)
    for number, payload in messages:
        codec.take(frame(number, payload[: m.mavlink_map[number].unpacker.size]))
    assert len(told) == len(messages)
    telemetry = DOWN
    for message in told:
        telemetry = hear(telemetry, message, 0.2)
        if message.get_type() in CONVERSED:
            known, _ = heard(wanted, known, message, 0.2)
    assert known.result != (), "found good what was never read"


def test_each_component_may_say_its_own_only() -> None:
    """A traffic receiver that speaks for the autopilot is not believed."""
    told: list[Any] = []
    codec = Codec(1, lambda message: told.append(message.get_type()))
    for component, names in COMPONENTS.items():
        for number in sorted(SPEAKS[1]):
            codec.take(frame(number, b"\1" * 4, component))
        expected = names | CONVERSED if component == 1 else names
        assert set(told) == expected, component
        told.clear()
