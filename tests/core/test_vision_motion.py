"""The motion gate: a still scene must cost no detector, a vehicle must never be missed."""

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.vision.motion import Motion, Region

H, W = 135, 240


def road(seed: int = 1) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(110, 12, (H, W))


def seen(scene: NDArray[np.float64], noise: int | None = None) -> NDArray[np.uint8]:
    grain = np.random.default_rng(noise).normal(0, 3, scene.shape) if noise is not None else 0
    return np.clip(scene + grain, 0, 255).astype(np.uint8)


def with_square(x: int, shade: float = 60) -> NDArray[np.float64]:
    scene = road()
    scene[60:90, x : x + 30] = shade
    return scene


def test_the_first_frame_and_a_new_size_are_all_motion() -> None:
    motion = Motion()
    assert motion(seen(road())) == [Region(0, 0, 1, 1)]
    assert motion(seen(road())[:100]) == [Region(0, 0, 1, 1)]


def test_a_still_scene_with_sensor_noise_moves_nothing() -> None:
    motion = Motion()
    found = [motion(seen(road(), noise)) for noise in range(40)]
    assert found[1:] == [[]] * 39


@pytest.mark.parametrize("change", [20, -30])
def test_a_cloud_is_no_vehicle(change: float) -> None:
    motion = Motion()
    for noise in range(5):
        motion(seen(road(), noise))
    assert motion(seen(road() + change, 9)) == []


def test_a_vehicle_is_found_where_it_is_in_every_frame() -> None:
    motion = Motion()
    for noise in range(5):
        motion(seen(road(), noise))
    for step in range(12):
        regions = motion(seen(with_square(20 + 14 * step), 10 + step))
        middle = (20 + 14 * step + 15) / W
        assert any(r.x1 <= middle <= r.x2 and r.y1 <= 75 / H <= r.y2 for r in regions), step


def test_a_slow_vehicle_is_found_too() -> None:
    """Two pixels of 240 a frame: 8 px of 960, a walking pace."""
    motion = Motion()
    for noise in range(5):
        motion(seen(road(), noise))
    assert all(motion(seen(with_square(20 + 2 * step), 10 + step)) for step in range(20))


def test_one_that_left_leaves_no_ghost() -> None:
    motion = Motion()
    for noise in range(20):
        motion(seen(with_square(100), noise))
    motion(seen(road(), 30))
    assert [motion(seen(road(), 31 + step)) for step in range(10)] == [[]] * 10
