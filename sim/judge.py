"""Counts for itself, beside the product: what the outboxes sent, what the database holds, what truth says passed."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from sim.tally import Books, Pass, StoredRead

Place = tuple[str, int, int]
"""(box, boot, seq)"""


def read_passes(truth: Path) -> list[Pass]:
    """The vehicles that passed a camera, from the truth log."""
    rows = (json.loads(line) for line in truth.read_text().splitlines())
    return [_pass(row) for row in rows if row["kind"] == "pass"]


def sent(outboxes: Iterable[tuple[str, Path]]) -> set[tuple[str, int, int]]:
    """(box, boot, last seq) of every boot that ever put an event, from the boxes' own files."""
    return {(box, boot, last) for box, path in outboxes for boot, last in _boots(path)}


def waiting(outboxes: Iterable[tuple[str, Path]]) -> int:
    """Events and pictures that the boxes still hold."""
    return sum(_count(path) for _, path in outboxes)


def books(database: Path, ends: set[tuple[str, int, int]]) -> Books:
    """Sent against stored, one by one. `database`: the embedded database's folder."""
    with connect(database) as db:
        rows: list[Place] = db.execute("SELECT box, boot, seq FROM events").fetchall()
        incidents = db.execute("SELECT count(*) FROM incidents").fetchone()
    stored = set(rows)
    missing = sum((box, boot, seq) not in stored for box, boot, last in ends for seq in range(1, last + 1))
    total = sum(last for _, _, last in ends)
    return Books(total, len(rows), len(stored), missing, incidents[0] if incidents else 0)


def stored_reads(database: Path) -> list[StoredRead]:
    query = "SELECT camera, vrm, captured_at, hit IS NOT DISTINCT FROM 'hit' FROM reads"
    with connect(database) as db:
        return [StoredRead(*row) for row in db.execute(query)]


def connect(database: Path) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(f"postgresql://postgres@/postgres?host={database.resolve() / 'socket'}", autocommit=True)


def _pass(row: dict[str, Any]) -> Pass:
    entered, left = (datetime.fromisoformat(row[key]) for key in ("entered_at", "left_at"))
    return Pass(row["camera"], row["vrm"], entered, left)


def _boots(path: Path) -> list[tuple[int, int]]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        return db.execute("SELECT boot, last_seq FROM boots").fetchall()


def _count(path: Path) -> int:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        count = db.execute("SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM media)").fetchone()
    return int(count[0])
