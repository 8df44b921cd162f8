"""A camera that reads worse than it used to says so, soon, and not without reason."""

from random import Random

import pytest

from edge.vision.drift import Drift

GAP_S = 24.0
"""150 vehicles an hour."""


def drive(
    drift: Drift, poor: float, tracks: int, t: float = 0.0, seed: int = 1
) -> tuple[float, list[tuple[float, bool]]]:
    """The time after it, and when faults came and cleared."""
    rng, faults = Random(seed), []
    for _ in range(tracks):
        t += GAP_S
        if rng.random() < poor:
            drift.told(0.4, False, t)
        else:
            drift.told(0.01, False, t)
        if fault := drift.update(t):
            faults.append((t, fault.cleared))
    return t, faults


@pytest.mark.parametrize("poor", [0.02, 0.08, 0.2])
def test_no_alarm_in_good_times(poor: float) -> None:
    for seed in range(3):
        assert drive(Drift("camera-a"), poor, 10_000, seed=seed)[1] == []


@pytest.mark.parametrize(("usual", "foggy"), [(0.02, 0.3), (0.08, 0.5), (0.2, 0.9)])
def test_fog_raises_an_alarm_within_half_an_hour_and_clear_air_clears_it(usual: float, foggy: float) -> None:
    drift = Drift("camera-a")
    t, faults = drive(drift, usual, 1_000)
    assert faults == []
    fog_t, faults = drive(drift, foggy, 75, t)
    assert [cleared for _, cleared in faults] == [False]
    assert faults[0][0] - t <= 1800
    assert "worse" in drift.problem
    _, faults = drive(drift, usual, 400, fog_t)
    assert [cleared for _, cleared in faults] == [True]


def test_tracks_that_are_no_longer_told_count_too() -> None:
    drift = Drift("camera-a")
    t, _ = drive(drift, 0.05, 500)
    for n in range(40):
        drift.rejected(True, t + GAP_S * n)
    fault = drift.update(t + GAP_S * 40)
    assert fault is not None
    assert (fault.part, fault.what, fault.cleared) == ("camera-a", "reads_worse", False)


def test_parked_cars_are_no_misreads_and_no_sign_of_life() -> None:
    drift = Drift("camera-a")
    t, _ = drive(drift, 0.05, 500)
    for n in range(100):
        drift.rejected(False, t + GAP_S * n)
    fault = drift.update(t + GAP_S * 100)
    assert fault is not None
    assert fault.detail.startswith("no vehicle for 40 min")


def test_a_camera_turned_away_sees_nobody() -> None:
    drift = Drift("camera-a")
    t, _ = drive(drift, 0.05, 200)
    assert drift.update(t + 600) is None
    fault = drift.update(t + 1500)
    assert fault is not None
    assert "no vehicle" in fault.detail
    drift.told(0.01, False, t + 1600)
    cleared = drift.update(t + 1600)
    assert cleared is not None
    assert cleared.cleared


def test_a_quiet_night_is_no_fault() -> None:
    """Gaps grow to twelve minutes within two hours."""
    drift, t, gap = Drift("camera-a"), 0.0, 30.0
    for _ in range(120):
        t, gap = t + gap, min(gap * 1.05, 720.0)
        drift.told(0.01, False, t)
        assert drift.update(t + gap * 0.99) is None


def test_a_few_tracks_prove_nothing() -> None:
    drift = Drift("camera-a")
    assert drive(drift, 1.0, 5)[1] == []
    assert drift.update(1e6) is None
