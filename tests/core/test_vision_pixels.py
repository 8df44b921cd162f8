"""Rectification and evidence pictures: geometry and sizes hold for any picture."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.detect import PlateBox
from edge.vision.evidence import OVERVIEW_BYTES, PATCH_BYTES, overview, plate_patch
from edge.vision.rectify import extent, grown, square_on, text_lines
from sim.plates import render_plate

NOISE = np.random.default_rng(1).integers(0, 255, (1080, 1920, 3), np.uint8)


def plate_box(x1: float, y1: float, x2: float, y2: float) -> PlateBox:
    corners = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)
    return PlateBox((x1, y1, x2, y2), 0.9, corners)


def test_a_plate_seen_at_an_angle_is_turned_square() -> None:
    plate = render_plate("AB12CDE", rear=False)
    height, width = plate.shape[:2]
    front = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = np.array([[120, 80], [420, 110], [410, 190], [130, 140]], np.float32)
    picture = cv2.warpPerspective(plate, cv2.getPerspectiveTransform(front, seen), (640, 360))
    back = square_on(picture, seen, wide=0.0, tall=0.0)
    expected = cv2.resize(plate, (back.shape[1], back.shape[0]), interpolation=cv2.INTER_AREA)
    difference = np.abs(back.astype(int) - expected.astype(int)).mean()
    assert difference < 16


@given(st.floats(0, 0.4), st.floats(0, 0.4))
def test_growing_adds_its_share_on_either_side(wide: float, tall: float) -> None:
    width, height = extent(grown(plate_box(100, 100, 300, 150).corners, wide, tall))
    assert (width, height) == pytest.approx((200 * (1 + 2 * wide), 50 * (1 + 2 * tall)), rel=1e-4)


def test_two_lines_are_parted_between_their_characters() -> None:
    assert len(text_lines(render_plate("AB12CDE", rear=True))) == 1
    plate = render_plate("AB12CDE", rear=True, two_line=True)
    lines = text_lines(plate)
    assert len(lines) == 2
    assert abs(lines[0].shape[0] - plate.shape[0] / 2) < 12


@settings(deadline=None, max_examples=25)
@given(x=st.floats(-50, 1900), y=st.floats(-50, 1060), width=st.floats(1, 900), height=st.floats(1, 300))
def test_evidence_fits_its_limits_even_of_pure_noise(x: float, y: float, width: float, height: float) -> None:
    box = plate_box(max(x, 0), max(y, 0), min(x + width, 1920), min(y + height, 1080))
    if box.box[2] - box.box[0] < 1 or box.box[3] - box.box[1] < 1:
        return
    jpeg = plate_patch(NOISE, box)
    assert len(jpeg) <= PATCH_BYTES
    assert cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR) is not None


def test_an_overview_fits_too() -> None:
    assert len(overview(NOISE)) <= OVERVIEW_BYTES
