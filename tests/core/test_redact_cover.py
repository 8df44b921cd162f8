"""Of what is covered nothing is left: what a copy shows there does not depend on what was there."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.redact.cover import Box, Cover, cover, grown, hull

SIZE = (120, 160)


def planes(seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    rng, (height, width) = np.random.default_rng(seed), SIZE
    half = (height // 2, width // 2)
    return (
        rng.integers(0, 256, SIZE, dtype=np.uint8),
        rng.integers(0, 256, half, dtype=np.uint8),
        rng.integers(0, 256, half, dtype=np.uint8),
    )


def inside(covers: list[Cover], shape: tuple[int, ...], step: int) -> NDArray[np.bool_]:
    """Pixels that touch any cover, its edges included."""
    mask = np.zeros(shape, bool)
    for each in covers:
        x1, y1, x2, y2 = (edge / step for edge in each.box)
        mask[max(0, int(y1)) : max(0, int(np.ceil(y2))), max(0, int(x1)) : max(0, int(np.ceil(x2)))] = True
    return mask


edges = st.floats(-30, 190, allow_nan=False)
boxes = st.tuples(edges, edges, st.floats(1, 90), st.floats(1, 60)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)


@settings(max_examples=60, deadline=None)
@given(st.lists(boxes, min_size=1, max_size=5), st.integers(0, 1000))
def test_the_copy_is_the_same_whatever_was_covered(areas: list[Box], seed: int) -> None:
    covers = [Cover(box, number) for number, box in enumerate(areas)]
    one, other = planes(seed), planes(seed)
    noise = np.random.default_rng(seed + 1)
    for step, plane in zip((1, 2, 2), other, strict=True):
        mask = inside(covers, plane.shape, step)
        plane[mask] = noise.integers(0, 256, int(mask.sum()), dtype=np.uint8)
    cover(one, covers, secret=7)
    cover(other, covers, secret=7)
    for a, b in zip(one, other, strict=True):
        assert (a == b).all()


def test_what_is_not_covered_stays_and_what_is_changes() -> None:
    picture, before = planes(3), planes(3)
    covers = [Cover((40, 30, 80, 50), 1)]
    cover(picture, covers, secret=7)
    for step, now, then in zip((1, 2, 2), picture, before, strict=True):
        mask = inside(covers, now.shape, step)
        assert (now[~mask] == then[~mask]).all()
        assert (now[mask] != then[mask]).mean() > 0.9


def test_an_object_keeps_its_noise_and_a_run_has_its_own() -> None:
    first, again, other = planes(3), planes(3), planes(3)
    for picture, secret in ((first, 7), (again, 7), (other, 8)):
        cover(picture, [Cover((40, 30, 80, 50), 1)], secret=secret)
    assert (first[0] == again[0]).all()
    assert (first[0] != other[0]).any()


def test_a_picture_covered_whole_is_grey_and_areas_outside_of_it_are_none() -> None:
    picture = planes(3)
    cover(picture, [Cover((-5, -5, 500, 500), 1)], secret=7)
    assert abs(float(picture[0].mean()) - 128) < 25
    untouched = planes(3)
    cover(untouched, [Cover((200, 10, 240, 30), 1), Cover((10, -40, 20, -10), 2)], secret=7)
    assert (untouched[0] == planes(3)[0]).all()


def test_boxes_grow_and_join() -> None:
    assert grown((10, 10, 20, 30), 0.1, 0.5) == (9, 0, 21, 40)
    assert hull((0, 5, 10, 10), (2, 0, 12, 8)) == (0, 0, 12, 10)
