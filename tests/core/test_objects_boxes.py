"""Maps in, boxes out: CenterNet's peaks, YOLO's outputs, one box an object, our kinds alone; and who may alarm."""

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.vision.letterbox import GREY, letterboxed
from edge.vision.objects import COCO_CLASSES, KINDS, OF_COCO, ObjectBox, ObjectDetector, overlap, suppress
from edge.vision.objects_card import LEAST_JUDGED, Precision, measured
from edge.vision.objects_centernet import STRIDE, centernet_look
from edge.vision.objects_centernet import decode as decode_centernet
from edge.vision.objects_yolo import decode as decode_yolo
from edge.vision.objects_yolo import yolo_look
from wire.errors import UserError

Map = NDArray[np.float32]
PICTURE = np.zeros((200, 400, 3), np.uint8)


def _maps(objects: list[tuple[int, int, int, float]]) -> tuple[Map, Map]:
    """Heat (80, 32, 64) with a peak a (class, row, column, score), each object 10 left, 20 up, 30 right, 40 down."""
    heat = np.zeros((80, 32, 64), np.float32)
    size = np.zeros((4, 32, 64), np.float32)
    for place, row, column, score in objects:
        heat[place, row, column] = score
        heat[place, row, column + 1] = score * 0.9
        size[:, row, column] = 10, 20, 30, 40
    return heat, size


def test_a_peak_becomes_one_box_of_its_kind_in_the_pictures_pixels() -> None:
    found = decode_centernet(*_maps([(2, 10, 20, 0.8)]), zoom=(2.0, 1.5))
    x, y = 20 * STRIDE, 10 * STRIDE
    assert found == [ObjectBox("car", ((x - 10) * 2, (y - 20) * 1.5, (x + 30) * 2, (y + 40) * 1.5), pytest.approx(0.8))]


def test_peaks_that_are_faint_or_of_other_classes_are_nothing() -> None:
    assert decode_centernet(*_maps([(0, 5, 5, 0.05), (16, 10, 10, 0.9), (67, 20, 20, 0.9)]), zoom=(1, 1)) == []


def test_the_whole_way_of_a_picture_through_a_centernet() -> None:
    seen: list[tuple[int, ...]] = []

    def network(picture: Map) -> list[Map]:
        seen.append(picture.shape)
        return [part[None] for part in _maps([(0, 10, 20, 0.9), (0, 11, 24, 0.6)])]

    detector = ObjectDetector(centernet_look(network, 256), sure=0.5, measured=frozenset())
    assert seen == []
    assert [(box.kind, round(box.score, 1)) for box in detector(PICTURE)] == [("person", 0.9), ("person", 0.6)]
    assert seen == [(1, 3, 128, 256)]


def test_a_box_stays_inside_the_picture_and_one_beside_it_is_dropped() -> None:
    boxes = [ObjectBox("car", (-50, -5, 100, 900), 0.9), ObjectBox("car", (410, 10, 500, 90), 0.8)]
    detector = ObjectDetector(lambda _: boxes, sure=0.5, measured=frozenset())
    assert detector(PICTURE) == (ObjectBox("car", (0, 0, 100, 200), 0.9),)


def test_only_our_kinds_and_only_sure_ones_are_told() -> None:
    boxes = [ObjectBox(kind, (0, 0, 9, 9), 0.4) for kind in ("", "dog", "cell phone")]
    detector = ObjectDetector(
        lambda _: [*boxes, ObjectBox("bus", (0, 0, 50, 50), 0.3)], sure=0.35, measured=frozenset()
    )
    assert detector(PICTURE) == ()


def test_what_overlaps_is_one_object_where_its_kinds_are_rivals() -> None:
    here, near = (0.0, 0.0, 100.0, 100.0), (20.0, 0.0, 120.0, 100.0)
    vehicles = [ObjectBox("truck", here, 0.5), ObjectBox("car", near, 0.7), ObjectBox("van", here, 0.6)]
    assert [box.kind for box in suppress(vehicles)] == ["car"]
    rider = [ObjectBox("person", here, 0.5), ObjectBox("motorcycle", near, 0.7), ObjectBox("car", here, 0.4)]
    assert [box.kind for box in suppress(rider)] == ["motorcycle", "person", "car"]


def test_two_people_side_by_side_stay_two() -> None:
    pair = [ObjectBox("person", (0, 0, 40, 100), 0.5), ObjectBox("person", (20, 0, 60, 100), 0.7)]
    assert overlap(pair[0].box, pair[1].box) == pytest.approx(1 / 3)
    assert len(suppress(pair)) == 2
    assert overlap((0, 0, 0, 0), (0, 0, 0, 0)) == 0


def test_cocos_classes_are_numbered_as_networks_number_them() -> None:
    assert len(COCO_CLASSES) == 80
    assert [COCO_CLASSES[place] for place in (0, 2, 7, 43)] == ["person", "car", "truck", "knife"]
    assert set(OF_COCO.values()) == set(KINDS) - {"van"}


def test_a_yolo_with_scores_a_class() -> None:
    out = np.zeros((1, 4 + 3, 5), np.float32)
    out[0, :, 1] = 100, 50, 40, 20, 0.1, 0.2, 0.7
    out[0, :, 3] = 10, 10, 4, 4, 0.05, 0.0, 0.0
    found = decode_yolo(out, ("person", "car", "van"), (2.0, 3.0))
    assert found == [ObjectBox("van", (160, 120, 240, 180), pytest.approx(0.7))]


def test_a_yolo_that_chose_its_boxes_itself() -> None:
    out = np.zeros((1, 300, 6), np.float32)
    out[0, 0] = 10, 20, 30, 40, 0.9, 1
    out[0, 1] = 10, 20, 30, 40, 0.8, 7
    assert decode_yolo(out, ("person", "car"), (1, 1)) == [ObjectBox("car", (10, 20, 30, 40), pytest.approx(0.9))]


def test_a_yolo_of_other_classes_than_named_is_an_error_that_says_so() -> None:
    with pytest.raises(UserError, match=r"\[1, 84, 8400\], a YOLO of 2 classes has \[1, 6, n\]"):
        decode_yolo(np.zeros((1, 84, 8400), np.float32), ("person", "car"), (1, 1))


def test_a_yolo_sees_a_square_of_zero_to_one() -> None:
    seen: list[Map] = []

    def network(picture: Map) -> list[Map]:
        seen.append(picture)
        return [np.zeros((1, 84, 10), np.float32)]

    assert yolo_look(network, 320, COCO_CLASSES)(np.full((100, 200, 3), 255, np.uint8)) == []
    assert seen[0].shape == (1, 3, 320, 320)
    assert seen[0][0, 0, 0, 0] == 1.0
    assert seen[0][0, 0, 319, 0] == pytest.approx(GREY / 255)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (3000, 2), (352, 608)])
def test_a_picture_of_any_shape_is_fed_red_first(shape: tuple[int, int]) -> None:
    picture = np.zeros((*shape, 3), np.uint8)
    picture[:, :, 2] = 200
    field, (across, down) = letterboxed(picture, 512, 32)
    assert field.dtype == np.float32
    assert all(side % 32 == 0 for side in field.shape[2:])
    assert field[0, :, 0, 0].tolist() == [200, 0, 0]
    assert max(shape[1] / across, shape[0] / down) == pytest.approx(512)


def _card(**rows: tuple[int, int]) -> dict[str, Precision]:
    return {kind: Precision(right=right, judged=judged, sure=0.4, on="x") for kind, (right, judged) in rows.items()}


def test_a_kind_that_nobody_counted_never_alarms() -> None:
    assert measured({}, 0.9) == frozenset()
    assert measured(_card(person=(90, 100)), 0.4) == {"person"}


def test_too_few_or_too_many_wrong_boxes_are_no_measured_precision() -> None:
    assert measured(_card(person=(LEAST_JUDGED - 1, LEAST_JUDGED - 1), bus=(79, 100), car=(80, 100)), 0.4) == {"car"}


def test_a_precision_holds_from_the_score_at_which_it_was_measured() -> None:
    assert measured(_card(car=(99, 100)), 0.39) == frozenset()
    assert measured(_card(car=(99, 100)), 0.6) == {"car"}
