"""What the calibration is judged by, and that the fitted curve does what it is for."""

from random import Random

import pytest

from train.calibrate import Outcome, fit, report
from train.sureness import calibration_error, log_loss


def test_sure_and_right_as_often_as_said_is_no_error() -> None:
    assert calibration_error([0.95] * 20, [True] * 19 + [False]) == pytest.approx(0.0)
    assert calibration_error([0.95] * 20, [True] * 10 + [False] * 10) == pytest.approx(0.45)
    assert calibration_error([1.0, 0.05], [True, False]) == pytest.approx(0.025)


def test_errors_of_two_bins_do_not_cancel() -> None:
    said = [0.95] * 10 + [0.55] * 10
    right = [True] * 6 + [False] * 4 + [True] * 9 + [False]
    assert calibration_error(said, right) == pytest.approx(0.35)


def test_log_loss_prefers_the_honest() -> None:
    right = [True] * 8 + [False] * 2
    assert log_loss([0.8] * 10, right) < log_loss([0.99] * 10, right)


def boasting(n: int, seed: int) -> list[Outcome]:
    """A reader whose log odds are twice what they should be, and more with each further reading."""
    rng = Random(seed)
    seen = []
    for _ in range(n):
        fair = 0.5 + rng.random() * 0.49
        readings = rng.randint(1, 8)
        odds = (fair / (1 - fair)) ** (2 * readings**0.5)
        seen.append(Outcome(odds / (1 + odds), readings, rng.random() < fair))
    return seen


def test_the_curve_takes_a_boast_back() -> None:
    curve = fit(boasting(4000, 1))
    assert curve.slope == pytest.approx(0.5, abs=0.08)
    fresh = boasting(4000, 2)
    before, after = report(fresh, None), report(fresh, curve)
    assert before["ece"] > 0.08
    assert after["ece"] < 0.03
    assert after["log_loss"] < before["log_loss"]


def test_a_reader_that_is_always_right_still_gives_a_finite_curve() -> None:
    curve = fit([Outcome(0.999, 1, True)] * 200)
    assert 0.9 < curve(0.999, 1) < 1
