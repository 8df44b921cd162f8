"""From a dispatcher's wish to a sealed order on its way: judged, written first (the audit trail), then sent."""

from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import UUID

import structlog
from pydantic import Field

from dashboard.corridor import crossings
from dashboard.desk import Desk
from dashboard.dispatch import Scene, Standing, Tenure, judge, may_follow
from dashboard.eta import Place
from dashboard.fleet import Tenures
from dashboard.gate import Refused
from dashboard.people import Person
from ingest.store import audit, incidents, orders
from ingest.store.connect import Db
from ingest.store.incidents import IncidentRow
from ingest.store.notices import Notice, notify
from ingest.store.orders import LeaseRow, OrderRow
from wire.frozen import Frozen, Name
from wire.orders import MAX_LIFE_S, Act, Order, OrderState
from wire.signing import seal
from wire.topics import ORDER

log = structlog.get_logger()
ANSWER_GRACE_S = 1.0
"""After its expiry an order without an answer is told to be dead."""


class OrderRequest(Frozen):
    """`request_id`: made by the client and becomes the order's id, so that a repeat changes nothing (F9)."""

    request_id: UUID
    act: Act
    edge: Name
    aircraft: Name
    incident_id: UUID
    reason: str = Field(default="", max_length=500)


def issue(desk: Desk, person: Person, request: OrderRequest) -> OrderRow:
    """The order as it stands after it was handed to the broker. Raises Refused with every reason (409), or 503.

    A repeat of a request is sent again while it lives and nobody has answered: what was written may never have left
    (a crash, a commit of unknown outcome), and the box takes an id once.
    """
    now = datetime.now(UTC)
    with desk.database.transaction() as db:
        orders.lock_aircraft(db, request.edge, request.aircraft)
        known = orders.find_order(db, request.request_id)
        verdict = _again(db, known, person, request) if known else _record(db, desk, person, request, now)
        row = orders.find_order(db, request.request_id)
    if isinstance(verdict, tuple):
        raise Refused(409, f"{request.aircraft} can't {request.act.act} now", verdict)
    assert row is not None
    if row.state is OrderState.SENT and now < verdict.expires_at:
        _send(desk, verdict)
    return row


def _send(desk: Desk, order: Order) -> None:
    if not desk.mqtt.publish(ORDER.of(order.edge), seal("order", order.encode(), desk.key), qos=ORDER.qos):
        _fail(desk, order.id, "The broker is away: the order was not sent")
        raise Refused(503, "The order was not sent", ["The broker is away"])
    log.info("order_sent", order=str(order.id), act=order.act.act, aircraft=order.aircraft, by=order.issued_by)


def take_over(desk: Desk, person: Person, edge: str, aircraft: str, reason: str) -> LeaseRow:
    """The lease goes to `person` whoever had it; orders of the old epoch die at the box (F8). Logged."""
    known = desk.fleet.standing(edge, aircraft, None, monotonic())
    if known is None:
        raise Refused(404, "No box has told of such an aircraft")
    with desk.database.transaction() as db:
        orders.lock_aircraft(db, edge, aircraft)
        before = orders.find_lease(db, edge, aircraft)
        lease = orders.take_lease(db, edge, aircraft, person.name, above=_held_epoch(known))
        details = {"epoch": lease.epoch, "from": before.holder if before else None}
        audit.append_audit(db, person.name, "lease_taken", object=f"{edge}/{aircraft}", reason=reason, details=details)
    return lease


def tenures(db: Db) -> Tenures:
    return {(row.edge, row.aircraft): _tenure(row) for row in orders.list_leases(db)}


def scene_of(row: IncidentRow) -> Scene:
    return Scene(row.number, row.state == "closed", Place(row.lat, row.lon))


def present(row: OrderRow, now: datetime) -> OrderRow:
    """The row as people see it: one that nobody answered says that it is dead."""
    overdue = now - row.issued_at > timedelta(seconds=MAX_LIFE_S + ANSWER_GRACE_S)
    if row.state is not OrderState.SENT or not overdue:
        return row
    text = f"No answer from {row.edge} within {MAX_LIFE_S:.0f} s: the order has expired and can't fly any more"
    return row.model_copy(update={"reasons": (text,)})


def _record(db: Db, desk: Desk, person: Person, request: OrderRequest, now: datetime) -> Order | tuple[str, ...]:
    """Judges, and writes the order or the refusal; commits with the caller's transaction."""
    lease = orders.find_lease(db, request.edge, request.aircraft)
    tenure = _tenure(lease) if lease else None
    standing = desk.fleet.standing(request.edge, request.aircraft, tenure, monotonic())
    incident = incidents.find_incident(db, request.incident_id)
    scene = scene_of(incident) if incident else None
    reasons = judge(request.act, person, standing, reason=request.reason, scene=scene, now=now)
    if standing is not None:
        reasons += crossings(request.act, standing, desk.fleet.standings({}, monotonic()))
    role = person.command_role
    if reasons or standing is None or role is None:
        _audit(db, person, "order_refused", request, {"reasons": list(reasons)})
        return reasons
    _follow(db, person, standing, lease, now)
    numbered = orders.next_order_seq(db, request.edge, request.aircraft, person.name)
    assert numbered is not None
    order = Order(
        id=request.request_id,
        edge=request.edge,
        aircraft=request.aircraft,
        lease=numbered[0],
        seq=numbered[1],
        issued_at=now,
        expires_at=now + timedelta(seconds=MAX_LIFE_S),
        incident_id=request.incident_id,
        reason=request.reason.strip() or request.act.act,  # a recall must not wait for words; a launch has a reason
        issued_by=person.name,
        role=role,
        trace_id=request.incident_id.hex,
        act=request.act,
    )
    orders.insert_order(db, order)
    _audit(db, person, "order_issued", request, {"epoch": order.lease.epoch, "seq": order.seq})
    notify(db, Notice(orders=(order.id,)))
    return order


def _follow(db: Db, person: Person, standing: Standing, lease: LeaseRow | None, now: datetime) -> None:
    """Makes the lease this person's: his own goes on, a free one passes to him under a new epoch.

    So does one that the box holds higher or for another: the database was restored from an older copy.
    """
    assert may_follow(standing, person, now)
    held, vehicle = _held_epoch(standing), standing.vehicle
    others = vehicle is not None and vehicle.lease_holder not in (None, person.name)
    if lease is None or lease.holder != person.name or lease.epoch < held or (lease.epoch == held and others):
        orders.take_lease(db, standing.edge, standing.info.name, person.name, above=held)


def _held_epoch(standing: Standing) -> int:
    return standing.vehicle.lease_epoch if standing.vehicle else 0


def _tenure(row: LeaseRow) -> Tenure:
    return Tenure(row.holder, row.epoch, row.used_at)


def _again(db: Db, row: OrderRow, person: Person, request: OrderRequest) -> Order:
    """The order as it was signed. Raises Refused where the id was used for another wish."""
    same = (row.issued_by, row.edge, row.aircraft, row.incident_id, row.act) == (
        person.name,
        request.edge,
        request.aircraft,
        request.incident_id,
        request.act.model_dump(mode="json"),
    )
    order = orders.sent_order(db, row.id)
    if not same or order is None:
        raise Refused(409, "This request id belongs to another order", ["Use a new one for each order"])
    return order


def _fail(desk: Desk, order_id: UUID, reason: str) -> None:
    with desk.database.transaction() as db:
        orders.put_order_state(db, order_id, OrderState.FAILED, datetime.now(UTC), (reason,))
        notify(db, Notice(orders=(order_id,)))


def _audit(db: Db, person: Person, act: str, request: OrderRequest, details: dict[str, object]) -> None:
    audit.append_audit(
        db,
        person.name,
        act,
        object=f"{request.edge}/{request.aircraft}",
        reason=request.reason,
        incident_id=request.incident_id,
        details={"order": str(request.request_id), "act": request.act.model_dump(mode="json"), **details},
    )
