"""Distances, courses and the wind triangle, against hand-made figures and by their own laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.eta import PREPARE_S, Place, course_deg, distance_m, eta_s, ground_speed_mps, plain_distance
from wire.states import AircraftInfo

HERE = Place(52.2, 0.12)
FALCON = AircraftInfo(
    name="falcon-1",
    autopilot="arducopter",
    lat=52.2,
    lon=0.12,
    cruise_mps=14,
    climb_mps=3.5,
    scene_alt_rel_m=35,
    max_range_m=3000,
)
near = st.builds(Place, st.floats(52.1, 52.3), st.floats(0.0, 0.24))


def test_a_degree_of_latitude_is_about_111_km() -> None:
    assert distance_m(HERE, Place(53.2, 0.12)) == pytest.approx(111_195, abs=5)


@pytest.mark.parametrize(
    ("to", "course"),
    [
        (Place(52.21, 0.12), 0),
        (Place(52.2, 0.13), 90),
        (Place(52.19, 0.12), 180),
        (Place(52.2, 0.11), 270),
    ],
)
def test_courses_count_clockwise_from_north(to: Place, course: float) -> None:
    assert course_deg(HERE, to) == pytest.approx(course, abs=0.01)


@given(near, near)
def test_distance_is_the_same_both_ways_and_never_negative(a: Place, b: Place) -> None:
    assert distance_m(a, b) == pytest.approx(distance_m(b, a))
    assert distance_m(a, b) >= 0


@pytest.mark.parametrize(
    ("wind", "wind_from", "speed"),
    [(0, 0, 14), (5, 90, 9), (5, 270, 19), (13.2, 90, None), (14, 0, None), (20, 180, None)],
)
def test_the_wind_triangle_flying_east(wind: float, wind_from: float, speed: float | None) -> None:
    made = ground_speed_mps(14, 90, wind, wind_from)
    assert made == pytest.approx(speed) if speed else made is None


def test_crosswind_costs_a_little() -> None:
    assert ground_speed_mps(13, 90, 5, 0) == pytest.approx(12)


def test_eta_is_preparing_climbing_and_flying() -> None:
    scene = Place(52.2 + 140 / 111_195, 0.12)
    assert eta_s(FALCON, scene, None) == pytest.approx(PREPARE_S + 10 + 10, abs=0.05)


@pytest.mark.parametrize(("metres", "text"), [(411.6, "412 m"), (9999, "9,999 m"), (12_345, "12.3 km")])
def test_distances_in_plain_words(metres: float, text: str) -> None:
    assert plain_distance(metres) == text
