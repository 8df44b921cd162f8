"""What the plate reader is taught: every sample's text and places must be what its picture shows."""

from itertools import pairwise

import numpy as np
import pytest

from edge.vision.line import HEIGHT, LEAST_WIDTH, MOST_WIDTH, STRIDE
from tests.support.fonts import NEEDS_FONTS
from train.letters import CAP_PX, CHARACTERS, FONTS, UK, ink
from train.lines import Line, line
from train.marks import mark
from train.plate import plate
from wire.errors import UserError

pytestmark = NEEDS_FONTS


def samples(count: int, hardness: float, seed: int = 11) -> list[Line]:
    return [line(np.random.default_rng([seed, index]), hardness) for index in range(count)]


def test_a_sample_depends_on_its_stream_alone() -> None:
    first, again = samples(5, 0.7), samples(5, 0.7)
    assert all(np.array_equal(a.strip, b.strip) and a.text == b.text for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0].strip, samples(1, 0.7, seed=12)[0].strip)


def test_strips_are_what_the_network_takes() -> None:
    for sample in samples(60, 1.0):
        height, width = sample.strip.shape
        assert height == HEIGHT
        assert LEAST_WIDTH <= width <= MOST_WIDTH
        assert width % STRIDE == 0
        assert abs(float(sample.strip.mean())) < 1e-3
        assert len(sample.text) == len(sample.centres) == len(sample.widths)


def test_places_run_from_left_to_right_inside_the_strip() -> None:
    for sample in samples(120, 0.5):
        assert all(a < b for a, b in pairwise(sample.centres.tolist())), sample.text
        assert all(0 <= centre <= sample.strip.shape[1] for centre in sample.centres.tolist()), sample.text


def test_ink_stands_where_the_places_say() -> None:
    """At a character's middle the picture changes more from top to foot than in the gap before the first one."""
    told, beside = [], []
    for sample in samples(150, 0.0):
        if len(sample.text) < 3:
            continue
        columns = np.abs(np.diff(sample.strip, axis=1)).mean(axis=0)
        for centre, width in zip(sample.centres, sample.widths, strict=True):
            half = max(2, round(float(width) * 0.6))
            told.append(columns[max(0, int(centre) - half) : int(centre) + half].max())
        gaps = (sample.centres[1:] - sample.widths[1:] / 2 + sample.centres[:-1] + sample.widths[:-1] / 2) / 2
        beside += [columns[int(gap)] for gap in gaps.tolist() if gap < len(columns)]
    assert np.median(told) > 2 * np.median(beside)


def test_every_type_has_every_character() -> None:
    for name in (UK, *FONTS):
        for char in CHARACTERS:
            drawn = ink(name, char)
            assert drawn.shape[0] == CAP_PX, (name, char)
            assert drawn.max() == 255, (name, char)


def test_uk_twins_are_taught_one_way_where_no_format_tells_them_apart() -> None:
    for index in range(400):
        made = mark(np.random.default_rng([3, index]))
        if made.type == UK and not made.uk:
            assert not set("OI") & set("".join(made.lines)), made


def test_the_lines_of_a_plate_hold_its_whole_text() -> None:
    for index in range(60):
        made = plate(np.random.default_rng([5, index]))
        for row in made.lines:
            x1, x2 = row.centres[:, 0].min(), row.centres[:, 0].max()
            assert 0 < x1 <= x2 < made.bgr.shape[1]
            assert 0 <= row.top < row.foot <= made.bgr.shape[0]


def test_a_checkpoint_of_another_run_is_refused() -> None:
    pytest.importorskip("torch", reason="torch is not installed: it is needed for training only")
    from train.course import Course
    from train.reader import of_this_course

    state = {"samples": 640, "seed": 1}
    assert of_this_course(state, Course(640, 1, 1)) is state
    with pytest.raises(UserError, match="--samples 640 --seed 1"):
        of_this_course(state, Course(640, 2, 1))
