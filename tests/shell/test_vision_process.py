"""A camera's whole process against a real stream and a real broker: reads, pictures, health, live video, its end."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from edge.hotlist import write_hotlist
from tests.support.processes import free_port, until
from tests.support.vision_clips import drive, encode, tcp_server
from wire.events import Event, Fault, PlateRead, decode_event
from wire.mqtt import Mqtt
from wire.states import Hotlist, HotlistEntry, PartHealth, PartState, Watch
from wire.topics import VIDEO, WATCH
from wire.video import AccessUnit, unpack

CAMERA = "road-1-cam"
SITE = """
[box]
name = "road-1"
data_dir = "{data}"
lat = 52.2
lon = 0.12
private_key = "unused.pem"
room_public_key = "unused.pem"
[uplink]
host = "127.0.0.1"
port = {broker}
[[cameras]]
name = "road-1-cam"
url = "{url}"
role = "{role}"
lat = 52.2
lon = 0.12
heading_deg = 90
stall_s = 1.5
"""


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port, folder = free_port(), tmp_path_factory.mktemp("broker")
    (folder / "mosquitto.conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    try:
        command = ["mosquitto", "-c", str(folder / "mosquitto.conf")]
        server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    except FileNotFoundError:
        pytest.skip("Mosquitto is not installed (Debian: mosquitto)")
    yield port
    server.terminate()
    server.wait()


@pytest.fixture(scope="module")
def transport_stream(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clip") / "clip.ts"
    return encode(path, drive("AB12CDE", frames=20, still=14), form="mpegts").read_bytes()


class Running:
    """The process under test and what it leaves on the disk."""

    def __init__(self, folder: Path, url: str, broker: int, role: str) -> None:
        self.data = folder / "data"
        site = folder / "site.toml"
        site.write_text(SITE.format(data=self.data, broker=broker, url=url, role=role))
        command = [sys.executable, "-m", "edge.vision", str(site), "--camera", CAMERA, "--boot", "7"]
        self.log = folder / "camera.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=log)

    def events(self) -> list[Event]:
        if not (self.data / "outbox.db").exists():
            return []
        db = sqlite3.connect(self.data / "outbox.db")
        try:
            return [decode_event(line) for (line,) in db.execute("SELECT line FROM events ORDER BY seq")]
        except sqlite3.OperationalError:
            return []
        finally:
            db.close()

    def bodies(self, kind: type) -> list[PlateRead | Fault]:
        return [event.body for event in self.events() if isinstance(event.body, kind)]  # type: ignore[misc]

    def query(self, text: str) -> list[tuple[object, ...]]:
        db = sqlite3.connect(self.data / "outbox.db")
        try:
            return db.execute(text).fetchall()
        finally:
            db.close()

    def health(self) -> PartHealth | None:
        try:
            return PartHealth.model_validate_json((self.data / "health" / f"camera-{CAMERA}.json").read_bytes())
        except OSError:
            return None


@pytest.fixture
def run(tmp_path: Path, broker: int) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(url: str, role: str = "plates") -> Running:
        started.append(Running(tmp_path, url, broker, role))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()


def listed(data: Path, vrm: str) -> None:
    now = datetime.now(UTC)
    data.mkdir(parents=True, exist_ok=True)
    entry = HotlistEntry(vrm=vrm, category="stolen")
    write_hotlist(data, Hotlist(version=1, issued_at=now, expires_at=now + timedelta(days=1), entries=(entry,)))


def test_a_passing_car_is_told_once_with_its_pictures_and_in_the_lane_of_hits(
    transport_stream: bytes, run: Callable[..., Running], tmp_path: Path
) -> None:
    listed(tmp_path / "data", "ABI2 CDE")
    with tcp_server(transport_stream) as port:
        box = run(f"tcp://127.0.0.1:{port}")
        until(lambda: box.bodies(PlateRead))
        until(lambda: (box.health() or PartHealth(state=PartState.DOWN, since=datetime.now(UTC))).figures.get("reads"))
    read = box.bodies(PlateRead)[0]
    assert isinstance(read, PlateRead)
    assert (read.vrm, read.format, read.camera, read.camera_heading_deg) == ("AB12CDE", "current", CAMERA, 90)
    assert read.first_seen_at <= read.last_seen_at
    media = dict(box.query("SELECT sha256, length(jpeg) FROM media"))  # type: ignore[arg-type]
    assert 0 < media[read.patch_sha256] <= 3_000
    assert 0 < media[read.overview_sha256] <= 25_000
    assert box.query("SELECT lane FROM events WHERE boot = 7 AND seq = 1") == [(0,)]
    assert box.health() is not None
    assert "event=plate_read" in box.log.read_text()
    assert "AB12CDE" not in box.log.read_text(), "a mark has no place in a log"


def test_a_camera_that_falls_silent_is_a_fault_and_clears(transport_stream: bytes, run: Callable[..., Running]) -> None:
    with tcp_server(transport_stream) as port:
        box = run(f"tcp://127.0.0.1:{port}", role="view")
        until(lambda: (health := box.health()) and health.state is PartState.OK)
    until(lambda: box.bodies(Fault))
    with tcp_server(transport_stream, port=port):
        until(lambda: len(box.bodies(Fault)) > 1)
    first, second = box.bodies(Fault)[:2]
    assert isinstance(first, Fault)
    assert isinstance(second, Fault)
    assert (first.part, first.cleared, second.cleared) == (f"camera-{CAMERA}", False, True)


def test_video_flows_only_while_somebody_watches_and_decodes_from_the_first_unit(
    transport_stream: bytes, run: Callable[..., Running], broker: int
) -> None:
    units: list[AccessUnit] = []
    viewer = Mqtt("127.0.0.1", broker, "viewer")
    viewer.subscribe(VIDEO.of("road-1", camera=CAMERA), 0, lambda _topic, payload: units.append(unpack(payload)))
    viewer.start()
    with tcp_server(transport_stream) as port:
        box = run(f"tcp://127.0.0.1:{port}", role="view")
        until(lambda: viewer.connected and (health := box.health()) and health.state is PartState.OK)
        viewer.publish(WATCH.of("road-1"), Watch(camera="another-cam", ttl_s=30).encode())
        time.sleep(1)
        assert units == []

        def watching() -> bool:
            viewer.publish(WATCH.of("road-1"), Watch(camera=CAMERA, ttl_s=1).encode())
            return len(units) > 20

        until(watching)
        time.sleep(2.5)
        paused = len(units)
        time.sleep(1)
        assert len(units) == paused
    viewer.stop()
    decoder = av.CodecContext.create("h264", "r")
    pictures = [picture for unit in units[:20] for picture in decoder.decode(av.Packet(unit.data))]
    assert units[0].key
    assert len(pictures) >= 18


def test_it_ends_cleanly_when_asked(transport_stream: bytes, run: Callable[..., Running]) -> None:
    with tcp_server(transport_stream) as port:
        box = run(f"tcp://127.0.0.1:{port}")
        until(box.health)
        box.process.send_signal(signal.SIGTERM)
        assert box.process.wait(timeout=20) == 0


@pytest.mark.parametrize(
    ("camera", "text", "said"), [("no-such-cam", None, "no camera is called"), (CAMERA, "[box]\nfoo = 1\n", "box.foo")]
)
def test_a_config_that_cannot_work_is_one_line(tmp_path: Path, camera: str, text: str | None, said: str) -> None:
    site = tmp_path / "site.toml"
    site.write_text(text or SITE.format(data=tmp_path, broker=1, url="tcp://127.0.0.1:1", role="plates"))
    command = [sys.executable, "-m", "edge.vision", str(site), "--camera", camera, "--boot", "1"]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_health_is_json_that_the_uplink_reads(transport_stream: bytes, run: Callable[..., Running]) -> None:
    with tcp_server(transport_stream) as port:
        box = run(f"tcp://127.0.0.1:{port}")
        until(lambda: (health := box.health()) and health.figures.get("frames"))
    figures = json.loads((box.data / "health" / f"camera-{CAMERA}.json").read_bytes())["figures"]
    assert {"fps", "frames", "dropped", "damaged", "opened", "reads", "detect_ms"} <= figures.keys()
