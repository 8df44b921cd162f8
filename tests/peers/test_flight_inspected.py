"""Our link and inspection against an aircraft in a process of its own: what it holds is read, the fence is written and
read back, and one value that is not the baseline's is found. The same for every vehicle of `autopilots`.
"""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.flight import inspection, streams
from edge.flight.hearing import hear
from edge.flight.inspection import Inspection, make_wanted
from edge.flight.launch import Stage
from edge.flight.link import Link
from edge.flight.state import Sortie
from edge.flight.telemetry import Message, Telemetry
from tests.support.autopilots import KINDS, Kind, Running, started
from tests.support.field import fence
from wire.baseline import Baseline

TICK_S, LIMIT_S = 0.05, 90.0


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def vehicle(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    kind: Kind = request.param
    with started(kind, tmp_path / "vehicle") as running:
        yield running


async def inspect(vehicle: Running, baseline: Baseline) -> tuple[Inspection, Telemetry]:
    kind = vehicle.kind
    link, telemetry, known, asked_s = Link(vehicle.link, kind.system_id), Telemetry(), inspection.NONE, None
    wanted = make_wanted(baseline, fence(kind.dock))

    def heard(message: Message) -> None:
        nonlocal telemetry, known
        telemetry = hear(telemetry, message, time.monotonic())
        known, sends = inspection.heard(wanted, known, message, time.monotonic())
        for send in sends:
            link.send(send)

    await link.start(heard)
    end_s = time.monotonic() + LIMIT_S
    while known.result is None and time.monotonic() < end_s:
        now_s = time.monotonic()
        link.heartbeat()
        due = streams.due(telemetry, kind.autopilot, asked_s, now_s)
        asked_s = now_s if due else asked_s
        known, sends = inspection.look(wanted, known, Sortie(Stage.PARKED), telemetry, now_s)
        for send in (*due, *sends):
            link.send(send)
        await asyncio.sleep(TICK_S)
    await link.close()
    return known, telemetry


@pytest.mark.timeout(240)
def test_what_it_holds_is_read_and_the_fence_is_written_and_read_back(vehicle: Running) -> None:
    baseline = vehicle.baseline()
    known, telemetry = asyncio.run(inspect(vehicle, baseline))
    assert known.result == (), telemetry
    name = next(iter(baseline.parameters))
    wrong = baseline.model_copy(update={"parameters": {**baseline.parameters, name: 77.0}})
    known, telemetry = asyncio.run(inspect(vehicle, wrong))
    assert known.result == (f"{name} is {baseline.parameters[name]:g}, the baseline says 77 (F18)",), telemetry
