"""A worker as a real process between a real broker and a real database."""

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from ingest.hotlists import import_hotlist
from ingest.store.boxes import find_box
from ingest.store.hotlists import put_hotlist
from ingest.store.media import find_media
from ingest.store.orders import put_order_state
from tests.support.ingest_box import T0, Chain, Line, read
from tests.support.processes import Process, until
from wire.errors import UserError
from wire.mqtt import Mqtt
from wire.orders import OrderAnswer, OrderState
from wire.signing import load_public, unseal
from wire.states import ClockAnswer, ClockAsk, EdgeConfig, Health, HotlistEntry, Inventory, Receipt
from wire.topics import ANSWER, CLOCK_ANSWER, CLOCK_ASK, CONFIG, EVENT, HEALTH, MEDIA, RECEIPT

Db = psycopg.Connection[Any]
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 100


class Wire:
    """Whatever a box may send, and what the room says to it."""

    def __init__(self, folder: Path, port: int, box: str = "road-1") -> None:
        self.box, self.key = box, load_public(folder / "room.pub")
        self.receipts: list[Receipt] = []
        self.configs: list[EdgeConfig] = []
        self.answers: list[ClockAnswer] = []
        self.mqtt = Mqtt("127.0.0.1", port, f"wire-{box}")
        self.mqtt.subscribe(RECEIPT.of(box), 1, lambda _t, p: self.receipts.append(self._open(Receipt, "receipt", p)))
        self.mqtt.subscribe(CONFIG.of(box), 1, lambda _t, p: self.configs.append(self._open(EdgeConfig, "config", p)))
        self.mqtt.subscribe(
            CLOCK_ANSWER.of(box), 0, lambda _t, p: self.answers.append(ClockAnswer.model_validate_json(p))
        )
        self.mqtt.start()
        until(lambda: self.mqtt.connected, "the box is connected")

    def _open(self, model: Any, purpose: str, payload: bytes) -> Any:
        return model.model_validate_json(unseal(purpose, payload, self.key))

    def send_until(self, topic: str, payload: bytes, condition: Any, what: str) -> None:
        """As an outbox: again while nothing has come of it."""
        tries = 0

        def seen() -> bool:
            nonlocal tries
            if tries % 50 == 0:
                self.mqtt.publish(topic, payload, 1)
            tries += 1
            return bool(condition())

        until(seen, what)


@pytest.fixture
def worker(room_toml: Path) -> Iterator[Process]:
    process = Process("ingest.consume", str(room_toml))
    yield process
    assert process.stop() == 0


@pytest.fixture
def line(worker: Process, room_toml: Path, broker_port: int) -> Iterator[Wire]:
    """Yielded once the worker is seen to listen."""
    wire = Wire(room_toml.parent, broker_port)
    ask = ClockAsk(edge="road-1", asked_at=T0)
    wire.send_until(CLOCK_ASK.of("road-1"), ask.encode(), lambda: wire.answers, "an answer about the clock")
    yield wire
    wire.mqtt.stop()


def test_events_come_back_as_receipts_and_stay_in_the_database(line: Wire, database: Db) -> None:
    chain = Chain()
    chain.reads(["XY12ABC", "XY13ABC"])
    line.send_until(EVENT.of("road-1"), b"\n".join(chain.lines), lambda: line.receipts, "a receipt")
    assert line.receipts[0].ranges[0].model_dump() == {"boot": 1, "first": 1, "last": 2}
    assert database.execute("SELECT count(*) FROM events").fetchone() == (2,)


def test_no_receipt_leaves_while_the_commit_waits(line: Wire, database: Db) -> None:
    chain = Chain()
    line.send_until(EVENT.of("road-1"), chain.put(read("XY12ABC")), lambda: line.receipts, "the worker is there")
    seen = len(line.receipts)
    with database.transaction():
        database.execute("LOCK TABLE reads IN ACCESS EXCLUSIVE MODE")
        line.mqtt.publish(EVENT.of("road-1"), chain.put(read("XY13ABC")), 1)
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        until(lambda: database.execute(waiting).fetchone() != (0,), "the worker waits for the lock")
        assert len(line.receipts) == seen
    until(lambda: len(line.receipts) > seen, "a receipt")
    assert line.receipts[-1].ranges[0].last == 2


def test_pictures_are_checked_against_their_names(line: Wire, database: Db) -> None:
    good, big = hashlib.sha256(JPEG).hexdigest(), JPEG + bytes(65 * 1024)
    big_name = hashlib.sha256(big).hexdigest()
    line.mqtt.publish(MEDIA.of("road-1", sha256="0" * 64), JPEG, 1)
    line.mqtt.publish(MEDIA.of("road-1", sha256=big_name), big, 1)
    got = lambda: {name for r in line.receipts for name in r.media}  # noqa: E731
    line.send_until(MEDIA.of("road-1", sha256=good), JPEG, lambda: good in got(), "a receipt for the good one")
    assert find_media(database, good) == JPEG
    assert find_media(database, big_name) is None
    assert "0" * 64 not in got()


def test_the_clock_is_answered(line: Wire) -> None:
    answer = line.answers[0]
    assert answer.asked_at == T0
    assert answer.received_at <= answer.answered_at


def test_a_box_that_appears_gets_its_hotlist_and_every_newer_one(line: Wire, database: Db) -> None:
    entries = [HotlistEntry(vrm="AB12CDE", category="stolen")]
    now = datetime.now(UTC)
    put_hotlist(database, "one", entries, issued_at=now, expires_at=now + timedelta(days=1), imported_by="me")
    health = Health(edge="road-1", at=now, online=True, inventory=Inventory(lat=52.2, lon=0.12))
    line.send_until(HEALTH.of("road-1"), health.encode(), lambda: line.configs, "a config")
    assert line.configs[-1].hotlist.entries == tuple(entries)
    import_hotlist(database, "two", "vrm,category,priority,note,expires\nBD51SMR,stolen,,,\n", "me", now=now)
    until(lambda: line.configs[-1].hotlist.version == 2, "the new hotlist")
    offline = Health(edge="road-1", at=now, online=False)
    line.mqtt.publish(HEALTH.of("road-1"), offline.encode(), 1)
    until(lambda: (box := find_box(database, "road-1")) and not box.online, "offline")
    box = find_box(database, "road-1")
    assert box
    assert box.inventory == health.inventory


def test_an_answer_and_the_outcome_make_one_step(line: Wire, database: Db) -> None:
    order = uuid4()
    answer = OrderAnswer(order_id=order, edge="road-1", aircraft="falcon-1", at=T0, state=OrderState.ARMED)
    query = "SELECT count(*) FROM order_states WHERE order_id = %s"
    line.send_until(
        ANSWER.of("road-1"), answer.encode(), lambda: database.execute(query, (order,)).fetchone() == (1,), "the step"
    )
    assert not put_order_state(database, order, OrderState.ARMED, T0)


def test_malformed_and_foreign_messages_lie_aside_and_the_worker_lives(line: Wire, database: Db) -> None:
    chain = Chain()
    chain.reads(["XY12ABC"])
    nul = Chain(boot=3).put(read("XY12ABC", raw="X\0Y"))
    stranger = Chain("road-2").put(read("XY12ABC"))
    poison = Health(edge="road-1", at=T0, online=True, version="\0")
    for payload in (b"", b"\xff\xfe", os.urandom(500), b"{}", nul, stranger):
        line.mqtt.publish(EVENT.of("road-1"), payload, 1)
    line.mqtt.publish(HEALTH.of("road-1"), poison.encode(), 1)
    line.mqtt.publish(EVENT.of("ROAD ONE"), chain.lines[0], 1)
    line.send_until(EVENT.of("road-1"), chain.lines[0], lambda: _has(line, 1), "a receipt for the good event")
    reasons = [row[0] for row in database.execute("SELECT reason FROM put_aside")]
    assert any("an event of road-2" in reason for reason in reasons)
    assert any("NUL" in reason for reason in reasons)
    assert any("no valid name" in reason for reason in reasons)
    assert len(reasons) >= 7
    assert database.execute("SELECT count(*) FROM events").fetchone() == (1,)
    assert find_box(database, "road-1") is None


def test_a_poisoned_row_costs_itself_only(line: Wire, database: Db) -> None:
    """A rule that the database alone knows: one event of a batch breaks it."""
    chain = Chain()
    lines = chain.reads([f"XY{n}ABC" for n in range(10, 40)])
    database.execute("ALTER TABLE reads ADD CHECK (vrm <> 'XY23ABC')")
    line.send_until(EVENT.of("road-1"), b"\n".join(lines), lambda: _has(line, 30), "a receipt for all")
    assert database.execute("SELECT count(*) FROM reads").fetchone() == (29,)
    assert database.execute("SELECT payload FROM put_aside").fetchall() == [(lines[13],)]


def test_with_the_database_away_nothing_is_receipted_and_all_arrives_later(
    worker: Process, room_toml: Path, broker_port: int, database_url: str, database: Db
) -> None:
    chain = Chain()
    chain.reads([f"XY{n}ABC" for n in range(10, 60)])
    line = Line(chain, broker_port, load_public(room_toml.parent / "room.pub"))
    name = database_url.split("/")[3].split("?", maxsplit=1)[0]
    with psycopg.connect(database_url.replace(f"/{name}?", "/postgres?"), autocommit=True) as admin:
        until(lambda: database.execute("SELECT count(*) FROM pg_stat_activity").fetchone(), "connected")
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        kick = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        admin.execute(kick, (name,))
        line.start()
        until(lambda: line.sends >= 150, "the box has sent everything three times")
        assert line.receipted == set()
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    until(lambda: line.done, "everything receipted")
    line.stop()
    with psycopg.connect(database_url) as again:
        assert again.execute("SELECT count(*), count(DISTINCT seq) FROM events").fetchone() == (50, 50)


def test_a_hotlist_without_one_good_row_changes_nothing(database: Db) -> None:
    with pytest.raises(UserError, match="line 2"):
        import_hotlist(database, "bad", "vrm,category,priority,note,expires\n,,,,\n", "me", now=T0)
    assert database.execute("SELECT count(*) FROM hotlists").fetchone() == (0,)


def _has(line: Wire, last: int) -> bool:
    return any(r.last >= last for receipt in line.receipts for r in receipt.ranges if r.boot == 1)
