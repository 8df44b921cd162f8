"""Our link and inspection against an aircraft in a process of its own: the simulated one, and a real ArduCopter where
`AIRBEAT_SITL` names its binary. What it holds is read, the fence written and read back, over TCP and in real time.
"""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.lockstep import DOCK, FENCE
from edge.flight import inspection, streams
from edge.flight.inspection import Inspection, make_wanted
from edge.flight.launch import Stage
from edge.flight.link import Link
from edge.flight.state import Sortie
from edge.flight.telemetry import Message, Telemetry, hear
from tests.support.processes import ROOT, free_port
from tests.support.sim_pilot import REPO
from wire.baseline import read_rules

DEMO = REPO / "firmware-configs" / "demo"
HOME = f"{DOCK.lat},{DOCK.lon},15"
TICK_S, LIMIT_S = 0.05, 90.0
SITL_PORT = 5760
"""Of instance 0."""
CALIBRATED = {
    "FRAME_CLASS": 1, "COMPASS_OFS_X": 5, "COMPASS_OFS_Y": 13, "COMPASS_OFS_Z": -18, "INS_ACCOFFS_X": 0.001,
    "INS_ACCOFFS_Y": 0.001, "INS_ACCOFFS_Z": 0.001, "INS_ACCSCAL_X": 1.001, "INS_ACCSCAL_Y": 1.001,
    "INS_ACCSCAL_Z": 1.001,
}  # fmt: skip
"""What a SITL needs before anything else (ArduPilot, Tools/autotest/default_params/copter.parm)."""


def simulated(_folder: Path) -> tuple[list[str], int]:
    port = free_port(socket.SOCK_STREAM)
    where = ["--mavlink", f"tcpin:127.0.0.1:{port}", "--home", HOME, "--powered", "60"]
    where += ["--params", str(DEMO / "arducopter.param")]
    return [sys.executable, "-m", "sim", "vehicle", *where], port


def arducopter(folder: Path) -> tuple[list[str], int]:
    binary = os.environ.get("AIRBEAT_SITL", "")
    if not Path(binary).is_file() or "arducopter" not in Path(binary).name:
        pytest.skip("AIRBEAT_SITL names no arducopter binary")
    defaults = folder / "defaults.param"
    rows = [f"{name},{value}" for name, value in CALIBRATED.items()]
    defaults.write_text(
        "\n".join([*rows, (DEMO / "arducopter-4.7.param").read_text(), (DEMO / "arducopter.param").read_text()])
    )
    return [binary, "-S", "-w", "--model", "quad", "--home", f"{HOME},0", "--defaults", str(defaults)], SITL_PORT


@pytest.fixture(params=[simulated, arducopter], ids=lambda make: make.__name__)
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    command, port = request.param(tmp_path)
    cwd = ROOT if command[0] == sys.executable else tmp_path
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield port
    process.terminate()
    process.wait(20)


async def inspect(port: int) -> tuple[Inspection, Telemetry, str]:
    """What was found, and the firmware that was told."""
    link, told = Link(f"tcp:127.0.0.1:{port}", 1), ""
    telemetry, known, asked_s = Telemetry(), inspection.NONE, None
    wanted = make_wanted(read_rules(DEMO / "arducopter.toml"), FENCE)

    def heard(message: Message) -> None:
        nonlocal telemetry, known, told
        telemetry = hear(telemetry, message, time.monotonic())
        if message.get_type() == "AUTOPILOT_VERSION":
            told = f"{message.flight_sw_version >> 24}.{message.flight_sw_version >> 16 & 255}"
        known, sends = inspection.heard(wanted, known, message, time.monotonic())
        for send in sends:
            link.send(send)

    await link.start(heard)
    end_s = time.monotonic() + LIMIT_S
    while known.result is None and time.monotonic() < end_s:
        now_s = time.monotonic()
        link.heartbeat()
        due = streams.due(telemetry, "arducopter", asked_s, now_s)
        asked_s = now_s if due else asked_s
        known, sends = inspection.look(wanted, known, Sortie(Stage.PARKED), telemetry, now_s)
        for send in (*due, *sends):
            link.send(send)
        await asyncio.sleep(TICK_S)
    await link.close()
    return known, telemetry, told


@pytest.mark.timeout(180)
def test_what_it_holds_is_read_and_the_fence_is_written_and_read_back(port: int) -> None:
    known, telemetry, told = asyncio.run(inspect(port))
    assert known.result is not None, telemetry
    assert Inspection(result=known.result).reasons("F6") == ()
    if told == "4.6":
        assert known.result == ()
    else:
        assert any("the firmware is" in line for line in known.result)
