"""Commanding aircraft: POST /api/orders, GET /api/orders/{id}, POST /api/aircraft/{edge}/{aircraft}/take."""

from datetime import UTC, datetime
from uuid import UUID

from pydantic import Field

from dashboard.desk import AtDesk, Signed
from dashboard.gate import Refused
from dashboard.orders import OrderRequest, issue, present, take_over
from ingest.store import orders
from ingest.store.orders import LeaseRow, OrderRow
from wire.frozen import Frozen, Name


class Take(Frozen):
    reason: str = Field(min_length=1, max_length=500)


def post_order(desk: AtDesk, person: Signed, body: OrderRequest) -> OrderRow:
    return issue(desk, person, body)


def get_order(desk: AtDesk, order_id: UUID) -> OrderRow:
    with desk.database.transaction() as db:
        row = orders.find_order(db, order_id)
    if row is None:
        raise Refused(404, "There is no such order")
    return present(row, datetime.now(UTC))


def take(desk: AtDesk, person: Signed, edge: Name, aircraft: Name, body: Take) -> LeaseRow:
    return take_over(desk, person, edge, aircraft, body.reason)
