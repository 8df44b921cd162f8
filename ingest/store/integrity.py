"""Whether what is stored is what the boxes told: each box's chain of events and its signed heads (SAFETY.md S4)."""

from datetime import datetime

from psycopg.rows import class_row

from ingest.heads import Head
from ingest.store.connect import Db
from wire.frozen import Frozen


class ChainRow(Frozen):
    """`breaks` and `forged`, heads that the box's key did not sign, are of all time; the rest is of the last day:
    heads that it signed, such that the room has no key for, and when the last signed one was stored."""

    edge: str
    breaks: int
    signed: int
    forged: int
    unproven: int
    signed_at: datetime | None


MOST = 200
_DAY = "stored_at > now() - interval '1 day'"


def list_chains(db: Db) -> list[ChainRow]:
    """One row a box that has sent events."""
    query = (
        "SELECT b.edge, b.breaks, coalesce(h.signed, 0) AS signed, coalesce(f.forged, 0) AS forged,"
        " coalesce(h.unproven, 0) AS unproven, h.signed_at FROM"
        " (SELECT box AS edge, sum(breaks)::int AS breaks FROM boots GROUP BY box) b LEFT JOIN"
        " (SELECT box AS edge, count(*) FILTER (WHERE signed)::int AS signed,"
        " count(*) FILTER (WHERE signed IS NULL)::int AS unproven, max(stored_at) FILTER (WHERE signed) AS signed_at"
        f" FROM chain_heads WHERE {_DAY} GROUP BY box) h USING (edge) LEFT JOIN"
        " (SELECT box AS edge, count(*)::int AS forged FROM chain_heads WHERE signed IS false GROUP BY box) f"
        " USING (edge) ORDER BY 1"
    )
    return db.cursor(row_factory=class_row(ChainRow)).execute(query).fetchall()


def look_at_heads(db: Db) -> list[Head]:
    """Forged ones, and those of the last day that do not fit the event stored under their number; MOST at most.

    `events.false_heads` compares all there are, which takes longer than a request may.
    """
    columns = "h.box, h.boot, h.seq, encode(h.sha256, 'hex'), h.signed FROM chain_heads h"
    query = (
        f"SELECT {columns} WHERE h.signed IS false UNION SELECT {columns} JOIN events e USING (box, boot, seq)"
        f" WHERE h.{_DAY} AND e.stored_on >= current_date - 2 AND e.sha256 <> h.sha256 ORDER BY 1, 2, 3 LIMIT %s"
    )
    return [Head(*row) for row in db.execute(query, (MOST,))]
