"""Training scenes for the plate detector: in go a random stream and real frames, out comes a crop with its plates.

Five kinds: a drawn street with rendered plates; a real frame as it is; a real frame whose plates were swapped for
rendered ones; the view of a simulated camera; decoys alone. By day or by night, then weather. Pure but for reading
frames.
"""

from dataclasses import dataclass
from math import exp, log

import cv2
import numpy as np
from numpy.typing import NDArray

from train.backdrops import Bgr, Rng, backdrop, car_end
from train.decoys import decoy
from train.frames import Boxes, Frame, picture
from train.kerbside import PICTURES, kerbside
from train.paste import DAY, NIGHT, Corners, paint_over, paste, span
from train.weather import nightfall, weathered

Size = tuple[int, int]
CROP: Size = (224, 320)
WIDE: Size = (448, 640)
"""Height and width of a scene, px: most are crops; wide ones hold plates as near as 560 px."""
SMALLEST_PX = 13
LEAST_PX = 11
"""No plate narrower than this is taught: it is smeared away."""


@dataclass(frozen=True)
class Scene:
    """`bgr` uint8 (h, w, 3); `corners` float32 (n, 4, 2) px clockwise from top left.

    `drawn` bool (n,): a plate that we rendered, so its corners are exact.
    `real`: the backdrop may hold plates that nobody marked.
    """

    bgr: Bgr
    corners: Corners
    drawn: NDArray[np.bool_]
    real: bool


def scene(rng: Rng, frames: list[Frame], size: Size = CROP) -> Scene:
    """The next training scene."""
    night = rng.random() < 0.18
    match rng.random():
        case share if share < 0.31:
            made = street(rng, size, night=night)
        case share if share < 0.56:
            made, night = _real(rng, frames, size), False
        case share if share < 0.78:
            made = _swapped(rng, frames, size, night=night)
        case share if share < 0.88:
            made, night = _simulated(rng, size), False
        case _:
            made = _decoys(rng, size, night=night)
    return Scene(weathered(rng, made.bgr, 0.5 * night), made.corners, made.drawn, made.real)


def street(rng: Rng, size: Size = CROP, width: float | None = None, *, night: bool = False) -> Scene:
    """A drawn street with rendered plates, one to three to a crop's area; of one width (px) where that is given."""
    canvas = backdrop(rng, *size)
    room = size[0] * size[1] // (CROP[0] * CROP[1])
    for _ in range(int(rng.integers(0, 7 * room))):
        decoy(rng, canvas)
    canvas = nightfall(rng, canvas) if night else canvas
    placed: list[Corners] = []
    for _ in range(int(rng.choice([1, 1, 1, 2, 3])) * room):
        wide = width if width is not None else _any_width(rng, size[1])
        centre = _spot(rng, wide, size)
        if any(_close(centre, wide, other) for other in placed):
            continue
        if rng.random() < 0.6 and not night:
            car_end(rng, canvas, centre, wide, wide / 4.7)
        placed.append(paste(rng, canvas, centre, wide, NIGHT if night else DAY))
    return _kept(canvas, placed, drawn=True, real=False)


def _any_width(rng: Rng, most: int) -> float:
    """A plate's width, px: each octave from the smallest that is taught to nine tenths of the scene alike."""
    return exp(rng.uniform(log(SMALLEST_PX), log(0.9 * most)))


def _spot(rng: Rng, width: float, size: Size) -> tuple[float, float]:
    """A centre from which a plate of this width mostly fits into the scene."""
    side, top = max(10.0, width * 0.45), max(8.0, width * 0.12)
    return float(rng.uniform(side, size[1] - side)), float(rng.uniform(top, size[0] - top))


def _close(centre: tuple[float, float], width: float, other: Corners) -> bool:
    """Would a car drawn at `centre` reach over a plate that is there?"""
    gap = np.abs(other.mean(axis=0) - np.array(centre))
    return bool(gap[0] < (width + np.ptp(other[:, 0])) * 2.5 and gap[1] < (width + np.ptp(other[:, 0])) * 2)


def _decoys(rng: Rng, size: Size, *, night: bool) -> Scene:
    canvas = backdrop(rng, *size)
    if rng.random() < 0.6:
        centre = rng.uniform(0, size[1]), rng.uniform(0, size[0])
        car_end(rng, canvas, centre, rng.uniform(20, 200), rng.uniform(6, 40))
    for _ in range(int(rng.integers(4, 16)) * size[1] // CROP[1]):
        decoy(rng, canvas)
    return _kept(nightfall(rng, canvas) if night else canvas, [], drawn=True, real=False)


def _real(rng: Rng, frames: list[Frame], size: Size) -> Scene:
    """A real frame as it is, now and then with decoys beside its plates."""
    canvas, frame, turn = _cut(rng, frames, size)
    placed = [_moved(box, turn) for box in frame.boxes]
    for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.5 else 0):
        _decoy_away_from(rng, canvas, placed)
    return _kept(canvas, placed, drawn=False, real=True)


def _swapped(rng: Rng, frames: list[Frame], size: Size, *, night: bool) -> Scene:
    """A real frame, each plate painted over with what surrounds it, most of them replaced by a rendered one."""
    canvas, frame, turn = _cut(rng, frames, size)
    cleared = [quad for quad in (_moved(box, turn) for box in frame.boxes) if paint_over(rng, canvas, quad)]
    canvas = nightfall(rng, canvas) if night else canvas
    fresh: list[Corners] = []
    for quad in cleared:
        if rng.random() < 0.85:
            x, y = quad.mean(axis=0).tolist()
            width = float(np.ptp(quad[:, 0])) * rng.uniform(0.8, 1.1)
            fresh.append(paste(rng, canvas, (x, y), width, NIGHT if night else DAY))
    return _kept(canvas, fresh, drawn=True, real=True)


def _simulated(rng: Rng, size: Size) -> Scene:
    """A part of what a simulated roadside camera films, from as near or as far as a plate can be told."""
    seen = kerbside(int(rng.integers(PICTURES)))
    (x1, y1), (x2, y2) = seen.corners.min(axis=0), seen.corners.max(axis=0)
    width = _any_width(rng, round(0.85 * size[1]))
    scale = float(min(width / (x2 - x1), 3.2))
    centre = np.array([x1 + x2, y1 + y2]) / 2
    canvas, turn = shown(rng, seen.bgr, centre, scale, spot=_spot(rng, width, size), size=size)
    ends = seen.corners @ turn[:, :2].T + turn[:, 2]
    ends = ends[[1, 0, 3, 2]] if turn[0, 0] < 0 else ends
    return _kept(canvas, [ends.astype(np.float32)], drawn=True, real=True)


def _cut(rng: Rng, frames: list[Frame], size: Size) -> tuple[Bgr, Frame, NDArray[np.float64]]:
    """A part of a real frame around one of its plates, scaled so that this one has a width drawn at random; the frame
    and the affine map (2, 3) from it."""
    frame = frames[int(rng.integers(len(frames)))]
    whole, target = picture(frame.path), frame.boxes[int(rng.integers(len(frame.boxes)))]
    width = _any_width(rng, round(0.85 * size[1]))
    scale = float(np.clip(width / (target[2] - target[0]), 0.9 * size[1] / whole.shape[1], 3.2))
    centre = (target[:2] + target[2:]) / 2
    if rng.random() < 0.12:
        centre = rng.uniform(0, 1, 2) * (whole.shape[1], whole.shape[0])
    canvas, turn = shown(rng, whole, centre, scale, spot=_spot(rng, width, size), size=size)
    return canvas, frame, turn


def shown(
    rng: Rng, whole: Bgr, centre: NDArray[np.floating], scale: float, *, spot: tuple[float, float], size: Size
) -> tuple[Bgr, NDArray[np.float64]]:
    """The picture scaled, its point `centre` at `spot`, half of the time mirrored; and the affine map (2, 3) there."""
    shift = np.array(spot) - centre * scale
    turn = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    if rng.random() < 0.5:
        turn[0] = [-scale, 0, size[1] - shift[0]]
    border = cv2.BORDER_CONSTANT if rng.random() < 0.5 else cv2.BORDER_REPLICATE
    sampling = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    # warpAffine counts from the middles of pixels, the map from their edges: without this boxes lay half a pixel off
    middles = turn + np.array([[0, 0, (turn[0, 0] - 1) / 2], [0, 0, (scale - 1) / 2]])
    canvas = cv2.warpAffine(_softened(whole, scale), middles, size[::-1], flags=sampling, borderMode=border)
    return canvas.astype(np.uint8, copy=False), turn


def _softened(whole: Bgr, scale: float) -> Bgr:
    """Blurred as much as shrinking by `scale` needs: warpAffine samples without averaging."""
    side = 2 * round(1 / scale / 2) + 1  # an even window would move the picture by half a pixel
    return whole if scale > 0.7 else cv2.blur(whole, (side, side)).astype(np.uint8, copy=False)


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
        x1, y1, x2, y2 = span(corners, 3, canvas)
        canvas[y1:y2, x1:x2] = before[y1:y2, x1:x2]


def _kept(canvas: Bgr, placed: list[Corners], *, drawn: bool, real: bool) -> Scene:
    """The scene with the plates whose centre, and most of whose width, lie inside it; cut ones are smeared away."""
    corners = []
    height, wide = canvas.shape[:2]
    for quad in placed:
        mid, width = quad.mean(axis=0), float(np.ptp(quad[:, 0]))
        seen = min(wide, quad[:, 0].max()) - max(0.0, quad[:, 0].min())
        x1, y1, x2, y2 = span(quad, 2, canvas)
        if width >= LEAST_PX and 0 < mid[0] < wide and 2 < mid[1] < height - 2 and seen > 0.8 * width:
            corners.append(quad)
        elif x2 - x1 > 1 and y2 - y1 > 1:
            canvas[y1:y2, x1:x2] = canvas[y1:y2, x1:x2].mean(axis=(0, 1)).astype(np.uint8)
    stacked = np.stack(corners).astype(np.float32) if corners else np.zeros((0, 4, 2), np.float32)
    return Scene(canvas, stacked, np.full(len(corners), drawn), real)
