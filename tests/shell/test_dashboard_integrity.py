"""The record at the console: false heads are named, a hold is a supervisor's, with a reason, audited once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.commit import Batch, commit
from ingest.heads import Head
from ingest.inbound import read_message
from ingest.matching import NO_MARKS
from ingest.room import IncidentConfig
from ingest.store import audit, incidents
from ingest.store.connect import connect
from ingest.store.events import put_heads
from ingest.store.partitions import ensure_days
from tests.support.dashboard_room import Console, open_incident, running
from tests.support.ingest_box import Chain, read
from wire.topics import EVENT

DAY = timedelta(days=1)
REASON = {"hold": True, "reason": "court order 42"}


@pytest.fixture
def console(room_toml: Path) -> Iterator[Console]:
    with running(room_toml) as console:
        yield console


def test_a_false_head_is_named_with_its_reason_and_signatures_are_of_the_last_day(console: Console) -> None:
    now, sha = datetime.now(UTC), "ab" * 32
    with connect(console.url) as db:
        ensure_days(db, now.date(), 1)
        line = Chain("road-9").put(read("AB12CDE", now), now)
        commit(db, Batch.of(read_message(EVENT.of("road-9"), line)), NO_MARKS, IncidentConfig(), now)
        db.execute("UPDATE boots SET breaks = 2 WHERE box = 'road-9'")
        put_heads(db, [Head("road-9", 1, seq, sha, signed) for seq, signed in ((1, True), (10, True), (30, None))], now)
        put_heads(db, [Head("road-9", 1, seq, sha, signed) for seq, signed in ((5, True), (20, False))], now - 2 * DAY)
    told = console.signed_in("supervisor").get("/api/integrity").json()
    (chain,) = told["chains"]
    assert (chain["edge"], chain["breaks"], chain["forged"]) == ("road-9", 2, 1)
    assert (chain["signed"], chain["unproven"]) == (2, 1)
    assert datetime.fromisoformat(chain["signed_at"]) == now
    assert [(row["seq"], row["why"]) for row in told["false_heads"]] == [
        (1, "does not fit the event stored under its number"),
        (20, "not signed by the box's key"),
    ]


def test_a_hold_is_set_with_a_reason_and_audited_once(console: Console) -> None:
    with connect(console.url) as db:
        incident = open_incident(db, "AB12CDE")
    path = f"/api/incidents/{incident}/hold"
    assert console.signed_in("dispatcher").post(path, json=REASON).status_code == 403
    client = console.signed_in("supervisor")
    assert client.post(path, json={"hold": True, "reason": ""}).status_code == 400
    for _ in range(2):
        assert client.post(path, json=REASON).json()["hold"] is True
    held = client.get("/api/integrity").json()["held"]
    assert [row["id"] for row in held] == [str(incident)]
    assert client.post(path, json={"hold": False, "reason": "case closed"}).json()["hold"] is False
    with connect(console.url) as db:
        row = incidents.find_incident(db, incident)
        acts = [(note.act, note.reason) for note in audit.incident_audit(db, incident)]
    assert row
    assert row.hold is False
    assert [act for act in acts if act[0].startswith("incident_")] == [
        ("incident_released", "case closed"),
        ("incident_held", "court order 42"),
    ], "newest first"
