"""The uplink as a real process against a real broker: what is receipted goes, all else stays and goes again."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.health import read_clock_offset_ms
from edge.hotlist import listed_folds, read_hotlist
from edge.outbox import Outbox
from tests.support.processes import until
from wire.events import Fault, decode_event, split_lines
from wire.mqtt import Mqtt
from wire.signing import create_key, load_private, seal
from wire.states import ClockAnswer, ClockAsk, EdgeConfig, Health, Hotlist, HotlistEntry, Range, Receipt
from wire.topics import CLOCK_ANSWER, CLOCK_ASK, CONFIG, EVENT, HEALTH, MEDIA, RECEIPT

BOX = "road-9"


class Room:
    """The control room's end of the line."""

    def __init__(self, port: int, key: Ed25519PrivateKey) -> None:
        self.key = key
        self.since = datetime.now(UTC)
        """Retained words of an earlier test are older."""
        self.seqs: list[int] = []
        self.media: list[str] = []
        self.health: list[Health] = []
        self.mqtt = Mqtt("127.0.0.1", port, "test-room")
        self.mqtt.subscribe(EVENT.filter(), 1, lambda _t, payload: self._events(payload))
        self.mqtt.subscribe(MEDIA.filter(), 1, lambda topic, _p: self.media.append(topic.rsplit("/", 1)[1]))
        self.mqtt.subscribe(HEALTH.filter(), 1, lambda _t, p: self.health.append(Health.model_validate_json(p)))
        self.mqtt.subscribe(CLOCK_ASK.filter(), 0, lambda _t, payload: self._answer(payload))
        self.mqtt.start()
        until(lambda: self.mqtt.connected, "the room is connected")

    def receipt(self, first: int, last: int, media: tuple[str, ...] = (), key: Ed25519PrivateKey | None = None) -> None:
        body = Receipt(edge=BOX, at=datetime.now(UTC), ranges=(Range(boot=1, first=first, last=last),), media=media)
        self.mqtt.publish(RECEIPT.of(BOX), seal(RECEIPT.name, body.encode(), key or self.key), 1)

    def _events(self, payload: bytes) -> None:
        self.seqs += [decode_event(line).seq for line in split_lines(payload)]

    def _answer(self, payload: bytes) -> None:
        ask = ClockAsk.model_validate_json(payload)
        room_time = datetime.now(UTC) - timedelta(milliseconds=250)
        answer = ClockAnswer(asked_at=ask.asked_at, received_at=room_time, answered_at=room_time)
        self.mqtt.publish(CLOCK_ANSWER.of(BOX), answer.encode())


@pytest.fixture
def site(tmp_path: Path, broker_port: int) -> Path:
    create_key(tmp_path / "box.key", tmp_path / "box.pub")
    create_key(tmp_path / "room.key", tmp_path / "room.pub")
    path = tmp_path / "site.toml"
    path.write_text(f"""
        [box]
        name = "{BOX}"
        data_dir = "{tmp_path}/data"
        lat = 52.2
        lon = 0.12
        private_key = "{tmp_path}/box.key"
        room_public_key = "{tmp_path}/room.pub"
        [uplink]
        host = "127.0.0.1"
        port = {broker_port}
    """)
    return path


@pytest.fixture
def outbox(site: Path) -> Iterator[Outbox]:
    outbox = Outbox(site.parent / "data" / "outbox.db", box=BOX, boot=1)
    yield outbox
    outbox.close()


@pytest.fixture
def room(site: Path, broker_port: int) -> Iterator[Room]:
    room = Room(broker_port, load_private(site.parent / "room.key"))
    yield room
    room.mqtt.stop()


@pytest.fixture
def uplink(site: Path, outbox: Outbox, room: Room) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen([sys.executable, "-m", "edge.uplink", str(site), "--boot", "1"]) as process:
        yield process
        process.terminate()


def put(outbox: Outbox, count: int) -> None:
    for n in range(count):
        outbox.put(Fault(part="test", what=str(n)), datetime.now(UTC))


def test_events_and_pictures_leave_on_their_receipt_only(
    uplink: "subprocess.Popen[bytes]", outbox: Outbox, room: Room
) -> None:
    put(outbox, 5)
    sha256 = outbox.put_media(b"a picture")
    until(lambda: set(room.seqs) >= {1, 2, 3, 4, 5}, "all five arrive")
    until(lambda: sha256 in room.media, "the picture arrives")
    assert outbox.counts() == (5, 1)
    room.receipt(1, 3, (sha256,))
    until(lambda: outbox.counts() == (2, 0), "the receipted are gone")
    until(lambda: room.seqs.count(4) >= 2, "the unreceipted go again")


def test_a_receipt_of_a_strangers_key_deletes_nothing(
    uplink: "subprocess.Popen[bytes]", outbox: Outbox, room: Room
) -> None:
    put(outbox, 2)
    until(lambda: len(room.seqs) >= 2, "both arrive")
    room.receipt(1, 2, key=Ed25519PrivateKey.generate())
    room.receipt(1, 1)
    until(lambda: outbox.counts()[0] == 1, "the room's own receipt counts")
    assert [row.seq for row in outbox.pending(10)] == [2]


def test_a_killed_uplink_loses_nothing_and_the_room_sees_it_go(
    uplink: "subprocess.Popen[bytes]", site: Path, outbox: Outbox, room: Room
) -> None:
    until(lambda: any(h.online and h.at > room.since for h in room.health), "the box is online")
    os.kill(uplink.pid, signal.SIGKILL)
    put(outbox, 3)
    until(lambda: not room.health[-1].online, "the will says offline")
    with subprocess.Popen([sys.executable, "-m", "edge.uplink", str(site), "--boot", "1"]) as again:
        until(lambda: set(room.seqs) >= {1, 2, 3}, "everything arrives")
        again.terminate()


def test_the_box_learns_the_rooms_time_and_hotlist(uplink: "subprocess.Popen[bytes]", site: Path, room: Room) -> None:
    data_dir, now = site.parent / "data", datetime.now(UTC)
    until(lambda: read_clock_offset_ms(data_dir) is not None, "the clock is known")
    assert read_clock_offset_ms(data_dir) == pytest.approx(250, abs=200)
    entries = (HotlistEntry(vrm="LO51 TST", category="stolen"),)
    hotlist = Hotlist(version=3, issued_at=now, expires_at=now + timedelta(days=1), entries=entries)
    config = EdgeConfig(edge=BOX, hotlist=hotlist)
    room.mqtt.publish(CONFIG.of(BOX), seal(CONFIG.name, config.encode(), room.key), 1, True)
    until(lambda: read_hotlist(data_dir) is not None, "the hotlist is held")
    assert listed_folds(read_hotlist(data_dir), now) == {"L051TST"}
    assert listed_folds(read_hotlist(data_dir), now + timedelta(days=2)) == frozenset()
    room.mqtt.publish(CONFIG.of(BOX), b"", 1, True)
