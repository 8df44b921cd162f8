"""Personal data on request: pictures and plate searches. The audit entry is committed before a byte leaves (S5)."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response
from pydantic import Field

from dashboard.desk import AtDesk, Signed
from dashboard.gate import Refused
from ingest.store import audit, incidents, media, reads, scenes
from ingest.store.connect import Db
from ingest.store.reads import ReadRow
from wire.frozen import At, Frozen

SEARCH_LIMIT = 500


class Ground(Frozen):
    """Why somebody looks: a reason of his own words and a case reference."""

    reason: str = Field(default="", max_length=500)
    case: str = Field(default="", max_length=100)

    @property
    def missing(self) -> list[str]:
        return [name for name, text in (("reason", self.reason), ("case", self.case)) if not text.strip()]


class Look(Ground):
    """A picture may be looked at for its incident alone."""

    incident: UUID | None = None


class Search(Ground):
    vrm: str = Field(default="", max_length=16)
    since: At | None = None
    until: At | None = None


def get_media(
    desk: AtDesk,
    person: Signed,
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
    look: Annotated[Look, Query()],
) -> Response:
    """A JPEG. Raises Refused 400 without an incident, or a reason and a case; 404 where retention took it.

    An incident is a ground for its own pictures only: any other picture needs words that somebody can be asked about.
    """
    if look.incident is None and look.missing:
        raise Refused(400, "Looking at a picture needs a ground", ["Give the incident, or a reason and a case"])
    with desk.database.transaction() as db:
        if look.incident and incidents.find_incident(db, look.incident) is None:
            raise Refused(404, "There is no such incident")
        if look.incident and look.missing and not _shows(db, look.incident, sha256):
            raise Refused(404, "The incident has no such picture", ["To look at others, give a reason and a case"])
        audit.append_audit(
            db,
            person.name,
            "picture_viewed",
            object=sha256,
            reason=look.reason,
            case_ref=look.case,
            incident_id=look.incident,
        )
    with desk.database.transaction() as db:
        jpeg = media.find_media(db, sha256)
    if jpeg is None:
        raise Refused(404, "The picture is not here", ["It has not arrived yet, or its retention has ended"])
    return Response(jpeg, media_type="image/jpeg", headers={"Content-Disposition": f'inline; filename="{sha256}.jpg"'})


def _shows(db: Db, incident: UUID, sha256: str) -> bool:
    return reads.has_picture(db, incident, sha256) or scenes.shows_picture(db, incident, sha256)


def search(desk: AtDesk, person: Signed, asked: Annotated[Search, Query()]) -> list[ReadRow]:
    """Reads by the beginning of a mark, newest first, 500 at most. Raises Refused 400 without reason and case."""
    if asked.missing:
        raise Refused(400, "A plate search needs a reason and a case", [f"Missing: {' and '.join(asked.missing)}"])
    with desk.database.transaction() as db:
        audit.append_audit(
            db,
            person.name,
            "reads_searched",
            object=asked.vrm,
            reason=asked.reason,
            case_ref=asked.case,
            details=asked.model_dump(mode="json", include={"vrm", "since", "until"}),
        )
    with desk.database.transaction() as db:
        return reads.search_reads(db, vrm=asked.vrm, since=asked.since, until=asked.until, limit=SEARCH_LIMIT)
