"""Word from one process to the others that something was committed: PostgreSQL's NOTIFY on one channel."""

from collections.abc import Iterator
from uuid import UUID

from pydantic import ValidationError

from ingest.store.connect import Db
from wire.frozen import Frozen

CHANNEL = "airbeat"
_IDS_A_NOTICE = 100
"""38 bytes an id: a notice stays below PostgreSQL's 8,000 bytes."""


class Notice(Frozen):
    """What a commit changed. `events`: plate reads, newest last; `more`: reads beyond those named."""

    events: tuple[UUID, ...] = ()
    more: int = 0
    opened: tuple[UUID, ...] = ()
    """Incidents that this commit opened: the alarm."""
    incidents: tuple[UUID, ...] = ()
    """Incidents that it changed; those opened are not repeated here."""
    orders: tuple[UUID, ...] = ()
    boxes: tuple[str, ...] = ()
    hotlist: bool = False


def notify(db: Db, notice: Notice) -> None:
    """Heard by the listeners once the surrounding transaction has committed, and only then."""
    for part in _split(notice):
        db.execute("SELECT pg_notify(%s, %s)", (CHANNEL, part.model_dump_json(exclude_defaults=True)))


def listen(db: Db, timeout_s: float) -> Iterator[Notice]:
    """Yields notices until `timeout_s` has passed without end; call it in a loop on a connection kept for it alone.

    Raises psycopg.OperationalError where the connection breaks: reconnect and read the lists anew.
    """
    db.execute(f"LISTEN {CHANNEL}")
    for message in db.notifies(timeout=timeout_s):
        try:
            yield Notice.model_validate_json(message.payload)
        except ValidationError:
            continue


def _split(notice: Notice) -> list[Notice]:
    """One notice for reads (the newest hundred, the others counted) and further ones where incidents are many."""
    size, surplus = _IDS_A_NOTICE, max(0, len(notice.events) - _IDS_A_NOTICE)
    parts = [
        Notice(events=notice.events[surplus:], more=notice.more + surplus, boxes=notice.boxes, hotlist=notice.hotlist)
    ]
    parts += [Notice(opened=notice.opened[n : n + size]) for n in range(0, len(notice.opened), size)]
    parts += [Notice(incidents=notice.incidents[n : n + size]) for n in range(0, len(notice.incidents), size)]
    parts += [Notice(orders=notice.orders[n : n + size]) for n in range(0, len(notice.orders), size)]
    return [part for part in parts if part != Notice()]
