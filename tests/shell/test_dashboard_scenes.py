"""The incident that a camera's rules opened, over the console's API: its words and its picture, audited (S5)."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from ingest.commit import Batch, commit
from ingest.inbound import read_message
from ingest.matching import NO_MARKS
from ingest.room import IncidentConfig
from ingest.store.connect import connect
from ingest.store.partitions import ensure_days
from tests.support.dashboard_room import Console, running
from tests.support.ingest_box import Chain
from wire.events import ObjectIncident
from wire.topics import EVENT, MEDIA

JPEG = b"\xff\xd8\xff\xe0 a street \xff\xd9"
SHA256 = hashlib.sha256(JPEG).hexdigest()


def opened(console: Console) -> UUID:
    now = datetime.now(UTC)
    body = ObjectIncident(
        cause_id=uuid4(), state="opened", camera="road-1-cam", rule="stopped_vehicle", zone="bus-lane",
        reason="a car stands in bus-lane for 30 s", label="car", count=1, confidence=0.8, since_at=now,
        captured_at=now, box=(10, 20, 110, 80), frame=(960, 540), lat=52.2, lon=0.12, overview_sha256=SHA256,
    )  # fmt: skip
    items = read_message(MEDIA.of("road-1", sha256=SHA256), JPEG)
    items += read_message(EVENT.of("road-1"), Chain().put(body, now))
    with connect(console.url) as db:
        ensure_days(db, now.date(), 1)
        (incident,) = commit(db, Batch.of(items), NO_MARKS, IncidentConfig(), now).opened
    return incident


def test_what_a_camera_told_stands_in_the_incident_and_its_picture_may_be_looked_at(room_toml: Path) -> None:
    with running(room_toml) as console:
        incident, client = opened(console), console.signed_in("viewer")
        page = client.get(f"/api/incidents/{incident}").json()
        assert (page["title"], page["vrm"], page["reads"]) == ("Stopped vehicle, bus-lane (road-1-cam)", "", [])
        (scene,) = page["scenes"]
        assert (scene["reason"], scene["box"], scene["overview"]) == (
            "a car stands in bus-lane for 30 s", [10, 20, 110, 80], SHA256,
        )  # fmt: skip
        assert client.get(f"/api/media/{SHA256}", params={"incident": str(incident)}).content == JPEG
        other = client.get(f"/api/media/{'0' * 64}", params={"incident": str(incident)})
        assert other.status_code == 404
        acts = [note["act"] for note in client.get(f"/api/incidents/{incident}").json()["audit"]]
        assert {"incident_viewed", "picture_viewed"} <= set(acts)
