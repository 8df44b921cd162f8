"""How well cameras read: reads for the estimate, the estimates, and what boxes read but did not tell, for one day."""

from base64 import b64decode
from collections.abc import Collection, Mapping
from datetime import datetime

from psycopg.rows import class_row

from ingest.misread import Estimate
from ingest.store.connect import Db
from wire.frozen import Frozen
from wire.rejected import KEPT_S


class ReadForEstimate(Frozen):
    box: str
    camera: str
    fold: str
    format: str
    confidence: float
    seen_at: datetime
    stored_at: datetime


class MisreadRow(Frozen):
    """`rate`, `low`, `high`: 0 to 1; `checked`: reads with a second witness."""

    edge: str
    camera: str
    at: datetime
    reads: int
    rate: float
    low: float
    high: float
    checked: int


class RejectedRow(Frozen):
    """`patch`: the plate's JPEG, base64."""

    edge: str
    camera: str
    at: datetime
    text: str
    reason: str
    confidence: float
    frames: int
    patch: str


def reads_between(db: Db, after: datetime, until: datetime, limit: int) -> list[ReadForEstimate]:
    """Stored later than `after`, `until` at the latest, oldest first."""
    query = (
        "SELECT box, camera, fold, format, confidence, seen_at, stored_at FROM reads"
        " WHERE stored_on >= %s AND stored_at > %s AND stored_at <= %s ORDER BY stored_at FETCH FIRST %s ROWS WITH TIES"
    )
    rows = db.cursor(row_factory=class_row(ReadForEstimate)).execute(query, (after.date(), after, until, limit))
    return rows.fetchall()


def put_misreads(db: Db, estimates: Mapping[str, Estimate], at: datetime) -> None:
    """Replaces what was said of each camera; the key is box/camera."""
    with db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO misreads (box, camera, at, reads, rate, low, high, checked)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (box, camera) DO UPDATE SET at = excluded.at,"
            " reads = excluded.reads, rate = excluded.rate, low = excluded.low, high = excluded.high,"
            " checked = excluded.checked",
            [
                (*camera.split("/", 1), at, found.reads, found.rate, found.low, found.high, found.checked)
                for camera, found in sorted(estimates.items())
            ],
        )


def list_misreads(db: Db) -> list[MisreadRow]:
    """Of the cameras that have told reads in the last week."""
    query = (
        "SELECT box AS edge, camera, at, reads, rate, low, high, checked FROM misreads"
        " WHERE at > now() - interval '7 days' ORDER BY box, camera"
    )
    return db.cursor(row_factory=class_row(MisreadRow)).execute(query).fetchall()


def put_rejected(db: Db, rejected: RejectedRow) -> None:
    """The same one twice is kept once."""
    db.execute(
        "INSERT INTO rejected (box, camera, at, text, reason, confidence, frames, patch)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (rejected.edge, rejected.camera, rejected.at, rejected.text, rejected.reason, rejected.confidence,
         rejected.frames, b64decode(rejected.patch)),
    )  # fmt: skip


def list_rejected(db: Db, limit: int) -> list[RejectedRow]:
    """Those of the last 24 hours, newest first. Audit before you show them (S5)."""
    query = (
        "SELECT box AS edge, camera, at, text, reason, confidence, frames,"
        " translate(encode(patch, 'base64'), E'\\n', '') AS patch FROM rejected"
        " WHERE at > now() - make_interval(secs => %s) ORDER BY at DESC LIMIT %s"
    )
    return db.cursor(row_factory=class_row(RejectedRow)).execute(query, (KEPT_S, limit)).fetchall()


def forget_rejected(db: Db) -> int:
    """Deletes what is past its day; returns how many went."""
    return db.execute("DELETE FROM rejected WHERE at < now() - make_interval(secs => %s)", (KEPT_S,)).rowcount


def trim_rejected(db: Db, boxes: Collection[str], keep: int) -> int:
    """Of each of these boxes the newest `keep` stay; returns how many went."""
    oldest = (
        "SELECT o.ctid FROM unnest(%s::text[]) AS b (box), LATERAL"
        " (SELECT ctid FROM rejected r WHERE r.box = b.box ORDER BY at DESC OFFSET %s) AS o"
    )
    query = f"DELETE FROM rejected WHERE ctid = ANY (ARRAY({oldest}))"
    return db.execute(query.encode(), (sorted(boxes), keep)).rowcount
