"""Zones: what lies in them, and which polygons are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.vision.zones import Zone, area, contains, crosses_itself, foot

SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
ELL = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.5), (0.5, 0.5), (0.5, 0.9), (0.1, 0.9))


@given(st.floats(0, 1), st.floats(0, 1))
def test_an_ell_holds_what_its_two_arms_hold(x: float, y: float) -> None:
    near_an_edge = any(abs(x - edge) < 1e-9 or abs(y - edge) < 1e-9 for edge in (0.1, 0.5, 0.9))
    arms = (0.1 < x < 0.9 and 0.1 < y < 0.5) or (0.1 < x < 0.5 and 0.1 < y < 0.9)
    assert near_an_edge or contains(ELL, (x, y)) == arms


def test_a_zone_judges_by_the_feet_in_pixels() -> None:
    zone = Zone(name="lane", kind="carriageway", polygon=SQUARE)
    leaning_in, standing_in = (400.0, 90.0, 440.0, 105.0), (400.0, 20.0, 440.0, 120.0)
    assert foot(standing_in) == (420.0, 120.0)
    assert not zone.holds(foot(leaning_in), (1000, 540))
    assert zone.holds(foot(standing_in), (1000, 540))


@pytest.mark.parametrize(
    ("polygon", "edges"),
    [
        (SQUARE, None),
        (ELL, None),
        ((SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]), (0, 2)),
        (((0.1, 0.1), (0.9, 0.1), (0.5, 0.1), (0.5, 0.9)), (0, 1)),
        (((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.5, 0.1), (0.1, 0.9)), (0, 2)),
        (((0.1, 0.1), (0.1, 0.1), (0.9, 0.9)), (0, 1)),
    ],
)
def test_crossing_edges_are_named(polygon: tuple[tuple[float, float], ...], edges: tuple[int, int] | None) -> None:
    assert crosses_itself(polygon) == edges
    assert crosses_itself(polygon[::-1]) is None if edges is None else crosses_itself(polygon[::-1]) is not None


def test_the_area_is_that_of_the_arms() -> None:
    assert area(ELL) == pytest.approx(0.8 * 0.4 + 0.4 * 0.4)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("polygon", (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]), "zone lane: its edges 1 and 3 cross"),
        ("polygon", ((0.1, 0.1), (0.5, 0.1001), (0.9, 0.1)), "zone lane is empty"),
        ("polygon", ((120, 80), (400, 80), (400, 300)), "less than or equal to 1"),
        ("polygon", SQUARE[:2], "at least 3 items"),
        ("direction", (0, 0), "points nowhere"),
        ("crowd_from", 1, "greater than or equal to 2"),
        ("kind", "pavement", "'carriageway', 'footway'"),
    ],
)
def test_a_zone_that_is_none_says_why(key: str, value: object, said: str) -> None:
    sound = {"name": "lane", "kind": "carriageway", "polygon": SQUARE}
    Zone.model_validate(sound)
    with pytest.raises(ValidationError, match=said):
        Zone.model_validate(sound | {key: value})
