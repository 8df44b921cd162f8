"""Whether what is stored is what the boxes told: each box's chain of events and its signed heads (SAFETY.md S4)."""

from datetime import datetime

from psycopg.rows import class_row

from ingest.store.connect import Db
from wire.frozen import Frozen


class ChainRow(Frozen):
    """`breaks`: events that do not name the one before them. Heads: signed by the box's key, not by it, and such that
    the room has no key for; `signed_at`: when the last good one was stored."""

    edge: str
    breaks: int
    signed: int
    forged: int
    unproven: int
    signed_at: datetime | None


def list_chains(db: Db) -> list[ChainRow]:
    """One row a box that has sent events."""
    query = (
        "SELECT b.edge, b.breaks, coalesce(h.signed, 0) AS signed, coalesce(h.forged, 0) AS forged,"
        " coalesce(h.unproven, 0) AS unproven, h.signed_at FROM"
        " (SELECT box AS edge, sum(breaks)::int AS breaks FROM boots GROUP BY box) b LEFT JOIN"
        " (SELECT box AS edge, count(*) FILTER (WHERE signed)::int AS signed,"
        " count(*) FILTER (WHERE NOT signed)::int AS forged, count(*) FILTER (WHERE signed IS NULL)::int AS unproven,"
        " max(stored_at) FILTER (WHERE signed) AS signed_at FROM chain_heads GROUP BY box) h USING (edge) ORDER BY 1"
    )
    return db.cursor(row_factory=class_row(ChainRow)).execute(query).fetchall()
