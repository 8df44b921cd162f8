"""A disk that takes its time: no order flies after its end, and what was kept is never undone (F9)."""

import asyncio
import errno
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.lockstep import DOCK, SCENE, make_site
from bench.lockstep_orders import AIRCRAFT, EDGE, make_order
from edge.config import ModbusDock
from edge.flight.disk import Disk
from edge.flight.dock import make_dock
from edge.flight.gate import Memory
from edge.flight.link import Link
from edge.flight.pilot import Pilot
from edge.flight.state import Saved
from edge.flight.tape import BEGIN
from edge.flight.voice import MOST_EVENTS, MOST_TAPE_WRITES, Voice
from edge.flight.zones_file import ZonesFile
from edge.health import gather, write_clock_offset
from edge.outbox import Outbox
from tests.support.processes import free_port
from wire.events import DockEvent, OrderOutcome, decode_event
from wire.mqtt import Mqtt
from wire.orders import Going, GoTo, Hold, Orbit, Order
from wire.signing import seal
from wire.states import Lid, PartState

KEY = Ed25519PrivateKey.generate()


class SlowDisk(Disk):
    """As a flash card that erases."""

    def keep_memory(self, memory: Memory) -> None:
        time.sleep(1.0)
        super().keep_memory(memory)


def words(outbox: Outbox) -> list[str]:
    bodies = [decode_event(row.line).body for row in outbox.pending(100)]
    return [why for body in bodies if isinstance(body, OrderOutcome) for why in body.reasons]


async def refused(folder: Path, broker_port: int, order: Order) -> list[str]:
    """Why, by the real pilot; its dock and its aircraft are away."""
    outbox, disk = Outbox(folder / "outbox.db", box=EDGE, boot=1), SlowDisk(folder / "flight")
    mqtt = Mqtt("127.0.0.1", broker_port, f"slow-disk-{order.id}")
    voice = Voice(EDGE, AIRCRAFT, folder, outbox=outbox, disk=disk, mqtt=mqtt)
    config = ModbusDock(kind="modbus", host="127.0.0.1", port=free_port(socket.SOCK_STREAM), lat=52.2, lon=0.12)
    link = Link(f"udpin:127.0.0.1:{free_port(socket.SOCK_DGRAM)}", 1)
    pilot = Pilot(make_site(), link, voice=voice, dock=make_dock(config), disk=disk, zones=ZonesFile("none", DOCK, 0.0))
    flying = asyncio.create_task(pilot.run(mqtt, KEY.public_key(), folder))
    await asyncio.sleep(0.2)
    pilot.order(seal("order", order.encode(), KEY), KEY.public_key())
    while not (told := words(outbox)):
        await asyncio.sleep(0.05)
    flying.cancel()
    await asyncio.gather(flying, return_exceptions=True)
    outbox.close()
    return told


@pytest.mark.parametrize(
    "act", [SCENE, GoTo(lat=52.201, lon=0.12, alt_rel_m=20), Orbit(lat=52.201, lon=0.12, alt_rel_m=20, radius_m=40)]
)
def test_an_order_that_expires_while_it_is_written_moves_nothing(tmp_path: Path, broker_port: int, act: Going) -> None:
    write_clock_offset(tmp_path, 0.0)
    now = datetime.now(UTC)
    order = make_order(act, at=now, expires_at=now + timedelta(seconds=0.8))
    (why, *others) = asyncio.run(refused(tmp_path, broker_port, order))
    assert why.startswith("expired")
    assert others == []


def test_a_write_that_waited_does_not_undo_a_newer_one(tmp_path: Path) -> None:
    async def story() -> None:
        outbox, disk = Outbox(tmp_path / "outbox.db", box=EDGE, boot=1), Disk(tmp_path / "flight")
        voice = Voice(EDGE, AIRCRAFT, tmp_path, outbox=outbox, disk=disk, mqtt=Mqtt("127.0.0.1", 1, "nobody"))
        older = Memory().admit(make_order(Hold(), seq=1))
        newer = older.admit(make_order(SCENE, seq=2))
        voice.keep_memory(older)
        voice.keep_sortie(Saved())
        under_way = Saved(target=(52.2, 0.12, 30.0))
        assert await voice.keep_now(newer, under_way)
        assert disk.saved() == under_way, "what a launch opens the lid for is on the disk before it does"
        writing = asyncio.create_task(voice.run())
        await voice.finish(10)
        writing.cancel()
        assert (disk.memory(), disk.saved()) == (newer, under_way)
        outbox.close()

    asyncio.run(story())


class FullDisk(Disk):
    """Has no room for tapes, as long as `full`."""

    full = True

    def keep_tape(self, lines: list[str]) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().keep_tape(lines)


def test_a_disk_without_room_for_tapes_takes_events_still_and_no_memory(tmp_path: Path) -> None:
    """A tape that waited too long ends; the next flight's is whole."""

    async def story() -> None:
        outbox, disk = Outbox(tmp_path / "outbox.db", box=EDGE, boot=1), FullDisk(tmp_path / "flight")
        voice = Voice(EDGE, AIRCRAFT, tmp_path, outbox=outbox, disk=disk, mqtt=Mqtt("127.0.0.1", 1, "nobody"))
        writing = asyncio.create_task(voice.run())
        cuts = 0

        def cut() -> Callable[[], None]:
            nonlocal cuts
            cuts += 1
            return lambda: None

        voice.keep_tape([BEGIN + ":1}", "old"])
        await asyncio.sleep(0.1)
        for second in range(3 * MOST_TAPE_WRITES):
            voice.keep_tape([f"{second}"])
            voice.keep_record(cut, second)
            voice.health("flight", PartState.OK, f"{second}", {})
        voice.event(DockEvent(what="lid_open", lid=Lid.OPEN), datetime.now(UTC))
        async with asyncio.timeout(10):
            while not outbox.pending(1):
                await asyncio.sleep(0.02)
        assert voice.stuck
        assert (cuts, voice.lost) == (1, {"tapes": 1})
        assert voice._evidence.qsize() + voice._words.qsize() < MOST_TAPE_WRITES + 5
        assert gather(tmp_path)["flight"].detail == f"{3 * MOST_TAPE_WRITES - 1}", "of a state the newest"
        disk.full = False
        async with asyncio.timeout(20):
            while voice._evidence.qsize():
                await asyncio.sleep(0.02)
        voice.keep_tape(["of the old one", BEGIN + ":2}", "new"])
        await voice.finish(10)
        writing.cancel()
        tapes = [path.read_text().splitlines() for path in sorted((tmp_path / "flight" / "tapes").glob("*.jsonl"))]
        assert tapes == [[BEGIN + ":1}", "old", *map(str, range(MOST_TAPE_WRITES))], [BEGIN + ":2}", "new"]]
        assert not voice.stuck
        outbox.close()

    asyncio.run(story())


def test_events_that_wait_too_many_are_counted(tmp_path: Path) -> None:
    async def story() -> None:
        outbox, disk = Outbox(tmp_path / "outbox.db", box=EDGE, boot=1), Disk(tmp_path / "flight")
        voice = Voice(EDGE, AIRCRAFT, tmp_path, outbox=outbox, disk=disk, mqtt=Mqtt("127.0.0.1", 1, "nobody"))
        for _ in range(MOST_EVENTS + 3):
            voice.event(DockEvent(what="lid_open", lid=Lid.OPEN), datetime.now(UTC))
        assert (voice._words.qsize(), voice.lost["events"]) == (MOST_EVENTS, 3)
        outbox.close()

    asyncio.run(story())


def test_the_oldest_tapes_go_by_their_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by their number: a box that restarts again and again would push its flights out."""
    monkeypatch.setattr("edge.flight.disk.TAPES_BYTES", 1400)
    disk = Disk(tmp_path)
    for number, size in enumerate((700, 600, *[1] * 50)):
        disk.keep_tape([BEGIN + f":{number}}}", "x" * size])
    kept = [path.read_text() for path in sorted((tmp_path / "tapes").glob("*.jsonl"))]
    assert kept[0].startswith(BEGIN + ":1}")
    assert len(kept) == 52 - 1


async def test_a_door_that_breaks_ends_the_process_instead_of_leaving_it_deaf(
    tmp_path: Path, broker_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The supervisor starts it anew; a task that died unseen would never dial again."""

    async def broken(_host: str, _port: int) -> None:
        raise ValueError("a fault of ours")

    monkeypatch.setattr("edge.flight.link.open_tcp", broken)
    outbox, disk = Outbox(tmp_path / "outbox.db", box=EDGE, boot=1), Disk(tmp_path / "flight")
    mqtt = Mqtt("127.0.0.1", broker_port, "broken-door")
    voice = Voice(EDGE, AIRCRAFT, tmp_path, outbox=outbox, disk=disk, mqtt=mqtt)
    config = ModbusDock(kind="modbus", host="127.0.0.1", port=free_port(socket.SOCK_STREAM), lat=52.2, lon=0.12)
    pilot = Pilot(
        make_site(),
        Link("tcp:127.0.0.1:1", 1),
        voice=voice,
        dock=make_dock(config),
        disk=disk,
        zones=ZonesFile("none", DOCK, 0.0),
    )
    with pytest.raises(ValueError, match="a fault of ours"):
        await asyncio.wait_for(pilot.run(mqtt, KEY.public_key(), tmp_path), 10)
    outbox.close()
