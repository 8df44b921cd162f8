"""Boxes and their overlap; what counts as the same plate."""

import numpy as np
import pytest

from edge.vision.detect import PlateBox, decode, overlap, scaled, suppress

Box = tuple[float, float, float, float]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((0, 0, 10, 10), (0, 0, 10, 10), 1),
        ((0, 0, 10, 10), (5, 0, 15, 10), 1 / 3),
        ((0, 0, 10, 10), (10, 0, 20, 10), 0),
        ((0, 0, 10, 10), (20, 20, 30, 30), 0),
        ((0, 0, 10, 10), (2, 2, 4, 4), 0.04),
    ],
)
def test_overlap_is_intersection_over_union(a: Box, b: Box, expected: float) -> None:
    assert overlap(a, b) == pytest.approx(expected)
    assert overlap(b, a) == pytest.approx(expected)


def _plate(box: Box, score: float) -> PlateBox:
    return PlateBox(box, score, np.zeros((4, 2), np.float32))


def test_the_surest_of_the_same_boxes_stays_and_comes_first() -> None:
    weak, sure, other = _plate((0, 0, 50, 10), 0.5), _plate((2, 0, 52, 10), 0.9), _plate((80, 0, 130, 10), 0.6)
    assert suppress([weak, sure, other]) == [sure, other]


def test_a_small_plate_within_a_large_box_stays() -> None:
    large, small = _plate((0, 0, 200, 60), 0.9), _plate((20, 20, 60, 30), 0.5)
    assert suppress([small, large]) == [large, small]


def test_a_peak_becomes_a_box_with_its_corners_in_network_pixels() -> None:
    out = np.zeros((13, 6, 8), np.float32)
    out[:, 2, 3] = [0.8, 2, 0.5, 3, 0.5, 0, 0.25, 0, 0, 0, -0.25, 0, 0]
    out[0, 2, 4] = 0.7
    (plate,) = decode(out, 0.4)
    assert plate.box == (12, 16, 52, 24)
    assert plate.corners.tolist() == [[12, 18], [52, 16], [52, 22], [12, 24]]
    assert decode(out, 0.85) == []


@pytest.mark.parametrize("height_width", [(1080, 1920), (577, 1023), (1, 3000), (40, 60)])
def test_a_picture_is_brought_to_the_size_that_is_asked_for(height_width: tuple[int, int]) -> None:
    picture = np.random.default_rng(1).integers(0, 255, (*height_width, 3)).astype(np.uint8)
    assert scaled(picture, (608, 342)).shape == (342, 608, 3)


def test_what_is_finer_than_the_network_s_pixels_is_averaged_not_picked() -> None:
    stripes = np.zeros((1080, 1920, 3), np.uint8)
    stripes[:, ::2] = 255
    assert scaled(stripes, (608, 342)).std() < 2


def test_what_is_scaled_stays_where_it_was() -> None:
    picture = np.zeros((1081, 1921, 3), np.uint8)
    picture[300:360, 1200:1500] = 255
    rows, columns = np.nonzero(scaled(picture, (608, 342))[:, :, 0] > 127)
    assert (columns.min(), columns.max() + 1) == pytest.approx((1200 / 1921 * 608, 1500 / 1921 * 608), abs=1)
    assert (rows.min(), rows.max() + 1) == pytest.approx((300 / 1081 * 342, 360 / 1081 * 342), abs=1)
