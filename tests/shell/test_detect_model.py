"""The shipped detector: finds rendered plates of many sizes, survives odd pictures."""

import json

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.vision.detect import INT8, NAME, PlateDetector, load_detector, overlap
from edge.vision.weights import MODELS
from sim.plates import random_vrm, render_plate


@pytest.fixture(scope="module")
def detector() -> PlateDetector:
    return load_detector()


def _car(rng: np.random.Generator, width: int, place: tuple[int, int]) -> NDArray[np.uint8]:
    """A plain picture of 608 x 352 with one plate, `width` px wide, on a dark bumper."""
    picture = np.full((352, 608, 3), 120, np.uint8)
    plate = render_plate(random_vrm(rng), rear=bool(rng.random() < 0.5), px_per_mm=width / 520)
    x, y, (h, w) = *place, plate.shape[:2]
    picture[max(0, y - 3 * h) : y + 2 * h, max(0, x - w // 2) : x + w + w // 2] = 70
    picture[y : y + h, x : x + w] = plate
    noisy = cv2.GaussianBlur(picture, (3, 3), 0.7) + rng.normal(0, 4, picture.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("width", [20, 28, 40, 80, 160, 300])
def test_rendered_plates_are_found_where_they_are(detector: PlateDetector, width: int) -> None:
    rng = np.random.default_rng(width)
    height = round(width * 111 / 520)
    found = 0
    for _ in range(20):
        x, y = int(rng.integers(4, 604 - width)), int(rng.integers(30, 340 - height))
        seen = detector(_car(rng, width, (x, y)))
        found += any(overlap(plate.box, (x, y, x + width, y + height)) >= 0.5 for plate in seen)
    assert found >= 18


def test_corners_lie_where_the_plate_s_corners_are(detector: PlateDetector) -> None:
    rng = np.random.default_rng(6)
    off = []
    for _ in range(20):
        seen = detector(_car(rng, 160, (200, 200)))
        wanted = np.array([[200, 200], [360, 200], [360, 234], [200, 234]], np.float32)
        off += [np.abs(plate.corners - wanted).max() for plate in seen[:1]]
    assert len(off) >= 18
    assert np.median(off) < 8


def test_boxes_are_in_the_picture_s_own_pixels(detector: PlateDetector) -> None:
    small = _car(np.random.default_rng(2), 120, (240, 150))
    large = cv2.resize(small, None, fx=3, fy=3).astype(np.uint8)
    first, again = detector(small)[0], detector(large)[0]
    np.testing.assert_allclose(np.array(again.box) / 3, first.box, atol=4)
    np.testing.assert_allclose(again.corners / 3, first.corners, atol=4)


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 2), (37, 61), (600, 100)])
def test_any_size_of_picture_is_taken(detector: PlateDetector, size: tuple[int, int]) -> None:
    picture = np.random.default_rng(1).integers(0, 255, (*size, 3)).astype(np.uint8)
    for plate in detector(picture, sure=0.01):
        x1, y1, x2, y2 = plate.box
        assert 0 <= x1 <= x2 <= size[1]
        assert 0 <= y1 <= y2 <= size[0]


def test_a_still_finds_what_is_too_near_for_the_usual_look(detector: PlateDetector) -> None:
    near = _car(np.random.default_rng(5), 440, (80, 120))
    wanted = (80, 120, 520, 214)
    assert any(overlap(plate.box, wanted) >= 0.5 for plate in detector.still(near))


def test_the_8_bit_form_finds_the_same_plates() -> None:
    whole, eight, off = load_detector(name=NAME), load_detector(name=INT8), []
    for index in range(20):
        car = _car(np.random.default_rng([11, index]), 110, (100 + 15 * index, 60 + 10 * index))
        (float_plate, *_), (small_plate, *_) = whole(car), eight(car)
        off.append(float(np.abs(np.subtract(float_plate.box, small_plate.box)).max()))
        assert small_plate.score == pytest.approx(float_plate.score, abs=0.1)
    assert max(off) < 4
    assert max(off) > 0


def test_a_still_tells_each_plate_once(detector: PlateDetector) -> None:
    seen = detector.still(_car(np.random.default_rng(8), 140, (200, 150)))
    assert sum(overlap(plate.box, (200, 150, 340, 180)) >= 0.5 for plate in seen) == 1


def test_every_shipped_model_is_small_and_says_where_it_comes_from() -> None:
    for name, entry in json.loads((MODELS / "manifest.json").read_text()).items():
        assert entry.keys() >= {"file", "sha256", "licence", "recipe", "seed", "commit", "data", "input", "scores"}, (
            name
        )
        assert (MODELS / entry["file"]).stat().st_size < 3_000_000
