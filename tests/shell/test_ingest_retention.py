"""What is past its time is gone, what an incident holds stays, and both are counted (SAFETY.md S6)."""

import hashlib
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from ingest.commit import Batch, commit
from ingest.inbound import read_message
from ingest.matching import marks_of
from ingest.retention import run_retention
from ingest.room import IncidentConfig, RetentionConfig
from ingest.store.audit import append_audit, forget_audit, incident_audit, recent_audit
from ingest.store.connect import connect
from ingest.store.hotlists import current_hotlist, put_hotlist
from ingest.store.incidents import close_incident, hold_incident, list_incidents
from ingest.store.media import find_media
from ingest.store.partitions import days_of, ensure_days
from ingest.store.reads import incident_reads, search_reads
from tests.support.ingest_box import Chain, read
from wire.states import HotlistEntry
from wire.topics import EVENT, MEDIA

Db = psycopg.Connection[Any]
DAY1 = date(2026, 1, 10)
CONFIG = RetentionConfig(reads_days=30, media_days=5)


def picture(n: int) -> tuple[str, bytes]:
    jpeg = b"\xff\xd8\xff\xe0" + bytes([n]) * 100
    return hashlib.sha256(jpeg).hexdigest(), jpeg


@pytest.fixture
def db(database: Db) -> Db:
    """Ten days: each day one listed car (its own each day) and one unlisted, both with a patch."""
    ensure_days(database, DAY1, 10)
    entries = [HotlistEntry(vrm=f"AB{n:02}CDE", category="stolen") for n in range(10, 20)]
    at = datetime(2026, 1, 1, tzinfo=UTC)
    put_hotlist(database, "all", entries, issued_at=at, expires_at=at + timedelta(days=400), imported_by="me")
    marks, chain = marks_of(current_hotlist(database)), Chain()
    for n in range(10):
        now = datetime(2026, 1, 10, 12, tzinfo=UTC) + timedelta(days=n)
        items = []
        for k, vrm in enumerate((f"AB{n + 10}CDE", f"XY{n + 10}ABC")):
            name, jpeg = picture(2 * n + k)
            items += read_message(MEDIA.of("road-1", sha256=name), jpeg)
            items += read_message(EVENT.of("road-1"), chain.put(read(vrm, now, patch_sha256=name), now))
        commit(database, Batch.of(items), marks, IncidentConfig(), now)
    return database


def counts(db: Db) -> dict[str, int]:
    rows = {t: db.execute(f"SELECT count(*) FROM {t}".encode()).fetchone() for t in ("events", "reads", "media")}
    return {table: row[0] for table, row in rows.items() if row}


def test_days_past_their_time_go_and_the_count_proves_it(db: Db) -> None:
    for incident in list_incidents(db):
        close_incident(db, incident.id, "anna", "done")
    assert run_retention(db, CONFIG, DAY1).dropped == {"media": 0, "reads": 0, "events": 0}
    report = run_retention(db, CONFIG, DAY1 + timedelta(days=34))
    assert report.left == 0
    assert report.dropped["reads"] == report.dropped["events"] == 8
    assert days_of(db, "reads")[0] == DAY1 + timedelta(days=4)
    assert search_reads(db, vrm="XY13") == []
    assert len(search_reads(db, vrm="XY14")) == 1
    assert recent_audit(db)[0].details["left"] == 0


def test_pictures_without_an_incident_go_first_and_those_with_one_stay_with_their_reads(db: Db) -> None:
    for incident in list_incidents(db):
        close_incident(db, incident.id, "anna", "done")
    report = run_retention(db, CONFIG, DAY1 + timedelta(days=8))
    assert report.left == 0
    assert [n for n in range(8) if find_media(db, picture(n)[0])] == [0, 2, 4, 6, 7]
    assert counts(db) == {"events": 20, "reads": 20, "media": 17}
    run_retention(db, CONFIG, DAY1 + timedelta(days=60))
    assert counts(db) == {"events": 0, "reads": 0, "media": 0}


def test_open_incidents_and_legal_hold_keep_what_is_theirs(db: Db) -> None:
    held, opened, *rest = sorted(list_incidents(db), key=lambda i: i.number)
    close_incident(db, held.id, "anna", "done")
    assert hold_incident(db, held.id, hold=True)
    for incident in rest:
        close_incident(db, incident.id, "anna", "done")
    later = DAY1 + timedelta(days=400)
    report = run_retention(db, CONFIG, later)
    assert (report.left, counts(db)) == (0, {"events": 2, "reads": 2, "media": 2})
    (kept,) = incident_reads(db, held.id)
    assert kept.patch
    assert find_media(db, kept.patch) == picture(0)[1]
    hold_incident(db, held.id, hold=False)
    close_incident(db, opened.id, "anna", "done")
    assert run_retention(db, CONFIG, later).cleared == 6
    assert counts(db) == {"events": 0, "reads": 0, "media": 0}


def test_a_hold_that_is_being_set_while_days_go_keeps_what_is_its_own(db: Db) -> None:
    """Two transactions at once: neither a day nor the shelf goes by what was true before the hold."""
    first, *_ = list_incidents(db)
    for incident in list_incidents(db):
        close_incident(db, incident.id, "anna", "done")
    db.execute("SET lock_timeout = '200ms'")
    with connect(db.info.dsn) as other, other.transaction():
        assert hold_incident(other, first.id, hold=True)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            run_retention(db, CONFIG, DAY1 + timedelta(days=400))
    assert run_retention(db, CONFIG, DAY1 + timedelta(days=400)).left == 0
    assert len(incident_reads(db, first.id)) == 1


def test_of_two_who_hold_at_once_one_did(db: Db) -> None:
    first, *_ = list_incidents(db)
    with connect(db.info.dsn) as other, ThreadPoolExecutor(1) as worker:
        with other.transaction():
            assert hold_incident(other, first.id, hold=True)
            second = worker.submit(hold_incident, db, first.id, hold=True)
            assert not wait([second], timeout=0.3).done
        assert not second.result(timeout=10)


def test_the_audit_trail_takes_additions_only(database: Db) -> None:
    first = append_audit(database, "anna", "search", object="AB12", reason="stolen car", case_ref="C-1")
    for statement in (
        "UPDATE audit SET reason = 'another'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "SET airbeat.retention = 'on'; DELETE FROM audit",
    ):
        with pytest.raises(psycopg.errors.RaiseException, match="append only"):
            database.execute(statement.encode())
    assert [row.id for row in recent_audit(database)] == [first]
    assert forget_audit(database, 365) == 0
    incident = uuid4()
    append_audit(database, "anna", "acknowledge", incident_id=incident)
    assert [row.act for row in incident_audit(database, incident)] == ["acknowledge"]
