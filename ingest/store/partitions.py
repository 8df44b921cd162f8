"""Days of events, reads and media: made ahead of their first row, dropped at their end."""

from datetime import date, timedelta

from psycopg import sql

from ingest.store.connect import Db
from ingest.store.schema import SHELF

TABLES = ("events", "reads", "media")
_PARTITION_LOCK = 7_226_402


def ensure_days(db: Db, first: date, days: int) -> None:
    """The shelf and the partitions of `first` and the days after it exist when it returns."""
    with db.transaction():
        db.execute("SELECT pg_advisory_xact_lock(%s)", (_PARTITION_LOCK,))
        for table in TABLES:
            for day in (SHELF, *(first + timedelta(days=n) for n in range(days))):
                _create(db, table, day)


def days_of(db: Db, table: str) -> list[date]:
    """The days that have a partition, oldest first; the shelf is not among them."""
    rows = db.execute(
        "SELECT right(c.relname, 8) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = %s::regclass",
        (table,),
    ).fetchall()
    days = sorted(date(int(name[:4]), int(name[4:6]), int(name[6:])) for (name,) in rows)
    return [day for day in days if day != SHELF]


def drop_day(db: Db, table: str, day: date) -> None:
    """Forgets a day: every row that was not shelved."""
    db.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_name(table, day)))


def count_day(db: Db, table: str, day: date) -> int:
    row = db.execute(sql.SQL("SELECT count(*) FROM {}").format(_name(table, day))).fetchone()
    return int(row[0]) if row else 0


def _name(table: str, day: date) -> sql.Identifier:
    return sql.Identifier(f"{table}_{day.year:04}{day.month:02}{day.day:02}")


def _create(db: Db, table: str, day: date) -> None:
    bounds = sql.SQL("CREATE TABLE IF NOT EXISTS {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})")
    end = day + timedelta(days=1)
    db.execute(bounds.format(_name(table, day), sql.Identifier(table), sql.Literal(day), sql.Literal(end)))
