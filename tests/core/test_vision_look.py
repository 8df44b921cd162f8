"""Where a frame is looked at, how large, and what becomes of plates at the edge of the window."""

from datetime import UTC, datetime

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.cost import Cost
from edge.vision.detect import PlateBox
from edge.vision.frame import Frame
from edge.vision.look import FINEST, Look, long_side, window
from edge.vision.motion import Region

HD = (1920, 1080)


def plate(x1: float, y1: float, x2: float, y2: float) -> PlateBox:
    return PlateBox((x1, y1, x2, y2), 0.9, np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32))


def frame(size: tuple[int, int] = HD) -> Frame:
    picture = av.VideoFrame.from_ndarray(np.full((size[1] * 3 // 2, size[0]), 90, np.uint8), format="yuv420p")
    return Frame(picture, datetime(2026, 1, 1, tzinfo=UTC), 0.0)


def test_the_window_holds_what_moves_and_what_is_followed_with_room() -> None:
    x1, y1, x2, y2 = window([Region(0.5, 0.5, 0.6, 0.6)], [(300, 700, 400, 720)], HD)
    assert x1 < 200
    assert y1 < 540
    assert x2 > 0.6 * 1920 + 50
    assert y2 > 720 + 100


@pytest.mark.parametrize("regions", [[], [Region(0, 0, 1, 1)], [Region(0, 0, 0.1, 0.1), Region(0.9, 0.9, 1, 1)]])
def test_the_whole_frame_is_looked_at_where_no_part_is_worth_cutting_out(regions: list[Region]) -> None:
    assert window(regions, [], HD) == (0, 0, 1920, 1080)


@given(
    st.tuples(*[st.floats(0, 0.9)] * 2), st.tuples(*[st.floats(0.01, 1)] * 2), st.tuples(*[st.floats(-3000, 3000)] * 2)
)
def test_a_window_is_never_empty_and_never_leaves_the_frame(
    corner: tuple[float, float], size: tuple[float, float], track: tuple[float, float]
) -> None:
    region = Region(*corner, min(1, corner[0] + size[0]), min(1, corner[1] + size[1]))
    x1, y1, x2, y2 = window([region], [(*track, track[0] + 90, track[1] + 20)], HD)
    assert 0 <= x1 < x2 <= 1920
    assert 0 <= y1 < y2 <= 1080


@given(st.tuples(st.integers(1, 1920), st.integers(1, 1080)))
def test_a_window_is_seen_no_smaller_than_the_whole_and_costs_no_more(part: tuple[int, int]) -> None:
    side = long_side(part, HD)
    scale = side / max(part)
    assert side + 1 >= max(part) * 608 / 1920
    assert scale <= FINEST + 1 / max(part)
    assert part[0] * part[1] * scale**2 <= 608 * 342 * 1.02 + max(part) * 2


def test_a_far_plate_is_seen_larger_in_a_window() -> None:
    assert long_side(HD, HD) / 1920 == pytest.approx(0.317, abs=0.001)
    assert long_side((800, 500), HD) / 800 == 0.5
    assert long_side((500, 300), (960, 540)) / 500 == pytest.approx(608 / 960, abs=0.002)


def test_plates_come_back_in_the_frame_and_those_that_the_window_cuts_do_not() -> None:
    seen: list[tuple[tuple[int, ...], int]] = []

    def detect(bgr: np.ndarray, side: int) -> list[PlateBox]:
        seen.append((bgr.shape, side))
        return [plate(100, 50, 200, 70), plate(1, 50, 90, 70), plate(300, 50, 399, 70), plate(30, 280, 90, 299)]

    found = Look(detect, Cost())(frame(), (400, 200, 800, 500))
    assert seen == [((300, 400, 3), 200)]
    assert [p.box for p in found] == [(500, 250, 600, 270)]
    assert found[0].corners.tolist()[2] == [600, 270]


def test_a_plate_at_the_frames_own_edge_is_kept() -> None:
    """Whether it is legible there is for the vehicle to say, which knows the frame."""
    found = Look(lambda _bgr, _side: [plate(0, 50, 90, 70)], Cost())(frame(), (0, 200, 800, 500))
    assert [p.box for p in found] == [(0, 250, 90, 270)]
