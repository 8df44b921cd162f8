"""What the box has seen and the database has not: one SQLite file shared by the box's processes (SAFETY.md D1, D2).

A row is written once, never changed, and deleted only by a receipt. WAL with synchronous=FULL: NORMAL lost acknowledged
rows in 9 of 20 power cuts. `boots` remembers the last sequence number and hash of each boot after its rows have gone.
"""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from edge.health import read_clock_offset_ms
from wire.errors import UserError
from wire.events import GENESIS, Body, Event, Lane, chain_hash, lane_of
from wire.ids import fresh_uuid7
from wire.states import Range

log = structlog.get_logger()

SCHEMA = """
CREATE TABLE IF NOT EXISTS boots (boot INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, last_sha256 TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (
    boot INTEGER NOT NULL, seq INTEGER NOT NULL, lane INTEGER NOT NULL, line BLOB NOT NULL, PRIMARY KEY (boot, seq));
CREATE INDEX IF NOT EXISTS events_by_lane ON events (lane, boot, seq);
CREATE TABLE IF NOT EXISTS media (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, jpeg BLOB NOT NULL);
"""
_RANK = {Lane.FLIGHT: 0, Lane.SCENES: 0.5, Lane.READS: 1, Lane.MEDIA: 2}
"""Scenes came later; the files of boxes hold 0 and 1 already, and SQLite orders what lies between."""
_TRIM_ROWS = 200


@dataclass(frozen=True)
class Pending:
    """One unreceipted event: its place in the order and its encoded line."""

    boot: int
    seq: int
    line: bytes


class Outbox:
    """Thread-safe; one instance a process. A put is durable when it returns (an fsync: 5 to 15 ms)."""

    def __init__(self, path: Path, *, box: str, boot: int) -> None:
        self._path, self._box, self._boot = path, box, boot
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = _open_or_replace(path)
        except (OSError, sqlite3.Error) as error:
            remedy = "Check the disk and the permissions of box.data_dir"
            raise UserError(f"cannot open the outbox ({error})", where=str(path), remedy=remedy) from error

    def put(self, body: Body, happened_at: datetime, *, hit: bool = False) -> Event:
        """Appends an event to the chain. Raises sqlite3.Error where it could not: then nothing is stored."""
        offset_ms = read_clock_offset_ms(self._path.parent)
        with self._transaction() as db:
            row = db.execute("SELECT last_seq, last_sha256 FROM boots WHERE boot = ?", (self._boot,)).fetchone()
            last_seq, last_sha256 = row or (0, GENESIS)
            event = Event(
                id=fresh_uuid7(),
                box=self._box,
                boot=self._boot,
                seq=last_seq + 1,
                happened_at=happened_at,
                clock_offset_ms=offset_ms,
                prev_sha256=last_sha256,
                body=body,
            )
            line = event.encode()
            rank = _RANK[lane_of(body, hit)]
            db.execute("INSERT INTO events VALUES (?, ?, ?, ?)", (self._boot, event.seq, rank, line))
            db.execute("INSERT OR REPLACE INTO boots VALUES (?, ?, ?)", (self._boot, event.seq, chain_hash(line)))
        return event

    def put_media(self, jpeg: bytes) -> str:
        """Keeps a picture until it is receipted; returns its SHA-256, which the event that follows names."""
        sha256 = hashlib.sha256(jpeg).hexdigest()
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO media (sha256, jpeg) VALUES (?, ?)", (sha256, jpeg))
        return sha256

    def pending(self, limit: int) -> list[Pending]:
        """The unreceipted events that go first: flight and hits, scenes, reads, then by boot and sequence."""
        query = "SELECT boot, seq, line FROM events ORDER BY lane, boot, seq LIMIT ?"
        with self._lock:
            return [Pending(*row) for row in self._db.execute(query, (limit,))]

    def pending_media(self, limit: int) -> list[tuple[str, bytes]]:
        """The oldest unreceipted pictures: (sha256, jpeg)."""
        with self._lock:
            return list(self._db.execute("SELECT sha256, jpeg FROM media ORDER BY id LIMIT ?", (limit,)))

    def delete(self, ranges: tuple[Range, ...], media: tuple[str, ...]) -> None:
        """Forgets what a receipt says is committed (D1)."""
        with self._transaction() as db:
            bounds = [(r.boot, r.first, r.last) for r in ranges]
            db.executemany("DELETE FROM events WHERE boot = ? AND seq BETWEEN ? AND ?", bounds)
            db.executemany("DELETE FROM media WHERE sha256 = ?", [(sha256,) for sha256 in media])

    def head(self) -> tuple[int, str]:
        """The last sequence number of this boot and the hash of that event."""
        query = "SELECT last_seq, last_sha256 FROM boots WHERE boot = ?"
        with self._lock:
            row = self._db.execute(query, (self._boot,)).fetchone()
        return row or (0, GENESIS)

    def counts(self) -> tuple[int, int]:
        """How many events and pictures wait."""
        query = "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM media)"
        with self._lock:
            events, media = self._db.execute(query).fetchone()
        return events, media

    def totals(self) -> dict[int, int]:
        """Boot -> last sequence number, for every boot of this file: what was ever put."""
        with self._lock:
            return dict(self._db.execute("SELECT boot, last_seq FROM boots"))

    def version(self) -> int:
        """Changes when another connection has committed: a cheap way to see that there is something to send."""
        with self._lock:
            return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def trim(self, max_bytes: int) -> dict[Lane, int]:
        """Gives up the oldest of the lowest lane while more than `max_bytes` are held; hits and flight stay (D5)."""
        dropped = dict.fromkeys(_TRIM, 0)
        for lane, statement in _TRIM.items():
            while self._used_bytes() > max_bytes:
                with self._transaction() as db:
                    gone = db.execute(statement, (_TRIM_ROWS,)).rowcount
                if not gone:
                    break
                dropped[lane] += gone
        return {lane: count for lane, count in dropped.items() if count}

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _used_bytes(self) -> int:
        with self._lock:
            pages, free, size = (
                self._db.execute(f"PRAGMA {what}").fetchone()[0]
                for what in ("page_count", "freelist_count", "page_size")
            )
        return int((pages - free) * size)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


_TRIM = {
    Lane.MEDIA: "DELETE FROM media WHERE id IN (SELECT id FROM media ORDER BY id LIMIT ?)",
    **{
        lane: "DELETE FROM events WHERE (boot, seq) IN "
        f"(SELECT boot, seq FROM events WHERE lane = {_RANK[lane]} ORDER BY boot, seq LIMIT ?)"
        for lane in (Lane.READS, Lane.SCENES)
    },
}


def _open_or_replace(path: Path) -> sqlite3.Connection:
    """A file that is no longer a database is kept aside for rescue: the box must always start (D2, D3)."""
    try:
        return _open(path)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        suffix = f".damaged-{int(time.time())}"
        for part in path.parent.glob(f"{path.name}*"):
            if ".damaged-" not in part.name:
                part.rename(part.with_name(part.name + suffix))
        log.exception("outbox_damaged", kept_as=path.name + suffix)
        return _open(path)


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.executescript(SCHEMA)
    return db
