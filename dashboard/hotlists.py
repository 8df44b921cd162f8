"""Hotlists at the console: GET /api/hotlists and POST /api/hotlists with a CSV file as the body."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Body, Query

from dashboard.desk import AtDesk, Signed
from dashboard.gate import Refused
from ingest.store import audit, hotlists
from ingest.store.hotlists import HotlistRow
from wire.errors import UserError
from wire.frozen import Frozen
from wire.hotlist_csv import parse_csv

LIFE_DAYS = 7.0
"""A list that nobody renews stops counting after so many days (S8), as with `airbeat hotlist`."""


class RejectedRow(Frozen):
    """`line`: counted from 1, the header included."""

    line: int
    why: str


class ImportView(Frozen):
    version: int
    entries: int
    rejected: list[RejectedRow]


def list_all(desk: AtDesk) -> list[HotlistRow]:
    """Newest first; the first is the one that counts."""
    with desk.database.transaction() as db:
        return hotlists.list_hotlists(db)


def import_csv(
    desk: AtDesk,
    person: Signed,
    body: Annotated[bytes, Body(media_type="text/csv")],
    name: Annotated[str, Query(min_length=1, max_length=100)] = "console",
    days: Annotated[float, Query(gt=0, le=90)] = LIFE_DAYS,
) -> ImportView:
    """Stores a new version, which replaces the one before it on every box. Raises Refused 400 without a good row."""
    now = datetime.now(UTC)
    try:
        entries, rejected = parse_csv(body.decode(), now)
    except (UserError, UnicodeDecodeError) as error:
        raise Refused(400, "That is no hotlist", [str(error)]) from error
    rows = [RejectedRow(line=row.line, why=row.why) for row in rejected]
    if not entries:
        raise Refused(400, "No row of the list is good", [f"line {row.line}: {row.why}" for row in rows[:20]])
    with desk.database.transaction() as db:
        version = hotlists.put_hotlist(
            db, name, entries, issued_at=now, expires_at=now + timedelta(days=days), imported_by=person.name
        )
        details = {"entries": len(entries), "rejected": len(rows)}
        audit.append_audit(db, person.name, "import hotlist", object=f"{name} version {version}", details=details)
    return ImportView(version=version, entries=len(entries), rejected=rows)
