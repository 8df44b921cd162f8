"""A control room for the browser's tests: the true `airbeat ingest` and `airbeat dashboard`, each its own process."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from dashboard.accounts_cli import create_account
from ingest.room import RoomConfig
from wire.config import read_config
from wire.signing import create_key, load_public

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
"""A bound against hanging for ever on a loaded machine; nothing is measured with it."""


@dataclass
class Room:
    """`processes`: "ingest" and "dashboard"."""

    path: Path
    broker_port: int
    console_port: int
    public_key: Ed25519PublicKey
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.console_port}"

    def start(self, name: str) -> None:
        log = (self.path.parent / f"{name}.log").open("ab")
        with log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", name, str(self.path)], cwd=ROOT, stdout=log, stderr=log
            )

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                told: dict[str, Any] = json.load(answer)
        except OSError:
            return False
        return told["status"] == "ok"

    def kill(self, name: str) -> None:
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    def stop(self) -> None:
        for process in reversed(list(self.processes.values())):
            process.terminate()
        for process in self.processes.values():
            process.wait(timeout=30)


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_for(what: str, true: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    until = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < until, f"waited {patience_s:.0f} s for: {what}"
        time.sleep(0.05)


def open_room(folder: Path, people: dict[str, tuple[str, str]]) -> Room:
    """Everything up and answering. `people`: name -> (role, password)."""
    broker_port, console_port = free_ports(2)
    (folder / "boxes").mkdir()
    private, public = folder / "room.key", folder / "room.pub"
    create_key(private, public)
    streets = folder / "streets.json"
    streets.write_text(json.dumps(STREETS))
    path = folder / "ROOM.toml"
    path.write_text(f"""
name = "test-room"
data_dir = "{folder}/data"
broker = {{ kind = "embedded", port = {broker_port} }}
store = {{ kind = "embedded", data_dir = "{folder}/db" }}
keys = {{ room_private_key = "{private}", boxes_dir = "{folder}/boxes" }}
map = {{ lat = 52.2, lon = 0.12, zoom = 15, streets = "{streets}" }}
console = {{ port = {console_port} }}
""")
    room = Room(path, broker_port, console_port, load_public(public))
    try:
        room.start("ingest")
        log = folder / "ingest.log"
        wait_for("ingest to be ready", lambda: b"is ready" in log.read_bytes())
        config = read_config(path, RoomConfig)
        for name, (role, password) in people.items():
            create_account(config, name, [role], password)
        room.start("dashboard")
        wait_for("the console to answer", room.healthy)
    except BaseException:
        room.stop()
        raise
    return room


def chromium() -> str | None:
    """Where Debian's Chromium is; None where there is none."""
    path = os.environ.get("AIRBEAT_CHROMIUM", "/usr/bin/chromium")
    return path if os.access(path, os.X_OK) else None


STREETS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "Station Road", "class": "main"},
            "geometry": {"type": "LineString", "coordinates": [[0.11, 52.2], [0.13, 52.2]]},
        }
    ],
}
