"""Plate faces for training: UK ones from the simulator's renderer, and plates of elsewhere in many spacings.

In goes a random stream, out comes a plate seen square on, uint8 BGR, worn and dirty. Pure.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from sim import glyphs
from sim.plates import YELLOW, Band, Kind, random_vrm, render_plate

Bgr = NDArray[np.uint8]
Rng = np.random.Generator
Colour = tuple[int, int, int]

UK_KINDS: tuple[Kind, ...] = ("current", "current", "current", "prefix", "suffix", "dateless", "northern_ireland")
OLD_KINDS = ("suffix", "dateless", "northern_ireland")
BANDS: tuple[Band, ...] = ("none", "none", "green", "uk")
LETTERS, DIGITS = list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), list("0123456789")
PATTERNS = (
    "LLDDDDD",
    "LL DDLLL",
    "LL DDD LL",
    "L DD LLL",
    "LL LL DDDD",
    "DDDD LLL",
    "LL DDD DD",
    "DDD LL DD",
    "LDD DDD",
    "LLL DDD",
)
FACES = ((240, 242, 242), (235, 235, 230), (225, 230, 232), (40, 190, 240), (205, 210, 205))

DARK_FACES = ((28, 26, 25), (28, 26, 25), (130, 50, 20), (35, 30, 150), (60, 90, 30), (70, 68, 66))
INKS = ((20, 20, 22), (120, 40, 20), (30, 90, 20))


def plate_face(rng: Rng, width_px: float, *, washed_out: bool = False) -> Bgr:
    """Any plate, about `width_px` wide when it has one line (at least 24, at most 700 px); `washed_out`: as lamps at
    night leave it, its characters faint."""
    px_per_mm = float(np.clip(width_px / 520, 24 / 520, 700 / 520))
    match rng.random():
        case share if share < 0.08:
            face = _motorcycle(rng, px_per_mm * 1.4)
        case share if share < 0.5:
            face = _uk(rng, px_per_mm)
        case _:
            face = _elsewhere(rng, px_per_mm)
    if washed_out and rng.random() < 0.6:
        face = (face + (face.max(axis=(0, 1)).astype(np.float32) - face) * rng.uniform(0.2, 0.8)).astype(np.uint8)
    return _worn(rng, face)


def _uk(rng: Rng, px_per_mm: float) -> Bgr:
    """To the statutory proportions; one in twelve in silver on black, as on vehicles made before 1980."""
    kind = UK_KINDS[int(rng.integers(len(UK_KINDS)))]
    if kind in OLD_KINDS and rng.random() < 0.2:
        return 255 - render_plate(random_vrm(rng, kind), rear=False, px_per_mm=px_per_mm)
    return render_plate(
        random_vrm(rng, kind),
        rear=bool(rng.random() < 0.5),
        two_line=bool(rng.random() < 0.12),
        px_per_mm=px_per_mm,
        band=BANDS[int(rng.integers(len(BANDS)))],
    )


def _motorcycle(rng: Rng, px_per_mm: float) -> Bgr:
    """A British motorcycle's two lines: characters 64 x 44 mm with a stroke of 10, gaps of 10 mm and 13 between the
    lines, margins of 11 mm at least, plates of 229 x 178 mm (the regulations of 2001, schedules 2 and 3)."""
    vrm = random_vrm(rng, UK_KINDS[int(rng.integers(len(UK_KINDS)))])
    at = 4 if len(vrm) == 7 else len(vrm) // 2
    rows = [_small_type(part) for part in (vrm[:at], vrm[at:])]
    face = np.full((178, 229, 3), FACES[0] if rng.random() < 0.15 else YELLOW, np.uint8)
    for row, y in zip(rows, (18, 95), strict=True):
        x = max(11, (229 - row.shape[1]) // 2)
        _ink(face[y : y + 64, x : x + row.shape[1]], row, INKS[0])
    size = max(8, round(229 * px_per_mm)), max(6, round(178 * px_per_mm))
    return cv2.resize(face, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _small_type(text: str) -> NDArray[np.uint8]:
    """A line as ink, uint8 (64, w), 1 px a mm: the usual characters made smaller, their stroke from 14 to 10 mm."""
    parts = []
    for char in text:
        slim = cv2.erode(np.asarray(glyphs.ink(char)), np.ones((2, 2), np.uint8))
        size = max(10, round(slim.shape[1] * 0.88)), 64
        parts.append(np.pad(cv2.resize(slim, size, interpolation=cv2.INTER_AREA), ((0, 0), (5, 5))))
    return np.hstack(parts).astype(np.uint8, copy=False)


def _elsewhere(rng: Rng, px_per_mm: float) -> Bgr:
    """A continental layout: a blue band or two, a border, thinner and narrower characters, free spacing."""
    width, height = (520, 112) if rng.random() < 0.88 else (int(rng.integers(240, 345)), int(rng.integers(180, 215)))
    paint, type_colour = _colours(rng)
    face = np.full((height, width, 3), paint, np.uint8)
    left = _bands(rng, face)
    pattern = PATTERNS[int(rng.integers(len(PATTERNS)))]
    rows = [pattern] if height < 150 else _halves(pattern)
    tall = 0.72 if len(rows) == 1 else 0.38
    for index, row in enumerate(rows):
        text = "".join(str(rng.choice({"L": LETTERS, "D": DIGITS}.get(kind, [" "]))) for kind in row)
        line = _thin_line(rng, text, round(height * tall), width - left - 24)
        y = round(height * (index + 0.5) / len(rows) - line.shape[0] / 2)
        x = left + max(8, (width - left - line.shape[1]) // 2)
        _ink(face[y : y + line.shape[0], x : x + line.shape[1]], line, type_colour)
    if rng.random() < 0.5:
        cv2.rectangle(face, (2, 2), (width - 3, height - 3), (30, 30, 30), int(rng.integers(1, 5)))
    size = max(8, round(width * px_per_mm)), max(6, round(height * px_per_mm))
    return cv2.resize(face, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _colours(rng: Rng) -> tuple[Colour, Colour]:
    """Face and characters; one plate in six is light on dark, as old and diplomats' plates are."""
    if rng.random() < 0.16:
        return DARK_FACES[int(rng.integers(len(DARK_FACES)))], (230, 232, 232)
    return FACES[int(rng.integers(len(FACES)))], INKS[int(rng.choice(len(INKS), p=(0.84, 0.08, 0.08)))]


def _bands(rng: Rng, face: Bgr) -> int:
    """Blue at the left edge (and sometimes the right), in place; gives the free text's left edge in px."""
    if rng.random() < 0.25:
        return 12
    width = int(rng.integers(36, 52))
    for edge in (face[:, :width], face[:, -width:] if rng.random() < 0.2 else face[:, :width]):
        edge[:] = (150, 60, 10)
        cv2.circle(edge, (width // 2, face.shape[0] // 3), width // 3, (40, 200, 230), 3)
        cv2.putText(
            edge,
            str(rng.choice(LETTERS)),
            (width // 4, face.shape[0] - 12),
            cv2.FONT_HERSHEY_SIMPLEX,
            0.9,
            (240,) * 3,
            2,
        )
    return width + 8


def _halves(pattern: str) -> list[str]:
    middle = len(pattern) // 2
    return [pattern[:middle].strip(), pattern[middle:].strip()]


def _thin_line(rng: Rng, text: str, height: int, most: int) -> NDArray[np.uint8]:
    """A line of text as ink, strokes thinned and characters squeezed as other countries' type is."""
    thin = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (int(rng.integers(1, 7)),) * 2)
    squeeze, gap = rng.uniform(0.75, 1.05), int(rng.integers(6, 16))
    parts = []
    for char in text:
        ink = np.zeros((79, 30), np.uint8) if char == " " else np.asarray(glyphs.ink(char))
        slim = cv2.erode(cv2.copyMakeBorder(ink, 3, 3, 3, 3, cv2.BORDER_CONSTANT), thin)
        parts.append(cv2.copyMakeBorder(slim, 0, 0, gap // 2, gap - gap // 2, cv2.BORDER_CONSTANT))
    line = np.hstack(parts)
    width = min(most, round(line.shape[1] * height / line.shape[0] * squeeze))
    return cv2.resize(line, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _ink(spot: Bgr, ink: NDArray[np.uint8], colour: Colour) -> None:
    share = ink[: spot.shape[0], : spot.shape[1], None].astype(np.float32) / 255
    spot[:] = (spot * (1 - share) + np.array(colour, np.float32) * share).astype(np.uint8)


def _worn(rng: Rng, face: Bgr) -> Bgr:
    """Screws, dirt, a shade across, faded ink."""
    height, width = face.shape[:2]
    out = face.astype(np.float32)
    out = out * rng.uniform(0.75, 1) + rng.uniform(0, 50)
    out *= np.linspace(rng.uniform(0.75, 1.05), rng.uniform(0.75, 1.05), width)[None, :, None]
    out *= np.linspace(rng.uniform(0.75, 1.05), rng.uniform(0.75, 1.05), height)[:, None, None]
    if rng.random() < 0.3:
        dirt = cv2.resize(rng.random((5, 12)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
        share = np.clip(dirt - 0.5, 0, 1)[:, :, None] * rng.uniform(0.3, 1.2)
        out = out * (1 - share) + np.array([60, 75, 85], np.float32) * share
    if rng.random() < 0.3:
        for x in (0.12, 0.88):
            tone = int(rng.integers(40, 220))
            cv2.circle(out, (round(width * x), height // 2), max(1, height // 16), (tone,) * 3, -1)
    return np.clip(out, 0, 255).astype(np.uint8)
