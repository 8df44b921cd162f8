"""The embedded server: made once, started over whatever a killed one left behind."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.database import clear_stale
from ingest.room import EmbeddedStore
from ingest.store.connect import LOST, connect, database_url, socket_dir
from tests.support.processes import Process, until


def answers(data_dir: Path) -> bool:
    try:
        connect(database_url(EmbeddedStore(kind="embedded", data_dir=data_dir))).close()
    except LOST:
        return False
    return True


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Process, Path]]:
    """Below a folder that only its owner may enter, as a checkout in /root is."""
    tmp_path.chmod(0o700)
    process = Process("ingest.database", str(tmp_path / "pg"))
    until(lambda: answers(tmp_path / "pg"), "the database answers")
    yield process, tmp_path / "pg"
    process.kill()


def test_a_second_start_ends_the_first_server_and_takes_over(server: tuple[Process, Path]) -> None:
    first, data_dir = server
    with connect(database_url(EmbeddedStore(kind="embedded", data_dir=data_dir))) as db:
        db.execute("CREATE TABLE kept (n int)")
    second = Process("ingest.database", str(data_dir))
    try:
        until(lambda: first.running.poll() is not None, "the first server has gone")
        until(lambda: answers(data_dir), "the second answers")
        with connect(database_url(EmbeddedStore(kind="embedded", data_dir=data_dir))) as db:
            assert db.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    finally:
        assert second.stop(signal.SIGINT) == 0


def test_a_lock_whose_number_went_to_another_process_is_removed_and_nobody_is_signalled(tmp_path: Path) -> None:
    lock = tmp_path / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{tmp_path}\n")
    clear_stale(tmp_path)
    assert not lock.exists()


@pytest.mark.parametrize("text", ["", "no number", "999999999\n"])
def test_a_damaged_or_stale_lock_is_removed(tmp_path: Path, text: str) -> None:
    lock = tmp_path / "postmaster.pid"
    lock.write_text(text)
    clear_stale(tmp_path)
    assert not lock.exists()


def test_a_long_path_gets_a_short_socket_folder(tmp_path: Path) -> None:
    assert socket_dir(tmp_path) == tmp_path / "socket"
    assert len(str(socket_dir(tmp_path / ("x" * 100)))) < 90
