"""Hotlists from CSV: `vrm,category,priority,note,expires`, one vehicle a row. `airbeat hotlist ROOM.toml LIST.csv`."""

import argparse
import getpass
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest.room import RoomConfig
from ingest.store.audit import append_audit
from ingest.store.connect import LOST, Db, connect, database_url
from ingest.store.hotlists import put_hotlist
from ingest.store.schema import migrate
from wire.config import read_config
from wire.errors import UserError
from wire.hotlist_csv import Rejected, parse_csv
from wire.process import guarded

DEFAULT_LIFE = timedelta(days=7)


@dataclass(frozen=True)
class Imported:
    version: int
    entries: int
    rejected: tuple[Rejected, ...]


def import_hotlist(
    db: Db, name: str, text: str, who: str, *, now: datetime, expires_at: datetime | None = None
) -> Imported:
    """Stores a new version, which replaces the one before it on every box and at ingest. Audited."""
    entries, rejected = parse_csv(text, now)
    if not entries:
        why = f"; line {rejected[0].line}: {rejected[0].why}" if rejected else ""
        raise UserError(f"no good row among {len(rejected)}{why}", where=name)
    with db.transaction():
        until = expires_at or now + DEFAULT_LIFE
        version = put_hotlist(db, name, entries, issued_at=now, expires_at=until, imported_by=who)
        details = {"entries": len(entries), "rejected": len(rejected)}
        append_audit(db, who, "import hotlist", object=f"{name} version {version}", details=details)
    return Imported(version, len(entries), tuple(rejected))


def main(argv: list[str] | None = None) -> int:
    """airbeat hotlist ROOM.toml LIST.csv [--name NAME] [--days N]"""
    parser = argparse.ArgumentParser(prog="airbeat hotlist", description=__doc__)
    parser.add_argument("room", type=Path, metavar="ROOM.toml")
    parser.add_argument("csv", type=Path, metavar="LIST.csv")
    parser.add_argument("--name", default="", help="the list's name; the file's by default")
    parser.add_argument("--days", type=float, default=DEFAULT_LIFE.days, help="days until the whole list expires")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args.room, args.csv, args.name or args.csv.stem, args.days))


def _run(room_path: Path, csv_path: Path, name: str, days: float) -> int:
    room = read_config(room_path, RoomConfig)
    try:
        text = csv_path.read_bytes().decode()
    except OSError as error:
        raise UserError(f"cannot read the list ({error.strerror})", where=str(csv_path)) from error
    except UnicodeDecodeError as error:
        raise UserError("the list is not UTF-8 text", where=str(csv_path)) from error
    now = datetime.now(UTC)
    try:
        with connect(database_url(room.store)) as db:
            migrate(db)
            done = import_hotlist(db, name, text, getpass.getuser(), now=now, expires_at=now + timedelta(days=days))
    except LOST as error:
        raise UserError("the database does not answer", where="store", remedy="Start `airbeat ingest`") from error
    for row in done.rejected:
        print(f"{csv_path}:{row.line}: {row.why}", file=sys.stderr)
    print(f"hotlist {name} version {done.version}: {done.entries} entries, {len(done.rejected)} rows rejected")
    return 0


if __name__ == "__main__":
    sys.exit(main())
