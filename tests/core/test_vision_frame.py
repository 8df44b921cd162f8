"""What a frame gives without being converted: a small grey for motion, a few samples, of any size and format."""

from datetime import UTC, datetime

import av
import numpy as np
import pytest

from edge.vision.frame import Frame

SIZES = [(1920, 1080), (1280, 720), (960, 540), (704, 576), (640, 360), (2560, 1440), (200, 120)]


def frame(size: tuple[int, int], form: str = "yuv420p") -> Frame:
    """Grey, with a bright square of a fifth of the width from (0.5, 0.5) on."""
    width, height = size
    bgr = np.full((height, width, 3), 80, np.uint8)
    bgr[height // 2 : height // 2 + width // 5, width // 2 : width // 2 + width // 5] = 200
    picture = av.VideoFrame.from_ndarray(bgr, format="bgr24").reformat(format=form)
    return Frame(picture, datetime(2026, 1, 1, tzinfo=UTC), 0.0)


@pytest.mark.parametrize("form", ["yuv420p", "yuvj420p", "nv12", "bgr24"])
@pytest.mark.parametrize("size", SIZES)
def test_the_small_grey_shows_things_where_they_are(size: tuple[int, int], form: str) -> None:
    grey = frame(size, form).small_grey
    height, width = grey.shape
    assert 190 <= width <= 300
    assert width / height == pytest.approx(size[0] / size[1], rel=0.05)
    rows, columns = np.nonzero(grey > 140)
    assert columns.min() / width == pytest.approx(0.5, abs=0.01)
    assert rows.min() / height == pytest.approx(0.5, abs=0.015)
    assert columns.max() / width == pytest.approx(0.7, abs=0.015)


@pytest.mark.parametrize("size", SIZES)
def test_samples_are_a_few_of_the_pixels(size: tuple[int, int]) -> None:
    samples = frame(size).samples
    assert 4_000 < samples.size <= 200 * 120
    assert samples.flags.owndata
    assert samples.max() > samples.min() + 80
