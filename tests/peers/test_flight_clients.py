"""Other people's MAVLink clients fly the simulated aircraft, each a process of its own over loopback.

They all do the same: connect, a mission up and down again, arm, take off, a guided place, the mission, home, disarmed.
The truth log judges, beside the client itself.
"""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.processes import ROOT, free_port

HOME = "52.2,0.12,15"
STAGES = (
    "connected",
    "mission uploaded and read back",
    "armed",
    "airborne",
    "reached the guided place",
    "flew the mission",
    "landed and disarmed",
    "done",
)
PEERS = "pip install -e '.[peers]'"
MAVPROXY = "pip install --no-deps MAVProxy"


class Peer(NamedTuple):
    """`script` in tests/support/clients; it needs `module`, which `remedy` installs; `url`: how it says TCP."""

    script: str
    module: str
    remedy: str
    url: str
    speed: int
    """Simulated seconds a second that the client bears."""


CLIENTS = {
    "pymavlink": Peer("fly_mavutil.py", "pymavlink", PEERS, "tcp:127.0.0.1:{port}", 10),
    "MAVProxy": Peer("fly_mavproxy.py", "MAVProxy", MAVPROXY, "tcp:127.0.0.1:{port}", 5),
    "mavsdk": Peer("fly_mavsdk.py", "mavsdk", PEERS, "tcpout://127.0.0.1:{port}", 10),
    "dronekit2": Peer("fly_dronekit.py", "dronekit", PEERS, "tcp:127.0.0.1:{port}", 10),
}
UDP = {
    "pymavlink": ("udpout:127.0.0.1:{port}", "udpin:127.0.0.1:{port}"),
    "mavsdk": ("udpout:127.0.0.1:{port}", "udpin://127.0.0.1:{port}"),
}
"""The same over UDP where ground stations listen and aircraft dial: (the vehicle's, the client's)."""


class Airborne(NamedTuple):
    process: "subprocess.Popen[str]"
    truth: Path

    def told(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.truth.read_text().splitlines()]


def launch(mavlink: str, speed: int, folder: Path) -> Airborne:
    truth = folder / "truth.jsonl"
    argv = ["--mavlink", mavlink, "--home", HOME, "--speed", str(speed), "--powered", "60", "--truth", str(truth)]
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "vehicle", *argv], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert "booting" in process.stdout.readline()
    assert process.stdout.readline() == "ready\n"
    return Airborne(process, truth)


def land(airborne: Airborne) -> None:
    airborne.process.terminate()
    assert airborne.process.wait(20) == 0
    assert airborne.process.stdout is not None
    airborne.process.stdout.close()


@pytest.fixture
def flown(tmp_path: Path) -> Iterator[list[Airborne]]:
    """Where a test puts what it launched, so that it ends with the test."""
    launched: list[Airborne] = []
    yield launched
    for airborne in launched:
        land(airborne)


def fly(name: str, url: str) -> str:
    return run(name, CLIENTS[name].script, url, *HOME.split(","))


def run(name: str, script: str, *argv: str) -> str:
    """What the client printed. A process of its own: its warnings and its exit are not ours."""
    peer = CLIENTS[name]
    if find_spec(peer.module) is None:
        pytest.skip(f"{name} is not installed: {peer.remedy}")
    path = Path(__file__).parents[1] / "support" / "clients" / script
    done = subprocess.run([sys.executable, str(path), *argv], capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def judge(airborne: Airborne, printed: str) -> None:
    found = [stage for stage in STAGES if stage in printed]
    assert found == list(STAGES)
    told = airborne.told()
    assert [line["kind"] for line in told if line["kind"] != "mode"] == ["arm", "airborne", "touchdown", "disarm"]
    assert [line["mode"] for line in told if line["kind"] == "mode"] == ["GUIDED", "AUTO", "RTL"]
    (touchdown,) = (line for line in told if line["kind"] == "touchdown")
    assert touchdown["crash"] is False
    assert isinstance(touchdown["from_pad_m"], float)
    assert touchdown["from_pad_m"] < 1


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", CLIENTS)
def test_it_flies_over_tcp(name: str, tmp_path: Path, flown: list[Airborne]) -> None:
    port = free_port()
    flown.append(launch(f"tcpin:127.0.0.1:{port}", CLIENTS[name].speed, tmp_path))
    judge(flown[0], fly(name, CLIENTS[name].url.format(port=port)))


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", UDP)
def test_it_flies_over_udp_too(name: str, tmp_path: Path, flown: list[Airborne]) -> None:
    port = free_port(socket.SOCK_DGRAM)
    vehicle, client = UDP[name]
    flown.append(launch(vehicle.format(port=port), CLIENTS[name].speed, tmp_path))
    judge(flown[0], fly(name, client.format(port=port)))


@pytest.mark.timeout(180)
def test_mavsdk_finds_gimbal_camera_and_parameters(tmp_path: Path, flown: list[Airborne]) -> None:
    port = free_port()
    flown.append(launch(f"tcpin:127.0.0.1:{port}", 1, tmp_path))
    printed = run("mavsdk", "see_mavsdk.py", f"tcpout://127.0.0.1:{port}")
    for stage in ("gimbal turned and released", "pictures taken", "parameters read and set", "done"):
        assert stage in printed
