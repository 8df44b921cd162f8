"""What `airbeat bench vision --sim` counts, on drives made up for it."""

import pytest

from bench.vision_drive import Drive, Driven, Told
from bench.vision_sim import drives, figures, hotlist
from ingest.matching import neighbours
from wire.vrm import fold

MARKS = {1: "AB12CDE", 2: "KD64XDL", 3: "RT74SOX", 4: "HN14PZA"}


def driven(*told: Told) -> Driven:
    return Driven(Drive(1, 0, "day", 4), MARKS, told, frames=100, eyes_s=2.0, cpu_s=6.0, wall_s=30.0)


def test_the_vehicles_are_shared_out_over_towns_and_both_cameras() -> None:
    plan = drives("rain", 101, seed=7)
    assert [drive.vehicles for drive in plan] == [34, 34, 33]
    assert [drive.camera for drive in plan] == [0, 1, 0]
    assert len({drive.seed for drive in plan}) == 3
    assert [drive.vehicles for drive in drives("day", 1, seed=7)] == [1]
    assert not {d.seed for d in drives("day", 500, seed=1)} & {d.seed for d in drives("day", 500, seed=2)}


def test_captured_exact_twice_and_nobody_s() -> None:
    got = figures(
        [
            driven(
                Told(1, "AB12CDE", 0.9),
                Told(2, "KD64XDL", 0.9),
                Told(2, "KD64XD1", 0.9),
                Told(3, "RT74SOX", 0.9),
                Told(None, "ZZ99ZZZ", 0.9),
            )
        ],
        seed=1,
    )
    assert (got["n"], got["captured"], got["exact"]) == (4, 0.75, round(2 / 3, 4))
    assert (got["told_twice"], got["nobodys_reads"]) == (1, 1)
    assert got["misread"] == [("KD64XDL", "KD64XD1")]
    assert (got["cpu_ms_per_frame"], got["cpu_s_per_vehicle"], got["vehicles_per_minute"]) == (20.0, 1.5, 8.0)
    assert got["intervals"]["captured"][0] < 0.75 < got["intervals"]["captured"][1]


def test_nobody_who_passes_is_listed_but_one_confusion_away_from_each_is() -> None:
    listed = set(hotlist([*MARKS.values()], seed=3).by_fold)
    assert len(listed) == 1000 + len(MARKS)
    for mark in MARKS.values():
        assert fold(mark) not in listed
        assert listed & {*neighbours(fold(mark))}


@pytest.mark.parametrize(("confidence", "hits"), [(0.95, 0.25), (0.3, 0.0)])
def test_a_sure_misread_that_is_listed_is_a_false_hit(confidence: float, hits: float) -> None:
    marks = hotlist([*MARKS.values()], seed=1)
    misread = next(near for near in neighbours(fold(MARKS[1])) if near in marks.by_fold)
    got = figures([driven(Told(1, misread, confidence))], seed=1)
    assert got["false_hits_per_vehicle"] == hits
    assert got["possible_per_vehicle"] == 0.25 - hits


def test_a_right_read_of_a_near_miss_is_possible_at_most() -> None:
    got = figures([driven(Told(1, MARKS[1], 0.99))], seed=1)
    assert (got["false_hits_per_vehicle"], got["possible_per_vehicle"]) == (0, 0.25)
