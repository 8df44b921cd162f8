"""F19: our signing against pymavlink's, which the simulated aircraft uses; downgrade, forgery, replay, restart."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as m

from bench.lockstep import PEER, World
from edge.flight.autopilots import interval
from edge.flight.codec import Codec
from edge.flight.launch import Stage
from edge.flight.signing import NEW_STREAM_BEHIND, SECOND, Signing, stamp_of
from sim import mavlink as sim

KEY, OTHER = bytes(range(32)), bytes(32)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOW_S = NOW.timestamp()


def box(stamp: int = 0, key: bytes = KEY) -> tuple[Codec, list[str]]:
    heard: list[str] = []
    codec = Codec(1, lambda message: heard.append(message.get_type()), Signing(key, stamp), lambda: NOW)
    return codec, heard


def aircraft(key: bytes = KEY, at_s: float = NOW_S) -> sim.Codec:
    return sim.Codec(1, signing=sim.Signing(key, lambda: at_s))


def beat() -> m.MAVLink_heartbeat_message:
    return m.MAVLink_heartbeat_message(2, 3, 0, 4, 3, 3)


def test_each_side_believes_the_other() -> None:
    codec, heard = box()
    air = aircraft()
    codec.take(air.encode(beat()))
    assert heard == ["HEARTBEAT"]
    assert [message.get_type() for message in air.decode(codec.encode(interval(33, 5)))] == ["COMMAND_LONG"]


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (sim.Codec(1).encode(beat()), "unsigned"),
        (aircraft(OTHER).encode(beat()), "bad_signature"),
        (aircraft(at_s=NOW_S - 61).encode(beat()), "replayed"),
    ],
)
def test_what_is_unsigned_forged_or_of_yesterday_is_refused_and_counted(frame: bytes, why: str) -> None:
    codec, heard = box(stamp_of(NOW))
    codec.take(frame)
    assert (heard, codec.counts[why]) == ([], 1)


def test_mavlink_1_is_no_way_round() -> None:
    codec, heard = box()
    old = m.MAVLink(None, srcSystem=1, srcComponent=1)
    codec.take(beat().pack(old, force_mavlink1=True))
    assert heard == []


def test_a_replay_is_heard_once_even_with_others_between() -> None:
    codec, heard = box()
    air = aircraft()
    first, second = air.encode(beat()), air.encode(beat())
    for frame in (first, second, first, second, first):
        codec.take(frame)
    assert (len(heard), codec.counts["replayed"]) == (2, 3)


@given(st.integers(0, 33 * 8 - 1))
def test_no_bit_of_a_signed_frame_may_differ(bit: int) -> None:
    codec, heard = box()
    frame = bytearray(aircraft().encode(beat()))
    assert len(frame) == 34
    frame[bit // 8 + 1] ^= 1 << bit % 8
    codec.take(bytes(frame))
    assert heard == []


def test_a_forged_stamp_does_not_shut_the_true_sender_out() -> None:
    codec, heard = box()
    forged = bytearray(aircraft().encode(beat()))
    forged[-12:-6] = b"\xff" * 6
    codec.take(bytes(forged))
    codec.take(aircraft().encode(beat()))
    assert heard == ["HEARTBEAT"]


def test_our_stamp_never_goes_back_whatever_the_clock_does() -> None:
    signing = Signing(KEY, 0)
    stamps = [signing.next_stamp(NOW + timedelta(hours=hours)) for hours in (0, 1, -24 * 365, 1, 2)]
    assert stamps == sorted(set(stamps))
    after = Signing(KEY, signing.stamp)
    assert after.next_stamp(datetime(1970, 1, 1, tzinfo=UTC)) > stamps[-1], "a box without a clock, after a restart"


def test_a_box_without_a_clock_follows_the_aircraft() -> None:
    signing = Signing(KEY, 0)
    codec = Codec(1, lambda _: None, signing, lambda: datetime(1970, 1, 1, tzinfo=UTC))
    codec.take(aircraft().encode(beat()))
    assert signing.stamp >= stamp_of(NOW) - SECOND
    assert aircraft().decode(codec.heartbeat())


def test_after_a_restart_what_was_kept_bounds_what_may_be_replayed() -> None:
    codec, heard = box(stamp_of(NOW))
    codec.take(aircraft(at_s=NOW_S - NEW_STREAM_BEHIND / SECOND - 1).encode(beat()))
    assert heard == []


def signed_world() -> World:
    world = World()
    world.vehicle.callers.signing = sim.Signing(KEY, lambda: NOW_S + world.now_s)
    clock = lambda: NOW + timedelta(seconds=world.now_s)  # noqa: E731
    world.codec = Codec(1, world._hear, Signing(KEY, 0), clock)
    return world


def test_a_signed_sortie_flies_and_an_intruder_changes_nothing() -> None:
    """The third peer knows everything but the key: it orders, replays what it has seen, and speaks for the aircraft."""
    world = signed_world()
    world.launch()
    seen: list[bytes] = []
    encode = world.codec.encode
    world.codec.encode = lambda out: seen.append(encode(out)) or seen[-1]  # type: ignore[method-assign,func-returns-value]
    world.until_stage(Stage.EN_ROUTE)
    plain = sim.Codec(255, 190)
    intruder = ("127.0.0.1", 6666)
    flown = world.vehicle.copter.mode
    for command in ((400, 0, 21196), (176, 1, 9), (185, 1, 0)):
        frame = plain.encode(m.MAVLink_command_long_message(1, 1, command[0], 0, *command[1:], *[0.0] * 5))
        world.vehicle.receive(frame, intruder)
        world.vehicle.receive(frame[:8], intruder)
    for old in seen:
        world.vehicle.receive(old, intruder)
        world.vehicle.receive(old, PEER)
    world.codec.take(sim.Codec(1).encode(m.MAVLink_heartbeat_message(2, 3, 0, 9, 3, 3)))
    world.run(5)
    assert world.vehicle.armed
    assert (world.vehicle.copter.mode, world.sortie.stage) == (flown, Stage.EN_ROUTE)
    assert world.vehicle.callers.garbage >= 3 + len(seen)
    assert world.codec.counts["unsigned"] == 1


def test_the_key_is_set_on_the_ground_only() -> None:
    world = World().run(2)
    plain = sim.Codec(255, 190)
    world.vehicle.receive(plain.encode(m.MAVLink_setup_signing_message(1, 1, list(KEY), 0)), PEER)
    assert world.vehicle.callers.signing is not None
    other = World()
    other.launch()
    other.until_stage(Stage.EN_ROUTE)
    other.vehicle.receive(plain.encode(m.MAVLink_setup_signing_message(1, 1, list(KEY), 0)), PEER)
    assert other.vehicle.callers.signing is None
