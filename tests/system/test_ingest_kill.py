"""SIGKILL to each process of the inbound side while boxes send: 0 lost, 0 doubled, back in service (SAFETY.md D1)."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ingest.room import EmbeddedStore
from ingest.store.connect import LOST, connect, database_url
from tests.support.ingest_box import Chain, Line
from tests.support.processes import Process, free_port, until
from tests.support.room_toml import write_room
from wire.signing import load_public

BOXES, EVENTS = 3, 400


@pytest.fixture
def room(tmp_path: Path) -> Iterator[tuple[Path, int, Process]]:
    """A whole control room of its own, embedded broker and database included, with two workers; running."""
    port = free_port()
    store = f'kind = "embedded"\ndata_dir = "{tmp_path}/pg"'
    path = write_room(tmp_path, port, store, broker=f'kind = "embedded"\nport = {port}', workers=2)
    process = Process("ingest", str(path))
    yield path, port, process
    process.kill()


def victims(supervisor: psutil.Process, word: str) -> list[psutil.Process]:
    """Living children of the supervisor whose command line has `word`."""
    return [c for c in supervisor.children() if c.status() != psutil.STATUS_ZOMBIE and word in " ".join(c.cmdline())]


def stored(url: str) -> tuple[int, int]:
    """How many events there are and how many different ones; (0, 0) while the database is away."""
    try:
        with connect(url) as db:
            row = db.execute("SELECT count(*), count(DISTINCT (box, boot, seq)) FROM events").fetchone()
    except (*LOST, LookupError):
        return 0, 0
    assert row
    return int(row[0]), int(row[1])


def test_every_process_killed_while_boxes_send(room: tuple[Path, int, Process]) -> None:
    path, port, process = room
    chains = [Chain(f"road-{n}") for n in range(BOXES)]
    lines = [Line(chain, port, load_public(path.parent / "room.pub")).start() for chain in chains]
    url = database_url(EmbeddedStore(kind="embedded", data_dir=path.parent / "pg"))
    try:
        for n, word in enumerate(("--worker 0", "postgres -D", "ingest.broker", "--worker 1", "supervisor"), start=1):
            for chain in chains:
                chain.reads([f"XY{k % 90 + 10}ABC" for k in range(EVENTS // 5)])
            everyone = sum(len(line.receipted) for line in lines)
            until(lambda had=everyone: sum(len(line.receipted) for line in lines) > had, f"receipts, round {n}")
            supervisor = psutil.Process(process.running.pid)
            if word == "supervisor":
                process.kill()
                process.start()
                until(lambda: victims(psutil.Process(process.running.pid), "postgres -D"), "a database of the new one")
            else:
                (victim,) = victims(supervisor, word)
                victim.kill()
                until(
                    lambda s=supervisor, w=word, v=victim: any(c.pid != v.pid for c in victims(s, w)), f"{word} is back"
                )
        until(lambda: all(line.done for line in lines), "everything receipted", seconds=90)
    finally:
        for line in lines:
            line.stop()
    until(lambda: stored(url) != (0, 0), "the new database answers")
    assert stored(url) == (BOXES * EVENTS, BOXES * EVENTS)
    with connect(url) as db:
        assert db.execute("SELECT count(*) FROM reads").fetchone() == (BOXES * EVENTS,)
        assert db.execute("SELECT count(*) FROM put_aside").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM events WHERE chain IS NOT true").fetchone() == (0,)
        assert db.execute("SELECT DISTINCT seen FROM boots").fetchall() == [([1, EVENTS],)]
    assert process.stop() == 0
    until(lambda: leftovers(path.parent) == [], "the killed supervisor's children have gone too")


def test_a_killed_supervisor_leaves_nobody_behind_and_the_next_one_starts(room: tuple[Path, int, Process]) -> None:
    path, _, process = room
    url = database_url(EmbeddedStore(kind="embedded", data_dir=path.parent / "pg"))
    until(lambda: _migrated(url), "the tables are there")
    process.kill()
    until(lambda: leftovers(path.parent) == [], "every child has gone")
    process.start()
    until(lambda: _migrated(url), "in service again")
    assert process.stop(signal.SIGINT) == 0
    assert leftovers(path.parent) == []


def leftovers(folder: Path) -> list[list[str]]:
    """The command lines of living processes that name the folder; ours apart."""
    found = [p.info for p in psutil.process_iter(["pid", "cmdline", "status"])]
    return [
        info["cmdline"]
        for info in found
        if info["status"] != psutil.STATUS_ZOMBIE
        and info["pid"] != os.getpid()
        and str(folder) in " ".join(info["cmdline"] or [])
    ]


def _migrated(url: str) -> bool:
    try:
        with connect(url) as db:
            return db.execute("SELECT to_regclass('audit') IS NOT NULL").fetchone() == (True,)
    except LOST:
        return False
