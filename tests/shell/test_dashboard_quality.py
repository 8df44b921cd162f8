"""How well cameras read, from the store to the console; rejected reads are shown audited and gone after a day."""

import time
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ingest.commit import Batch, commit
from ingest.inbound import read_message
from ingest.matching import NO_MARKS
from ingest.misread import Estimate
from ingest.quality import SETTLED_S, Estimates, Quality, kept
from ingest.room import IncidentConfig, RoomConfig
from ingest.store import audit
from ingest.store.connect import connect
from ingest.store.partitions import ensure_days
from ingest.store.quality import (
    ReadForEstimate,
    forget_rejected,
    list_misreads,
    list_rejected,
    put_misreads,
    put_rejected,
    trim_rejected,
)
from tests.support.dashboard_room import Console, running
from tests.support.ingest_box import Chain, read
from wire.config import read_config
from wire.rejected import RejectedRead
from wire.topics import EVENT, REJECTED

Db = psycopg.Connection[Any]
GROUND = {"reason": "the camera misses vehicles", "case": "42/26"}


PATCH = b64encode(b"\xff\xd8 a plate \xff\xd9" * 20).decode()


def rejected(at: datetime, text: str = "PARKING", edge: str = "road-1", patch: str = PATCH) -> tuple[str, bytes]:
    said = RejectedRead(
        edge=edge, camera="road-1-cam", at=at, text=text, reason="lettering", confidence=0.4, frames=3, patch=patch
    )
    return REJECTED.of("road-1"), said.encode()


@pytest.fixture
def quality(room_toml: Path) -> Quality:
    return Quality(read_config(room_toml, RoomConfig))


def turn(quality: Quality, db: Db, now: datetime) -> Estimates:
    estimates = Estimates(now - timedelta(days=7), ("XY99 XYZ",))
    quality.turn(db, estimates, now)
    return estimates


def test_a_rejected_read_stays_a_day_and_no_longer(database: Db, quality: Quality) -> None:
    now = datetime.now(UTC)
    quality.hear(*rejected(now, "NEW"))
    quality.hear(*rejected(now, "NEW"))
    quality.hear(*rejected(now - timedelta(hours=23), "DAY"))
    quality.hear(*rejected(now - timedelta(hours=25), "OLD"))
    quality.hear(*rejected(now, "OTHER", edge="road-2"))
    quality.hear(REJECTED.of("road-1"), b"{")
    turn(quality, database, now)
    assert [row.text for row in list_rejected(database, 10)] == ["NEW", "DAY"]
    database.execute("UPDATE rejected SET at = at - interval '2 hours'")
    assert [row.text for row in list_rejected(database, 10)] == ["NEW"]
    assert forget_rejected(database) == 1
    assert database.execute("SELECT count(*) FROM rejected").fetchone() == (1,)


def test_a_box_whose_clock_is_ahead_does_not_lengthen_the_day(database: Db, quality: Quality) -> None:
    now = datetime.now(UTC)
    quality.hear(*rejected(now + timedelta(days=400), "AHEAD"))
    turn(quality, database, now)
    assert [row.text for row in list_rejected(database, 10)] == ["AHEAD"]
    database.execute("UPDATE rejected SET at = at - interval '25 hours'")
    assert forget_rejected(database) == 1


def test_of_a_box_gone_mad_the_newest_stay_and_nobody_elses_go(database: Db) -> None:
    now = datetime.now(UTC)
    for n, edge in enumerate(["road-2", *["road-1"] * 12]):
        said = RejectedRead.model_validate_json(rejected(now - timedelta(seconds=60 - n), f"N{n}", edge)[1])
        put_rejected(database, kept(said, now))
    assert trim_rejected(database, {"road-1"}, 5) == 7
    assert [row.text for row in list_rejected(database, 20)] == ["N12", "N11", "N10", "N9", "N8", "N0"]


@pytest.mark.parametrize(("text", "patch"), [("PARKING", "no base64!"), ("PAR\0KING", PATCH)])
def test_what_no_database_takes_stops_nobody_elses(database: Db, quality: Quality, text: str, patch: str) -> None:
    now = datetime.now(UTC)
    quality.hear(*rejected(now, text, patch=patch))
    quality.hear(*rejected(now, "NEXT"))
    turn(quality, database, now)
    assert [row.text for row in list_rejected(database, 10)] == ["NEXT"]


def test_a_camera_that_has_long_told_nothing_has_no_estimate(database: Db) -> None:
    now = datetime.now(UTC)
    put_misreads(database, {"road-1/gone": Estimate(9, 0.1, 0.0, 0.2, 0)}, now - timedelta(days=8))
    put_misreads(database, {"road-1/here": Estimate(9, 0.1, 0.0, 0.2, 0)}, now)
    assert [row.camera for row in list_misreads(database)] == ["here"]


def test_stored_reads_become_an_estimate_that_each_read_enters_once(
    database: Db, quality: Quality, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    ensure_days(database, now.date(), 1)
    chain = Chain()
    lines = [chain.put(read(f"AB12C{a}{b}", now, confidence=0.97), now) for a in "ABCDE" for b in "FGHJK"]
    items = [item for line in lines for item in read_message(EVENT.of("road-1"), line)]
    commit(database, Batch.of(items), NO_MARKS, IncidentConfig(), now)
    later = now + timedelta(seconds=SETTLED_S + 1)
    estimates = Estimates(now - timedelta(days=7), ("XY99 XYZ",))
    monkeypatch.setattr("ingest.quality.BATCH", 10)
    assert quality.turn(database, estimates, later), "more waits: rejected reads have their turn between two batches"
    assert not quality.turn(database, estimates, later + timedelta(seconds=5))
    (row,) = list_misreads(database)
    assert (row.edge, row.camera, row.reads) == ("road-1", "road-1-cam", 25)
    assert row.low < row.rate < row.high
    assert row.rate == pytest.approx(0.03, abs=0.03)


def test_a_costly_estimate_is_made_less_often(database: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[float] = []

    def slow(*_: object) -> dict[str, Estimate]:
        time.sleep(0.1)
        made.append(0.1)
        return {}

    monkeypatch.setattr("ingest.quality.estimate", slow)
    monkeypatch.setattr("ingest.quality.ESTIMATE_S", 0.0)
    now = datetime.now(UTC)
    row = ReadForEstimate(
        box="road-1", camera="c", fold="AB12CDE", format="current", confidence=0.9, seen_at=now, stored_at=now
    )
    estimates = Estimates(now, ())
    for after_s in (0, 1, 60):
        estimates.add([row])
        estimates.put(database, now + timedelta(seconds=after_s))
    assert len(made) == 2


@pytest.fixture
def console(room_toml: Path) -> Iterator[Console]:
    with running(room_toml) as console:
        yield console


def test_the_console_shows_rejected_reads_for_a_reason_and_a_case_only(console: Console, quality: Quality) -> None:
    quality.hear(*rejected(datetime.now(UTC)))
    with connect(console.url) as db:
        turn(quality, db, datetime.now(UTC))
    client = console.signed_in("dispatcher")
    assert client.get("/api/quality").json() == []
    refused = client.get("/api/rejected", params={"reason": "curious"})
    assert (refused.status_code, refused.json()["reasons"]) == (400, ["Missing: case"])
    (row,) = client.get("/api/rejected", params=GROUND).json()
    assert (row["text"], row["reason"], row["edge"]) == ("PARKING", "lettering", "road-1")
    with connect(console.url) as db:
        entries = [entry for entry in audit.recent_audit(db) if entry.act == "rejected_viewed"]
    assert [(entry.reason, entry.case_ref) for entry in entries] == [(GROUND["reason"], GROUND["case"])]
    assert console.signed_in("viewer").get("/api/rejected", params=GROUND).status_code == 403
