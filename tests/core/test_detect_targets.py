"""What the detector is taught: a map that fits a scene perfectly decodes to that scene's plates."""

from pathlib import Path

import numpy as np
import pytest

from edge.vision.detect import decode, suppress

pytest.importorskip("torch", reason="torch is not installed: it is needed for training only")

from train.frames import Frame, split, tightened
from train.synthetic import CROP, WIDE, Scene, street
from train.targets import target


def _streets(count: int) -> list[Scene]:
    return [street(np.random.default_rng([3, index])) for index in range(count)]


def test_a_perfect_map_gives_back_the_plates_that_were_drawn() -> None:
    plates = 0
    for made in _streets(60):
        maps = target(made)
        seen = suppress(decode(np.concatenate([maps.heat[None], maps.box, maps.corners]), 0.9))
        assert len(seen) == len(made.corners)
        for quad in made.corners:
            best = min(seen, key=lambda plate: float(np.abs(plate.corners - quad).max()))
            np.testing.assert_allclose(best.corners, quad, atol=0.1)
            plates += 1
    assert plates > 40


def test_a_scene_depends_on_its_seed_alone() -> None:
    for one, two in zip(_streets(5), _streets(5), strict=True):
        np.testing.assert_array_equal(one.bgr, two.bgr)
        np.testing.assert_array_equal(one.corners, two.corners)
        assert one.bgr.shape == (*CROP, 3)


def test_a_wide_scene_holds_near_plates_that_a_crop_cannot() -> None:
    wide = [street(np.random.default_rng([4, index]), WIDE) for index in range(20)]
    assert all(made.bgr.shape == (*WIDE, 3) for made in wide)
    assert max(float(np.ptp(quad[:, 0])) for made in wide for quad in made.corners) > CROP[1]


def test_a_street_of_one_width_shows_plates_of_about_that_width() -> None:
    widths = [
        float(np.ptp(quad[:, 0]))
        for index in range(40)
        for quad in street(np.random.default_rng([5, index]), width=20).corners
    ]
    assert len(widths) > 40
    assert max(widths) < 23


def test_no_second_of_a_clip_is_near_both_parts_of_the_split() -> None:
    clips = ("dayride_type1_001", "dayride_type1_003", "nightride_type3_001")
    frames = [
        Frame(Path(f"{clip}.mp4#t={second}.jpg"), np.zeros((0, 4), np.float32))
        for clip in clips
        for second in range(200)
    ]
    train, held = ({_second(frame) for frame in part} for part in split(frames))
    assert not any(clip == "dayride_type1_003" for clip, _ in train)
    for clip in clips:
        last = max((second for name, second in train if name == clip), default=-100)
        assert min(second for name, second in held if name == clip) - last > 10


def test_loose_boxes_are_tightened_to_a_plate_s_proportions_and_no_further() -> None:
    loose = np.array([[100, 50, 180, 71], [10, 10, 56.4, 20], [0, 0, 60, 40]], np.float32)
    tight = tightened(loose)
    width, height = tight[:, 2] - tight[:, 0], tight[:, 3] - tight[:, 1]
    assert width[0] / height[0] == pytest.approx(4.64, abs=0.01)
    np.testing.assert_array_equal(tight[1], loose[1])
    assert height[2] == pytest.approx(40 * 0.76)
    np.testing.assert_allclose(tight[:, :2] + tight[:, 2:], loose[:, :2] + loose[:, 2:], atol=1e-3)


def _second(frame: Frame) -> tuple[str, int]:
    clip, _, rest = frame.path.name.partition(".mp4#t=")
    return clip, int(rest.removesuffix(".jpg"))
