"""A box as one process tree: children apart, a full disk survived, errors in one line."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from edge.__main__ import _tell_death, children
from edge.config import SiteConfig
from edge.outbox import Outbox
from wire.config import read_config
from wire.events import Fault, decode_event
from wire.signing import create_key


@pytest.fixture
def site(tmp_path: Path, broker_port: int) -> Path:
    create_key(tmp_path / "box.key", tmp_path / "box.pub")
    path = tmp_path / "site.toml"
    path.write_text(f"""
        [box]
        name = "road-9"
        data_dir = "{tmp_path}/data"
        lat = 52.2
        lon = 0.12
        private_key = "{tmp_path}/box.key"
        room_public_key = "{tmp_path}/box.pub"
        [uplink]
        host = "127.0.0.1"
        port = {broker_port}
        [[cameras]]
        name = "a"
        url = "tcp://127.0.0.1:9"
        role = "view"
        lat = 52.2
        lon = 0.12
        [[cameras]]
        name = "b"
        url = "tcp://127.0.0.1:9"
        role = "view"
        lat = 52.2
        lon = 0.12
    """)
    return path


def test_each_camera_is_a_process_of_its_own(site: Path) -> None:
    names = [child.name for child in children(read_config(site, SiteConfig), site, 1)]
    assert names == ["uplink", "a", "b"]


def test_a_started_box_says_so_and_ends_at_once(site: Path) -> None:
    with subprocess.Popen([sys.executable, "-m", "edge", str(site)], stderr=subprocess.PIPE) as box:
        assert box.stderr is not None
        while b"box_up" not in (line := box.stderr.readline()):
            assert line, "the box died"
        os.kill(box.pid, signal.SIGTERM)
        box.communicate(timeout=30)
    assert box.returncode == 0
    outbox = Outbox(site.parent / "data" / "outbox.db", box="road-9", boot=1)
    first = decode_event(outbox.pending(1)[0].line)
    outbox.close()
    assert first.body.kind == "started"


def test_a_full_disk_does_not_stop_the_supervisor(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.db", box="road-9", boot=1)
    blocker = sqlite3.connect(tmp_path / "outbox.db", isolation_level=None)
    blocker.execute("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    _tell_death(outbox, "a", -9)
    blocker.execute("DROP TRIGGER full")
    blocker.close()
    _tell_death(outbox, "b", -9)
    bodies = [decode_event(row.line).body for row in outbox.pending(10)]
    outbox.close()
    assert bodies == [Fault(part="b", what="process died", detail="exit status -9")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("name = ", "nome = "), "box.nome: extra inputs are not permitted"),
        (("lat = 52.2", "lat = 252.2"), "box.lat: input should be less than or equal to 90"),
        (('name = "b"', 'name = "a"'), "two cameras have the same name"),
        (("[box]", "[box"), "not TOML"),
        (("box.key", "none.key"), "none.key: cannot read the key"),
    ],
)
def test_a_wrong_config_is_one_line_and_status_2(site: Path, change: tuple[str, str], said: str) -> None:
    site.write_text(site.read_text().replace(*change))
    done = subprocess.run([sys.executable, "-m", "edge", str(site)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
