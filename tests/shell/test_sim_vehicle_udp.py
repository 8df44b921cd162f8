"""The simulated aircraft over real UDP on loopback: its own shell and socket, the test's clock."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.clock import Clock
from sim.mavlink import Codec
from sim.mavlink import dialect as m
from sim.vehicle import Vehicle, fly
from tests.support.sim_pilot import REPO, UdpPilot, plane
from wire.errors import UserError

ARM, TAKEOFF, RTL, SET_MODE, REPOSITION = 400, 22, 20, 176, 192


@pytest.fixture(params=[True, False], ids=["udpout", "udpin"])
def pilot(request: pytest.FixtureRequest) -> Iterator[UdpPilot]:
    with asyncio.Runner() as runner:
        pilot = UdpPilot(runner, dials=request.param)
        yield pilot
        pilot.close()


def test_arm_take_off_go_and_return(pilot: UdpPilot) -> None:
    pilot.run(2)
    pilot.fly_to(25)
    assert pilot.command_int(REPOSITION, 6, (-1, 1, 0, 0), (*pilot.place(120, 0), 25)) == 0
    pilot.until(lambda: pilot.vehicle.body.north > 118)
    assert pilot.command(RTL) == 0
    pilot.until(lambda: not pilot.vehicle.armed)
    assert pilot.vehicle.from_pad_m() < 1
    assert pilot.kinds() == ["mode", "arm", "airborne", "mode", "touchdown", "disarm"]


def test_a_silent_ground_station_is_answered_with_a_return(pilot: UdpPilot) -> None:
    pilot.run(2)
    pilot.fly_to(15)
    pilot.heartbeats = False
    pilot.until(lambda: pilot.vehicle.copter.mode.name == "RTL", within_s=7)
    pilot.until(lambda: not pilot.vehicle.armed)
    assert "GCS Failsafe" in pilot.texts()


async def test_a_taken_port_is_told_in_one_line() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"127.0.0.1:{port}: cannot listen"):
            await fly(Vehicle(plane(mavlink=f"udpin:127.0.0.1:{port}")), Clock())


def test_one_alone_says_when_it_is_ready_and_ends_cleanly(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ground:
        ground.bind(("127.0.0.1", 0))
        ground.settimeout(30)
        truth = tmp_path / "truth.jsonl"
        argv = ["--mavlink", f"udpout:127.0.0.1:{ground.getsockname()[1]}", "--speed", "50", "--truth", str(truth)]
        running = subprocess.Popen(
            [sys.executable, "-m", "sim", "vehicle", *argv], cwd=REPO, stdout=subprocess.PIPE, text=True
        )
        assert running.stdout is not None
        assert "booting" in running.stdout.readline()
        assert running.stdout.readline() == "ready\n"
        data, peer = ground.recvfrom(2048)
        assert Codec(255).decode(data)[0].get_type() in ("HEARTBEAT", "STATUSTEXT")
        ask = Codec(255).encode(m.MAVLink_command_long_message(1, 1, 520, 0, 1, *[0.0] * 6))
        for heard in range(500):  # a datagram may be lost on a busy machine
            if heard % 50 == 0:
                ground.sendto(ask, peer)
            if any(said.get_type() == "AUTOPILOT_VERSION" for said in Codec(255).decode(ground.recv(2048))):
                break
        else:
            raise AssertionError("500 datagrams, and none tells its firmware")
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 0
        running.stdout.close()
        assert truth.exists()


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["--mavlink", "serial:1"], "serial:1: expected udpout:HOST:PORT, udpin:HOST:PORT or tcpin:HOST:PORT"),
        (["--mavlink", "udpout:a..b:14550"], "udpout:a..b:14550: unknown host a..b"),
        (["--home", "52"], "--home 52: expected LAT,LON,ALT"),
        (["--home", "91,0,0"], "--home 91,0,0: no such place"),
        (["--speed", "0"], "--speed 0: expected a number from 0.01 to 100"),
        (["--speed", "nan"], "--speed nan: expected a number from 0.01 to 100"),
        (["--system-id", "256"], "--system-id 256: expected a whole number from 1 to 255"),
        (["--seed", "x"], "--seed invalid int value: 'x'"),
        (["--bogus"], "unrecognized arguments --bogus"),
        (["--params", "no.such.file"], "no.such.file: cannot read the parameter file"),
    ],
)
def test_bad_arguments_are_one_line_and_status_2(argv: list[str], told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sim", "vehicle", *argv], cwd=REPO, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"airbeat: {told}")
    assert done.stderr.count("\n") == 1
