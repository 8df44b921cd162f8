"""One ingest worker: MQTT -> inbox -> batch -> one transaction -> sealed receipts.

Nothing is acknowledged before the database has it (SAFETY.md D1): with the database away receipts stop, the boxes keep
what they have and send it again. Worker 0 also keeps every box's config (the hotlist) on the broker.
"""

import argparse
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import ValidationError

from ingest.accept import Aside, Envelope, Fresh
from ingest.commit import Batch, Committed, commit
from ingest.inbound import Item, read_message
from ingest.inbox import Inbox
from ingest.matching import NO_MARKS, Marks, marks_of
from ingest.room import RoomConfig, connect_broker
from ingest.store.boxes import list_boxes
from ingest.store.connect import LOST, POISON, Db, connect_patiently, database_url
from ingest.store.events import trim_aside
from ingest.store.hotlists import current_hotlist, current_version
from ingest.store.media import Picture
from ingest.store.partitions import ensure_days
from ingest.store.schema import migrate
from wire.config import read_config
from wire.errors import UserError
from wire.mqtt import Mqtt
from wire.process import guarded, setup_logging, stop_event
from wire.signing import load_private, load_public, seal
from wire.states import ClockAnswer, ClockAsk, EdgeConfig, Hotlist, Receipt
from wire.topics import ANSWER, CLOCK_ANSWER, CLOCK_ASK, CONFIG, EVENT, HEALTH, MEDIA, RECEIPT

log = structlog.get_logger()
WAIT_S, GATHER_S = 0.5, 0.05
MAX_MESSAGES, MAX_BYTES = 1000, 2 * 1024 * 1024
DAYS_AHEAD = 3
REPORT_S = 10.0
KEEP_ASIDE = 10_000
"""Unreadable messages kept for a look; a box gone mad must not fill the disk (D9)."""
LOOK_S = 1.0
"""How often worker 0 looks for a new hotlist."""


@dataclass
class Worker:
    """One thread owns the database and this state; MQTT's thread only fills the inbox and answers the clock."""

    room: RoomConfig
    key: Ed25519PrivateKey
    mqtt: Mqtt
    number: int
    inbox: Inbox = field(default_factory=Inbox)
    marks: Marks = NO_MARKS
    hotlist: Hotlist | None = None
    partitions_for: date | None = None
    broker_back: threading.Event = field(default_factory=threading.Event)
    looked_at: float = 0.0
    totals: dict[str, int] = field(default_factory=dict)
    reported_at: float = field(default_factory=time.monotonic)

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping`: a database that goes away is waited for; what was in hand comes again from the boxes."""
        url = database_url(self.room.store)
        while db := connect_patiently(url, stopping):
            try:
                self._serve(db, stopping)
            except LOST as error:
                log.warning("database_lost", reason=str(error).strip().split("\n")[0])
                stopping.wait(0.2)
            finally:
                db.close()

    def _serve(self, db: Db, stopping: threading.Event) -> None:
        migrate(db)
        self.partitions_for = None
        log.info("worker_ready", worker=self.number)
        while not stopping.is_set():
            messages = self.inbox.take(wait_s=WAIT_S, gather_s=GATHER_S, max_messages=MAX_MESSAGES, max_bytes=MAX_BYTES)
            items = [item for topic, payload in messages for item in read_message(topic, payload)]
            if items:
                self._store(db, items)
            if self.number == 0:
                self._keep_configs(db)
            self._report(db)

    def _store(self, db: Db, items: Sequence[Item]) -> None:
        """Stores what can be stored; of a batch that cannot, each half is tried, down to the one item at fault."""
        now = datetime.now(UTC)
        self._ready_for(db, now.date())
        try:
            batch = Batch.of(items)
            done = commit(db, batch, self.marks, self.room.incidents, now, find_key=self.find_key)
        except POISON as error:
            self._store_halves(db, items, str(error).strip().split("\n")[0])
            return
        self._acknowledge(done, now)

    def _store_halves(self, db: Db, items: Sequence[Item], why: str) -> None:
        if len(items) > 1:
            middle = len(items) // 2
            self._store(db, items[:middle])
            self._store(db, items[middle:])
        elif isinstance(items[0], Aside):
            log.error("cannot_put_aside", topic=items[0].topic, why=why)
        else:
            self._store(db, [aside_of(items[0], why)])

    def _ready_for(self, db: Db, today: date) -> None:
        """The day's partitions and the newest hotlist, before anything is judged by them."""
        if self.partitions_for != today:
            ensure_days(db, today, DAYS_AHEAD)
            self.partitions_for = today
        if self.marks.version != current_version(db):
            self.hotlist = current_hotlist(db)
            self.marks = marks_of(self.hotlist)
            log.info("hotlist_loaded", version=self.marks.version, entries=len(self.marks.by_fold))

    def _acknowledge(self, done: Committed, now: datetime) -> None:
        for box in sorted({*done.ranges, *done.media}):
            receipt = Receipt(edge=box, at=now, ranges=done.ranges.get(box, ()), media=done.media.get(box, ()))
            self.mqtt.publish(RECEIPT.of(box), seal(RECEIPT.name, receipt.encode(), self.key), RECEIPT.qos)
        for box in done.new_boxes:
            self._publish_config(box)
        counts = {"stored": done.stored, "repeats": done.repeats, "aside": done.aside, "broken_chain": done.breaks}
        counts["bad_heads"] = done.bad_heads
        for name, count in counts.items():
            self.totals[name] = self.totals.get(name, 0) + count
        if done.opened:
            log.info("incidents_opened", ids=[str(i) for i in done.opened])

    def _keep_configs(self, db: Db) -> None:
        """After a new hotlist, and after each connection to a broker that may have forgotten: to every box we know."""
        if time.monotonic() - self.looked_at < LOOK_S:
            return
        self.looked_at = time.monotonic()
        version = self.marks.version
        self._ready_for(db, datetime.now(UTC).date())
        if self.marks.version != version or self.broker_back.is_set():
            self.broker_back.clear()
            for box in list_boxes(db):
                self._publish_config(box.edge)

    def _publish_config(self, box: str) -> None:
        if self.hotlist is not None:
            config = EdgeConfig(edge=box, hotlist=self.hotlist)
            self.mqtt.publish(CONFIG.of(box), seal(CONFIG.name, config.encode(), self.key), CONFIG.qos, CONFIG.retain)

    def answer_clock(self, topic: str, payload: bytes) -> None:
        """On MQTT's thread: a question about the time cannot wait for a batch."""
        received_at = datetime.now(UTC)
        try:
            ask = ClockAsk.model_validate_json(payload)
        except ValidationError:
            self.inbox.put(topic, payload)
            return
        fields = CLOCK_ASK.match(topic)
        if fields and fields["edge"] == ask.edge:
            answer = ClockAnswer(asked_at=ask.asked_at, received_at=received_at, answered_at=datetime.now(UTC))
            self.mqtt.publish(CLOCK_ANSWER.of(ask.edge), answer.encode(), CLOCK_ANSWER.qos)

    def find_key(self, box: str) -> Ed25519PublicKey | None:
        """Read at each use, a minute apart a box, so that a new box's key counts without a restart."""
        path = self.room.keys.boxes_dir / f"{box}.pub"
        try:
            return load_public(path) if path.exists() else None
        except UserError as error:
            log.warning("box_key_unreadable", box=box, why=str(error))
            return None

    def _report(self, db: Db) -> None:
        if time.monotonic() - self.reported_at < REPORT_S:
            return
        self.reported_at = time.monotonic()
        if self.number == 0:
            trim_aside(db, KEEP_ASIDE)
        if any(self.totals.values()) or self.inbox.refused:
            log.info("ingested", worker=self.number, refused=self.inbox.refused, **self.totals)
            self.totals, self.inbox.refused = {}, 0


def aside_of(item: Item, why: str) -> Aside:
    """An item that the database refuses, as what is put aside in its place; it counts as stored."""
    match item:
        case Fresh():
            envelope = Envelope(box=item.event.box, boot=item.event.boot, seq=item.event.seq)
            return Aside(EVENT.of(item.event.box), item.line, why, envelope)
        case Picture():
            topic = MEDIA.of(item.box, sha256=item.sha256)
            return Aside(topic, item.jpeg, why, picture=(item.box, item.sha256))
        case Aside():
            return item
        case _:
            return Aside(f"{item.edge}/state", item.encode(), why)


def subscribe(worker: Worker, workers: int) -> None:
    """Several workers share one subscription (MQTT 5, section 4.8.2); a lone one also gets what is retained.

    A group a topic: iotcore 0.4.0 keeps one place for all the filters of a group and loses two messages of three.
    """
    for topic in (EVENT, MEDIA, ANSWER, HEALTH, CLOCK_ASK):
        group = f"$share/ingest-{topic.name}/" if workers > 1 else ""
        handler = worker.answer_clock if topic is CLOCK_ASK else worker.inbox.put
        worker.mqtt.subscribe(group + topic.filter(), topic.qos, handler)
    worker.mqtt.on_up = worker.broker_back.set


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ingest.consume", description=__doc__)
    parser.add_argument("room", type=Path, metavar="ROOM.toml")
    parser.add_argument("--worker", type=int, default=0, metavar="N", help="the number of this worker, from 0")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args.room, args.worker))


def _run(path: Path, number: int) -> int:
    room = read_config(path, RoomConfig)
    setup_logging(f"ingest-{number}")
    mqtt = connect_broker(room.broker, f"ingest-{room.name}-{number}")
    worker = Worker(room, load_private(room.keys.room_private_key), mqtt, number)
    subscribe(worker, room.workers)
    stopping = stop_event()
    mqtt.start()
    worker.run(stopping)
    mqtt.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
