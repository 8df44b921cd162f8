"""Passing vehicles, rendered for the reader alone: one plate that grows from frame to frame, read as a camera reads it.

In goes a random stream, out come frames of a plate on a dull ground with its corners, ever larger, under one weather:
what `edge.vision.vehicle` sees of a car, without scenery and without a detector.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from edge.vision.detect import PlateBox
from edge.vision.frame import Frame
from sim.plates import Band, Kind, random_vrm, render_plate
from train.plate import plate as trained_plate

Bgr = NDArray[np.uint8]
Rng = np.random.Generator
SIZE = (416, 240)
"""Width and height of a frame, px."""
KINDS: tuple[Kind, ...] = ("current",) * 16 + ("prefix", "suffix", "dateless", "northern_ireland")
FOREIGN = 0.12
"""Share of plates of other countries: their marks fit no format and must be believed all the same."""
BANDS: tuple[Band, ...] = ("none", "none", "none", "uk", "green")
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Weather:
    """One pass's conditions. `blur`: px at 100 px of plate; `noise`, `light`, `contrast`: of 255; `jpeg`: quality."""

    blur: float
    noise: float
    light: float
    contrast: float
    jpeg: int


def weather(rng: Rng) -> Weather:
    """Mostly fair; one pass in four is hard."""
    hard = rng.random() < 0.25
    return Weather(
        blur=float(rng.uniform(0.2, 1.0) if not hard else rng.uniform(0.8, 2.6)),
        noise=float(rng.uniform(1, 6) if not hard else rng.uniform(4, 22)),
        light=float(rng.uniform(-40, 30)),
        contrast=float(rng.uniform(0.7, 1.1) if not hard else rng.uniform(0.25, 0.8)),
        jpeg=int(rng.integers(55, 92) if not hard else rng.integers(22, 60)),
    )


def face(rng: Rng) -> tuple[str, Bgr]:
    """A mark and its plate, square on, about 400 px wide."""
    if rng.random() < FOREIGN:
        drawn = trained_plate(rng)
        return "".join(line.text for line in drawn.lines), drawn.bgr
    vrm = random_vrm(rng, KINDS[int(rng.integers(len(KINDS)))])
    two = rng.random() < 0.06
    band = BANDS[int(rng.integers(len(BANDS)))]
    return vrm, render_plate(vrm, rear=rng.random() < 0.5, two_line=two, px_per_mm=0.8, band="none" if two else band)


def sights(rng: Rng) -> tuple[str, Iterator[tuple[Frame, PlateBox]]]:
    """The mark that passes, and the frames of it."""
    vrm, plate = face(rng)
    return vrm, _frames(rng, plate, weather(rng))


def _frames(rng: Rng, plate: Bgr, sky: Weather) -> Iterator[tuple[Frame, PlateBox]]:
    width = float(rng.uniform(44, 110))
    lean, turn = rng.uniform(-0.1, 0.1), rng.uniform(0.7, 1.0)
    ground = int(rng.integers(30, 150))
    for step in range(int(rng.integers(3, 10))):
        canvas = np.full((SIZE[1], SIZE[0], 3), ground, np.uint8)
        corners = _corners(plate, width, float(lean), float(turn))
        _lay(canvas, plate, corners)
        at = START + timedelta(seconds=step / 12)
        picture = VideoFrame.from_ndarray(_seen(rng, canvas, sky, width), format="bgr24")
        yield Frame(picture, at, step / 12), _found(rng, corners)
        width = min(width * float(rng.uniform(1.04, 1.16)), 300.0)


def _corners(plate: Bgr, width: float, lean: float, turn: float) -> NDArray[np.float32]:
    """The plate's quadrangle in the middle of the frame, seen a little from the side."""
    height = width * plate.shape[0] / plate.shape[1]
    x, y = width * turn / 2, min(height, SIZE[1] - 20) / 2
    square = np.array([[-x, -y - lean * x], [x, -y + lean * x], [x, y + lean * x], [-x, y - lean * x]], np.float32)
    return square + np.array([SIZE[0] / 2, SIZE[1] / 2], np.float32)


def _lay(canvas: Bgr, plate: Bgr, corners: NDArray[np.float32]) -> None:
    height, width = plate.shape[:2]
    scale = float(np.linalg.norm(corners[1] - corners[0])) / width
    if scale < 0.7:
        size = max(8, round(width * scale * 1.3)), max(4, round(height * scale * 1.3))
        plate = np.asarray(cv2.resize(plate, size, interpolation=cv2.INTER_AREA), np.uint8)
        height, width = plate.shape[:2]
    whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(whole, corners)
    warped = cv2.warpPerspective(plate, matrix, SIZE, flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, SIZE)
    canvas[mask > 127] = warped[mask > 127]


def _seen(rng: Rng, canvas: Bgr, sky: Weather, width: float) -> Bgr:
    """Through lens, sensor and codec."""
    out = cv2.GaussianBlur(canvas, (0, 0), max(0.2, sky.blur * (width / 100) ** 0.5)).astype(np.float32)
    grain = np.asarray(rng.normal(0, sky.noise, out.shape), np.float32)
    out = (out - 128) * sky.contrast + 128 + sky.light + grain
    jpeg = cv2.imencode(".jpg", np.clip(out, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, sky.jpeg])[1]
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)


def _found(rng: Rng, corners: NDArray[np.float32]) -> PlateBox:
    """As a detector finds it: a little beside the truth."""
    tall = float(np.linalg.norm(corners[3] - corners[0]))
    found = corners + rng.normal(0, 0.05 * tall, corners.shape).astype(np.float32)
    low, high = found.min(axis=0).tolist(), found.max(axis=0).tolist()
    return PlateBox((low[0], low[1], high[0], high[1]), 0.9, found)
