"""Incidents: what the sightings of a listed vehicle add up to, and what people did about them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row

from ingest.incidents import Known, Opened, Update
from ingest.store.connect import Db
from ingest.store.notices import Notice, notify
from wire.frozen import Frozen


class IncidentRow(Frozen):
    """`lat`, `lon`: where it was read last. `alarm`: nobody has acknowledged it yet."""

    id: UUID
    number: int
    kind: str
    priority: str
    state: Literal["open", "acknowledged", "closed"]
    title: str
    vrm: str
    opened_at: datetime
    first_seen_at: datetime
    last_seen_at: datetime
    lat: float
    lon: float
    tags: tuple[str, ...]
    reads: int
    alarm: bool
    acknowledged_by: str | None
    closed_by: str | None
    close_reason: str | None
    hold: bool


_SELECT = (
    "SELECT i.id, i.number, i.kind, i.priority, i.state, i.title, i.vrm, i.opened_at, i.first_seen_at, i.last_seen_at,"
    " i.lat, i.lon, i.tags, (SELECT count(*) FROM incident_events e WHERE e.incident_id = i.id) AS reads,"
    " i.state = 'open' AS alarm, i.acknowledged_by, i.closed_by, i.close_reason, i.hold FROM incidents i"
)
_HOLDS_LOCK = 7_226_403
"""An arbitrary number for pg_advisory_lock: who changes a hold shares it, retention has it alone."""
_FILTERS = {"open": "WHERE i.state <> 'closed'", "closed": "WHERE i.state = 'closed'", "all": ""}


def list_incidents(db: Db, state: Literal["open", "closed", "all"] = "all", limit: int = 100) -> list[IncidentRow]:
    """Newest first; "open" includes the acknowledged ones."""
    query = f"{_SELECT} {_FILTERS[state]} ORDER BY i.opened_at DESC, i.number DESC LIMIT %s"
    return db.cursor(row_factory=class_row(IncidentRow)).execute(query, (limit,)).fetchall()


def held_incidents(db: Db) -> list[IncidentRow]:
    """Under legal hold, newest first."""
    query = f"{_SELECT} WHERE i.hold ORDER BY i.opened_at DESC, i.number DESC"
    return db.cursor(row_factory=class_row(IncidentRow)).execute(query).fetchall()


def find_incident(db: Db, incident_id: UUID) -> IncidentRow | None:
    query = f"{_SELECT} WHERE i.id = %s"
    return db.cursor(row_factory=class_row(IncidentRow)).execute(query, (incident_id,)).fetchone()


def find_incidents(db: Db, incident_ids: list[UUID]) -> list[IncidentRow]:
    """Those of a notice, in the order of their numbers."""
    query = f"{_SELECT} WHERE i.id = ANY(%s) ORDER BY i.number"
    return db.cursor(row_factory=class_row(IncidentRow)).execute(query, (incident_ids,)).fetchall()


def acknowledge_incident(db: Db, incident_id: UUID, who: str) -> bool:
    """False where it is not open (any more). Notifies."""
    query = (
        "UPDATE incidents SET state = 'acknowledged', acknowledged_at = now(), acknowledged_by = %s"
        " WHERE id = %s AND state = 'open'"
    )
    return _change(db, incident_id, query, (who, incident_id))


def close_incident(db: Db, incident_id: UUID, who: str, reason: str) -> bool:
    """False where it is closed already. Notifies."""
    query = (
        "UPDATE incidents SET state = 'closed', closed_at = now(), closed_by = %s, close_reason = %s"
        " WHERE id = %s AND state <> 'closed'"
    )
    return _change(db, incident_id, query, (who, reason, incident_id))


def hold_incident(db: Db, incident_id: UUID, *, hold: bool) -> bool:
    """Legal hold: retention spares its reads and pictures. False where it is so already. Notifies; the caller audits.

    Waits while retention decides what goes: what was held before the decision stays, whoever commits last.
    """
    query = "UPDATE incidents SET hold = %s WHERE id = %s AND hold <> %s"
    with db.transaction():
        db.execute("SELECT pg_advisory_xact_lock_shared(%s)", (_HOLDS_LOCK,))
        return _change(db, incident_id, query, (hold, incident_id, hold))


def keep_holds(db: Db) -> None:
    """Until the transaction ends nobody sets or lifts a hold, and those that were being set are there."""
    db.execute("SELECT pg_advisory_xact_lock(%s)", (_HOLDS_LOCK,))


def lock_marks(db: Db, folds: list[str]) -> None:
    """Until the transaction ends nobody else opens an incident for these marks; sorted: no two wait in a ring."""
    for fold in sorted(folds):
        db.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 722640))", (fold,))


def known_incidents(db: Db, folds: list[str]) -> list[Known]:
    """The incidents of these marks, oldest first."""
    query = (
        "SELECT id, fold, first_seen_at, last_seen_at, closed_at FROM incidents WHERE fold = ANY(%s) ORDER BY number"
    )
    return [Known(*row) for row in db.execute(query, (folds,))]


def open_incidents(db: Db, opened: list[Opened], now: datetime) -> None:
    with db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO incidents (id, kind, priority, state, title, vrm, fold, hotlist_version, opened_at,"
            " first_seen_at, last_seen_at, lat, lon, tags)"
            " VALUES (%s, %s, %s, 'open', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    o.id,
                    o.kind,
                    o.priority,
                    o.title,
                    o.vrm,
                    o.fold,
                    o.hotlist_version,
                    now,
                    o.first_seen_at,
                    o.last_seen_at,
                    o.lat,
                    o.lon,
                    list(o.tags),
                )
                for o in opened
            ],
        )


def update_incidents(db: Db, updates: list[Update]) -> None:
    """Widens the span of each; its place moves only with a newer sighting."""
    with db.cursor() as cursor:
        cursor.executemany(
            "UPDATE incidents SET first_seen_at = least(first_seen_at, %(first)s),"
            " lat = CASE WHEN %(last)s >= last_seen_at THEN %(lat)s ELSE lat END,"
            " lon = CASE WHEN %(last)s >= last_seen_at THEN %(lon)s ELSE lon END,"
            " last_seen_at = greatest(last_seen_at, %(last)s) WHERE id = %(id)s",
            [
                {"id": u.id, "first": u.first_seen_at, "last": u.last_seen_at, "lat": u.lat, "lon": u.lon}
                for u in updates
            ],
        )


def link_events(db: Db, links: list[tuple[UUID, UUID]], stored_on: object) -> None:
    """(incident, event) pairs of events stored on that day."""
    with db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO incident_events (incident_id, event_id, stored_on) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [(incident_id, event_id, stored_on) for incident_id, event_id in links],
        )


def _change(db: Db, incident_id: UUID, query: str, values: tuple[object, ...]) -> bool:
    with db.transaction():
        changed = db.execute(query.encode(), values).rowcount == 1
        if changed:
            notify(db, Notice(incidents=(incident_id,)))
    return changed
