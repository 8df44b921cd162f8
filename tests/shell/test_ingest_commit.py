"""A batch against a real database: what is stored once, what opens an incident, what is put aside."""

import random
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.lockstep_orders import make_order
from ingest.commit import Batch, Committed, commit
from ingest.inbound import read_message
from ingest.matching import Marks, marks_of
from ingest.room import IncidentConfig
from ingest.store.connect import connect
from ingest.store.events import false_heads, trim_aside
from ingest.store.hotlists import current_hotlist, put_hotlist
from ingest.store.incidents import acknowledge_incident, close_incident, list_incidents
from ingest.store.notices import Notice, listen
from ingest.store.orders import find_order, insert_order
from ingest.store.partitions import ensure_days
from ingest.store.reads import find_reads, incident_reads, search_reads
from ingest.store.schema import migrate
from tests.support.ingest_box import T0, Chain, read
from wire.events import ChainHead, OrderOutcome, join_lines
from wire.orders import Hold, Lease, Order, OrderAnswer, OrderState
from wire.states import HotlistEntry, Range
from wire.topics import EVENT

Db = psycopg.Connection[Any]
NOW = T0 + timedelta(minutes=1)
LISTED = ["AB12CDE", "BD51SMR"]


@pytest.fixture
def db(database: Db) -> Db:
    ensure_days(database, NOW.date(), 2)
    return database


@pytest.fixture
def marks(db: Db) -> Marks:
    entries = [HotlistEntry(vrm=vrm, category="stolen", priority="high") for vrm in LISTED]
    put_hotlist(db, "test", entries, issued_at=T0, expires_at=T0 + timedelta(days=400), imported_by="me")
    return marks_of(current_hotlist(db))


def store(db: Db, marks: Marks, lines: Iterable[bytes], now: datetime = NOW, box: str = "road-1") -> Committed:
    items = read_message(EVENT.of(box), join_lines(list(lines)))
    return commit(db, Batch.of(items), marks, IncidentConfig(), now)


def picture_of(db: Db) -> list[list[tuple[Any, ...]]]:
    """Everything that must be the same however the events arrived."""
    queries = (
        "SELECT box, boot, seq, id, kind, happened_at, chain, line::text FROM events ORDER BY 1, 2, 3",
        "SELECT event_id, vrm, hit, seen_at, time_verified FROM reads ORDER BY 1",
        "SELECT fold, kind, priority, first_seen_at, last_seen_at, lat, lon FROM incidents ORDER BY 1, 4",
        "SELECT event_id FROM incident_events ORDER BY 1",
        "SELECT box, boot, seen, head_seq, head_sha256, breaks FROM boots ORDER BY 1, 2",
    )
    return [db.execute(query.encode()).fetchall() for query in queries]


def story() -> list[tuple[str, bytes]]:
    """Two boxes; one listed car passes both, another comes back after an hour."""
    one, two = Chain("road-1"), Chain("road-2")
    for n in range(60):
        one.put(read(f"XY{n + 10}ABC", at := T0 + timedelta(seconds=n)), at)
    one.put(read("AB12CDE", at := T0 + timedelta(seconds=70), lat=52.3), at)
    two.put(read("AB12CDE", at := T0 + timedelta(seconds=95), lat=52.4, camera="road-2-cam"), at)
    one.put(read("BD51SMR", at := T0 + timedelta(seconds=100)), at)
    one.put(read("BD51SMR", at := T0 + timedelta(seconds=3700)), at)
    return [("road-1", line) for line in one.lines] + [("road-2", line) for line in two.lines]


def test_disorder_repeats_and_any_batching_leave_the_database_of_a_clean_run(db: Db, marks: Marks) -> None:
    told = story()
    for box, line in told:
        store(db, marks, [line], box=box, now=NOW + timedelta(hours=2))
    clean = picture_of(db)
    assert len(clean[0]) == len(told)
    assert len(clean[2]) == 3
    for seed in range(4):
        db.execute("TRUNCATE events, reads, boots, incidents, incident_events, scenes, scene_ends")
        mixed = [*told, *random.Random(seed).sample(told, 30)]
        random.Random(seed).shuffle(mixed)
        while mixed:
            taken, mixed = mixed[:13], mixed[13:]
            for box in ("road-1", "road-2"):
                lines = [line for of, line in taken if of == box]
                if lines:
                    store(db, marks, lines, box=box, now=NOW + timedelta(hours=2))
        assert picture_of(db) == clean


def test_a_repeat_a_month_later_is_known_though_its_day_was_dropped(db: Db, marks: Marks) -> None:
    lines = Chain().reads(["XY12ABC", "XY13ABC"])
    store(db, marks, lines)
    db.execute("DROP TABLE events_20260301, reads_20260301")
    late = NOW + timedelta(days=31)
    ensure_days(db, late.date(), 1)
    done = store(db, marks, lines, now=late)
    assert (done.stored, done.repeats) == (0, 2)
    assert done.ranges == {"road-1": (Range(boot=1, first=1, last=2),)}
    assert db.execute("SELECT count(*) FROM events").fetchone() == (0,)


def test_events_with_impossible_clocks_land_in_the_day_they_came(db: Db, marks: Marks) -> None:
    chain = Chain()
    for at in (datetime(1970, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC), NOW):
        chain.put(read("AB12CDE", at), at, offset_ms=None)
    assert store(db, marks, chain.lines).stored == 3
    assert db.execute("SELECT DISTINCT stored_on FROM events").fetchall() == [(NOW.date(),)]
    reads = search_reads(db, vrm="AB12")
    assert {r.time_verified for r in reads} == {False}
    assert {r.seen_at for r in reads} == {NOW}


def test_a_known_clock_error_is_taken_out_of_the_time_seen(db: Db, marks: Marks) -> None:
    chain = Chain()
    chain.put(read("XY12ABC", T0 + timedelta(hours=1)), T0 + timedelta(hours=1), offset_ms=3_600_000)
    store(db, marks, chain.lines)
    found = search_reads(db, vrm="XY12ABC")[0]
    assert (found.seen_at, found.time_verified) == (T0, False)


def test_one_incident_for_two_cameras_that_race(db: Db, marks: Marks, database_url: str) -> None:
    chains = [Chain(f"road-{n}") for n in range(6)]
    for n, chain in enumerate(chains):
        chain.put(read("AB12CDE", at := T0 + timedelta(seconds=n)), at)
    start = threading.Barrier(len(chains))

    def work(chain: Chain) -> Committed:
        with connect(database_url) as own:
            start.wait()
            return store(own, marks, chain.lines, box=chain.box)

    with ThreadPoolExecutor(len(chains)) as pool:
        assert sum(len(done.opened) for done in pool.map(work, chains)) == 1
    incidents = list_incidents(db)
    assert [(i.vrm, i.reads, i.alarm) for i in incidents] == [("AB12CDE", 6, True)]
    assert len(incident_reads(db, incidents[0].id)) == 6


def test_two_workers_that_get_the_same_events_store_them_once(db: Db, marks: Marks, database_url: str) -> None:
    chain = Chain()
    chain.reads([f"XY{n}ABC" for n in range(10, 60)])

    def work(lines: Sequence[bytes]) -> list[Committed]:
        with connect(database_url) as own:
            return [store(own, marks, [line]) for line in lines]

    with ThreadPoolExecutor(2) as pool:
        results = [done for each in pool.map(work, (chain.lines, chain.lines[::-1])) for done in each]
    assert (sum(r.stored for r in results), sum(r.repeats for r in results)) == (50, 50)
    assert db.execute("SELECT count(*), count(DISTINCT seq) FROM events").fetchone() == (50, 50)


def test_an_incident_follows_its_sightings_and_its_people(db: Db, marks: Marks) -> None:
    chain = Chain()
    at = [T0 + timedelta(seconds=s) for s in (0, 600, 1200, 2200)]
    store(db, marks, [chain.put(read("AB12CDE", at[0], lat=52.1), at[0])])
    (first,) = list_incidents(db, "open")
    assert (first.kind, first.priority, first.title) == ("stolen vehicle", "high", "Stolen vehicle AB12 CDE")
    assert acknowledge_incident(db, first.id, "anna")
    assert not acknowledge_incident(db, first.id, "anna")
    store(db, marks, [chain.put(read("AB12CDE", at[1], lat=52.3), at[1])])
    (second,) = list_incidents(db, "open")
    assert (second.id, second.reads, second.lat, second.alarm) == (first.id, 2, 52.3, False)
    db.execute("SET TIME ZONE 'UTC'")
    assert close_incident(db, first.id, "anna", "found")
    db.execute("UPDATE incidents SET closed_at = %s", (at[2],))
    store(db, marks, [chain.put(read("AB12CDE", T0 + timedelta(seconds=700)), at[1])])
    assert [i.reads for i in list_incidents(db)] == [3]
    store(db, marks, [chain.put(read("AB12CDE", at[3]), at[3])], now=NOW + timedelta(hours=1))
    assert [(i.state, i.reads) for i in list_incidents(db)] == [("open", 1), ("closed", 3)]


def test_unsure_and_confused_reads_are_possible_and_open_nothing(db: Db, marks: Marks) -> None:
    chain = Chain()
    chain.put(read("A812CDE"), T0)
    chain.put(read("AB12CDE", confidence=0.3), T0)
    chain.put(read("XY12CDE"), T0)
    store(db, marks, chain.lines)
    assert {r.vrm: r.hit for r in search_reads(db)} == {"A812CDE": "possible", "AB12CDE": "possible", "XY12CDE": None}
    assert list_incidents(db) == []


def test_a_hotlist_past_its_time_hits_nothing(db: Db, marks: Marks) -> None:
    late = T0 + timedelta(days=401)
    ensure_days(db, late.date(), 1)
    store(db, marks, Chain().reads(["AB12CDE"]), now=late)
    assert [r.hit for r in search_reads(db)] == [None]


def test_a_broken_chain_is_flagged_and_kept_whatever_comes_first(db: Db, marks: Marks) -> None:
    for backwards in (False, True):
        chain = Chain(boot=2 + backwards)
        chain.reads(["XY12ABC", "XY13ABC"])
        chain.last = "f" * 64
        chain.put(read("XY14ABC"))
        lines = chain.lines[::-1] if backwards else chain.lines
        breaks = sum(store(db, marks, [line]).breaks for line in lines)
        flags = db.execute("SELECT chain FROM events WHERE boot = %s ORDER BY seq", (chain.boot,)).fetchall()
        assert breaks == 1
        assert flags[2] == (False,)
        assert db.execute("SELECT breaks FROM boots WHERE boot = %s", (chain.boot,)).fetchone() == (1,)


def test_a_number_used_twice_is_put_aside_and_nothing_is_lost(db: Db, marks: Marks) -> None:
    store(db, marks, Chain().reads(["XY12ABC"]))
    impostor = Chain().reads(["XY99ABC"])
    done = store(db, marks, impostor)
    assert (done.stored, done.aside) == (0, 1)
    assert done.ranges == {"road-1": (Range(boot=1, first=1, last=1),)}
    row = db.execute("SELECT payload, reason, box, boot, seq FROM put_aside").fetchone()
    assert row == (impostor[0], "its sequence number belongs to another event", "road-1", 1, 1)


def test_a_signed_head_is_checked_against_the_boxs_key_and_its_events(db: Db, marks: Marks) -> None:
    keys = {"road-1": Ed25519PrivateKey.generate(), "road-2": Ed25519PrivateKey.generate()}
    for box, signer in (("road-1", "road-1"), ("road-2", "road-1"), ("road-3", "road-1")):
        chain = Chain(box)
        chain.reads(["XY12ABC", "XY13ABC"])
        text = f"{box}:1:2:{chain.last}"
        signature = keys[signer].sign(text.encode()).hex()
        chain.put(ChainHead(head_seq=2, head_sha256=chain.last, signature=signature))
        forged = f"{box}:1:1:{'a' * 64}"
        chain.put(ChainHead(head_seq=1, head_sha256="a" * 64, signature=keys[signer].sign(forged.encode()).hex()))
        items = read_message(EVENT.of(box), join_lines(chain.lines))
        find = {name: key.public_key() for name, key in keys.items()}.get
        done = commit(db, Batch.of(items), marks, IncidentConfig(), NOW, find_key=find)
        assert (done.stored, done.bad_heads) == (4, 2 if box == "road-2" else 0)
    found = [(h.box, h.seq, h.signed) for h in false_heads(db)]
    assert found == [("road-1", 1, True), ("road-2", 1, False), ("road-2", 2, False), ("road-3", 1, None)]


def test_what_a_newer_box_says_is_kept_whole_and_receipted(db: Db, marks: Marks) -> None:
    line = Chain().reads(["XY12ABC"])[0].replace(b'"plate_read"', b'"smell"')
    done = store(db, marks, [line, b"no json at all", line])
    assert done.ranges == {"road-1": (Range(boot=1, first=1, last=1),)}
    kept = db.execute("SELECT payload, seq, times FROM put_aside ORDER BY seq").fetchall()
    assert kept == [(line, 1, 2), (b"no json at all", None, 1)]
    assert store(db, marks, [line]).ranges == done.ranges


def test_what_nobody_can_read_does_not_fill_the_disk(db: Db, marks: Marks) -> None:
    store(db, marks, [f"garbage {n}".encode() for n in range(20)])
    store(db, marks, [Chain().reads(["XY12ABC"])[0].replace(b'"plate_read"', b'"smell"')])
    assert trim_aside(db, 5) == 15
    assert db.execute("SELECT count(*), count(seq) FROM put_aside").fetchone() == (6, 1)


def test_orders_keep_every_step_whatever_comes_first(db: Db, marks: Marks) -> None:
    order_id, incident = uuid4(), uuid4()
    order = Order(
        id=order_id, edge="dock-1", aircraft="falcon-1", lease=Lease(holder="anna", epoch=1), seq=1, issued_at=T0,
        expires_at=T0 + timedelta(seconds=5), incident_id=incident, reason="test", issued_by="anna",
        role="dispatcher", act=Hold(),
    )  # fmt: skip
    assert insert_order(db, order)
    assert not insert_order(db, order)
    chain = Chain("dock-1")
    for state in (OrderState.AIRBORNE, OrderState.ACCEPTED, OrderState.AIRBORNE):
        chain.put(OrderOutcome(order_id=order_id, aircraft="falcon-1", state=state), T0)
    store(db, marks, chain.lines, box="dock-1")
    answer = OrderAnswer(order_id=order_id, edge="dock-1", aircraft="falcon-1", at=T0, state=OrderState.ARMED)
    commit(db, Batch(answers=(answer, answer)), marks, IncidentConfig(), NOW)
    found = find_order(db, order_id)
    assert found
    assert found.state == OrderState.AIRBORNE
    assert {step.state for step in found.states} == set(OrderState) & {
        OrderState.SENT, OrderState.ACCEPTED, OrderState.ARMED, OrderState.AIRBORNE
    }  # fmt: skip


def test_a_box_has_no_say_on_the_order_of_another(db: Db, marks: Marks) -> None:
    order = make_order(Hold(), edge="dock-1")
    assert insert_order(db, order)
    chain = Chain("dock-2")
    chain.put(OrderOutcome(order_id=order.id, aircraft="falcon-1", state=OrderState.FAILED), T0)
    store(db, marks, chain.lines, box="dock-2")
    answer = OrderAnswer(order_id=order.id, edge="dock-2", aircraft="falcon-1", at=T0, state=OrderState.DONE)
    commit(db, Batch(answers=(answer,)), marks, IncidentConfig(), NOW)
    found = find_order(db, order.id)
    assert found
    assert [step.state for step in found.states] == [OrderState.SENT]


def test_a_notice_tells_what_was_committed_and_nothing_else(db: Db, marks: Marks, database_url: str) -> None:
    with connect(database_url) as ear:
        assert list(listen(ear, 0.01)) == []
        chain = Chain()
        with pytest.raises(psycopg.errors.CheckViolation):
            store(db, marks, chain.reads(["AB12CDE"]), now=NOW + timedelta(days=300))
        store(db, marks, chain.lines)
        notices = list(listen(ear, 1))
        assert sum(len(n.events) for n in notices) == 1
        (opened,) = [i for n in notices for i in n.opened]
        assert find_reads(db, [e for n in notices for e in n.events])[0].hit == "hit"
        assert list_incidents(db)[0].id == opened
        many = Chain("road-3").reads([f"XY{n:02}ABC" for n in range(150)])
        store(db, marks, many, box="road-3")
        (notice,) = list(listen(ear, 1))
        assert (len(notice.events), notice.more) == (100, 50)


def test_migrations_run_once_though_many_start_together(database_url: str) -> None:
    def work(_: int) -> int:
        with connect(database_url) as own:
            ensure_days(own, date(2026, 5, 1), 3)
            return migrate(own)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 0


def test_notices_have_no_ids_too_many() -> None:
    assert len(Notice(events=tuple(UUID(int=n) for n in range(100))).model_dump_json()) < 7900
