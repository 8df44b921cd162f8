"""How well the cameras read: GET /api/quality; and what they read and did not tell: GET /api/rejected, audited (S5)."""

from typing import Annotated

from fastapi import Query

from dashboard.desk import AtDesk, Signed
from dashboard.gate import Refused
from dashboard.personal import Ground
from ingest.store import audit, quality
from ingest.store.quality import MisreadRow, RejectedRow

REJECTED_LIMIT = 200


def get_quality(desk: AtDesk) -> list[MisreadRow]:
    """One row a camera that has told reads in the last week."""
    with desk.database.transaction() as db:
        return quality.list_misreads(db)


def get_rejected(desk: AtDesk, person: Signed, asked: Annotated[Ground, Query()]) -> list[RejectedRow]:
    """Of the last 24 hours, newest first, 200 at most. Raises Refused 400 without reason and case."""
    if asked.missing:
        reasons = [f"Missing: {' and '.join(asked.missing)}"]
        raise Refused(400, "Looking at rejected reads needs a reason and a case", reasons)
    with desk.database.transaction() as db:
        audit.append_audit(db, person.name, "rejected_viewed", reason=asked.reason, case_ref=asked.case)
    with desk.database.transaction() as db:
        return quality.list_rejected(db, REJECTED_LIMIT)
