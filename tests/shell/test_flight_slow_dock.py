"""A dock that takes its time: a closing that was right when it was wished for is judged again when it is sent (F2)."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bench.lockstep import DOCK, make_site
from bench.lockstep_orders import AIRCRAFT, EDGE
from edge.flight.disk import Disk
from edge.flight.dockside import DockReading
from edge.flight.link import Link
from edge.flight.pilot import Pilot
from edge.flight.telemetry import Landed, Telemetry
from edge.flight.voice import Voice
from edge.flight.zones_file import ZonesFile
from edge.outbox import Outbox
from wire.mqtt import Mqtt
from wire.states import Lid


class Told:
    """A dock under an open lid whose `pad_clear` is as given; `wishes`: what reached it."""

    def __init__(self, pad_clear: bool) -> None:
        self._pad_clear, self.wishes = pad_clear, list[Lid]()

    async def read(self) -> DockReading:
        now_s, pad_clear = time.monotonic(), self._pad_clear
        return DockReading(True, now_s, True, encoder_s=now_s, position_pct=100, alive_s=now_s, pad_clear=pad_clear)

    async def open_lid(self) -> None:
        self.wishes.append(Lid.OPEN)

    async def close_lid(self) -> None:
        self.wishes.append(Lid.CLOSED)

    def close(self) -> None: ...


async def wishes(folder: Path, dock: Told) -> list[Lid]:
    """What reaches the dock of a closing that was wished for while it was being read."""
    outbox, disk = Outbox(folder / "outbox.db", box=EDGE, boot=1), Disk(folder / "flight")
    voice = Voice(EDGE, AIRCRAFT, folder, outbox=outbox, disk=disk, mqtt=Mqtt("127.0.0.1", 1, "slow-dock"))
    pilot = Pilot(
        make_site(), Link("udpin:127.0.0.1:1", 1), voice=voice, dock=dock, disk=disk, zones=ZonesFile("none", DOCK, 0.0)
    )
    now_s = time.monotonic()
    pilot._sortie = replace(pilot._sortie, arming_s=now_s - 5)  # begun for so long that its heartbeats prove something
    pilot._telemetry = Telemetry(heartbeat_s=now_s, landed_s=now_s, landed=Landed.ON_GROUND)
    watching = asyncio.create_task(pilot._watch_dock())
    await asyncio.sleep(0.1)
    pilot._lid_wish = Lid.CLOSED
    pilot._wake_dock.set()
    await asyncio.sleep(0.2)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    outbox.close()
    return dock.wishes


@pytest.mark.parametrize(("pad_clear", "reached"), [(True, [Lid.CLOSED]), (False, [])])
def test_a_closing_is_judged_again_when_it_is_sent(tmp_path: Path, pad_clear: bool, reached: list[Lid]) -> None:
    assert asyncio.run(wishes(tmp_path, Told(pad_clear))) == reached
