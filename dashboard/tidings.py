"""What the database tells of its commits: a thread of its own hears the notices and pushes the rows to the browsers."""

import asyncio
import os
import signal
from datetime import UTC, datetime
from threading import Thread
from time import monotonic
from uuid import UUID

import structlog

from dashboard.desk import Desk
from dashboard.live import Message, message
from dashboard.orders import ANSWER_GRACE_S, present
from ingest.store import boxes, incidents, orders, reads
from ingest.store.boxes import BoxRow
from ingest.store.connect import Db, connect_patiently, database_url
from ingest.store.incidents import IncidentRow
from ingest.store.notices import Notice, listen
from ingest.store.orders import OrderRow
from ingest.store.pool import Away, lost_is_away
from wire.frozen import Frozen
from wire.orders import MAX_LIFE_S, OrderState

log = structlog.get_logger()
RETRY_S = 0.5
LISTEN_S = 0.5
"""How long the listener waits before it looks whether it is to stop."""
CATCH_UP_ORDERS = 20
DEAD_AFTER_S = MAX_LIFE_S + ANSWER_GRACE_S + 0.1


class Hello(Frozen):
    """The first message of a live stream: what is true now."""

    server_time: datetime
    boxes: tuple[BoxRow, ...]
    incidents: tuple[IncidentRow, ...]


def hello(desk: Desk) -> Message | None:
    """None while the database is away."""
    try:
        with desk.database.transaction() as db:
            rows = Hello(
                server_time=datetime.now(UTC),
                boxes=tuple(boxes.list_boxes(db)),
                incidents=tuple(incidents.list_incidents(db, "open")),
            )
    except Away:
        return None
    return message("hello", rows)


class Tidings:
    """Start it on the event loop that serves the browsers; it ends within LISTEN_S of the desk's `stopping`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._url = database_url(desk.room.store)
        self._thread = Thread(target=self._run, name="tidings", daemon=True)

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        try:
            self._keep_listening()
        finally:
            if not self._desk.stopping.is_set():  # a bug: a console without alarms must not look well
                self._desk.failed.set()
                os.kill(os.getpid(), signal.SIGTERM)

    def _keep_listening(self) -> None:
        while (db := connect_patiently(self._url, self._desk.stopping)) is not None:
            try:
                with lost_is_away(), db:
                    self._listen(db)
            except Away as away:
                log.warning("notices_lost", reason=str(away))
                self._desk.stopping.wait(RETRY_S)

    def _listen(self, db: Db) -> None:
        """Until the process stops. Listens first and catches up then, so that nothing falls between the two."""
        for notice in listen(db, 0):
            self._tell(notice)
        self._catch_up()
        while not self._desk.stopping.is_set():
            for notice in listen(db, LISTEN_S):
                self._tell(notice)

    def _catch_up(self) -> None:
        """What changed while nobody listened: told as updates, for whoever's screen missed them."""
        with self._desk.database.transaction() as db:
            rows, recent = incidents.list_incidents(db, "open"), orders.recent_orders(db, CATCH_UP_ORDERS)
            known = boxes.list_boxes(db)
        self._loop.call_soon_threadsafe(self._desk.fleet.recall, known, datetime.now(UTC), monotonic())
        for row in rows:
            self._incident(row, opened=False)
        for order in reversed(recent):
            self._order(order)

    def _tell(self, notice: Notice) -> None:
        with self._desk.database.transaction() as db:
            opened = incidents.find_incidents(db, list(notice.opened)) if notice.opened else []
            changed = incidents.find_incidents(db, list(notice.incidents)) if notice.incidents else []
            passed = reads.find_reads(db, list(notice.events)) if notice.events else []
            ordered = [row for key in notice.orders if (row := orders.find_order(db, key))]
        for incident in opened:
            self._incident(incident, opened=True)
        for incident in changed:
            self._incident(incident, opened=False)
        for order in ordered:
            self._order(order)
        for read in passed:
            self._desk.hub.post(message("read", read))

    def _incident(self, row: IncidentRow, *, opened: bool) -> None:
        event = "opened" if opened else "closed" if row.state == "closed" else "updated"
        self._desk.hub.post(message("incident", row, urgent=True, event=event))

    def _order(self, row: OrderRow) -> None:
        row = present(row, datetime.now(UTC))
        self._desk.hub.post(message("order", row, urgent=True))
        if row.state is OrderState.SENT and not row.reasons:
            self._loop.call_soon_threadsafe(self._loop.call_later, DEAD_AFTER_S, self._ask_again, row.id)

    def _ask_again(self, order_id: UUID) -> None:
        """Tells of an order that nobody answered."""
        if not self._desk.stopping.is_set():
            self._loop.run_in_executor(None, self._tell_unanswered, order_id)

    def _tell_unanswered(self, order_id: UUID) -> None:
        try:
            with self._desk.database.transaction() as db:
                row = orders.find_order(db, order_id)
        except Away:
            return
        if row and row.state is OrderState.SENT:
            self._order(row)
