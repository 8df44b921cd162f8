"""Personal data leaves only after its audit entry is committed (S5); hotlists come in with every bad row named."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from ingest.store import audit, hotlists
from ingest.store.connect import connect
from ingest.store.media import Picture, put_media
from ingest.store.partitions import ensure_days
from tests.support.dashboard_room import Console, Listener, open_incident, running

JPEG = b"\xff\xd8 a picture \xff\xd9"
SHA256 = hashlib.sha256(JPEG).hexdigest()
GROUND = {"reason": "seen at a burglary", "case": "42/26"}


@pytest.fixture
def console(room_toml: Path) -> Iterator[Console]:
    with running(room_toml) as console:
        yield console


@pytest.fixture
def incident(console: Console) -> UUID:
    """With a picture in the store."""
    now = datetime.now(UTC)
    with connect(console.url) as db:
        ensure_days(db, now.date(), 1)
        put_media(db, [Picture(sha256=SHA256, box="road-1", jpeg=JPEG)], now, now.date())
        return open_incident(db, patch=SHA256)


def entries(console: Console, act: str) -> list[audit.AuditRow]:
    with connect(console.url) as db:
        return [row for row in audit.recent_audit(db) if row.act == act]


def refuse_audit(console: Console) -> None:
    """From now on no audit entry can be written."""
    with connect(console.url) as db:
        db.execute("ALTER TABLE audit ADD CONSTRAINT closed CHECK (id < 0) NOT VALID")


def test_a_picture_is_shown_after_its_entry(console: Console, incident: UUID) -> None:
    client = console.signed_in("viewer")
    shown = client.get(f"/api/media/{SHA256}", params={"incident": str(incident)})
    assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, JPEG, "image/jpeg")
    assert shown.headers["cache-control"] == "no-store"
    (entry,) = entries(console, "picture_viewed")
    assert (entry.who, entry.object, entry.incident_id) == (client.headers["X-Test-Name"], SHA256, incident)


def test_a_picture_without_a_ground_is_not_shown(console: Console, incident: UUID) -> None:
    client = console.signed_in("viewer")
    assert client.get(f"/api/media/{SHA256}").status_code == 400
    assert client.get(f"/api/media/{SHA256}", params={"reason": "curious", "case": " "}).status_code == 400
    assert client.get(f"/api/media/{SHA256}", params={"incident": str(uuid4())}).status_code == 404
    assert entries(console, "picture_viewed") == []
    assert client.get(f"/api/media/{SHA256}", params=GROUND).content == JPEG
    (entry,) = entries(console, "picture_viewed")
    assert (entry.reason, entry.case_ref) == (GROUND["reason"], GROUND["case"])
    assert client.get(f"/api/media/{'0' * 64}", params=GROUND).status_code == 404
    assert client.get("/api/media/not-a-hash", params=GROUND).status_code == 400


@pytest.mark.parametrize("path", [f"/api/media/{SHA256}", "/api/reads"])
def test_without_its_entry_nothing_leaves(console: Console, incident: UUID, path: str) -> None:
    client = console.signed_in("dispatcher")
    assert client.get(path, params=GROUND).status_code == 200
    refuse_audit(console)
    with pytest.raises(psycopg.errors.CheckViolation), connect(console.url) as db:
        audit.append_audit(db, "x", "y")
    answer = client.get(path, params=GROUND)
    assert answer.status_code == 500
    assert JPEG not in answer.content
    assert b"AB12CDE" not in answer.content


def test_a_search_needs_reason_and_case_and_is_audited_with_what_was_asked(console: Console, incident: UUID) -> None:
    client = console.signed_in("dispatcher")
    for missing in ({}, {"reason": "why"}, {"case": "42/26"}, {"reason": " ", "case": "42/26"}):
        assert client.get("/api/reads", params={"vrm": "AB12"} | missing).status_code == 400
    assert entries(console, "reads_searched") == []
    asked = {"vrm": "ab12", "since": "2020-01-01T00:00:00Z"}
    found = client.get("/api/reads", params=asked | GROUND).json()
    assert [(row["vrm"], row["event_id"], row["time_verified"]) for row in found] == [("AB12CDE", str(incident), True)]
    assert datetime.fromisoformat(found[0]["captured_at"]).tzinfo is not None
    (entry,) = entries(console, "reads_searched")
    assert (entry.object, entry.case_ref, entry.reason) == ("ab12", "42/26", "seen at a burglary")
    assert entry.details["since"].startswith("2020-01-01T00:00:00")
    assert client.get("/api/reads", params={"vrm": "ZZ"} | GROUND).json() == []
    assert client.get("/api/reads", params={"since": "2020-01-01T00:00:00"} | GROUND).status_code == 400
    assert client.get("/api/reads", params={"vrm": "x" * 17} | GROUND).status_code == 400


def test_opening_an_incident_is_audited(console: Console, incident: UUID) -> None:
    client = console.signed_in("viewer")
    detail = client.get(f"/api/incidents/{incident}").json()
    assert [row["vrm"] for row in detail["reads"]] == ["AB12CDE"]
    assert detail["number"] == 1
    (entry,) = entries(console, "incident_viewed")
    assert (entry.who, entry.incident_id, entry.reason) == (client.headers["X-Test-Name"], incident, "incident 1")


def test_a_hotlist_comes_in_with_every_bad_row_named(console: Console) -> None:
    client = console.signed_in("supervisor")
    csv = "vrm,category,priority,note,expires\nAB12CDE,stolen,high,,\n,stolen,high,,\nXY21ABC,stolen,urgent,,\n"
    done = client.post("/api/hotlists", content=csv, params={"name": "stolen"}).json()
    assert (done["version"], done["entries"]) == (1, 1)
    assert [row["line"] for row in done["rejected"]] == [3, 4]
    (listed,) = client.get("/api/hotlists").json()
    assert (listed["name"], listed["version"], listed["entries"]) == ("stolen", 1, 1)
    assert [row.who for row in entries(console, "import hotlist")] == [client.headers["X-Test-Name"]]
    for bad in (b"", b"\xff\xfe\x00", b"nothing,like,it\n", csv.encode().splitlines()[0] + b"\n,,,,\n"):
        assert client.post("/api/hotlists", content=bad).status_code == 400
    with connect(console.url) as db:
        assert hotlists.current_version(db) == 1


def test_an_incident_is_no_ground_for_a_picture_of_another(console: Console, incident: UUID) -> None:
    client = console.signed_in("viewer")
    with connect(console.url) as db:
        other = open_incident(db, "XY21ABC")
    refused = client.get(f"/api/media/{SHA256}", params={"incident": str(other)})
    assert refused.status_code == 404
    assert JPEG not in refused.content
    assert entries(console, "picture_viewed") == []
    assert client.get(f"/api/media/{SHA256}", params=GROUND | {"incident": str(other)}).content == JPEG


def test_the_live_feed_of_reads_opens_after_its_entry(console: Console, incident: UUID) -> None:
    client = console.signed_in("viewer")
    listener = Listener(client)
    assert listener.of("hello")[0]["incidents"]
    assert [row.who for row in entries(console, "live_watched")] == [client.headers["X-Test-Name"]]
    refuse_audit(console)
    answer = client.get("/api/incidents")
    assert answer.status_code == 500
    assert b"AB12CDE" not in answer.content
    with pytest.raises(httpx.HTTPError):
        client.get("/api/live")
