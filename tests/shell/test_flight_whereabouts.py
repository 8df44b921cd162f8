"""The flight process leaves where its aircraft is for the camera under it: each state in flight, at rest a few."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge import health
from edge.flight.disk import Disk
from edge.flight.voice import Voice
from edge.outbox import Outbox
from tests.support.processes import free_port
from wire.mqtt import Mqtt
from wire.states import VehicleState
from wire.topics import VEHICLE

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def state(second: int, *, airborne: bool) -> VehicleState:
    return VehicleState(
        edge="dock-1", aircraft="falcon-1", at=START + timedelta(seconds=second), stage="on_scene", airborne=airborne,
        armed=airborne, mode="GUIDED", link_ok=True, ready=False,
    )  # fmt: skip


async def test_the_newest_state_is_there_while_it_flies(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.db", box="dock-1", boot=1)
    mqtt = Mqtt("127.0.0.1", free_port(), "dock-1-flight")
    voice = Voice("dock-1", "falcon-1", tmp_path, outbox=outbox, disk=Disk(tmp_path / "flight"), mqtt=mqtt)
    writing = asyncio.create_task(voice.run())

    async def left_after(*states: VehicleState) -> VehicleState | None:
        for each in states:
            voice.state(VEHICLE, each)
        while voice._words.qsize() or voice._shared:
            await asyncio.sleep(0.01)
        await voice._words.join()
        return health.read_aircraft(tmp_path)

    parked = state(0, airborne=False)
    assert await left_after(parked) == parked
    flying = await left_after(*(state(second, airborne=True) for second in range(1, 9)))
    assert flying is not None
    assert flying.at == START + timedelta(seconds=8)
    landed = await left_after(state(9, airborne=False))
    assert landed is not None
    assert not landed.airborne
    assert (await left_after(state(10, airborne=False))) == landed
    writing.cancel()
    await voice.finish(0.1)
    outbox.close()
