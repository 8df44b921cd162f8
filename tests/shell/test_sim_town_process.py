"""`airbeat sim` as its users start it: processes, ports, truth log, end."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import av
import psutil
import pytest

from sim.story import start
from sim.town import TownConfig, demo_town
from tests.support.processes import until
from wire.config import read_config
from wire.dock import UNIT

ROOT = Path(__file__).parents[2]


def free_block() -> int:
    """The first of 40 ports that nobody uses."""
    for first in range(30_000, 40_000, 40):
        try:
            for offset in (0, 1, 11, 12, 31, 32):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", first + offset))
        except OSError:
            continue
        return first
    raise AssertionError("no free ports")


@pytest.fixture
def town(tmp_path: Path) -> TownConfig:
    config = demo_town(5, tmp_path / "town", free_block())
    (tmp_path / "town.toml").write_text(config.toml())
    return config


def airbeat_sim(*argv: str) -> list[str]:
    return [sys.executable, "-m", "sim", *argv]


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def running(town: TownConfig, tmp_path: Path) -> Iterator[subprocess.Popen]:
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(airbeat_sim(str(tmp_path / "town.toml")), cwd=ROOT, stdout=log, stderr=log)
    try:
        until(lambda: all(accepts(port) for port in town.ports()), "every port open")
        yield process
    finally:
        process.kill()
        process.wait()


def lines(town: TownConfig, kind: str) -> list[dict]:
    path = town.out / "truth.jsonl"
    found = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [line for line in found if line["kind"] == kind]


def first_picture(port: int) -> av.VideoFrame:
    with av.open(f"tcp://127.0.0.1:{port}", format="mpegts", timeout=30) as container:
        return next(container.decode(video=0))


def test_a_whole_town_runs_its_story_and_ends_when_told(running: subprocess.Popen, town: TownConfig) -> None:
    sizes = [(f.width, f.height) for f in map(first_picture, camera_ports(town))]
    assert sizes == [(960, 540), (960, 540), (640, 360), (640, 360)]
    assert lines(town, "pass") == [], "nobody drives before the story"
    zero_s = time.time()
    start(town.out, zero_s)
    until(lambda: any(line["vrm"] == town.listed.vrm for line in lines(town, "pass")), "the stolen car's pass")
    stolen = next(line for line in lines(town, "pass") if line["vrm"] == town.listed.vrm)
    entered, left = (datetime.fromisoformat(stolen[key]).timestamp() - zero_s for key in ("entered_at", "left_at"))
    assert stolen["camera"] == "road-1-cam"
    assert entered == pytest.approx(stolen["story_s"], abs=0.01)
    assert 7 < entered < left < 11
    assert len(lines(town, "stream")) == 2
    family = psutil.Process(running.pid).children(recursive=True)
    assert len(family) == 3
    running.send_signal(signal.SIGTERM)
    assert running.wait(20) == 0
    until(lambda: not any(process.is_running() for process in family), "every child gone")
    assert "Traceback" not in (town.out.parent / "log").read_text()


def camera_ports(town: TownConfig) -> list[int]:
    return [*(camera.port for camera in town.cameras), *(dock.camera.port for dock in town.docks)]


def test_a_killed_camera_is_back_and_the_others_go_on(running: subprocess.Popen, town: TownConfig) -> None:
    children = psutil.Process(running.pid).children(recursive=True)
    victim = next(process for process in children if "road-1-cam" in process.cmdline())
    victim.kill()
    victim.wait(10)
    assert first_picture(town.cameras[1].port).width == 960
    until(lambda: accepts(town.cameras[0].port), "the camera is back")


def test_the_dock_answers_over_modbus(running: subprocess.Popen, town: TownConfig) -> None:
    ask = bytes([0, 1, 0, 0, 0, 6, UNIT, 2, 0, 0, 0, 5])
    with socket.create_connection(("127.0.0.1", town.docks[0].modbus_port), timeout=10) as dock:
        dock.sendall(ask)
        answer = dock.recv(64)
    assert answer[7] == 2
    assert answer[9] & 0b10, "the lid is closed"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("seed = 5", "sede = 5"), "sede: extra inputs are not permitted"),
        (("[[cameras]]", "[[cameras"), "not TOML"),
    ],
)
def test_a_wrong_file_is_one_line_and_exit_status_2(
    town: TownConfig, tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    path = tmp_path / "town.toml"
    path.write_text(town.toml().replace(*change))
    done = subprocess.run(airbeat_sim(str(path), "--check"), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_taken_port_is_one_line_and_exit_status_2(town: TownConfig, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", town.cameras[1].port)):
        argv = airbeat_sim(str(tmp_path / "town.toml"))
        done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"127.0.0.1:{town.cameras[1].port}" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_demo_town_is_printed_as_a_file_that_loads(tmp_path: Path) -> None:
    printed = subprocess.run(airbeat_sim("--print-demo"), cwd=ROOT, capture_output=True, text=True, check=True)
    (tmp_path / "demo.toml").write_text(printed.stdout)
    assert read_config(tmp_path / "demo.toml", TownConfig) == demo_town()
