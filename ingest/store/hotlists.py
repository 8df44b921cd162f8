"""Hotlists: every imported version stays; the newest is the one that counts, until it expires."""

from datetime import datetime

from psycopg.rows import class_row

from ingest.store.connect import Db
from ingest.store.notices import Notice, notify
from wire.frozen import Frozen
from wire.states import Hotlist, HotlistEntry

_IMPORT_LOCK = 7_226_403


class HotlistRow(Frozen):
    name: str
    version: int
    entries: int
    issued_at: datetime
    expires_at: datetime
    imported_by: str


def put_hotlist(
    db: Db, name: str, entries: list[HotlistEntry], *, issued_at: datetime, expires_at: datetime, imported_by: str
) -> int:
    """Stores a new version, which replaces the one before; returns its number. Notifies."""
    with db.transaction():
        db.execute("SELECT pg_advisory_xact_lock(%s)", (_IMPORT_LOCK,))
        version = current_version(db) + 1
        db.execute(
            "INSERT INTO hotlists (version, name, issued_at, expires_at, imported_by) VALUES (%s, %s, %s, %s, %s)",
            (version, name, issued_at, expires_at, imported_by),
        )
        with db.cursor().copy("COPY hotlist_entries FROM STDIN") as copy:
            for e in entries:
                copy.write_row((version, e.vrm, e.category, e.priority, e.note, e.expires_at))
        notify(db, Notice(hotlist=True))
    return version


def current_version(db: Db) -> int:
    """0 while none was ever imported."""
    row = db.execute("SELECT coalesce(max(version), 0) FROM hotlists").fetchone()
    return int(row[0]) if row else 0


def current_hotlist(db: Db) -> Hotlist | None:
    """The newest version, expired or not; None while there is none."""
    head = db.execute("SELECT version, issued_at, expires_at FROM hotlists ORDER BY version DESC LIMIT 1").fetchone()
    if head is None:
        return None
    query = "SELECT vrm, category, priority, note, expires_at FROM hotlist_entries WHERE version = %s ORDER BY vrm"
    entries = db.cursor(row_factory=class_row(HotlistEntry)).execute(query, (head[0],)).fetchall()
    return Hotlist(version=head[0], issued_at=head[1], expires_at=head[2], entries=tuple(entries))


def list_hotlists(db: Db, limit: int = 50) -> list[HotlistRow]:
    """Newest first."""
    query = (
        "SELECT h.name, h.version, (SELECT count(*) FROM hotlist_entries e WHERE e.version = h.version) AS entries,"
        " h.issued_at, h.expires_at, h.imported_by FROM hotlists h ORDER BY h.version DESC LIMIT %s"
    )
    return db.cursor(row_factory=class_row(HotlistRow)).execute(query, (limit,)).fetchall()
