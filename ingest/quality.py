"""How well every camera reads: stored reads in, misread estimates out; and what boxes read but did not tell, for a day.

A child of `airbeat ingest`. Estimates rest on the reads of the last week; after a start they are counted again. What is
rejected goes when its 24 hours are over; without this process nothing of it comes in.
"""

import argparse
import queue
import sys
import threading
import time
from base64 import b64decode
from collections import deque
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import structlog

from ingest.misread import estimate
from ingest.passes import Evidence, Passes, Seen
from ingest.room import RoomConfig, connect_broker
from ingest.store.connect import LOST, Db, connect_patiently, database_url
from ingest.store.quality import (
    ReadForEstimate,
    RejectedRow,
    forget_rejected,
    put_misreads,
    put_rejected,
    reads_between,
    trim_rejected,
)
from ingest.store.schema import migrate
from wire.config import read_config
from wire.process import guarded, setup_logging, stop_event
from wire.rejected import RejectedRead
from wire.topics import REJECTED
from wire.vrm import UNKNOWN

log = structlog.get_logger()
TURN_S = 5.0
ESTIMATE_S = 60.0
REST = 20.0
"""Times as long as an estimate took until the next: forty cameras that share vehicles cost 20 s of a core."""
SETTLED_S = 5.0
"""Reads younger than that may still be overtaken by another worker's commit."""
BATCH = 5_000
DAYS = 7
KEEP_REJECTED = 5_000
"""Of one box: 15 MB; a day of ten cameras with 150 vehicles an hour each, of which one in seven is not told."""
HELD = 2_000
"""Rejected reads waiting for a database that is away; more are let go."""


class Estimates:
    """The evidence of the last week, by day."""

    def __init__(self, since: datetime, test_plates: tuple[str, ...]) -> None:
        self._passes, self._days = Passes(test_plates), deque[tuple[date, Evidence]](maxlen=DAYS)
        self.read_until = since
        self._due_at, self._fresh = datetime.min.replace(tzinfo=UTC), False

    def add(self, rows: list[ReadForEstimate]) -> None:
        for row in rows:
            self._passes.add(seen_of(row), self._day(row.stored_at.date()))
            self.read_until, self._fresh = row.stored_at, True

    def put(self, db: Db, now: datetime) -> None:
        """Once a minute at most, less often where there are many cameras, and where something new was read."""
        if not self._fresh or now < self._due_at:
            return
        started = time.monotonic()
        week = Evidence()
        for _, evidence in self._days:
            week.add(evidence)
        put_misreads(db, estimate(week, Random(now.date().toordinal())), now)
        spent_s = time.monotonic() - started
        self._due_at, self._fresh = now + timedelta(seconds=max(ESTIMATE_S, REST * spent_s)), False

    def _day(self, day: date) -> Evidence:
        if not self._days or self._days[-1][0] != day:
            self._days.append((day, Evidence()))
        return self._days[-1][1]


def seen_of(row: ReadForEstimate) -> Seen:
    """A stored read, as the estimate counts it."""
    name, at = f"{row.box}/{row.camera}", min(row.seen_at, row.stored_at).timestamp()
    return Seen(name, row.fold, at, 1 - row.confidence, row.format == UNKNOWN)


def kept(rejected: RejectedRead, now: datetime) -> RejectedRow:
    """As it is stored; its day ends by the room's clock, whatever the box's says. Raises ValueError for a picture or a
    text that no database takes."""
    if "\0" in rejected.text + rejected.reason:
        raise ValueError("a zero character in a text")
    b64decode(rejected.patch, validate=True)
    return RejectedRow(**rejected.model_dump() | {"at": min(rejected.at, now)})


class Quality:
    """One thread owns the database; MQTT's thread only fills the queue."""

    def __init__(self, room: RoomConfig) -> None:
        self._room = room
        self._waiting: queue.Queue[RejectedRow] = queue.Queue(HELD)

    def hear(self, topic: str, payload: bytes) -> None:
        """A rejected read; one that can't be read or has no room is let go: it is no evidence of anything."""
        try:
            rejected = RejectedRead.model_validate_json(payload)
            fields = REJECTED.match(topic)
            if fields and fields["edge"] == rejected.edge:
                self._waiting.put_nowait(kept(rejected, datetime.now(UTC)))
        except (ValueError, queue.Full) as error:
            log.warning("rejected_read_let_go", topic=topic, why=type(error).__name__)

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping`; a database that goes away is waited for."""
        url = database_url(self._room.store)
        while db := connect_patiently(url, stopping):
            try:
                self._serve(db, stopping)
            except LOST as error:
                log.warning("database_lost", reason=str(error).strip().split("\n")[0])
                stopping.wait(1)
            finally:
                db.close()

    def _serve(self, db: Db, stopping: threading.Event) -> None:
        migrate(db)
        estimates = Estimates(datetime.now(UTC) - timedelta(days=DAYS), self._room.quality.test_plates)
        while not stopping.is_set():
            if not self.turn(db, estimates, datetime.now(UTC)):
                stopping.wait(TURN_S)

    def turn(self, db: Db, estimates: Estimates, now: datetime) -> bool:
        """What came is stored, what is past its day goes, some of what was read is counted; whether more waits."""
        heard = set[str]()
        for _ in range(self._waiting.qsize()):
            put_rejected(db, row := self._waiting.get_nowait())
            heard.add(row.edge)
        trim_rejected(db, heard, KEEP_REJECTED)
        forget_rejected(db)
        settled = now - timedelta(seconds=SETTLED_S)
        rows = reads_between(db, estimates.read_until, settled, BATCH)
        estimates.add(rows)
        if len(rows) >= BATCH:
            return True
        estimates.put(db, now)
        return False


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ingest.quality", description=__doc__)
    parser.add_argument("room", type=Path, metavar="ROOM.toml")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args.room))


def _run(path: Path) -> int:
    room = read_config(path, RoomConfig)
    setup_logging("quality")
    quality, mqtt = Quality(room), connect_broker(room.broker, f"quality-{room.name}")
    mqtt.subscribe(REJECTED.filter(), REJECTED.qos, quality.hear)
    stopping = stop_event()
    mqtt.start()
    quality.run(stopping)
    mqtt.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
