"""The pad's marker in drawn pictures: found from every angle and in every light that a landing meets, and measured."""

import math

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.vision.marker import MarkerFinder
from sim.aerial import FOCAL_PX, HEIGHT, WIDTH, _camera
from sim.marker import NUMBER, SIDE_M, paint, seen_from
from sim.physics import Body

FOV_DEG = 2 * math.degrees(math.atan(WIDTH / 2 / FOCAL_PX))
FIND = MarkerFinder(NUMBER, SIDE_M, FOV_DEG)


def picture(north: float, east: float, height: float, heading: float = 0, pitch: float = -85) -> NDArray[np.uint8]:
    """What the camera sees from so far off the pad's middle: grass and the marker, turned by 20 degrees."""
    noise = np.random.default_rng(5).normal(96, 14, (HEIGHT // 4, WIDTH // 4))
    grass = cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    frame = np.repeat(np.clip(grass, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
    paint(frame, _camera(np.array([east, north, height]), heading, pitch), 0.0, 0.0, 20)
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), np.uint8)


def truth(north: float, east: float, height: float, heading: float = 0, pitch: float = -85) -> tuple[float, ...]:
    return seen_from(Body(north, east, -height, yaw=math.radians(heading)), math.radians(pitch))


@pytest.mark.parametrize("height", [0.9, 2.0, 4.0, 6.0, 8.0])
@pytest.mark.parametrize("heading", [0, 37, 145, 270])
@pytest.mark.parametrize("off", [(0.0, 0.0), (0.1, -0.35), (-0.2, 0.3)])
def test_it_is_measured_from_every_side(height: float, heading: float, off: tuple[float, float]) -> None:
    """`off`: ahead and to the right of the marker, by the height."""
    turn = math.radians(heading)
    ahead, right = (share * max(0.0, height - 0.9) for share in off)
    where = (ahead * math.cos(turn) - right * math.sin(turn), ahead * math.sin(turn) + right * math.cos(turn), height)
    found = FIND(picture(*where, heading))
    assert found is not None
    assert math.dist(found[:2], truth(*where, heading)[:2]) < 0.02 + 0.01 * height
    assert found[2] == pytest.approx(truth(*where, heading)[2], rel=0.06)


@pytest.mark.parametrize("pitch", [-90, -70, -55])
def test_it_is_measured_at_a_slant(pitch: float) -> None:
    where = (-4 * math.tan(math.radians(90 + pitch)), 0.3, 4.0)
    found = FIND(picture(*where, pitch=pitch))
    assert found is not None
    assert math.dist(found, truth(*where, pitch=pitch)) < 0.25


@pytest.mark.parametrize(("gain", "lift"), [(0.25, 0), (0.12, 4), (0.5, 120), (1.6, 0)])
def test_dusk_glare_and_haze_do_not_hide_it(gain: float, lift: float) -> None:
    grain = np.random.default_rng(9).normal(0, 2.0, (HEIGHT, WIDTH))
    seen = np.clip(picture(0.3, 0.2, 4.0) * gain + lift + grain, 0, 255).astype(np.uint8)
    found = FIND(seen)
    assert found is not None
    assert math.dist(found[:2], truth(0.3, 0.2, 4.0)[:2]) < 0.06


def test_motion_of_a_few_pixels_does_not_hide_it() -> None:
    swept = cv2.blur(picture(0.3, 0.2, 3.0), (4, 1)).astype(np.uint8)
    assert FIND(swept) is not None


def test_no_other_marker_and_no_ground_is_taken_for_it() -> None:
    assert MarkerFinder(NUMBER + 1, SIDE_M, FOV_DEG)(picture(0, 0, 3)) is None
    assert FIND(picture(40, 0, 3)) is None
    assert FIND(picture(0, 0, 25)) is None, "too small to be measured"
    half = picture(0, 0, 3)
    half[215:] = 90
    assert FIND(half) is None, "half covered by snow"


def test_two_of_its_number_are_none() -> None:
    frame = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    matrix = _camera(np.array([0.0, 0.0, 3.0]), 0, -85)
    paint(frame, matrix, -0.5, 0.0, 0)
    paint(frame, matrix, 0.5, 0.0, 0)
    assert FIND(np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), np.uint8)) is None
