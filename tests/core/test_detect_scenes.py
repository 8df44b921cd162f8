"""What the detector is judged on: rendered scenes whose plates have the width that was asked for."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from edge.vision.detect import overlap
from train.kerbside import TOWN_SEED, kerbside
from train.scenes import TOWN_SEED as scenes_seed
from train.scenes import Sight, passing, streets


@pytest.mark.parametrize(("scenes", "count", "pictures"), [(streets, 6, 6), (passing, 2, 6)])
def test_every_marked_plate_has_the_width_that_was_asked_for(
    scenes: Callable[[int, int], Iterator[Sight]], count: int, pictures: int
) -> None:
    shown = list(scenes(20, count))
    assert len(shown) == pictures
    for bgr, boxes in shown:
        assert len(boxes)
        np.testing.assert_allclose(boxes[:, 2] - boxes[:, 0], 20, atol=1.01)
        assert (boxes[:, :2] >= -1).all()
        assert (boxes[:, 2:] <= [bgr.shape[1] + 1, bgr.shape[0] + 1]).all()


def test_streets_stay_the_same_and_are_not_one_another() -> None:
    (one, first), (two, second) = streets(20, 2)
    again = next(streets(20, 1))
    np.testing.assert_array_equal(one, again[0])
    np.testing.assert_array_equal(first, again[1])
    assert not np.array_equal(one, two)
    assert overlap(tuple(first[0].tolist()), tuple(second[0].tolist())) < 1


def test_a_kerbside_picture_shows_the_plate_that_it_names_and_another_town_than_the_judged_ones() -> None:
    seen = kerbside(3)
    wide, high = np.ptp(seen.corners, axis=0)
    assert 2.5 < wide / high < 6
    x1, y1 = seen.corners.min(axis=0).astype(int)
    x2, y2 = seen.corners.max(axis=0).astype(int)
    plate, beside = seen.bgr[y1:y2, x1:x2], seen.bgr[y2 : 2 * y2 - y1, x1:x2]
    assert plate.std() > 1.5 * beside.std()
    assert not {TOWN_SEED + number for number in range(6)} & {scenes_seed}
