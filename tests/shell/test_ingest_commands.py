"""The inbound side's commands tell a person what is wrong in one line and exit with 2."""

import fcntl
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import ROOT, free_port
from tests.support.room_toml import write_room


def run(*argv: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", *argv], cwd=ROOT, capture_output=True, text=True, check=False)


def embedded(folder: Path, port: int) -> Path:
    store = f'kind = "embedded"\ndata_dir = "{folder}/pg"'
    return write_room(folder, port, store, broker=f'kind = "embedded"\nport = {port}')


def test_check_says_what_the_config_describes_and_makes_nothing(tmp_path: Path) -> None:
    path = embedded(tmp_path, free_port())
    done = run("ingest", str(path), "--check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "room test: broker embedded" in done.stdout
    assert not (tmp_path / "pg").exists()


def spoil(path: Path, what: str) -> None:
    match what:
        case "missing":
            path.unlink()
        case "not toml":
            path.write_text("name = ")
        case "unknown key":
            path.write_text('colour = "red"\n' + path.read_text())
        case "no private key":
            (path.parent / "room.key").unlink()


@pytest.mark.parametrize("what", ["missing", "not toml", "unknown key", "no private key"])
def test_a_bad_config_is_one_line(tmp_path: Path, what: str) -> None:
    path = embedded(tmp_path, free_port())
    spoil(path, what)
    for flags in (["--check"], []):
        done = run("ingest", str(path), *flags)
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1
        assert str(tmp_path) in done.stderr


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("ingest", str(embedded(tmp_path, port)))
    assert done.returncode == 2
    assert done.stderr.startswith(f"airbeat: 127.0.0.1:{port}: cannot listen")
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_second_ingest_of_one_room_is_one_line(tmp_path: Path) -> None:
    path = embedded(tmp_path, free_port())
    with (tmp_path / "ingest.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run("ingest", str(path))
    assert done.returncode == 2
    assert done.stderr.strip() == f"airbeat: {tmp_path}/ingest.lock: this room's ingest runs already. Stop it first"


def test_hotlist_and_retention_without_a_database_are_one_line(tmp_path: Path) -> None:
    path = embedded(tmp_path, free_port())
    (tmp_path / "list.csv").write_text("vrm,category,priority,note,expires\nAB12CDE,stolen,,,\n")
    for argv in (["ingest.hotlists", str(path), str(tmp_path / "list.csv")], ["ingest.retention", str(path)]):
        done = run(*argv)
        assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
        assert "Start `airbeat ingest`" in done.stderr
    done = run("ingest.hotlists", str(path), str(tmp_path / "none.csv"))
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
