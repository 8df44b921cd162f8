"""What looks at some pictures make of all: nothing that was found once shows up uncovered beside it."""

import numpy as np
import pytest

from edge.redact.cover import Box
from edge.redact.eyes import Subject
from edge.redact.plan import FACE_S, LOOKS_KEPT, PLATE_S, Pace, Plan
from edge.vision.detect import PlateBox
from edge.vision.vote import Reading

FPS = 25.0


def car(number: int) -> Box:
    """A plate that crosses the picture at 20 px a picture and grows."""
    x, w = 100.0 + 20 * number, 80.0 + number
    return x, 300.0, x + w, 300.0 + w / 4


def face(number: int) -> Box:
    x = 400.0 + 2 * number
    return x, 100.0, x + 30, 140.0


def holds(outer: Box, inner: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def played(missed: frozenset[int] = frozenset(), until: int = 40) -> dict[int, list[Box]]:
    """The covers of every picture, as a clip's loop asks for them: some pictures behind the newest look."""
    plan, found = Plan(FPS), dict[int, list[Box]]()
    for number in range(until + plan.pace.ahead):
        looked = number < until and number not in missed
        if number % plan.pace.plate_every == 0:
            plan.plates(number, [car(number)] if looked else [])
        if number % plan.pace.face_every == 0:
            plan.faces(number, [face(number)] if looked else [])
        if (old := number - plan.pace.ahead) >= 0:
            found[old] = [each.box for each in plan.covers(old)]
    return found


def test_looks_are_as_far_apart_in_seconds_whatever_the_clip() -> None:
    assert Pace.of(25) == Pace(10, 3)
    assert Pace.of(10) == Pace(4, 1)
    assert Pace.of(1) == Pace(1, 1)
    assert Pace.of(25).ahead / 25 > FACE_S > PLATE_S


def test_a_moving_plate_and_a_face_are_covered_in_every_picture_between_two_looks() -> None:
    for number, covers in played().items():
        assert any(holds(box, car(number)) for box in covers), number
        assert any(holds(box, face(number)) for box in covers), number


@pytest.mark.parametrize("missed", [{12}, {0}, {15, 18}, {20}, {30}])
def test_a_look_that_misses_leaves_no_gap(missed: set[int]) -> None:
    for number, covers in played(frozenset(missed)).items():
        assert any(holds(box, car(number)) for box in covers), number
        if number < 30 or 30 not in missed:
            assert any(holds(box, face(number)) for box in covers), number


def test_what_has_left_is_no_longer_covered_and_forgotten() -> None:
    plan = Plan(FPS)
    for number in range(0, 12, 3):
        plan.plates(number, [car(number)])
    assert plan.covers(9)
    assert plan.covers(9 + plan.pace.hold("plate"))
    assert plan.covers(9 + plan.pace.hold("plate") + 1) == []
    assert plan.objects == {}


def test_the_subjects_plate_is_kept() -> None:
    plan = Plan(FPS)
    (kept, _) = plan.plates(0, [car(0), (900.0, 500.0, 980.0, 520.0)])
    kept.kept = True
    assert [each.box[0] > 800 for each in plan.covers(0)] == [True]


def test_a_parked_car_does_not_fill_the_memory() -> None:
    plan = Plan(FPS)
    for number in range(0, 3000, plan.pace.plate_every):
        (parked,) = plan.plates(number, [car(0)])
        if number > plan.pace.ahead:
            assert holds(plan.covers(number - plan.pace.ahead)[0].box, car(0))
    assert len(parked.looks) <= LOOKS_KEPT


def test_a_kept_object_that_goes_on_with_another_plate_is_covered_again() -> None:
    """Two vehicles cross, and the track of the subject's takes the other's plate."""
    said = iter(["AB12CDE"] * 4 + ["KV19BXA"] * 5)
    subject = Subject("AB12 CDE", lambda _crop: Reading(next(said), (0.97,) * 7))
    plan, kept = Plan(FPS), []
    for look in range(9):
        (plate,) = plan.plates(3 * look, [car(3 * look)])
        corners = np.array([[100, 300], [180, 300], [180, 320], [100, 320]], np.float32)
        subject.see(plate, PlateBox((100.0, 300.0, 180.0, 320.0), 0.9, corners), np.zeros((540, 960, 3), np.uint8))
        kept.append(plate.kept)
    assert kept == [False, *[True] * 4, *[False] * 4]
    assert plan.covers(24)
