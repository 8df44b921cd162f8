"""The audit trail: who did or looked at what, when and why; append only (a trigger refuses everything else)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from ingest.store.connect import Db
from wire.frozen import Frozen


class AuditRow(Frozen):
    id: int
    at: datetime
    who: str
    act: str
    object: str
    reason: str
    case_ref: str
    incident_id: UUID | None
    details: dict[str, Any]


def append_audit(
    db: Db,
    who: str,
    act: str,
    *,
    object: str = "",
    reason: str = "",
    case_ref: str = "",
    incident_id: UUID | None = None,
    details: dict[str, Any] | None = None,
) -> int:
    """Durable when it returns (outside a transaction): write it before the data is shown (S5). Returns its id."""
    row = db.execute(
        "INSERT INTO audit (who, act, object, reason, case_ref, incident_id, details)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
        (who, act, object, reason, case_ref, incident_id, Jsonb(details or {})),
    ).fetchone()
    assert row is not None
    return int(row[0])


def incident_audit(db: Db, incident_id: UUID, limit: int = 500) -> list[AuditRow]:
    """An incident's own history, newest first."""
    query = "SELECT * FROM audit WHERE incident_id = %s ORDER BY at DESC, id DESC LIMIT %s"
    return db.cursor(row_factory=class_row(AuditRow)).execute(query, (incident_id, limit)).fetchall()


def recent_audit(db: Db, limit: int = 500) -> list[AuditRow]:
    """The newest entries first."""
    query = "SELECT * FROM audit ORDER BY id DESC LIMIT %s"
    return db.cursor(row_factory=class_row(AuditRow)).execute(query, (limit,)).fetchall()


def forget_audit(db: Db, days: int) -> int:
    """Retention of the trail itself (a year at least, which the trigger holds); returns how many entries went."""
    with db.transaction():
        db.execute("SET LOCAL airbeat.retention = 'on'")
        return db.execute("DELETE FROM audit WHERE at < now() - make_interval(days => %s)", (max(days, 365),)).rowcount
