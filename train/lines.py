"""Training samples for the reader: a rendered plate as a camera sees it, cut out as the product cuts, one line of it.

The road comes between: perspective, distance, motion, bloom, night, noise, JPEG; then corners that miss a little.
`hardness` runs from 0 (large, clear) to 1 (the smallest that a person can read). In go a random stream and a
hardness, out comes a `Line`. Pure.
"""

from dataclasses import dataclass
from math import exp, log

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.line import strip
from edge.vision.rectify import grown, square_on
from train.letters import CAP_PX
from train.marks import Rng
from train.plate import Plate, TextLine, plate

Bgr = NDArray[np.uint8]
Points = NDArray[np.float32]
Matrix = NDArray[np.float64]

SMALLEST_PX, LARGEST_PX = 6.0, 40.0
"""A capital's height in the camera's picture."""


@dataclass(frozen=True)
class Line:
    """`strip` float32 (32, w), as edge.vision.line makes it; `text`; `centres`, `widths` (n,) px of its characters."""

    strip: NDArray[np.float32]
    text: str
    centres: NDArray[np.float32]
    widths: NDArray[np.float32]


def line(rng: Rng, hardness: float) -> Line:
    """The next sample."""
    made = plate(rng)
    cap = exp(rng.uniform(log(SMALLEST_PX + (1 - hardness) * 9), log(LARGEST_PX)))
    seen, quad, warp = _seen(rng, made, cap / CAP_PX, hardness)
    return _cut(rng, _shot(rng, seen, cap, hardness), quad, warp, made)


def _seen(rng: Rng, made: Plate, scale: float, hardness: float) -> tuple[Bgr, Points, Matrix]:
    """The plate in the camera's picture, its corners there, and the way from the plate's pixels to the picture's."""
    height, width = made.bgr.shape[:2]
    small = cv2.resize(made.bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    h, w = small.shape[:2]
    quad = _turned(rng, w, h, 0.3 + 0.7 * hardness)
    margin = np.array([0.35 * w + 4, 0.8 * h + 4])
    quad += margin - quad.min(axis=0)
    size = (np.ceil(quad.max(axis=0) + margin)).astype(int)
    canvas = _surroundings(rng, int(size[0]), int(size[1]))
    source = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32) - 0.5
    warp = cv2.getPerspectiveTransform(source, (quad - 0.5).astype(np.float32))
    if rng.random() < 0.6:
        mid = quad.mean(axis=0)
        frame = mid + (quad - mid) * np.array([rng.uniform(1.01, 1.06), rng.uniform(1.05, 1.3)])
        tone = tuple(int(v) for v in rng.integers(0, 90 if rng.random() < 0.7 else 255, 3))
        cv2.fillConvexPoly(canvas, np.rint(frame * 16).astype(np.int32), tone, cv2.LINE_AA, 4)
    laid = cv2.warpPerspective(small, warp, (canvas.shape[1], canvas.shape[0]), borderMode=cv2.BORDER_REPLICATE)
    mask = np.zeros(canvas.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.rint((quad - 0.5) * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    share = mask[:, :, None].astype(np.float32) / 255
    out = canvas * (1 - share) + laid * share
    way = np.asarray(warp @ np.diag([w / width, h / height, 1.0]), np.float64)
    return out.astype(np.uint8), quad.astype(np.float32), way


def _turned(rng: Rng, width: float, height: float, much: float) -> NDArray[np.float64]:
    """Corners of the plate turned in space, px, clockwise from top left."""
    yaw, pitch, roll = np.clip(rng.normal(0, [0.34, 0.2, 0.06]), [-0.95, -0.6, -0.2], [0.95, 0.6, 0.2]) * much
    points = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], float) * [width / 2, height / 2, 0]
    spin = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    tilt = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    turned = points @ (spin @ tilt @ turn).T
    far = width * rng.uniform(3, 14)
    flat: NDArray[np.float64] = turned[:, :2] * (far / (far + turned[:, 2:]))
    return flat


def _surroundings(rng: Rng, width: int, height: int) -> NDArray[np.float32]:
    """A car's paint, plastic and shade: smooth patches with an edge or two."""
    coarse = rng.integers(0, 256, (int(rng.integers(1, 4)), int(rng.integers(1, 5)), 3)).astype(np.float32)
    coarse = coarse * rng.uniform(0.2, 1) + rng.uniform(0, 60)
    canvas = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    for _ in range(int(rng.integers(0, 4))):
        a, b = rng.integers(0, [width, height], (2, 2)).tolist()
        tone = tuple(float(v) for v in rng.integers(0, 255, 3))
        if rng.random() < 0.5:
            cv2.line(canvas, a, b, tone, int(rng.integers(1, 5)), cv2.LINE_AA)
        else:
            cv2.rectangle(canvas, a, b, tone, -1)
    return np.asarray(canvas, np.float32)


def _shot(rng: Rng, bgr: Bgr, cap: float, hardness: float) -> Bgr:
    """What lens, shutter, sensor and codec leave. Blur is in shares of a capital's height, as legibility is."""
    out: NDArray[np.float32] = bgr.astype(np.float32)
    if rng.random() < 0.15:
        grey = out @ np.array([[0.11], [0.59], [0.3]], np.float32)
        out = np.repeat(grey, 3, axis=2)
    if rng.random() < 0.55:
        gamma, gain, lift = rng.uniform(0.55, 1.9), rng.uniform(0.25, 1.15), rng.uniform(-10, 45)
        out = np.asarray((np.clip(out, 0, 255) / 255) ** gamma * 255 * gain + lift, np.float32)
    if rng.random() < 0.06 * (1 + hardness):
        out = out + _bloom(rng, out.shape[1], out.shape[0])
    out = _blurred(rng, out, cap, hardness)
    if rng.random() < 0.6:
        out = out + rng.normal(0, rng.uniform(1, 4 + 9 * hardness), out.shape).astype(np.float32)
    picture = np.clip(out, 0, 255).astype(np.uint8)
    if rng.random() < 0.55:
        quality = int(rng.integers(round(70 - 42 * hardness), 95))
        _, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        picture = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    if rng.random() < 0.12:
        again = rng.uniform(0.7, 1.6)
        picture = np.asarray(cv2.resize(picture, None, fx=again, fy=again, interpolation=cv2.INTER_LINEAR), np.uint8)
        picture = np.asarray(cv2.resize(picture, (bgr.shape[1], bgr.shape[0]), interpolation=cv2.INTER_AREA), np.uint8)
    return picture


def _bloom(rng: Rng, width: int, height: int) -> NDArray[np.float32]:
    """Light of a lamp beside the plate."""
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    x, y, reach = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0.15, 0.5) * width
    glow = rng.uniform(60, 220) * np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * reach**2))
    return np.asarray(np.repeat(glow[:, :, None], 3, axis=2), np.float32)


def _blurred(rng: Rng, out: NDArray[np.float32], cap: float, hardness: float) -> NDArray[np.float32]:
    if rng.random() < 0.55:
        sigma = max(rng.uniform(0.3, 0.9), cap * rng.uniform(0, 0.03 + 0.05 * hardness))
        out = np.asarray(cv2.GaussianBlur(out, (0, 0), sigma), np.float32)
    if rng.random() < 0.3:
        length = cap * rng.uniform(0.05, 0.12 + 0.14 * hardness)
        out = _smeared(rng, out, length) if length > 1.2 else out
    if rng.random() < 0.15:
        soft = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.8, 1.6))
        out = np.asarray(out + (out - soft) * rng.uniform(0.4, 1.5), np.float32)
    return out


def _smeared(rng: Rng, out: NDArray[np.float32], length: float) -> NDArray[np.float32]:
    """Motion during the shutter, mostly along the road."""
    half = int(np.ceil(length / 2))
    turn = rng.normal(0, 0.4) if rng.random() < 0.6 else rng.uniform(0, np.pi)
    line = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    reach = np.array([np.cos(turn), np.sin(turn)]) * length / 2
    ends = np.rint((np.array([half, half]) + np.array([-reach, reach])) * 16).astype(int).tolist()
    cv2.line(line, ends[0], ends[1], 1.0, 1, cv2.LINE_AA, 4)
    return np.asarray(cv2.filter2D(out, -1, line / max(float(line.sum()), 1e-3)), np.float32)


def _cut(rng: Rng, picture: Bgr, quad: Points, warp: Matrix, made: Plate) -> Line:
    """The plate square on by corners that miss a little (or upright, by its box), one line of it."""
    quad, wide, tall = _missed(rng, quad), rng.uniform(-0.01, 0.26), rng.uniform(-0.09, 0.14)
    square, onto = _square_on(picture, quad, wide, tall)
    ways = [_row_span(row, onto @ warp) for row in made.lines]
    chosen = int(rng.integers(len(made.lines)))
    top, foot = 0, square.shape[0]
    if len(made.lines) == 2:
        parting = (ways[0][1] + ways[1][0]) / 2 + rng.normal(0, 0.03) * square.shape[0]
        middle = int(np.clip(parting, 6, square.shape[0] - 6))
        top, foot = (0, middle) if chosen == 0 else (middle, square.shape[0])
    seen = strip(square[top:foot])
    row = made.lines[chosen]
    places = _moved(row.centres, onto @ warp)
    sides = [
        _moved(row.centres + np.stack([side * row.widths / 2, row.widths * 0], 1), onto @ warp) for side in (-1, 1)
    ]
    zoom = seen.shape[1] / square.shape[1]
    kept = (places[:, 0] > 0) & (places[:, 0] < square.shape[1])
    text = "".join(char for char, keep in zip(row.text, kept, strict=True) if keep)
    return Line(seen, text, places[kept, 0] * zoom, np.abs(sides[1] - sides[0])[kept, 0] * zoom)


def _square_on(picture: Bgr, quad: Points, wide: float, tall: float) -> tuple[Bgr, Matrix]:
    """The product's cut, and the way from the picture's pixels to the cut's."""
    square = square_on(picture, quad, wide, tall)
    height, width = square.shape[:2]
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return square, np.asarray(cv2.getPerspectiveTransform(grown(quad, wide, tall), target), np.float64)


def _missed(rng: Rng, quad: Points) -> Points:
    """Corners as a detector gives them; one in three a plain box."""
    width, height = np.ptp(quad, axis=0)
    if rng.random() < 0.35:
        (x1, y1), (x2, y2) = quad.min(axis=0), quad.max(axis=0)
        quad = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)
    shift = rng.normal(0, [0.012, 0.05], 2) * [width, height]
    return np.asarray(quad + shift + rng.normal(0, [0.008, 0.035], (4, 2)) * [width, height], np.float32)


def _row_span(row: TextLine, way: Matrix) -> tuple[float, float]:
    middle = row.centres.mean(axis=0)
    ends = _moved(np.array([[middle[0], row.top], [middle[0], row.foot]], np.float32), way)
    return float(ends[0, 1]), float(ends[1, 1])


def _moved(points: Points, way: Matrix) -> Points:
    return np.asarray(cv2.perspectiveTransform(points[None].astype(np.float64), way)[0], np.float32)
