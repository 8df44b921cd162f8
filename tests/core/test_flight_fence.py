"""The fence: random polygons, paths that leave them, and fences that cross themselves (F5)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.flight.fence import Fence, make_fence
from edge.flight.geometry import M_PER_DEG, Place
from wire.errors import UserError

ORIGIN = Place(52.2, 0.12)
SCALE = math.cos(math.radians(ORIGIN.lat)) * M_PER_DEG


def at(x: float, y: float) -> Place:
    """Metres east and north of the origin."""
    return Place(ORIGIN.lat + y / M_PER_DEG, ORIGIN.lon + x / SCALE)


def fence(*corners: tuple[float, float]) -> Fence:
    return make_fence(ORIGIN, [(place.lat, place.lon) for place in (at(x, y) for x, y in corners)])


SQUARE = fence((-100, -100), (100, -100), (100, 100), (-100, 100))
HORSESHOE = fence((-100, -100), (100, -100), (100, 100), (60, 100), (60, -60), (-60, -60), (-60, 100), (-100, 100))


def test_the_clearance_is_the_least_distance_to_a_side() -> None:
    assert SQUARE.clearance_m(at(0, 0), at(70, 0)) == pytest.approx(30, abs=0.01)
    assert SQUARE.clearance_m(at(-90, 50), at(70, 0)) == pytest.approx(10, abs=0.01)


def test_a_path_that_ends_outside_has_none() -> None:
    assert SQUARE.clearance_m(at(0, 0), at(101, 0)) is None
    assert SQUARE.clearance_m(at(0, 0), at(100, 0)) is None


def test_a_straight_path_across_a_bay_has_none_though_both_ends_are_inside() -> None:
    assert HORSESHOE.contains(at(-80, 80))
    assert HORSESHOE.contains(at(80, 80))
    assert HORSESHOE.clearance_m(at(-80, 80), at(80, 80)) is None


def test_a_closing_corner_may_repeat_the_first() -> None:
    assert fence((0, 0), (100, 0), (100, 100), (0, 0)).corners == fence((0, 0), (100, 0), (100, 100)).corners


@pytest.mark.parametrize(
    "corners",
    [
        ((0, 0), (100, 100), (100, 0), (0, 100)),
        ((0, 0), (100, 0), (100, 100), (50, 0), (0, 100)),
        ((0, 0), (100, 0), (50, 0), (50, 100)),
        ((0, 0), (100, 0), (100, 0), (100, 100)),
    ],
    ids=["bow tie", "touches itself", "folds back", "corner twice"],
)
def test_a_fence_that_crosses_itself_is_refused(corners: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(UserError, match="crosses itself"):
        fence(*corners)


def test_a_line_is_no_fence() -> None:
    for corners in (((0, 0), (100, 0), (200, 0)), ((0, 0), (100, 0)), ((0, 0), (1, 0), (0.5, 0.5))):
        with pytest.raises(UserError, match=r"has no area|crosses itself"):
            fence(*corners)


@st.composite
def stars(draw: st.DrawFn) -> tuple[tuple[float, float], ...]:
    """Simple by make: one corner a direction, at any distance."""
    count = draw(st.integers(3, 12))
    radii = draw(st.lists(st.floats(40, 300), min_size=count, max_size=count))
    return tuple(
        (r * math.cos(2 * math.pi * i / count), r * math.sin(2 * math.pi * i / count)) for i, r in enumerate(radii)
    )


points = st.tuples(st.floats(-320, 320), st.floats(-320, 320))


@given(stars(), points, points)
def test_every_point_of_a_cleared_path_is_inside_by_the_clearance(
    corners: tuple[tuple[float, float], ...], a: tuple[float, float], b: tuple[float, float]
) -> None:
    site = fence(*corners)
    clearance = site.clearance_m(at(*a), at(*b))
    if clearance is None:
        return
    for step in range(21):
        x, y = (p + (q - p) * step / 20 for p, q in zip(a, b, strict=True))
        assert site.contains(at(x, y))
        assert all(not math.dist((x, y), (c.x, c.y)) < clearance - 0.01 for c in site.corners)


@given(stars(), points)
def test_beyond_the_farthest_corner_is_outside(
    corners: tuple[tuple[float, float], ...], direction: tuple[float, float]
) -> None:
    away = math.hypot(*direction)
    if away < 1:
        return
    assert not fence(*corners).contains(at(direction[0] / away * 400, direction[1] / away * 400))
