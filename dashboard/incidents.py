"""Incidents as the dispatcher works them: list, detail, acknowledge, close, and which aircraft could go."""

from datetime import UTC, datetime
from time import monotonic
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field

from dashboard.desk import AtDesk, Signed
from dashboard.dispatch import Candidate, rank
from dashboard.gate import Refused
from dashboard.orders import present, scene_of, tenures
from ingest.store import audit, incidents, orders, reads, scenes
from ingest.store.audit import AuditRow
from ingest.store.connect import Db
from ingest.store.incidents import IncidentRow
from ingest.store.orders import OrderRow
from ingest.store.reads import ReadRow
from ingest.store.scenes import SceneRow
from wire.frozen import Frozen


class IncidentDetail(IncidentRow):
    """IncidentRow with all that belongs to it; `reads` are the rows themselves here."""

    reads: list[ReadRow]  # type: ignore[assignment]  # the API's own name for both, as agreed with the console
    scenes: list[SceneRow]
    """What a camera's rules told of it; empty where a plate opened it."""
    orders: list[OrderRow]
    audit: list[AuditRow]


class Close(Frozen):
    reason: str = Field(min_length=1, max_length=500)


def list_all(
    desk: AtDesk,
    person: Signed,
    state: Literal["open", "closed", "all"] = "open",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[IncidentRow]:
    """Newest first; "open" includes the acknowledged ones. They tell marks and places: audited first (S5)."""
    with desk.database.transaction() as db:
        audit.append_audit(db, person.name, "incidents_listed", object=state)
    with desk.database.transaction() as db:
        return incidents.list_incidents(db, state, limit)


def get_one(desk: AtDesk, person: Signed, incident_id: UUID) -> IncidentDetail:
    """Its reads are personal data: the look is audited before they leave (S5), with the incident as the reason."""
    with desk.database.transaction() as db:
        row = _find(db, incident_id)
        audit.append_audit(db, person.name, "incident_viewed", reason=f"incident {row.number}", incident_id=incident_id)
    now = datetime.now(UTC)
    with desk.database.transaction() as db:
        return IncidentDetail(
            **row.model_dump(exclude={"reads"}),
            reads=reads.incident_reads(db, incident_id),
            scenes=scenes.incident_scenes(db, incident_id),
            orders=[present(order, now) for order in orders.incident_orders(db, incident_id)],
            audit=audit.incident_audit(db, incident_id),
        )


def acknowledge(desk: AtDesk, person: Signed, incident_id: UUID) -> IncidentRow:
    """Quiets the alarm; a second time changes nothing."""
    with desk.database.transaction() as db:
        _find(db, incident_id)
        if incidents.acknowledge_incident(db, incident_id, person.name):
            audit.append_audit(db, person.name, "incident_acknowledged", incident_id=incident_id)
        return _find(db, incident_id)


def close(desk: AtDesk, person: Signed, incident_id: UUID, body: Close) -> IncidentRow:
    """A second time changes nothing."""
    with desk.database.transaction() as db:
        _find(db, incident_id)
        if incidents.close_incident(db, incident_id, person.name, body.reason):
            audit.append_audit(db, person.name, "incident_closed", reason=body.reason, incident_id=incident_id)
        return _find(db, incident_id)


def candidates(desk: AtDesk, person: Signed, incident_id: UUID) -> list[Candidate]:
    """Every aircraft, best first; unable ones last with every reason why not."""
    with desk.database.transaction() as db:
        scene, commanders = scene_of(_find(db, incident_id)), tenures(db)
    fleet = desk.fleet.standings(commanders, monotonic())
    return list(rank(scene, person, fleet, datetime.now(UTC)))


def _find(db: Db, incident_id: UUID) -> IncidentRow:
    row = incidents.find_incident(db, incident_id)
    if row is None:
        raise Refused(404, "There is no such incident")
    return row
