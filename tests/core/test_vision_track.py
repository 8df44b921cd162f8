"""Tracks: one vehicle keeps one identity, whatever frames are lost; two never share one."""

from hypothesis import given
from hypothesis import strategies as st

from edge.vision.track import FORGET_S, Box, Track, Tracks, assign, direction, moved

FPS = 12


def box_at(x: float, y: float, width: float) -> Box:
    return x - width / 2, y - width / 9, x + width / 2, y + width / 9


@given(
    vx=st.floats(-2.0, 2.0),
    vy=st.floats(-1.0, 1.0),
    lost=st.sets(st.integers(2, 18), max_size=8),
)
def test_a_steady_vehicle_stays_one_track_though_frames_are_lost(vx: float, vy: float, lost: set[int]) -> None:
    """Speeds in plate widths a frame; a gap of up to eight frames is bridged once the velocity is known."""
    tracks, seen = Tracks(), set()
    for frame in range(20):
        if frame in lost:
            continue
        box = box_at(500 + 100 * vx * frame, 300 + 100 * vy * frame, 100)
        seen |= {track.id for track in tracks.update([box], frame / FPS).live}
    assert seen == {1}


def test_two_that_cross_keep_their_identities() -> None:
    tracks, left, right = Tracks(), set(), set()
    for frame in range(20):
        boxes = [box_at(100 + 40 * frame, 200, 80), box_at(860 - 40 * frame, 260, 80)]
        update = tracks.update(boxes, frame / FPS)
        left.add(update.live[0].id)
        right.add(update.live[1].id)
    assert (left, right) == ({1}, {2})


def test_one_that_is_gone_leaves_once() -> None:
    tracks = Tracks()
    tracks.update([box_at(100, 100, 80)], 0.0)
    assert tracks.update([], FORGET_S).left == ()
    assert [track.id for track in tracks.update([], FORGET_S + 0.01).left] == [1]
    assert tracks.update([], 10.0).left == ()


def test_a_vehicle_at_the_same_place_later_is_another() -> None:
    tracks = Tracks()
    tracks.update([box_at(100, 100, 80)], 0.0)
    assert tracks.update([box_at(100, 100, 80)], 5.0).live[0].id == 2


def test_a_plate_twice_as_large_at_the_same_place_is_another() -> None:
    tracks = Tracks()
    tracks.update([box_at(100, 100, 80)], 0.0)
    assert tracks.update([box_at(100, 100, 170)], 0.1).live[0].id == 2


def test_what_is_held_at_the_end_of_a_stream_leaves() -> None:
    tracks = Tracks()
    tracks.update([box_at(100, 100, 80), box_at(600, 300, 90)], 0.0)
    assert len(tracks.flush()) == 2
    assert tracks.flush() == ()


boxes = st.lists(
    st.tuples(st.floats(0, 960), st.floats(0, 540), st.floats(20, 300)).map(lambda row: box_at(*row)), max_size=6
)


@given(before=boxes, now=boxes, gap=st.floats(0.01, 0.9))
def test_an_assignment_is_one_to_one(before: list[Box], now: list[Box], gap: float) -> None:
    held = [Track(number, box, 0.0, 0.0, box) for number, box in enumerate(before)]
    pairs = assign(held, now, gap)
    assert len(set(pairs.values())) == len(pairs)
    assert set(pairs) <= set(range(len(now)))


def test_direction_is_told_from_size_and_place() -> None:
    far, near = box_at(400, 200, 80), box_at(420, 230, 86)
    assert direction(far, near) == "towards"
    assert direction(near, far) == "away"
    assert direction(far, far) == "unknown"
    assert direction(far, box_at(420, 260, 81)) == "unknown", "a hill, or a trembling box"


def test_a_parked_car_is_no_passing_vehicle() -> None:
    place, trembling = box_at(400, 200, 80), box_at(404, 202, 84)
    assert not moved(Track(1, trembling, 0, 9, place))
    assert moved(Track(1, box_at(450, 200, 80), 0, 9, place))
    assert moved(Track(1, box_at(400, 200, 100), 0, 9, place))
