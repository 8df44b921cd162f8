"""Orders, what became of them, and the leases that say who commands an aircraft (SAFETY.md F8, F9)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Json

from ingest.store.connect import Db
from wire.frozen import Frozen
from wire.orders import Lease, Order, OrderAnswer, OrderState

PROGRESS: dict[OrderState, int] = {
    OrderState.SENT: 0,
    OrderState.ACCEPTED: 1,
    OrderState.ARMED: 2,
    OrderState.AIRBORNE: 3,
    OrderState.ON_SCENE: 4,
    OrderState.LANDED: 5,
    OrderState.DONE: 6,
    OrderState.REFUSED: 7,
    OrderState.FAILED: 8,
}
"""How far an order has come: the furthest state counts, whatever the order in which they arrived."""


class OrderStep(Frozen):
    state: OrderState
    at: datetime
    reasons: tuple[str, ...] = ()


class OrderRow(Frozen):
    """`act`: wire.orders.Act as JSON. `state`: the furthest of `states`."""

    id: UUID
    act: dict[str, Any]
    edge: str
    aircraft: str
    incident_id: UUID
    issued_by: str
    issued_at: datetime
    reason: str
    state: OrderState
    reasons: tuple[str, ...]
    states: tuple[OrderStep, ...]


class LeaseRow(Frozen):
    edge: str
    aircraft: str
    holder: str
    epoch: int
    taken_at: datetime
    used_at: datetime
    """The last order or take-over under it."""


class _Raw(Frozen):
    id: UUID
    body: dict[str, Any]
    states: tuple[OrderStep, ...]


_SELECT = (
    "SELECT o.id, o.body, coalesce((SELECT json_agg(json_build_object('state', s.state, 'at', s.at,"
    " 'reasons', s.reasons) ORDER BY s.at) FROM order_states s WHERE s.order_id = o.id), '[]') AS states FROM orders o"
)


def insert_order(db: Db, order: Order) -> bool:
    """Written first, sent afterwards: the audit trail. False where the id is already here: a repeat changes nothing."""
    with db.transaction():
        row = db.execute(
            "INSERT INTO orders (id, edge, aircraft, incident_id, act, issued_by, issued_at, reason, body)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
            (
                order.id,
                order.edge,
                order.aircraft,
                order.incident_id,
                order.act.act,
                order.issued_by,
                order.issued_at,
                order.reason,
                Json(order.model_dump(mode="json")),
            ),
        ).fetchone()
        if row:
            put_order_state(db, order.id, OrderState.SENT, order.issued_at)
    return row is not None


def put_order_state(
    db: Db, order_id: UUID, state: OrderState, at: datetime, reasons: tuple[str, ...] = (), *, edge: str | None = None
) -> bool:
    """Idempotent: the first word about a state stays. True where it was new. `edge`: the box that says so; on another
    box's order its word counts for nothing.
    """
    done = db.execute(
        "INSERT INTO order_states (order_id, state, at, reasons) SELECT %(id)s, %(state)s, %(at)s, %(reasons)s"
        " WHERE NOT EXISTS (SELECT FROM orders WHERE id = %(id)s AND edge <> %(edge)s) ON CONFLICT DO NOTHING",
        {"id": order_id, "state": state, "at": at, "reasons": list(reasons), "edge": edge},
    )
    return done.rowcount == 1


def put_answer(db: Db, answer: OrderAnswer) -> bool:
    """What a box said of an order at once; its durable twin may have come before."""
    return put_order_state(db, answer.order_id, answer.state, answer.at, answer.reasons, edge=answer.edge)


def find_order(db: Db, order_id: UUID) -> OrderRow | None:
    raw = db.cursor(row_factory=class_row(_Raw)).execute(f"{_SELECT} WHERE o.id = %s", (order_id,)).fetchone()
    return _order_row(raw) if raw else None


def sent_order(db: Db, order_id: UUID) -> Order | None:
    """The order as it was signed, to be sent again."""
    row = db.execute("SELECT body FROM orders WHERE id = %s", (order_id,)).fetchone()
    return Order.model_validate(row[0]) if row else None


def incident_orders(db: Db, incident_id: UUID) -> list[OrderRow]:
    """Oldest first."""
    query = f"{_SELECT} WHERE o.incident_id = %s ORDER BY o.issued_at, o.id"
    return [_order_row(raw) for raw in db.cursor(row_factory=class_row(_Raw)).execute(query, (incident_id,))]


def recent_orders(db: Db, limit: int = 100) -> list[OrderRow]:
    """Newest first."""
    query = f"{_SELECT} ORDER BY o.issued_at DESC LIMIT %s"
    return [_order_row(raw) for raw in db.cursor(row_factory=class_row(_Raw)).execute(query, (limit,))]


def find_lease(db: Db, edge: str, aircraft: str) -> LeaseRow | None:
    query = "SELECT edge, aircraft, holder, epoch, taken_at, used_at FROM leases WHERE edge = %s AND aircraft = %s"
    return db.cursor(row_factory=class_row(LeaseRow)).execute(query, (edge, aircraft)).fetchone()


def list_leases(db: Db) -> list[LeaseRow]:
    query = "SELECT edge, aircraft, holder, epoch, taken_at, used_at FROM leases ORDER BY edge, aircraft"
    return db.cursor(row_factory=class_row(LeaseRow)).execute(query).fetchall()


def lock_aircraft(db: Db, edge: str, aircraft: str) -> None:
    """Until the transaction ends nobody else judges or takes this aircraft's lease, whether or not it has one yet."""
    db.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 722641))", (f"{edge}/{aircraft}",))


def take_lease(db: Db, edge: str, aircraft: str, holder: str, *, above: int = 0) -> LeaseRow:
    """Takes over: the epoch rises by one and orders of the old one die at the box. The caller writes the audit.

    `above`: the epoch that the box holds, which outlives a database that was restored from an older copy.
    """
    db.execute(
        "INSERT INTO leases AS l (edge, aircraft, holder, epoch) VALUES (%s, %s, %s, %s) ON CONFLICT (edge, aircraft)"
        " DO UPDATE SET holder = excluded.holder, epoch = greatest(l.epoch + 1, excluded.epoch), taken_at = now(),"
        " used_at = now()",
        (edge, aircraft, holder, above + 1),
    )
    lease = find_lease(db, edge, aircraft)
    assert lease is not None
    return lease


def next_order_seq(db: Db, edge: str, aircraft: str, holder: str) -> tuple[Lease, int] | None:
    """The lease and the next sequence number under it; None where `holder` does not hold it. Sequences never fall.

    They are milliseconds at least: a database restored from yesterday's copy still goes on above what the box knows.
    """
    row = db.execute(
        "UPDATE leases SET last_seq = greatest(last_seq + 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint),"
        " used_at = now() WHERE edge = %s AND aircraft = %s AND holder = %s"
        " RETURNING holder, epoch, last_seq",
        (edge, aircraft, holder),
    ).fetchone()
    return (Lease(holder=row[0], epoch=row[1]), int(row[2])) if row else None


def _order_row(raw: _Raw) -> OrderRow:
    last = max(raw.states, key=lambda step: PROGRESS[step.state], default=None)
    return OrderRow.model_validate(
        {
            **raw.body,
            "states": raw.states,
            "state": last.state if last else OrderState.SENT,
            "reasons": last.reasons if last else (),
            "reason": raw.body["reason"],
        }
    )
