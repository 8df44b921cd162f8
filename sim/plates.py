"""UK number plates, rendered: in goes a VRM, out comes the plate seen square on, or a VRM that somebody invented.

Layout: Road Vehicles (Display of Registration Marks) Regulations 2001, schedules 2 and 3: characters of 79 mm,
gaps of 11 mm within a group and 33 mm between groups, 19 mm between two lines, margins of at least 11 mm; plates of
520 x 111 mm and 285 x 203 mm; black on white in front, on yellow at the rear.
Pure: the same arguments give the same pixels.
"""

from functools import lru_cache
from math import ceil
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from sim import glyphs
from wire.vrm import spaced

Bgr = NDArray[np.uint8]
Band = Literal["none", "green", "uk"]
Kind = Literal["current", "prefix", "suffix", "dateless", "northern_ireland"]

ONE_LINE_MM = (520, 111)
TWO_LINE_MM = (285, 203)
MARGIN_MM = 11
CHAR_GAP_MM = 11
GROUP_GAP_MM = 33
LINE_GAP_MM = 19
BAND_MM = 40

WHITE = (238, 240, 240)
YELLOW = (20, 190, 245)
INK = (24, 22, 20)
GREEN = (70, 150, 10)
BLUE = (150, 60, 10)

AREA_LETTERS = "ABCDEFGHJKLMNOPRSTUVWXY"
"""I and Q are never issued, Z only in the last three of the current format; O, U and Z name no year (DVLA INF104)."""
SERIAL_LETTERS = AREA_LETTERS + "Z"
YEAR_LETTERS = "ABCDEFGHJKLMNPRSTVWXY"
AGES = [*range(2, 27), *range(51, 77)]


def random_vrm(rng: np.random.Generator, kind: Kind = "current") -> str:
    """An invented VRM without spaces, of the form that `kind` names. Any likeness to an issued one is chance."""

    def pick(alphabet: str, count: int) -> str:
        return "".join(rng.choice(list(alphabet), count))

    number = int(rng.integers(1, 1000))
    match kind:
        case "current":
            return f"{pick(AREA_LETTERS, 2)}{AGES[int(rng.integers(len(AGES)))]:02d}{pick(SERIAL_LETTERS, 3)}"
        case "prefix":
            return f"{pick(YEAR_LETTERS, 1)}{number}{pick(AREA_LETTERS, 3)}"
        case "suffix":
            return f"{pick(AREA_LETTERS, 3)}{number}{pick(YEAR_LETTERS, 1)}"
        case "dateless":
            return f"{pick(AREA_LETTERS, int(rng.integers(1, 4)))}{number}"
        case "northern_ireland":
            return f"{pick(AREA_LETTERS, 1)}I{pick(AREA_LETTERS, 1)}{int(rng.integers(1, 10000))}"


@lru_cache(maxsize=256)
def _plate(vrm: str, rear: bool, two_line: bool, scale: int, band: Band) -> Bgr:
    """The plate at a whole number of pixels a millimetre, read-only."""
    rows = spaced(vrm).split(" ", 1) if two_line else [spaced(vrm)]
    lines = [_line(row, scale) for row in rows]
    least_w, least_h = TWO_LINE_MM if two_line else ONE_LINE_MM
    band_mm = 0 if band == "none" else BAND_MM
    text_h = sum(line.shape[0] for line in lines) + (len(lines) - 1) * LINE_GAP_MM * scale
    width = max(least_w * scale, max(line.shape[1] for line in lines) + (2 * MARGIN_MM + band_mm) * scale)
    height = max(least_h * scale, text_h + 2 * MARGIN_MM * scale)
    ink = np.zeros((height, width), np.uint8)
    y = (height - text_h) // 2
    for line in lines:
        x = band_mm * scale + (width - band_mm * scale - line.shape[1]) // 2
        ink[y : y + line.shape[0], x : x + line.shape[1]] = line
        y += line.shape[0] + LINE_GAP_MM * scale
    face = np.full((height, width, 3), YELLOW if rear else WHITE, np.uint8)
    _paint_band(face, band, scale)
    plate = _blend(face, ink)
    plate.setflags(write=False)
    return plate


def render_plate(vrm: str, *, rear: bool, two_line: bool = False, px_per_mm: float = 1.0, band: Band = "none") -> Bgr:
    """The plate square on: uint8 BGR (111, 520) mm or (203, 285) mm times `px_per_mm`, wider for a long VRM.

    `vrm` is upper case without spaces. Raises ValueError for a character that no UK plate carries or an empty VRM.
    """
    if not vrm or not set(vrm) <= glyphs.GLYPHS.keys():
        raise ValueError(f"no plate can show {vrm!r}: use A to Z and 0 to 9")
    scale = max(1, ceil(px_per_mm))
    plate = _plate(vrm, rear, two_line, scale, band)
    if scale == px_per_mm:
        return plate.copy()
    size = max(1, round(plate.shape[1] * px_per_mm / scale)), max(1, round(plate.shape[0] * px_per_mm / scale))
    return cv2.resize(plate, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _line(text: str, scale: int) -> NDArray[np.uint8]:
    """One line's ink, uint8 (79 scale, width), a space standing for the gap between groups."""
    parts: list[NDArray[np.uint8]] = []
    for index, char in enumerate(text):
        wide = char == " "
        if parts and not wide and text[index - 1] != " ":
            parts.append(_gap(CHAR_GAP_MM, scale))
        parts.append(_gap(GROUP_GAP_MM, scale) if wide else glyphs.ink(char, scale))
    return np.hstack(parts)


def _gap(width_mm: int, scale: int) -> NDArray[np.uint8]:
    return np.zeros((glyphs.HEIGHT_MM * scale, width_mm * scale), np.uint8)


def _paint_band(face: Bgr, band: Band, scale: int) -> None:
    """The flash at the left edge, in place: green for zero emission, blue with UK letters (colours of schedule 4A)."""
    match band:
        case "none":
            return
        case "green":
            face[:, : BAND_MM * scale] = GREEN
        case "uk":
            face[:, : BAND_MM * scale] = BLUE
            letters = np.hstack(
                [glyphs.ink("U", 4), np.zeros((4 * glyphs.HEIGHT_MM, 32), np.uint8), glyphs.ink("K", 4)]
            )
            mark = cv2.resize(letters, (30 * scale, 22 * scale), interpolation=cv2.INTER_AREA).astype(
                np.uint8, copy=False
            )
            top = face.shape[0] - (MARGIN_MM + 22) * scale
            spot = face[top : top + 22 * scale, 5 * scale : 35 * scale]
            spot[:] = _blend(spot, mark, WHITE)


def _blend(face: Bgr, ink: NDArray[np.uint8], colour: tuple[int, int, int] = INK) -> Bgr:
    """`colour` laid over `face` where `ink` (uint8 (h, w), 255 = full) says so."""
    share = ink[:, :, None].astype(np.uint16)
    return ((face * (255 - share) + np.array(colour, np.uint16) * share) // 255).astype(np.uint8)
