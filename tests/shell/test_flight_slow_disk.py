"""A disk that takes its time: no order flies after its end, and what was kept is never undone (F9)."""

import asyncio
import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.lockstep import AIRCRAFT, EDGE, SCENE, make_order, make_site
from edge.config import ModbusDock
from edge.flight.disk import Disk
from edge.flight.dock import make_dock
from edge.flight.gate import Memory
from edge.flight.link import Link
from edge.flight.pilot import Pilot
from edge.flight.state import Saved
from edge.flight.voice import Voice
from edge.health import write_clock_offset
from edge.outbox import Outbox
from tests.support.processes import free_port
from wire.events import OrderOutcome, decode_event
from wire.mqtt import Mqtt
from wire.orders import GoTo, Hold, Order
from wire.signing import seal

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
    pilot = Pilot(make_site(), link, voice=voice, dock=make_dock(config), disk=disk)
    flying = asyncio.create_task(pilot.run(mqtt, KEY.public_key(), folder))
    await asyncio.sleep(0.2)
    pilot.order(seal("order", order.encode(), KEY), KEY.public_key())
    while not (told := words(outbox)):
        await asyncio.sleep(0.05)
    flying.cancel()
    await asyncio.gather(flying, return_exceptions=True)
    outbox.close()
    return told


@pytest.mark.parametrize("act", [SCENE, GoTo(lat=52.201, lon=0.12, alt_rel_m=20)])
def test_an_order_that_expires_while_it_is_written_moves_nothing(tmp_path: Path, broker_port: int, act: GoTo) -> None:
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
