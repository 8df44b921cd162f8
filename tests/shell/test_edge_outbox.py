"""The outbox on a real disk: nothing acknowledged is lost, nothing doubled, one chain, and it always starts."""

import hashlib
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from edge.outbox import Outbox
from wire.errors import UserError
from wire.events import GENESIS, Fault, Lane, ObjectIncident, PlateRead, chain_hash, decode_event
from wire.states import Range

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def read(vrm: str = "AB12CDE") -> PlateRead:
    return PlateRead(
        camera="cam", vrm=vrm, raw=vrm, format="current", confidence=0.9, captured_at=NOW, first_seen_at=NOW,
        last_seen_at=NOW, frames=3, track=1, box=(0, 0, 1, 1), lat=52, lon=0, camera_heading_deg=0,
    )  # fmt: skip


def scene() -> ObjectIncident:
    return ObjectIncident(
        cause_id=UUID(int=1), state="opened", camera="cam", rule="crowd", zone="z", reason="r", label="person", count=9,
        confidence=0.9, since_at=NOW, captured_at=NOW, box=(0, 0, 1, 1), frame=(2, 2), lat=52, lon=0,
    )  # fmt: skip


def fault(n: int) -> Fault:
    return Fault(part="test", what=str(n))


def open_outbox(tmp_path: Path, boot: int = 1) -> Outbox:
    return Outbox(tmp_path / "outbox.db", box="road-9", boot=boot)


def put_many(path: Path, count: int) -> None:
    outbox = Outbox(path, box="road-9", boot=1)
    for n in range(count):
        outbox.put(fault(n), NOW)
    outbox.close()


def test_events_of_several_processes_form_one_chain(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=put_many, args=(tmp_path / "outbox.db", 25)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    outbox = open_outbox(tmp_path)
    rows = outbox.pending(1000)
    outbox.close()
    assert [row.seq for row in rows] == list(range(1, 76))
    prev = GENESIS
    for row in rows:
        assert decode_event(row.line).prev_sha256 == prev
        prev = chain_hash(row.line)


def test_a_receipt_deletes_its_ranges_and_pictures_only(tmp_path: Path) -> None:
    outbox = open_outbox(tmp_path)
    for n in range(6):
        outbox.put(fault(n), NOW)
    sha256 = outbox.put_media(b"picture one")
    other = outbox.put_media(b"picture two")
    assert sha256 == hashlib.sha256(b"picture one").hexdigest()
    outbox.delete((Range(boot=1, first=2, last=4), Range(boot=2, first=1, last=9)), (sha256,))
    assert [row.seq for row in outbox.pending(10)] == [1, 5, 6]
    assert outbox.pending_media(10) == [(other, b"picture two")]
    outbox.close()


def test_hits_and_flight_go_before_reads(tmp_path: Path) -> None:
    outbox = open_outbox(tmp_path)
    outbox.put(read(), NOW)
    outbox.put(read("XY34ZZZ"), NOW, hit=True)
    outbox.put(fault(1), NOW)
    assert [row.seq for row in outbox.pending(10)] == [2, 3, 1]
    outbox.close()


def test_sequence_goes_on_after_a_restart_though_everything_was_receipted(tmp_path: Path) -> None:
    outbox = open_outbox(tmp_path)
    first = outbox.put(fault(1), NOW)
    outbox.delete((Range(boot=1, first=1, last=1),), ())
    outbox.close()
    again = open_outbox(tmp_path)
    second = again.put(fault(2), NOW)
    assert (second.seq, second.prev_sha256) == (2, chain_hash(first.encode()))
    assert again.totals() == {1: 2}
    again.close()


def test_what_put_returned_survives_sigkill(tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        from pathlib import Path
        from datetime import datetime, UTC
        from edge.outbox import Outbox
        from wire.events import Fault
        outbox = Outbox(Path({str(tmp_path)!r}) / "outbox.db", box="road-9", boot=1)
        while True:
            print(outbox.put(Fault(part="p", what="w"), datetime.now(UTC)).seq, flush=True)
    """)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(40)][-1]
        os.kill(writer.pid, signal.SIGKILL)
        rest = writer.stdout.read().split()
    acknowledged = max([acknowledged, *map(int, rest)])
    outbox = open_outbox(tmp_path)
    seqs = [row.seq for row in outbox.pending(10_000)]
    outbox.close()
    assert seqs[:acknowledged] == list(range(1, acknowledged + 1))


def test_a_bounded_outbox_gives_up_pictures_then_reads_and_never_hits(tmp_path: Path) -> None:
    outbox = open_outbox(tmp_path)
    outbox.put(read("XY34ZZZ"), NOW, hit=True)
    for n in range(400):
        outbox.put(read(), NOW)
        outbox.put_media(os.urandom(2000) + bytes([n % 256]))
    dropped = outbox.trim(150_000)
    assert dropped[Lane.MEDIA] == 400
    assert dropped[Lane.READS] >= 200
    outbox.trim(0)
    assert [row.seq for row in outbox.pending(10)] == [1]
    outbox.close()


def test_scenes_go_before_reads_and_are_given_up_after_them_and_hits_never(tmp_path: Path) -> None:
    outbox = open_outbox(tmp_path)
    for _ in range(3):
        outbox.put(read(), NOW)
        outbox.put(scene(), NOW)
    outbox.put(read("XY34ZZZ"), NOW, hit=True)
    assert [row.seq for row in outbox.pending(10)] == [7, 2, 4, 6, 1, 3, 5]
    assert outbox.trim(0) == {Lane.READS: 3, Lane.SCENES: 3}
    assert [row.seq for row in outbox.pending(10)] == [7]
    outbox.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_file_that_is_no_database_is_kept_aside_and_the_box_starts(tmp_path: Path) -> None:
    (tmp_path / "outbox.db").write_bytes(b"not a database at all" * 500)
    outbox = open_outbox(tmp_path)
    outbox.put(fault(1), NOW)
    outbox.close()
    kept = list(tmp_path.glob("outbox.db.damaged-*"))
    assert [path.read_bytes()[:14] for path in kept] == [b"not a database"]


def test_an_unwritable_folder_is_told_to_the_user(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"outbox\.db: cannot open the outbox"):
        Outbox(tmp_path / "file" / "outbox.db", box="road-9", boot=1)


def test_a_failed_write_stores_nothing_and_says_so(tmp_path: Path) -> None:
    outbox = open_outbox(tmp_path)
    outbox.put(fault(1), NOW)
    blocker = sqlite3.connect(tmp_path / "outbox.db", isolation_level=None)
    blocker.execute("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    with pytest.raises(sqlite3.Error, match="disk full"):
        outbox.put(fault(2), NOW)
    blocker.execute("DROP TRIGGER full")
    blocker.close()
    assert outbox.put(fault(3), NOW).seq == 2
    outbox.close()
