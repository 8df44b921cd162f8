"""Rendered plates laid into pictures, as a pinhole camera sees them.

In go a random stream and a picture, uint8 BGR, which is painted on in place; out come the plate's corners.
Pure otherwise.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from train.backdrops import Bgr, Rng, colour
from train.faces import plate_face

Corners = NDArray[np.float32]
Span = tuple[int, int, int, int]
DAY, NIGHT = (0.25, 1.1), (0.6, 1.7)
"""A plate's brightness; at night it throws the lamps' light back."""


def paste(
    rng: Rng, canvas: Bgr, centre: tuple[float, float], width: float, light: tuple[float, float] = DAY
) -> Corners:
    """A plate about `width` px wide in the picture, in place; its corners float32 (4, 2) clockwise from top left."""
    face = plate_face(rng, width * 1.3, washed_out=light is NIGHT)
    face_h, face_w = face.shape[:2]
    wide = width if face_w > 2.5 * face_h else width * 0.6
    corners = _seen(rng, wide, wide * face_h / face_w) + np.array(centre, np.float32)
    if rng.random() < 0.5:
        mid = corners.mean(axis=0)
        frame = mid + (corners - mid) * np.array([1.03, 1.12]) * rng.uniform(1, 1.12)
        cv2.fillConvexPoly(canvas, np.rint(frame * 16).astype(np.int32), colour(rng, 0, 90), cv2.LINE_AA, 4)
    _lay(canvas, face, corners, rng.uniform(*light) * np.clip(rng.normal(1, 0.04, 3), 0.8, 1.2))
    if rng.random() < 0.06:
        _tow_bar(rng, canvas, corners)
    return corners.astype(np.float32)


def _lay(canvas: Bgr, face: Bgr, corners: Corners, light: NDArray[np.float64]) -> None:
    """The face warped onto its corners, in place; only the span that it covers is touched."""
    x1, y1, x2, y2 = span(corners, 2, canvas)
    if x2 <= x1 or y2 <= y1:
        return
    face_h, face_w = face.shape[:2]
    source = np.array([[0, 0], [face_w, 0], [face_w, face_h], [0, face_h]], np.float32) - 0.5
    spot, place = canvas[y1:y2, x1:x2], (corners - np.array([x1, y1], np.float32)).astype(np.float32)
    warp = cv2.getPerspectiveTransform(source, place - np.float32(0.5))
    size = (x2 - x1, y2 - y1)
    laid = cv2.warpPerspective(face, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = np.zeros(spot.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.rint((place - 0.5) * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    share = mask[:, :, None].astype(np.float32) / 255
    spot[:] = np.clip(spot * (1 - share) + laid * light * share, 0, 255).astype(np.uint8)


def _tow_bar(rng: Rng, canvas: Bgr, corners: Corners) -> None:
    """A ball or a bar that stands before the plate."""
    (x1, y1), (x2, y2) = corners.min(axis=0), corners.max(axis=0)
    x, half = rng.uniform(x1 + 0.25 * (x2 - x1), x2 - 0.25 * (x2 - x1)), max(1.0, (x2 - x1) * rng.uniform(0.02, 0.05))
    top = y1 + (y2 - y1) * rng.uniform(0.1, 0.7)
    place = (round(x - half), round(top)), (round(x + half), round(y2 + half * 2))
    cv2.rectangle(canvas, *place, colour(rng, 0, 110), -1)


def span(corners: Corners, margin: float, canvas: Bgr) -> Span:
    """x1, y1, x2, y2 px of the corners with a margin, inside the picture."""
    low, high = corners.min(axis=0) - margin, corners.max(axis=0) + margin
    x1, x2 = np.clip([low[0], high[0] + 1], 0, canvas.shape[1]).astype(int).tolist()
    y1, y2 = np.clip([low[1], high[1] + 1], 0, canvas.shape[0]).astype(int).tolist()
    return x1, y1, x2, y2


def paint_over(rng: Rng, canvas: Bgr, corners: Corners) -> bool:
    """A real plate covered with what surrounds it, in place; False where too little of it is in the picture."""
    x1, y1, x2, y2 = span(corners, 2, canvas)
    if x2 - x1 < 3 or y2 - y1 < 3:
        return False
    above = canvas[max(0, y1 - 3) : y1 + 1, x1:x2].mean(axis=0, keepdims=True)
    below = canvas[y2 - 1 : y2 + 3, x1:x2].mean(axis=0, keepdims=True)
    blend = np.linspace(0, 1, y2 - y1)[:, None, None]
    fill = cv2.blur((above * (1 - blend) + below * blend).astype(np.float32), (max(1, (x2 - x1) // 3), 1))
    canvas[y1:y2, x1:x2] = np.clip(fill + rng.normal(0, 3, fill.shape), 0, 255).astype(np.uint8)
    return True


def _seen(rng: Rng, width: float, height: float) -> Corners:
    """Corners of a turned plate around its centre, px."""
    yaw, pitch, roll = rng.normal(0, [0.38, 0.2, 0.07])
    yaw, pitch = float(np.clip(yaw, -1, 1)), float(np.clip(pitch, -0.6, 0.6))
    points = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], float) * [width / 2, height / 2, 0]
    spin = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    tilt = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    turned = points @ (spin @ tilt @ turn).T
    far = width * rng.uniform(3, 12)
    return np.asarray(turned[:, :2] * (far / (far + turned[:, 2:])), np.float32)
