"""Plate reads: the promoted columns of their events, for search and for incidents."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row

from ingest.store.connect import Db
from wire.events import PlateRead
from wire.frozen import Frozen
from wire.vrm import fold


class ReadRow(Frozen):
    """`edge`: the box. `hit`: "hit", "possible" (one confusion away, or too unsure) or None.

    `time_verified`: the box's clock was within 1 s of the room's (D7); `seen_at` is then captured_at, else the best
    guess of it by the room's clock.
    """

    event_id: UUID
    vrm: str
    raw: str
    format: str
    confidence: float
    edge: str
    camera: str
    captured_at: datetime
    seen_at: datetime
    stored_at: datetime
    lat: float
    lon: float
    direction: str
    patch: str | None
    overview: str | None
    hit: str | None
    time_verified: bool


@dataclass(frozen=True, slots=True)
class NewRead:
    """A read that is stored beside its event."""

    event_id: UUID
    box: str
    read: PlateRead
    seen_at: datetime
    hit: Literal["hit", "possible"] | None
    time_verified: bool


COLUMNS = (
    "r.event_id, r.vrm, r.raw, r.format, r.confidence, r.box AS edge, r.camera, r.captured_at, r.seen_at, r.stored_at,"
    " r.lat, r.lon, r.direction, encode(r.patch, 'hex') AS patch, encode(r.overview, 'hex') AS overview, r.hit,"
    " r.time_verified"
)


def search_reads(
    db: Db, *, vrm: str = "", since: datetime | None = None, until: datetime | None = None, limit: int = 500
) -> list[ReadRow]:
    """Newest first. `vrm`: the beginning of a mark, O/0 and I/1 the same. Audit before you show it (S5)."""
    query = (
        f"SELECT {COLUMNS} FROM reads r WHERE r.fold LIKE %s"
        " AND r.seen_at BETWEEN coalesce(%s, '-infinity'::timestamptz) AND coalesce(%s, 'infinity'::timestamptz)"
        " ORDER BY r.seen_at DESC, r.event_id LIMIT %s"
    )
    rows = db.cursor(row_factory=class_row(ReadRow)).execute(query, (fold(vrm) + "%", since, until, limit))
    return rows.fetchall()


def find_reads(db: Db, event_ids: list[UUID]) -> list[ReadRow]:
    """The reads of a notice, oldest first; those that retention took are missing."""
    query = f"SELECT {COLUMNS} FROM reads r WHERE r.event_id = ANY(%s) ORDER BY r.seen_at, r.event_id"
    return db.cursor(row_factory=class_row(ReadRow)).execute(query, (event_ids,)).fetchall()


def incident_reads(db: Db, incident_id: UUID) -> list[ReadRow]:
    """Newest first."""
    query = (
        f"SELECT {COLUMNS} FROM incident_events i JOIN reads r ON r.event_id = i.event_id AND r.stored_on = i.stored_on"
        " WHERE i.incident_id = %s ORDER BY r.seen_at DESC, r.event_id"
    )
    return db.cursor(row_factory=class_row(ReadRow)).execute(query, (incident_id,)).fetchall()


def has_picture(db: Db, incident_id: UUID, sha256: str) -> bool:
    """Whether a read of the incident names the picture as its patch or overview."""
    query = (
        "SELECT FROM incident_events i JOIN reads r ON r.event_id = i.event_id AND r.stored_on = i.stored_on"
        " WHERE i.incident_id = %s AND %s IN (r.patch, r.overview) LIMIT 1"
    )
    return db.execute(query, (incident_id, bytes.fromhex(sha256))).fetchone() is not None


def copy_reads(db: Db, reads: list[NewRead], stored_at: datetime, stored_on: date) -> None:
    """Part of the commit of their events."""
    columns = (
        "stored_on, stored_at, event_id, box, camera, vrm, fold, raw, format, confidence, captured_at, seen_at, lat,"
        " lon, direction, patch, overview, hit, time_verified"
    )
    with db.cursor().copy(f"COPY reads ({columns}) FROM STDIN") as copy:
        for n in reads:
            r = n.read
            copy.write_row(
                (stored_on, stored_at, n.event_id, n.box, r.camera, r.vrm, fold(r.vrm), r.raw, r.format, r.confidence,
                 r.captured_at, n.seen_at, r.lat, r.lon, r.direction, _bytes(r.patch_sha256), _bytes(r.overview_sha256),
                 n.hit, n.time_verified)
            )  # fmt: skip


def _bytes(sha256: str | None) -> bytes | None:
    return bytes.fromhex(sha256) if sha256 else None
