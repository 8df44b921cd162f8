"""Pictures that no longer show the world: frozen, or of nothing."""

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.vision.outlook import Outlook

Grey = NDArray[np.uint8]


def street(seed: int = 1, noise: float = 0.0) -> Grey:
    scene = np.random.default_rng(1).integers(30, 220, (68, 120)).astype(float)
    return np.clip(scene + np.random.default_rng(seed).normal(0, noise, scene.shape), 0, 255).astype(np.uint8)


def after(pictures: list[Grey], frozen_s: float = 30) -> Outlook:
    """One picture a second."""
    outlook = Outlook(frozen_s)
    for t, picture in enumerate(pictures):
        assert outlook.due(t)
        outlook(picture, t)
    return outlook


def test_before_the_first_picture_all_is_well() -> None:
    assert not Outlook(30).frozen
    assert not Outlook(30).blank


def test_a_picture_that_does_not_change_is_frozen_and_thaws_at_once() -> None:
    assert not after([street()] * 30).frozen
    assert after([street()] * 31).frozen
    assert not after([street()] * 40 + [street(noise=3)]).frozen


def test_what_an_encoder_does_to_a_frozen_picture_is_no_change() -> None:
    pulses = [street() + np.uint8(second % 3) for second in range(40)]
    assert after(pulses).frozen


def test_an_empty_street_with_the_noise_of_a_sensor_is_live() -> None:
    assert not after([street(seed, noise=1.2) for seed in range(120)]).frozen


def test_slow_dusk_is_live() -> None:
    """A tenth of a level a second: each picture looks like the last, none like the one a minute before."""
    assert not after([(street() * (1 - second / 1000)).astype(np.uint8) for second in range(120)]).frozen


@pytest.mark.parametrize("shade", [0, 60, 255])
def test_a_covered_dark_or_blinded_lens_shows_nothing(shade: int) -> None:
    covered = [np.full((68, 120), shade, np.uint8)] * 11
    assert not after([street(), *covered[:9]]).blank
    assert after([street(), *covered]).blank
    assert not after([street(), *covered, street()]).blank


def test_a_camera_that_was_covered_from_the_start_is_noticed() -> None:
    assert after([np.zeros((68, 120), np.uint8)] * 12).blank


def test_once_a_second_is_enough() -> None:
    outlook = after([street()])
    assert not outlook.due(0.5)


def test_another_size_is_another_picture() -> None:
    assert not after([street()] * 25 + [street()[:40]] * 25).frozen
