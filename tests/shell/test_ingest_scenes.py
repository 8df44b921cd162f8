"""What a camera's rules tell, against a real database: one incident a cause, closed when over, pictures kept."""

import hashlib
import random
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import psycopg
import pytest

from ingest.commit import Batch, commit
from ingest.inbound import read_message
from ingest.matching import NO_MARKS
from ingest.retention import run_retention
from ingest.room import IncidentConfig, RetentionConfig
from ingest.scenes import UNWATCHED
from ingest.store.incidents import acknowledge_incident, close_incident, hold_incident, list_incidents
from ingest.store.media import find_media
from ingest.store.partitions import ensure_days
from ingest.store.scenes import incident_scenes, shows_picture
from tests.support.ingest_box import T0, Chain
from wire.events import PROCESS_DIED, Fault, ObjectIncident, Started, join_lines
from wire.topics import EVENT, MEDIA

Db = psycopg.Connection[Any]
NOW = T0 + timedelta(minutes=1)
CAUSE = UUID(int=7)
JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
SHA256 = hashlib.sha256(JPEG).hexdigest()


@pytest.fixture
def db(database: Db) -> Db:
    ensure_days(database, NOW.date(), 60)
    return database


def word(state: str, cause: UUID = CAUSE, after_s: float = 0, **more: object) -> ObjectIncident:
    at = T0 + timedelta(seconds=after_s)
    fields = {
        "cause_id": cause,
        "state": state,
        "camera": "road-1-cam",
        "rule": "person_on_carriageway",
        "zone": "high-street",
        "reason": f"{state}: a person on the carriageway high-street for {after_s:.0f} s",
        "label": "person",
        "count": 1,
        "confidence": 0.8,
        "since_at": T0,
        "captured_at": at,
        "tracks": (3,),
        "box": (10, 20, 30, 80),
        "frame": (960, 540),
        "lat": 52.2,
        "lon": 0.12,
        "overview_sha256": SHA256,
    }
    return ObjectIncident.model_validate(fields | more)


def store(db: Db, lines: Iterable[bytes], box: str = "road-1", now: datetime = NOW) -> tuple[UUID, ...]:
    return commit(
        db, Batch.of(read_message(EVENT.of(box), join_lines(list(lines)))), NO_MARKS, IncidentConfig(), now
    ).opened


def test_one_incident_a_cause_that_closes_when_it_is_over(db: Db) -> None:
    chain = Chain()
    (opened,) = store(db, [chain.put(word("opened"))])
    (row,) = list_incidents(db)
    assert (row.id, row.kind, row.priority, row.alarm) == (opened, "person on the carriageway", "high", True)
    assert row.title == "Person on the carriageway, high-street (road-1-cam)"
    assert store(db, [chain.put(word("over", after_s=12))]) == ()
    (row,) = list_incidents(db)
    assert (row.state, row.closed_by, row.tags[-1]) == ("closed", "the camera", "over")
    assert row.close_reason == "over: a person on the carriageway high-street for 12 s"
    assert row.last_seen_at - row.first_seen_at == timedelta(seconds=12)
    assert [scene.state for scene in incident_scenes(db, row.id)] == ["over", "opened"]
    assert incident_scenes(db, row.id)[1].box == (10, 20, 30, 80)
    assert shows_picture(db, row.id, SHA256)
    assert not shows_picture(db, row.id, "0" * 64)


def test_what_a_person_has_taken_up_stays_theirs_to_close(db: Db) -> None:
    chain = Chain()
    (opened,) = store(db, [chain.put(word("opened"))])
    assert acknowledge_incident(db, opened, "anna")
    store(db, [chain.put(word("over", after_s=12))])
    (row,) = list_incidents(db)
    assert (row.state, row.tags[-1]) == ("acknowledged", "over")
    assert close_incident(db, opened, "anna", "they have gone home")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_disorder_and_repeats_end_in_the_same_incidents(db: Db, order: tuple[int, ...]) -> None:
    chain, other = Chain(), UUID(int=8)
    lines = [chain.put(word("opened")), chain.put(word("over", after_s=12)), chain.put(word("opened", other))]
    for place in order:
        store(db, [lines[place]])
        store(db, [lines[place]])
    rows = {row.state: row for row in list_incidents(db)}
    assert rows.keys() == {"open", "closed"}
    assert len(incident_scenes(db, rows["closed"].id)) == 2
    assert rows["closed"].last_seen_at - rows["closed"].first_seen_at == timedelta(seconds=12)


def rows_of(db: Db) -> list[tuple[Any, ...]]:
    """All that the room knows of incidents, but for its own times."""
    query = (
        "SELECT fold, state, kind, title, closed_by, close_reason, tags, first_seen_at, last_seen_at,"
        " (SELECT array_agg(s.event_id ORDER BY s.event_id) FROM scenes s WHERE s.incident_id = i.id)"
        " FROM incidents i ORDER BY fold"
    )
    return db.execute(query).fetchall()


def power_cut() -> list[bytes]:
    """One cause has ended before the cut, one never will; then a new boot's cause."""
    before, after = Chain(boot=1), Chain(boot=2)
    lines = [before.put(Started(version="1"), T0 - timedelta(seconds=30), offset_ms=None)]
    lines += [before.put(word("opened", UUID(int=cause), cause)) for cause in (1, 2)]
    lines.append(before.put(word("over", UUID(int=1), 12)))
    lines.append(after.put(Started(version="1"), T0 + timedelta(seconds=30), offset_ms=None))
    lines.append(after.put(word("opened", UUID(int=3), 50)))
    return lines


def test_a_box_that_begins_anew_ends_what_nobody_watches_any_more(db: Db) -> None:
    for line in power_cut():
        store(db, [line])
    ended, left, goes_on = (row[1:7] for row in rows_of(db))
    assert (ended[0], ended[4]) == ("closed", "over: a person on the carriageway high-street for 12 s")
    assert (left[0], left[3], left[4], left[5][-1]) == ("closed", "the camera", UNWATCHED, "over")
    assert goes_on[0] == "open"


def test_a_power_cut_leaves_the_same_rows_in_any_order_and_batching(db: Db) -> None:
    lines = power_cut()
    for line in lines:
        store(db, [line])
    clean = rows_of(db)
    for number, order in enumerate(random.Random(1).sample(list(permutations(lines)), 24)):
        db.execute("TRUNCATE events, boots, incidents, incident_events, scenes, scene_ends")
        for first in range(batches := (1, 2, 5)[number % 3]):
            store(db, order[first::batches])
            store(db, order[first::batches])
        assert rows_of(db) == clean


def test_a_camera_whose_process_died_ends_its_own_and_no_others(db: Db) -> None:
    chain = Chain()
    store(db, [chain.put(word("opened", UUID(int=1))), chain.put(word("opened", UUID(int=2), camera="yard"))])
    store(db, [chain.put(Fault(part="yard", what="stalled"))])
    assert [row.state for row in list_incidents(db)] == ["open", "open"]
    store(db, [chain.put(Fault(part="yard", what=PROCESS_DIED, detail="exit status -9"))])
    store(db, [chain.put(word("opened", UUID(int=3), camera="yard"))])
    states = sorted((row.title.split()[-1], row.state) for row in list_incidents(db))
    assert states == [("(road-1-cam)", "open"), ("(yard)", "closed"), ("(yard)", "open")]


def test_a_clock_that_is_a_little_fast_leaves_no_incident_open_behind_a_camera_that_died(db: Db) -> None:
    """The word of its death is stored at once; by the box's clock what it had told lies later than that."""
    chain = Chain()
    store(db, [chain.put(word("opened", after_s=60.9), offset_ms=900)])
    store(db, [chain.put(Fault(part="road-1-cam", what=PROCESS_DIED))], now=NOW + timedelta(milliseconds=300))
    assert [row.state for row in list_incidents(db)] == ["closed"]


def test_what_a_person_has_taken_up_stays_theirs_when_the_box_begins_anew(db: Db) -> None:
    (opened,) = store(db, [Chain(boot=1).put(word("opened"))])
    assert acknowledge_incident(db, opened, "anna")
    store(db, [Chain(boot=2).put(Started(version="1"))])
    (row,) = list_incidents(db)
    assert (row.state, row.tags.count("over")) == ("acknowledged", 1)


def test_another_boxs_start_ends_nothing(db: Db) -> None:
    store(db, [Chain(boot=1).put(word("opened"))])
    store(db, [Chain("road-2", boot=2).put(Started(version="1"))], box="road-2")
    assert [row.state for row in list_incidents(db)] == ["open"]


def test_a_new_disk_with_a_clock_of_1970_does_not_end_what_the_box_sees_from_then_on(db: Db) -> None:
    store(db, [Chain(boot=900).put(Started(version="1"))])
    store(db, [Chain(boot=1).put(word("opened", after_s=3600))], now=NOW + timedelta(hours=1))
    assert [row.state for row in list_incidents(db)] == ["open"]


def test_workers_that_take_a_start_and_a_late_word_at_once_end_it(db: Db) -> None:
    """Each in a transaction of its own, begun before the other's has ended."""
    late, start = Chain(boot=1).put(word("opened")), Chain(boot=2).put(Started(version="1"))
    with psycopg.connect(db.info.dsn, password=db.info.password) as other, ThreadPoolExecutor(1) as worker:
        with other.transaction():
            store(other, [start])
            stored = worker.submit(store, db, [late])
            assert not wait([stored], timeout=0.3).done
        assert len(stored.result(timeout=10)) == 1
    assert [row.state for row in list_incidents(db)] == ["closed"]


def test_a_box_cannot_end_another_boxs_incident(db: Db) -> None:
    store(db, [Chain("road-1").put(word("opened"))])
    store(db, [Chain("road-2").put(word("over", after_s=5))], box="road-2")
    rows = list_incidents(db)
    assert sorted((row.state, row.reads) for row in rows) == [("closed", 1), ("open", 1)]


def test_a_newer_boxs_rule_opens_an_incident_by_its_own_name(db: Db) -> None:
    store(db, [Chain().put(word("opened", rule="smoke_seen", zone="yard"))])
    (row,) = list_incidents(db)
    assert (row.kind, row.priority, row.title) == ("smoke seen", "medium", "Smoke seen, yard (road-1-cam)")


def test_retention_keeps_the_picture_as_long_as_the_incident_holds_it(db: Db) -> None:
    items = read_message(MEDIA.of("road-1", sha256=SHA256), JPEG)
    items += read_message(EVENT.of("road-1"), Chain().put(word("opened")))
    (opened,) = commit(db, Batch.of(items), NO_MARKS, IncidentConfig(), NOW).opened
    config = RetentionConfig(reads_days=30, media_days=5)
    late = (NOW + timedelta(days=40)).date()
    run_retention(db, config, late)
    assert find_media(db, SHA256) == JPEG
    assert len(incident_scenes(db, opened)) == 1
    hold_incident(db, opened, hold=True)
    close_incident(db, opened, "anna", "done")
    run_retention(db, config, late)
    assert find_media(db, SHA256) == JPEG
    hold_incident(db, opened, hold=False)
    run_retention(db, config, late)
    assert find_media(db, SHA256) is None
    assert incident_scenes(db, opened) == []


def test_a_time_out_of_all_bounds_is_put_aside(db: Db) -> None:
    assert store(db, [Chain().put(word("opened", since_at=datetime(1, 1, 1, tzinfo=UTC)))]) == ()
    assert list_incidents(db) == []
