"""Reading parameters: a window at a time, ArduPilot's numbers and PX4's bytes, names that are met with silence."""

import struct
from pathlib import Path

from edge.flight.disk import Disk
from edge.flight.parameters import AGAIN_S, TRIES, WINDOW, Reading
from edge.flight.signing import RESERVE
from sim.mavlink import dialect as m

NAMES = tuple(f"P{number}" for number in range(25))


def told(name: str, value: float, kind: int = 9) -> m.MAVLink_param_value_message:
    return m.MAVLink_param_value_message(name.encode(), value, kind, 1, 0)


def asked(sends: tuple[object, ...]) -> list[str]:
    return [send.fields[0].decode() for send in sends]  # type: ignore[attr-defined]


def test_each_answer_makes_room_for_one_question() -> None:
    reading, sends = Reading(NAMES).turn(0.0)
    assert asked(sends) == list(NAMES[:WINDOW])
    done = 0
    while not reading.ended:
        reading, sends = reading.heard(told(NAMES[done], done), 0.1)
        done += 1
        assert asked(sends) == list(NAMES[WINDOW + done - 1 : WINDOW + done])
    assert reading.values == {name: float(number) for number, name in enumerate(NAMES)}
    assert reading.turn(99.0) == (reading, ())


def test_after_a_silence_only_what_is_missing_is_asked_again_and_it_ends() -> None:
    reading, _ = Reading(("A", "B", "C")).turn(0.0)
    reading, _ = reading.heard(told("B", 2), 0.1)
    assert reading.turn(AGAIN_S)[1] == ()
    now_s, rounds = 0.1, 0
    while not reading.ended:
        now_s += AGAIN_S
        reading, sends = reading.turn(now_s)
        rounds += bool(sends)
        assert asked(sends) in (["A", "C"], [])
    assert (rounds, reading.values) == (TRIES - 1, {"B": 2.0})


def test_whole_numbers_of_px4_come_as_bytes() -> None:
    for number in (0, 1, 5, 1200, -1):
        (raw,) = struct.unpack("<f", struct.pack("<i", number))
        reading, _ = Reading(("COM_DL_LOSS_T",), bytewise=True).turn(0.0)
        reading, _ = reading.heard(told("COM_DL_LOSS_T", raw, 6), 0.1)
        assert reading.values == {"COM_DL_LOSS_T": float(number)}
    for kind, form, number in ((1, "<B", 1), (1, "<B", 0), (2, "<b", -3), (3, "<H", 65000), (4, "<h", -300)):
        (raw,) = struct.unpack("<f", struct.pack(form, number).ljust(4, b"\0"))
        reading, _ = Reading(("COM_BOOLEAN",), bytewise=True).turn(0.0)
        assert reading.heard(told("COM_BOOLEAN", raw, kind), 0.1)[0].values == {"COM_BOOLEAN": float(number)}
        reading, _ = Reading(("COM_BOOLEAN",)).turn(0.0)
        assert reading.heard(told("COM_BOOLEAN", number, kind), 0.1)[0].values == {"COM_BOOLEAN": float(number)}
    reading, _ = Reading(("GF_MAX_VER_DIST",), bytewise=True).turn(0.0)
    assert reading.heard(told("GF_MAX_VER_DIST", 100, 9), 0.1)[0].values == {"GF_MAX_VER_DIST": 100.0}


def test_what_was_not_asked_or_is_told_twice_changes_nothing() -> None:
    reading, _ = Reading(("A", "B")).turn(0.0)
    assert reading.heard(told("OTHER", 1), 0.1) == (reading, ())
    once, _ = reading.heard(told("A", 1), 0.1)
    assert once.heard(told("A", 7), 0.2) == (once, ())


def test_a_kept_signing_stamp_lies_above_every_used_one_and_is_seldom_written(tmp_path: Path) -> None:
    disk, file = Disk(tmp_path), tmp_path / "signed.json"
    written = set()
    for second in range(90):
        stamp = 10**12 + second * 100_000
        disk.keep_stamp(stamp)
        written.add(file.read_bytes())
        assert Disk(tmp_path).stamp() > stamp + RESERVE // 2 - 1
    assert len(written) == 3
