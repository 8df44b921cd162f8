"""What flying cameras see, for the map: the newest place of each object, for a minute, bounded."""

from datetime import UTC, datetime, timedelta

from dashboard.placed import MARK, MOST, MOST_CAMERAS, SHOWN_S, Below, Ground
from wire.events import GENESIS, Event, Fault, ObjectPlaced
from wire.ids import fresh_uuid7

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def event(
    track: int, age_s: float = 0.0, *, offset_ms: float | None = 0.0, lat: float = 52.2, camera: str = "falcon-1-cam"
) -> Event:
    body = ObjectPlaced(
        camera=camera, label="car", confidence=0.7, captured_at=NOW - timedelta(seconds=age_s), track=track,
        box=(0, 0, 9, 9), frame=(640, 360), lat=lat, lon=0.12, error_m=6.0, covariance_m2=(4, 0, 4), height_m=30,
    )  # fmt: skip
    return Event(
        id=fresh_uuid7(), box="dock-1", boot=1, seq=track + 1, happened_at=NOW, clock_offset_ms=offset_ms,
        prev_sha256=GENESIS, body=body,
    )  # fmt: skip


def told(below: Below | None) -> list[tuple[int, float]]:
    assert below
    return [(one.track, one.lat) for one in below.objects]


def test_each_object_stands_where_it_was_seen_last() -> None:
    ground = Ground()
    ground.hear(event(1, 9, lat=52.1), NOW)
    ground.hear(event(2, 5), NOW)
    assert told(ground.hear(event(1, lat=52.3), NOW)) == [(1, 52.3), (2, 52.2)]


def test_after_a_minute_it_is_gone_and_a_backlog_is_not_shown() -> None:
    ground = Ground()
    ground.hear(event(1), NOW)
    later = NOW + timedelta(seconds=SHOWN_S + 1)
    assert ground.hear(event(2), later) is None
    assert told(ground.hear(event(3, -SHOWN_S), later)) == [(3, 52.2)]


def test_the_age_is_by_the_rooms_clock_and_nothing_is_seen_in_the_future() -> None:
    behind = Ground().hear(event(1, 3600, offset_ms=-3_600_000.0), NOW)
    ahead = Ground().hear(event(1, -3600, offset_ms=None), NOW)
    assert behind
    assert ahead
    assert [below.objects[0].seen_at for below in (behind, ahead)] == [NOW, NOW]


def test_a_camera_that_sees_a_car_park_stays_bounded() -> None:
    ground = Ground()
    for track in range(MOST + 30):
        below = ground.hear(event(track, age_s=50 - track / 10), NOW)
    assert below
    assert len(below.objects) == MOST
    assert below.objects[0].track == MOST + 29


def test_other_events_say_nothing() -> None:
    fault = Fault(part="camera", what="frozen")
    other = event(1).model_copy(update={"body": fault})
    assert Ground().hear(other, NOW) is None
    assert MARK in event(1).encode()
    assert MARK not in other.encode()


def test_a_box_brings_up_so_many_cameras_and_no_more() -> None:
    ground = Ground()
    heard = [ground.hear(event(1, camera=f"cam-{number}"), NOW) is not None for number in range(MOST_CAMERAS + 5)]
    assert heard == [True] * MOST_CAMERAS + [False] * 5
    assert ground.hear(event(2, camera="cam-0"), NOW)
