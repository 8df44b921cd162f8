"""What `airbeat bench vision --passes` counts, and that it really reads."""

from bench.vision_passes import Seen, figures, measure
from ingest.matching import neighbours
from tests.support.fonts import NEEDS_FONTS


def test_a_misread_onto_a_listed_mark_is_a_hit_and_an_unsure_one_is_possible() -> None:
    marks = ["AB12CDE", "KD64XDL", "RT74SOX", "HN14PZA"]
    right = [Seen(mark, mark, 0.99) for mark in marks]
    assert figures(right, seed=3)["false_hits"] == 0
    # what the worst list holds for the first vehicle: the neighbour that the seed chooses
    for near in neighbours("AB12CDE"):
        sure = figures([Seen("AB12CDE", near, 0.99), *right[1:]], seed=3)
        if sure["false_hits"]:
            assert sure["hits"] == [("AB12CDE", near, 0.99)]
            unsure = figures([Seen("AB12CDE", near, 0.2), *right[1:]], seed=3)
            assert (unsure["false_hits"], unsure["possible"]) == (0, sure["possible"] + 1)
            break
    else:
        raise AssertionError("no neighbour of the mark is on the list")


def test_a_vehicle_of_which_nothing_is_told_is_no_hit() -> None:
    got = figures([Seen("AB12CDE", None, 0.0), Seen("KD64XDL", "KD64XDL", 0.9)], seed=1)
    assert (got["n"], got["told"], got["right"]) == (2, 0.5, 1.0)


@NEEDS_FONTS
def test_rendered_plates_are_read_and_the_workers_change_nothing() -> None:
    alone = measure(12, seed=5, workers=1)
    assert alone["told"] > 0.6
    assert alone["right"] > 0.8
    assert measure(12, seed=5, workers=2) == alone
