"""A box under test: an RTSP server with its clips, one real camera process each, and what they say and cost."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import tomli_w

from wire.errors import UserError
from wire.events import PlateRead, decode_event

SYSTEM_PYTHON = "/usr/bin/python3"
REMEDY = "Install the Debian packages python3-gi, gir1.2-gst-rtsp-server-1.0 and gstreamer1.0-plugins-bad"
START_S = 60.0
PLACE = {"lat": 52.2, "lon": 0.12}


@dataclass(frozen=True)
class Sample:
    """Taken as a health report appeared. `t`: seconds, monotonic; `cpu_s`: user and system time of the process."""

    t: float
    cpu_s: float
    rss_mb: float
    figures: dict[str, float]


@contextmanager
def serve_rtsp(clips: list[Path]) -> Iterator[str]:
    """The address of GStreamer's server with the clips. Raises UserError where GStreamer is not installed."""
    script = Path(__file__).parent / "rtsp_server.py"
    try:
        server = subprocess.Popen([SYSTEM_PYTHON, str(script), *map(str, clips)], stdout=-1, stderr=-1, text=True)
    except OSError as error:
        raise UserError("no Python of the system's", where=SYSTEM_PYTHON, remedy=REMEDY) from error
    with server:
        assert server.stdout is not None
        if not (port := server.stdout.readline().strip()):
            raise UserError("GStreamer's RTSP server can't run", where=SYSTEM_PYTHON, remedy=REMEDY)
        try:
            yield f"rtsp://127.0.0.1:{port}"
        finally:
            server.terminate()


@dataclass
class BoxUnderTest:
    """`folder`: for its config and its data. Its uplink finds nobody, so every event stays in the outbox."""

    folder: Path
    urls: list[str]
    _running: dict[str, psutil.Popen] = field(default_factory=dict)
    _stamps: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> "BoxUnderTest":
        site = self.folder / "site.toml"
        names = [f"cam-{number}" for number in range(len(self.urls))]
        cameras = [{"name": n, "url": u, "role": "plates", **PLACE} for n, u in zip(names, self.urls, strict=True)]
        keys = {"private_key": "none", "room_public_key": "none"}
        box = {"name": "bench", "data_dir": str(self.folder / "data"), **PLACE, **keys}
        site.write_text(tomli_w.dumps({"box": box, "uplink": {"host": "127.0.0.1", "port": 9}, "cameras": cameras}))
        command = [sys.executable, "-m", "edge.vision", str(site), "--boot", "1", "--camera"]
        for name in names:
            self._running[name] = psutil.Popen([*command, name], stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """As the supervisor does it: each process tells what it has seen so far, then goes."""
        for process in self._running.values():
            if process.is_running():
                process.terminate()
        for process in self._running.values():
            process.wait(timeout=30)

    def first_sample(self) -> Sample:
        """The last camera's, once every one has frames. Raises UserError where one never has."""
        deadline_t = time.monotonic() + START_S
        waiting, last = set(self._running), None
        while waiting:
            if time.monotonic() > deadline_t:
                raise UserError("no frame ever came", where=", ".join(waiting), remedy="Run the box with its log on")
            for name in [*waiting]:
                if (sample := self._sample(name)) and sample.figures["frames"]:
                    waiting.remove(name)
                    last = sample
            time.sleep(0.02)
        assert last is not None
        return last

    def follow(self, until_t: float) -> dict[str, list[Sample]]:
        """The samples of each camera, one a health report."""
        samples: dict[str, list[Sample]] = {name: [] for name in self._running}
        while time.monotonic() < until_t:
            for name, known in samples.items():
                if sample := self._sample(name):
                    known.append(sample)
            time.sleep(0.02)
        return samples

    def told(self, camera: str) -> list[str]:
        """The marks in the outbox, as they were told."""
        db = sqlite3.connect(self.folder / "data" / "outbox.db")
        bodies = [decode_event(line).body for (line,) in db.execute("SELECT line FROM events ORDER BY seq")]
        db.close()
        return [body.vrm for body in bodies if isinstance(body, PlateRead) and body.camera == camera]

    def _sample(self, name: str) -> Sample | None:
        """None where nothing new was reported."""
        path = self.folder / "data" / "health" / f"camera-{name}.json"
        if not path.exists() or (stamp := path.stat().st_mtime_ns) == self._stamps.get(name):
            return None
        self._stamps[name] = stamp
        process = self._running[name]
        times, figures = process.cpu_times(), json.loads(path.read_bytes())["figures"]
        return Sample(time.monotonic(), times.user + times.system, process.memory_info().rss / 2**20, figures)
