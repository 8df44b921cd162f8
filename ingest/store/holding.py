"""Retention's statements: what must stay moves to the shelf, the rest of its day is dropped."""

from datetime import date, datetime

from ingest.store.connect import Db
from ingest.store.schema import SHELF

_LINKED = (
    "EXISTS (SELECT FROM incident_events l JOIN incidents i ON i.id = l.incident_id"
    " WHERE l.event_id = {id} AND (i.hold OR i.state <> 'closed'))"
)
_OWN = "EXISTS (SELECT FROM incidents i WHERE i.id = t.incident_id AND (i.hold OR i.state <> 'closed'))"
_PICTURED = (
    "(EXISTS (SELECT FROM scenes s WHERE s.overview = t.sha256)"
    " OR EXISTS (SELECT FROM reads r JOIN incident_events l ON l.event_id = r.event_id"
    " WHERE r.patch = t.sha256 OR r.overview = t.sha256))"
)
_HELD = {
    "reads": _LINKED.format(id="t.event_id"),
    "events": f"({_LINKED.format(id='t.id')} OR {_OWN})",
    "media": _PICTURED,
}
"""What must stay: reads and events of an incident that is open or on hold, and pictures of any incident."""


def shelve_day(db: Db, table: str, day: date) -> int:
    """Moves what must stay out of a day; returns how many rows moved."""
    values = {"shelf": SHELF, "day": day}
    query = f"UPDATE {table} t SET stored_on = %(shelf)s WHERE stored_on = %(day)s AND {_HELD[table]}"
    moved = db.execute(query.encode(), values).rowcount
    if table == "reads":
        db.execute(
            "UPDATE incident_events l SET stored_on = %(shelf)s FROM reads r WHERE r.stored_on = %(shelf)s"
            " AND r.event_id = l.event_id AND l.stored_on = %(day)s",
            values,
        )
    return moved


def clear_shelf(db: Db, reads_before: datetime) -> int:
    """Takes off the shelf what nothing holds any more; returns how many rows went."""
    values = {"shelf": SHELF, "before": reads_before}
    gone = 0
    for table in ("reads", "events"):
        query = f"DELETE FROM {table} t WHERE stored_on = %(shelf)s AND stored_at < %(before)s AND NOT {_HELD[table]}"
        gone += db.execute(query.encode(), values).rowcount
    query = f"DELETE FROM media t WHERE stored_on = %(shelf)s AND NOT {_HELD['media']}"
    return gone + db.execute(query.encode(), values).rowcount


def count_before(db: Db, table: str, first_day: date) -> int:
    """Rows of days before `first_day`, the shelf apart."""
    query = f"SELECT count(*) FROM {table} WHERE stored_on < %s AND stored_on <> %s"
    row = db.execute(query.encode(), (first_day, SHELF)).fetchone()
    return int(row[0]) if row else 0


def forget_aside(db: Db, before: datetime) -> int:
    """What was put aside and not seen again since."""
    return db.execute("DELETE FROM put_aside WHERE last_at < %s", (before,)).rowcount
