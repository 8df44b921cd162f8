"""Whether the record is whole: GET /api/integrity; what must not be deleted: POST /api/incidents/{id}/hold."""

from uuid import UUID

from pydantic import Field

from dashboard.desk import AtDesk, Signed
from dashboard.gate import Refused
from ingest.store import audit, incidents, integrity
from ingest.store.incidents import IncidentRow
from ingest.store.integrity import ChainRow
from wire.frozen import Frozen


class FalseHead(Frozen):
    """`why`: in plain words."""

    edge: str
    boot: int
    seq: int
    sha256: str
    why: str


class Integrity(Frozen):
    chains: list[ChainRow]
    false_heads: list[FalseHead]
    held: list[IncidentRow]
    """Newest first."""


class Hold(Frozen):
    hold: bool
    reason: str = Field(min_length=1, max_length=500)


def get_integrity(desk: AtDesk, person: Signed) -> Integrity:
    """The incidents on hold tell marks and places: audited first (S5)."""
    with desk.database.transaction() as db:
        audit.append_audit(db, person.name, "integrity_viewed")
    with desk.database.transaction() as db:
        heads = [
            FalseHead(edge=head.box, boot=head.boot, seq=head.seq, sha256=head.sha256, why=_why(head.signed))
            for head in integrity.look_at_heads(db)
        ]
        return Integrity(chains=integrity.list_chains(db), false_heads=heads, held=incidents.held_incidents(db))


def set_hold(desk: AtDesk, person: Signed, incident_id: UUID, body: Hold) -> IncidentRow:
    """Under legal hold retention spares the incident's reads and pictures. A second time changes nothing."""
    with desk.database.transaction() as db:
        changed = incidents.hold_incident(db, incident_id, hold=body.hold)
        row = incidents.find_incident(db, incident_id)
        if row is None:
            raise Refused(404, "There is no such incident")
        if changed:
            act = "incident_held" if body.hold else "incident_released"
            audit.append_audit(db, person.name, act, reason=body.reason, incident_id=incident_id)
        return row


def _why(signed: bool | None) -> str:
    if signed is False:
        return "not signed by the box's key"
    return "does not fit the event stored under its number"
