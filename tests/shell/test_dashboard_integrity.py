"""The record at the console: false heads are named, a hold is a supervisor's, with a reason, audited once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.heads import Head
from ingest.store import audit, incidents
from ingest.store.connect import connect
from ingest.store.events import put_heads
from tests.support.dashboard_room import Console, open_incident, running

REASON = {"hold": True, "reason": "court order 42"}


@pytest.fixture
def console(room_toml: Path) -> Iterator[Console]:
    with running(room_toml) as console:
        yield console


def test_a_head_by_another_key_is_named_with_its_reason(console: Console) -> None:
    sha = "ab" * 32
    with connect(console.url) as db:
        db.execute("INSERT INTO boots (box, boot, first_on, breaks) VALUES ('road-9', 1, current_date, 2)")
        heads = [Head("road-9", 1, 10, sha, True), Head("road-9", 1, 20, sha, False), Head("road-9", 1, 30, sha, None)]
        put_heads(db, heads, datetime.now(UTC))
    told = console.signed_in("supervisor").get("/api/integrity").json()
    (chain,) = [row for row in told["chains"] if row["edge"] == "road-9"]
    assert (chain["breaks"], chain["signed"], chain["forged"], chain["unproven"]) == (2, 1, 1, 1)
    assert chain["signed_at"] is not None
    (head,) = [row for row in told["false_heads"] if row["edge"] == "road-9"]
    assert (head["seq"], head["why"]) == (20, "not signed by the box's key")


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
