"""Orders to the aircraft in lockstep, as its control room writes them (pure)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from wire.orders import Act, Lease, Order

EDGE, AIRCRAFT = "dock-1", "falcon-1"
T0 = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""The control room's time when a lockstep world begins."""


def make_order(act: Act, seq: int = 1, at: datetime = T0, **changes: Any) -> Order:
    fields: dict[str, Any] = {
        "id": uuid4(),
        "edge": EDGE,
        "aircraft": AIRCRAFT,
        "lease": Lease(holder="anna", epoch=1),
        "seq": seq,
        "issued_at": at,
        "expires_at": at + timedelta(seconds=5),
        "incident_id": uuid4(),
        "reason": "stolen car seen twice",
        "issued_by": "anna",
        "role": "dispatcher",
        "act": act,
    }
    return Order(**{**fields, **changes})
