"""What is past its time is forgotten, a day's partition at a time, and the deletion is proved by counting (S6).

`airbeat retention ROOM.toml`. Kept beyond its day: reads and events of an incident that is open or on legal hold, and
the pictures of what belongs to an incident, as long as that stays. Days count from arrival.
"""

import argparse
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import structlog

from ingest.room import RetentionConfig, RoomConfig
from ingest.store.audit import append_audit, forget_audit
from ingest.store.connect import LOST, Db, connect, connect_patiently, database_url
from ingest.store.holding import clear_shelf, count_before, forget_aside, shelve_day
from ingest.store.incidents import keep_holds
from ingest.store.partitions import count_day, days_of, drop_day
from ingest.store.scenes import forget_scenes
from ingest.store.schema import migrate
from wire.config import read_config
from wire.errors import UserError
from wire.process import guarded, setup_logging, stop_event

log = structlog.get_logger()
DAY_S = 24 * 3600.0
TABLES = ("media", "reads", "events")
"""In this order: which pictures stay is decided by the reads that are still in their day."""


@dataclass(frozen=True)
class Report:
    """`left`: rows past their time that are still there though nothing holds them; 0 is the proof."""

    dropped: dict[str, int]
    shelved: dict[str, int]
    cleared: int
    left: int


def cutoff(table: str, config: RetentionConfig, today: date) -> date:
    """The first day that stays."""
    days = config.media_days if table == "media" else config.reads_days
    return today - timedelta(days=days)


def run_retention(db: Db, config: RetentionConfig, today: date) -> Report:
    """Shelves and drops each day past its time, a transaction a day, then counts what is left. Audited."""
    dropped, shelved = dict.fromkeys(TABLES, 0), dict.fromkeys(TABLES, 0)
    for table in TABLES:
        for day in (day for day in days_of(db, table) if day < cutoff(table, config, today)):
            with db.transaction():
                keep_holds(db)
                shelved[table] += shelve_day(db, table, day)
                dropped[table] += count_day(db, table, day)
                drop_day(db, table, day)
    before = datetime.combine(cutoff("reads", config, today), datetime.min.time(), UTC)
    with db.transaction():
        keep_holds(db)
        forget_scenes(db, before)  # first: the shelf keeps the pictures that they name
        cleared = clear_shelf(db, before)
    forget_aside(db, before)
    forget_audit(db, config.audit_days)
    left = sum(count_before(db, table, cutoff(table, config, today)) for table in TABLES)
    report = Report(dropped, shelved, cleared, left)
    if any(dropped.values()) or cleared:
        append_audit(db, "retention", "forget", details={"dropped": dropped, "cleared": cleared, "left": left})
    return report


def main(argv: list[str] | None = None) -> int:
    """airbeat retention ROOM.toml [--daily]"""
    parser = argparse.ArgumentParser(prog="airbeat retention", description=__doc__)
    parser.add_argument("room", type=Path, metavar="ROOM.toml")
    parser.add_argument("--daily", action="store_true", help="stay, and do it once a day")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args.room, args.daily))


def _run(path: Path, daily: bool) -> int:
    room = read_config(path, RoomConfig)
    if daily:
        setup_logging("retention")
        return _stay(room)
    try:
        with connect(database_url(room.store)) as db:
            migrate(db)
            report = run_retention(db, room.retention, datetime.now(UTC).date())
    except LOST as error:
        raise UserError("the database does not answer", where="store", remedy="Start `airbeat ingest`") from error
    for table in TABLES:
        print(f"{table}: {report.dropped[table]} rows dropped, {report.shelved[table]} kept for incidents")
    print(f"{report.cleared} rows left the shelf; {report.left} rows past their time remain")
    return 0 if report.left == 0 else 1


def _stay(room: RoomConfig) -> int:
    stopping = stop_event()
    while db := connect_patiently(database_url(room.store), stopping):
        try:
            migrate(db)
            report = run_retention(db, room.retention, datetime.now(UTC).date())
            log.info("retention_done", cleared=report.cleared, left=report.left, **report.dropped)
        except LOST as error:
            log.warning("database_lost", reason=str(error).strip().split("\n")[0])
            stopping.wait(1)
            continue
        finally:
            db.close()
        stopping.wait(DAY_S)
    return 0


if __name__ == "__main__":
    sys.exit(main())
