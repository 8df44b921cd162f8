"""What the detector is taught: a map that fits a scene perfectly decodes to that scene's plates."""

from pathlib import Path

import numpy as np
import pytest

from edge.vision.detect import decode, suppress

pytest.importorskip("torch", reason="torch is not installed: it is needed for training only")

from train.frames import Frame, split
from train.synthetic import CROP, WIDE, Scene, shown, street
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


@pytest.mark.parametrize("scale", [0.16, 0.4, 1.0, 2.3])
def test_a_scaled_picture_lies_where_its_map_says(scale: float) -> None:
    whole = np.zeros((540, 960, 3), np.uint8)
    whole[300:330, 400:520] = 255
    for seed in range(6):
        canvas, turn = shown(
            np.random.default_rng(seed), whole, np.array([460.0, 315.0]), scale, spot=(150, 90), size=CROP
        )
        ys, xs = np.nonzero(canvas[:, :, 0] >= 0)
        light = canvas[:, :, 0].astype(float).ravel() / canvas[:, :, 0].sum()
        seen = np.array([(light * (xs + 0.5)).sum(), (light * (ys + 0.5)).sum()])
        np.testing.assert_allclose(seen, turn @ [460, 315, 1], atol=0.05)


def test_a_real_box_teaches_its_size_only_where_its_looseness_is_small() -> None:
    def taught(width: float, *, drawn: bool) -> bool:
        quad = np.array([[40, 40], [40 + width, 40], [40 + width, 40 + width / 4], [40, 40 + width / 4]], np.float32)
        made = Scene(np.zeros((*CROP, 3), np.uint8), quad[None], np.array([drawn]), real=not drawn)
        return bool(target(made).near.any())

    assert [taught(20, drawn=False), taught(60, drawn=False), taught(20, drawn=True)] == [False, True, True]


def _second(frame: Frame) -> tuple[str, int]:
    clip, _, rest = frame.path.name.partition(".mp4#t=")
    return clip, int(rest.removesuffix(".jpg"))
