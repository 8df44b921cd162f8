"""Training scenes for the plate detector: in go a random stream and real frames, out comes a crop with its plates.

Four kinds: a drawn street with rendered plates; a real frame as it is; a real frame whose plates were swapped for
rendered ones; decoys alone. Then what the road does: blur, bloom, noise, night, infra-red, JPEG.
Pure but for reading frames.
"""

from dataclasses import dataclass
from math import exp, log
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from train.backdrops import Bgr, Rng, backdrop, car_end, colour
from train.decoys import decoy
from train.faces import plate_face
from train.frames import Boxes, Frame, picture, tightened

HEIGHT, WIDTH = 224, 320
SMALLEST_PX, WIDEST_PX = 17, 290
Corners = NDArray[np.float32]


@dataclass(frozen=True)
class Scene:
    """`bgr` uint8 (224, 320, 3); `corners` float32 (n, 4, 2) px clockwise from top left.

    `drawn` bool (n,): a plate that we rendered, so its corners are exact.
    `real`: the backdrop may hold plates that nobody marked.
    """

    bgr: Bgr
    corners: Corners
    drawn: NDArray[np.bool_]
    real: bool


def scene(rng: Rng, frames: list[Frame]) -> Scene:
    """The next training crop."""
    match rng.random():
        case share if share < 0.32:
            made = street(rng)
        case share if share < 0.59:
            made = _frame(rng, frames[int(rng.integers(len(frames)))], swap=False)
        case share if share < 0.84:
            made = _frame(rng, frames[int(rng.integers(len(frames)))], swap=True)
        case _:
            made = _decoys(rng)
    return Scene(_weathered(rng, made.bgr), made.corners, made.drawn, made.real)


def street(rng: Rng) -> Scene:
    """A drawn street with one to three rendered plates."""
    canvas = backdrop(rng, HEIGHT, WIDTH)
    for _ in range(int(rng.integers(0, 7))):
        decoy(rng, canvas)
    placed: list[Corners] = []
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        width = exp(rng.uniform(log(SMALLEST_PX), log(WIDEST_PX)))
        centre = _spot(rng, width)
        if any(_close(centre, width, other) for other in placed):
            continue
        if rng.random() < 0.6:
            car_end(rng, canvas, centre, width, width / 4.7)
        placed.append(_paste(rng, canvas, centre, width))
    return _kept(canvas, placed, [True] * len(placed), real=False)


def _spot(rng: Rng, width: float) -> tuple[float, float]:
    """A centre from which a plate of this width mostly fits into the crop."""
    side, top = max(10.0, width * 0.45), max(8.0, width * 0.12)
    return float(rng.uniform(side, WIDTH - side)), float(rng.uniform(top, HEIGHT - top))


def _close(centre: tuple[float, float], width: float, other: Corners) -> bool:
    """Would a car drawn at `centre` reach over a plate that is there?"""
    gap = np.abs(other.mean(axis=0) - np.array(centre))
    return bool(gap[0] < (width + np.ptp(other[:, 0])) * 2.5 and gap[1] < (width + np.ptp(other[:, 0])) * 2)


def _decoys(rng: Rng) -> Scene:
    canvas = backdrop(rng, HEIGHT, WIDTH)
    if rng.random() < 0.6:
        centre = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT)
        car_end(rng, canvas, centre, rng.uniform(20, 200), rng.uniform(6, 40))
    for _ in range(int(rng.integers(4, 16))):
        decoy(rng, canvas)
    return _kept(canvas, [], [], real=False)


def _frame(rng: Rng, frame: Frame, *, swap: bool) -> Scene:
    """A crop of a real frame around one of its plates, scaled so that this one has a width drawn at random."""
    whole, boxes = picture(frame.path), frame.boxes
    target = boxes[int(rng.integers(len(boxes)))]
    width = exp(rng.uniform(log(SMALLEST_PX), log(240)))
    scale = float(np.clip(width / (target[2] - target[0]), 0.3, 3.2))
    centre = (target[:2] + target[2:]) / 2
    if rng.random() < 0.12:
        centre = rng.uniform(0, 1, 2) * (whole.shape[1], whole.shape[0])
    place = np.array(_spot(rng, width))
    mirrored = rng.random() < 0.5
    shift = place - centre * scale
    turn = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    if mirrored:
        turn[0] = [-scale, 0, WIDTH - shift[0]]
    border = cv2.BORDER_CONSTANT if rng.random() < 0.5 else cv2.BORDER_REPLICATE
    sampling = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    canvas = cv2.warpAffine(_softened(whole, scale), turn, (WIDTH, HEIGHT), flags=sampling, borderMode=border).astype(
        np.uint8
    )
    if swap:
        return _swapped(rng, canvas, [_moved(box, turn) for box in boxes])
    placed = [_moved(box, turn) for box in tightened(boxes)]
    for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.5 else 0):
        _decoy_away_from(rng, canvas, placed)
    return _kept(canvas, placed, [False] * len(placed), real=True)


def _softened(whole: Bgr, scale: float) -> Bgr:
    """Blurred as much as shrinking by `scale` needs: warpAffine samples without averaging."""
    return whole if scale > 0.7 else cv2.blur(whole, (round(1 / scale),) * 2).astype(np.uint8, copy=False)


def _moved(box: Boxes, turn: NDArray[np.float64]) -> Corners:
    x1, y1, x2, y2 = box
    ends = turn @ np.array([[x1, x2], [y1, y2], [1, 1]], np.float64)
    (left, right), (top, foot) = np.sort(ends[0]), ends[1]
    return np.array([[left, top], [right, top], [right, foot], [left, foot]], np.float32)


def _decoy_away_from(rng: Rng, canvas: Bgr, placed: list[Corners]) -> None:
    """A decoy that leaves the plates as they are."""
    before = canvas.copy()
    decoy(rng, canvas)
    for corners in placed:
        x1, y1, x2, y2 = _span(corners, 3)
        canvas[y1:y2, x1:x2] = before[y1:y2, x1:x2]


def _span(corners: Corners, margin: float) -> tuple[int, int, int, int]:
    low, high = corners.min(axis=0) - margin, corners.max(axis=0) + margin
    x1, x2 = np.clip([low[0], high[0] + 1], 0, WIDTH).astype(int).tolist()
    y1, y2 = np.clip([low[1], high[1] + 1], 0, HEIGHT).astype(int).tolist()
    return x1, y1, x2, y2


def _swapped(rng: Rng, canvas: Bgr, placed: list[Corners]) -> Scene:
    """Each real plate painted over with what surrounds it, most of them replaced by a rendered one."""
    fresh: list[Corners] = []
    for corners in placed:
        x1, y1, x2, y2 = _span(corners, 2)
        if x2 - x1 < 3 or y2 - y1 < 3:
            continue
        _paint_over(rng, canvas, (x1, y1, x2, y2))
        if rng.random() < 0.85:
            width = float(np.ptp(corners[:, 0])) * rng.uniform(0.8, 1.1)
            mid = corners.mean(axis=0)
            fresh.append(_paste(rng, canvas, (float(mid[0]), float(mid[1])), width))
    return _kept(canvas, fresh, [True] * len(fresh), real=True)


def _paint_over(rng: Rng, canvas: Bgr, span: tuple[int, int, int, int]) -> None:
    x1, y1, x2, y2 = span
    above = canvas[max(0, y1 - 3) : y1 + 1, x1:x2].mean(axis=0, keepdims=True)
    below = canvas[y2 - 1 : y2 + 3, x1:x2].mean(axis=0, keepdims=True)
    blend = np.linspace(0, 1, y2 - y1)[:, None, None]
    fill = cv2.blur((above * (1 - blend) + below * blend).astype(np.float32), (max(1, (x2 - x1) // 3), 1))
    canvas[y1:y2, x1:x2] = np.clip(fill + rng.normal(0, 3, fill.shape), 0, 255).astype(np.uint8)


def _paste(rng: Rng, canvas: Bgr, centre: tuple[float, float], width: float) -> Corners:
    """A plate laid into the picture in place, as a pinhole camera sees it; gives its corners."""
    face = plate_face(rng, width * 1.3)
    face_h, face_w = face.shape[:2]
    wide = width if face_w > 2.5 * face_h else width * 0.6
    corners = _seen(rng, wide, wide * face_h / face_w) + np.array(centre, np.float32)
    source = np.array([[0, 0], [face_w, 0], [face_w, face_h], [0, face_h]], np.float32) - 0.5
    if rng.random() < 0.5:
        mid = corners.mean(axis=0)
        frame = mid + (corners - mid) * np.array([1.03, 1.12]) * rng.uniform(1, 1.12)
        cv2.fillConvexPoly(canvas, np.rint(frame * 16).astype(np.int32), colour(rng, 0, 90), cv2.LINE_AA, 4)
    warp = cv2.getPerspectiveTransform(source, corners - np.float32(0.5))
    laid = cv2.warpPerspective(face, warp, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillConvexPoly(mask, np.rint((corners - 0.5) * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    x1, y1, x2, y2 = _span(corners, 2)
    share = mask[y1:y2, x1:x2, None].astype(np.float32) / 255
    light = rng.uniform(0.25, 1.1) * np.clip(rng.normal(1, 0.04, 3), 0.8, 1.2)
    spot = canvas[y1:y2, x1:x2]
    spot[:] = np.clip(spot * (1 - share) + laid[y1:y2, x1:x2] * light * share, 0, 255).astype(np.uint8)
    return corners.astype(np.float32)


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


def _kept(canvas: Bgr, placed: list[Corners], drawn: list[bool], *, real: bool) -> Scene:
    """The scene with the plates whose centre, and most of whose width, lie inside it; cut ones are smeared away."""
    corners, marks = [], []
    for quad, mark in zip(placed, drawn, strict=True):
        mid, width = quad.mean(axis=0), float(np.ptp(quad[:, 0]))
        seen = min(WIDTH, quad[:, 0].max()) - max(0.0, quad[:, 0].min())
        x1, y1, x2, y2 = _span(quad, 2)
        if width >= 13 and 0 < mid[0] < WIDTH and 2 < mid[1] < HEIGHT - 2 and seen > 0.8 * width:
            corners.append(quad)
            marks.append(mark)
        elif x2 - x1 > 1 and y2 - y1 > 1:
            canvas[y1:y2, x1:x2] = canvas[y1:y2, x1:x2].mean(axis=(0, 1)).astype(np.uint8)
    stacked = np.stack(corners).astype(np.float32) if corners else np.zeros((0, 4, 2), np.float32)
    return Scene(canvas, stacked, np.array(marks, bool), real)


def _weathered(rng: Rng, bgr: Bgr) -> Bgr:
    """Blur, night, infra-red, noise, JPEG: each now and then."""
    out = bgr
    if rng.random() < 0.35:
        out = _blurred(rng, out)
    light: NDArray[np.floating[Any]] = out.astype(np.float32)
    if rng.random() < 0.15:
        light = np.repeat(light @ np.array([[0.11], [0.59], [0.3]], np.float32), 3, axis=2)
    if rng.random() < 0.6:
        light = 255 * (light / 255) ** rng.uniform(0.6, 1.7)
        light = light * rng.uniform(0.5, 1.25) + rng.uniform(-15, 25)
    if rng.random() < 0.3:
        light = light * rng.uniform(0.9, 1.1, 3).astype(np.float32)
    if rng.random() < 0.4:
        light = light + np.resize(_grain(rng), light.shape) * rng.uniform(1, 12)
    out = np.clip(light, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        out = _packed(out, int(rng.integers(25, 92)))
    return out


def _packed(bgr: Bgr, quality: int) -> Bgr:
    """The picture after JPEG of the given quality, 0..100."""
    _, packed = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def _grain(rng: Rng) -> NDArray[np.float32]:
    """Noise to be repeated: a prime count, so that no pattern shows, a tenth of the cost of noise for every pixel."""
    return rng.standard_normal(20011, np.float32)


def _blurred(rng: Rng, bgr: Bgr) -> Bgr:
    if rng.random() < 0.5:
        return cv2.GaussianBlur(bgr, (0, 0), rng.uniform(0.4, 1.3)).astype(np.uint8, copy=False)
    length = int(rng.integers(2, 7))
    line = np.zeros((length, length), np.float32)
    cv2.line(line, (0, int(rng.integers(length))), (length - 1, int(rng.integers(length))), 1.0)
    return cv2.filter2D(bgr, -1, line / line.sum()).astype(np.uint8, copy=False)
