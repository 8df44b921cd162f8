"""Cameras of one box beside streams that are no streams: each has a process, and the good one reads on."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import tomli_w

from tests.support.processes import ROOT, until
from tests.support.vision_clips import drive, encode, tcp_server
from wire.events import Fault, PlateRead, decode_event
from wire.states import PartHealth, PartState

PLACE = {"lat": 52.2, "lon": 0.12}


def cut_off(data: bytes) -> bytes:
    """Every second of it lacks its second half, in the middle of packets."""
    step = len(data) // 8
    return b"".join(data[place : place + step // 2 - 50] for place in range(0, len(data), step))


def riddled(data: bytes) -> bytes:
    """All headers stand, every picture is damaged."""
    damaged = bytearray(data)
    for place in range(188 * 40, len(damaged), 188):
        damaged[place + 60 : place + 150] = bytes(90)
    return bytes(damaged)


BAD: dict[str, Callable[[bytes], bytes]] = {
    "noise": lambda data: bytes(range(256)) * (len(data) // 256),
    "cut-off": cut_off,
    "riddled": riddled,
    "empty": lambda _data: b"\n",
}


class Box:
    """Camera processes on one data folder, as the supervisor would start them."""

    def __init__(self, folder: Path, urls: dict[str, str]) -> None:
        self.data, site = folder / "data", folder / "site.toml"
        cameras = [{"name": n, "url": u, "role": "plates", "stall_s": 2.0, **PLACE} for n, u in urls.items()]
        box = {"name": "road-1", "data_dir": str(self.data), "private_key": "no", "room_public_key": "no", **PLACE}
        site.write_text(tomli_w.dumps({"box": box, "uplink": {"host": "127.0.0.1", "port": 9}, "cameras": cameras}))
        command = [sys.executable, "-m", "edge.vision", str(site), "--boot", "1", "--camera"]
        self.running = {n: subprocess.Popen([*command, n], cwd=ROOT, stderr=subprocess.DEVNULL) for n in urls}

    def bodies(self) -> list[object]:
        if not (self.data / "outbox.db").exists():
            return []
        db = sqlite3.connect(self.data / "outbox.db")
        try:
            return [decode_event(line).body for (line,) in db.execute("SELECT line FROM events ORDER BY seq")]
        except sqlite3.OperationalError:
            return []
        finally:
            db.close()

    def reads(self, camera: str) -> list[str]:
        return [body.vrm for body in self.bodies() if isinstance(body, PlateRead) and body.camera == camera]

    def health(self, camera: str) -> PartHealth | None:
        with suppress(OSError):
            return PartHealth.model_validate_json((self.data / "health" / f"camera-{camera}.json").read_bytes())
        return None

    def is_down(self, camera: str) -> bool:
        health = self.health(camera)
        return health is not None and health.state is PartState.DOWN


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clip") / "clip.ts"
    return encode(path, drive("AB12CDE", frames=20, still=14), form="mpegts").read_bytes()


@pytest.fixture
def box(tmp_path: Path, clip: bytes) -> Iterator[Box]:
    with ExitStack() as stack:
        streams = {"good": clip, **{name: spoil(clip) for name, spoil in BAD.items()}}
        ports = {name: stack.enter_context(tcp_server(data)) for name, data in streams.items()}
        running = Box(tmp_path, {name: f"tcp://127.0.0.1:{port}" for name, port in ports.items()})
        yield running
        for process in running.running.values():
            process.kill()
            process.wait()


def test_a_camera_reads_on_beside_streams_that_are_none(box: Box) -> None:
    until(lambda: box.is_down("noise") and box.is_down("empty"), "the streams that show nothing are down")
    told = len(box.reads("good"))
    until(lambda: len(box.reads("good")) > told, "another read of the good camera")
    assert set(box.reads("good")) == {"AB12CDE"}
    assert not box.is_down("good")
    faults = {body.part: body for body in box.bodies() if isinstance(body, Fault)}
    assert "camera-good" not in faults
    for name in ("noise", "empty"):
        assert (faults[f"camera-{name}"].what, bool(faults[f"camera-{name}"].detail)) == ("no_picture", True)
    assert all(process.poll() is None for process in box.running.values()), "no process has died"
    for process in box.running.values():
        process.send_signal(signal.SIGTERM)
    assert {process.wait(timeout=20) for process in box.running.values()} == {0}
