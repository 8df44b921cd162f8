"""Ground positions: right where geometry is simple, and the 95 % ellipse holds 95 % of simulated errors."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from edge.vision.ground import CHI2_95, Errors, Ground, Lens, Pose, footing, locate, meets, to_geo
from sim.aerial import FOCAL_PX, HEIGHT, STEEP_DEG, WIDTH

LENS = Lens(77.32, 1280, 720)
ERRORS = Errors(yaw_deg=2, pitch_deg=0.7, roll_deg=0.7, height_m=1.5, position_m=1.5, pixel_px=4)
EXACT = Errors(0, 0, 0, 0, 0, 0)
DRAWS = 20_000


def dot(u: float, v: float) -> tuple[float, float, float, float]:
    return u, v, u, v


def test_straight_down_the_middle_is_below_and_the_right_is_to_the_right_of_its_way() -> None:
    below = locate(dot(640, 360), Pose(37, -90, 0, 50), LENS, EXACT)
    assert below is not None
    assert (below.east_m, below.north_m) == pytest.approx((0, 0), abs=1e-9)
    right = locate(dot(640 + LENS.focal_px, 360), Pose(90, -90, 0, 50), LENS, EXACT)
    assert right is not None
    assert (right.east_m, right.north_m) == pytest.approx((0, -50), abs=1e-6)  # heading east, right is south
    ahead = locate(dot(640, 360 - LENS.focal_px / 2), Pose(90, -90, 0, 50), LENS, EXACT)
    assert ahead is not None
    assert (ahead.east_m, ahead.north_m) == pytest.approx((25, 0), abs=1e-6)


def test_at_45_degrees_down_the_middle_is_as_far_as_high_and_a_roll_to_the_right_sees_the_left() -> None:
    at = locate(dot(640, 360), Pose(0, -45, 0, 50), LENS, EXACT)
    assert at is not None
    assert (at.east_m, at.north_m) == pytest.approx((0, 50), abs=1e-6)
    rolled = meets(640, 360 + 200, Pose(0, -45, 20, 50), LENS)
    assert rolled is not None
    assert rolled[0] < -1


def test_it_is_the_inverse_of_how_the_simulator_draws() -> None:
    """The aerial camera of the simulated aircraft: pixels of its own projection come back as metres."""
    from sim.aerial import _camera

    eye, heading = np.array([0.0, 0.0, 40.0]), 130.0
    matrix = _camera(eye, heading)
    lens = Lens(2 * math.degrees(math.atan(WIDTH / 2 / FOCAL_PX)), WIDTH, HEIGHT)
    for east, north in ((0, 0), (12, -7), (-9, 20), (25, 3)):
        u, v, w = matrix @ (east, north, 0.0, 1.0)
        found = meets(u / w, v / w, Pose(heading, STEEP_DEG, 0, 40), lens)
        assert found == pytest.approx((east, north), abs=1e-6)


def test_the_horizon_and_shallow_rays_have_no_position() -> None:
    assert locate(dot(640, 360), Pose(0, 0, 0, 50), LENS, ERRORS) is None
    assert locate(dot(640, 360), Pose(0, -10, 0, 50), LENS, ERRORS) is None
    assert locate(dot(640, 360), Pose(0, -30, 0, 50), LENS, ERRORS) is not None
    assert locate(dot(640, 360), Pose(0, -30, 0, 0), LENS, ERRORS) is None


def test_a_box_stands_on_its_lower_edge_unless_seen_from_above() -> None:
    box = (100.0, 50.0, 140.0, 150.0)
    assert footing(box, 0) == (120, 150)
    assert footing(box, -90) == pytest.approx((120, 100))


@settings(max_examples=25, deadline=None)
@given(
    u=st.floats(0, 1280),
    v=st.floats(0, 720),
    yaw=st.floats(0, 360),
    pitch=st.floats(-90, -20),
    roll=st.floats(-15, 15),
    height=st.floats(15, 110),
    scale=st.floats(0.2, 2),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_ellipse_holds_95_of_100_draws(  # noqa: PLR0917 - drawn by hypothesis
    u: float, v: float, yaw: float, pitch: float, roll: float, height: float, scale: float, seed: int
) -> None:
    errors = Errors(2 * scale, 0.7 * scale, 0.7 * scale, 1.5 * scale, 1.5 * scale, 4 * scale)
    pose = Pose(yaw, pitch, roll, height)
    found = locate(dot(u, v), pose, LENS, errors)
    assume(found is not None)
    assert found is not None
    assert 0.935 < holds(found, (u, v), pose, errors, np.random.default_rng(seed)) < 0.965


@pytest.mark.parametrize(
    "errors",
    [
        Errors(3, 0.1, 0.1, 0.2, 0.2, 1),
        Errors(0.2, 1.5, 0.1, 0.2, 0.2, 1),
        Errors(0.2, 0.1, 1.5, 0.2, 0.2, 1),
        Errors(0.2, 0.1, 0.1, 4, 0.2, 1),
        Errors(0.2, 0.1, 0.1, 0.2, 5, 1),
        Errors(0.2, 0.1, 0.1, 0.2, 0.2, 20),
    ],
    ids=["yaw", "pitch", "roll", "height", "position", "pixel"],
)
def test_every_source_of_error_counts(errors: Errors) -> None:
    pose, pixel = Pose(30, -50, 3, 60), (700.0, 420.0)
    found = locate(dot(*pixel), pose, LENS, errors)
    assert found is not None
    assert 0.93 < holds(found, pixel, pose, errors, np.random.default_rng(1)) < 0.965


def holds(found: Ground, pixel: tuple[float, float], pose: Pose, errors: Errors, rng: np.random.Generator) -> float:
    """Share of draws whose true place lies in the ellipse around the place told; rays by rotation matrices."""
    ee, en, nn = found.covariance_m2
    angles, spread = (pose.yaw_deg, pose.pitch_deg, pose.roll_deg), (errors.yaw_deg, errors.pitch_deg, errors.roll_deg)
    yaw, pitch, roll = np.radians(np.array(angles) + rng.normal(0, spread, (DRAWS, 3))).T
    height = pose.height_m + rng.normal(0, errors.height_m, DRAWS)
    u, v = np.array(pixel)[:, None] + rng.normal(0, errors.pixel_px, (2, DRAWS))
    x, y = (u - LENS.width / 2) / LENS.focal_px, (v - LENS.height / 2) / LENS.focal_px
    right, below = x * np.cos(roll) - y * np.sin(roll), x * np.sin(roll) + y * np.cos(roll)
    ahead, up = np.cos(pitch) + below * np.sin(pitch), np.sin(pitch) - below * np.cos(pitch)
    east, north = right * np.cos(yaw) + ahead * np.sin(yaw), ahead * np.cos(yaw) - right * np.sin(yaw)
    true = np.stack([east, north]) * (height / -up) + rng.normal(0, errors.position_m, (2, DRAWS))
    off = true - np.array([[found.east_m], [found.north_m]])
    inverse = np.linalg.inv([[ee, en], [en, nn]])
    return float(((off * (inverse @ off)).sum(axis=0) <= CHI2_95)[up < 0].sum() / DRAWS)


def test_metres_become_degrees() -> None:
    lat, lon = to_geo(52.2, 0.12, Ground(100, 200, (1, 0, 1)))
    assert (lat - 52.2) * 111_265 == pytest.approx(200, abs=0.2)  # a degree of latitude at 52.2 N
    assert (lon - 0.12) * 68_350 == pytest.approx(100, abs=0.2)


def test_the_error_is_the_longer_half_axis() -> None:
    assert Ground(0, 0, (1, 0, 9)).error_m == pytest.approx(3 * math.sqrt(CHI2_95))
    assert Ground(0, 0, (5, 4, 5)).error_m == pytest.approx(3 * math.sqrt(CHI2_95))
