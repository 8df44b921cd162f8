"""Training plates for the reader: a mark set on a plate seen square on, with where each character stands.

Bands, seals, borders, screws, dealers' lines, dirt and shade are drawn because the reader must not read them.
In goes a random stream, out comes a `Plate`. Pure.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from train.letters import CAP_PX, UK, ink
from train.marks import Mark, Rng, mark

Bgr = NDArray[np.uint8]
Colour = tuple[int, int, int]
Points = NDArray[np.float32]

LIGHT: tuple[Colour, ...] = (
    (240, 242, 242),
    (232, 236, 236),
    (225, 228, 230),
    (205, 212, 208),
    (40, 195, 242),
    (20, 185, 240),
)
DARK: tuple[Colour, ...] = ((26, 24, 24), (120, 50, 20), (40, 34, 150), (70, 100, 30), (20, 20, 20))
INKS: tuple[Colour, ...] = ((22, 20, 20), (22, 20, 20), (30, 26, 24), (110, 40, 20), (40, 90, 25), (40, 30, 140))
BLUE: Colour = (150, 60, 10)


@dataclass(frozen=True)
class TextLine:
    """`text` without gaps and seals; `centres` float32 (n, 2) px of its characters; `widths` (n,) px;
    `top`, `foot`: where it stands, px."""

    text: str
    centres: Points
    widths: NDArray[np.float32]
    top: float
    foot: float


@dataclass(frozen=True)
class Plate:
    """`bgr` uint8 (h, w, 3), 64 px a capital's height on one line."""

    bgr: Bgr
    lines: tuple[TextLine, ...]


@dataclass(frozen=True)
class _Set:
    """A line's ink, uint8 (64, w), and its characters' (text, centre x, width)."""

    ink: NDArray[np.uint8]
    seals: tuple[tuple[int, int], ...]
    chars: tuple[tuple[str, float, float], ...]


def plate(rng: Rng) -> Plate:
    """The next plate."""
    what = mark(rng)
    rows = _set_rows(rng, what)
    gap = int(rng.integers(8, 24))
    side, rim = int(rng.integers(6, 30)), int(rng.integers(8, 22))
    band = int(rng.integers(22, 46)) if rng.random() < 0.55 else 0
    if what.uk and rng.random() < 0.5:
        band = 0
    wide = max(row.ink.shape[1] for row in rows)
    spare = max(0, round((CAP_PX + 2 * rim) * 4.68) - wide - 2 * side - band) if len(rows) == 1 else 0
    spare = round(spare * rng.uniform(0.6, 1)) if rng.random() < 0.85 else 0
    width = band + 2 * side + wide + spare
    height = 2 * rim + len(rows) * CAP_PX + (len(rows) - 1) * gap
    paper, type_colour = _colours(rng)
    face = np.full((height, width, 3), paper, np.uint8)
    _trimmings(rng, face, band, type_colour)
    lines = []
    for index, row in enumerate(rows):
        x = band + (width - band - row.ink.shape[1]) // 2 + round(rng.uniform(-0.4, 0.4) * min(side, 20))
        x = int(np.clip(x, band, width - row.ink.shape[1]))
        lines.append(_lay(rng, face, row, (x, rim + index * (CAP_PX + gap)), type_colour))
    return Plate(_worn(rng, face), tuple(lines))


def _set_rows(rng: Rng, what: Mark) -> list[_Set]:
    """Every line of a mark in one size, weight and spacing."""
    uk = what.type == UK
    cast = _Cast(
        what.type,
        squeeze=rng.uniform(0.88, 1.1) if uk else rng.uniform(0.72, 1.2),
        weight=int(rng.choice([-1, 0, 0, 0, 1])) if uk else int(rng.integers(-1, 4)),
        gap=rng.uniform(5, 14) if uk else rng.uniform(4, 18),
        group=rng.uniform(16, 44),
        slant=rng.uniform(0.08, 0.25) if rng.random() < 0.06 else 0.0,
        serifs=not uk and rng.random() < 0.25,
    )
    return [_set(row, cast) for row in what.lines]


@dataclass(frozen=True)
class _Cast:
    """How a plate's characters are set: share of their width, px of weight, of gaps in and between groups, slant;
    `serifs`: its I has bars, as German plates' has."""

    type: str
    squeeze: float
    weight: int
    gap: float
    group: float
    slant: float
    serifs: bool


def _set(row: str, cast: _Cast) -> _Set:
    parts, chars, seals, x = [np.zeros((CAP_PX, 2), np.uint8)], [], [], 2
    for index, char in enumerate(row):
        if char in " -":
            piece = np.zeros((CAP_PX, max(4, round(cast.group))), np.uint8)
            if char == "-":
                seals.append((x, piece.shape[1]))
        else:
            drawn = _serifed(ink(cast.type, char)) if char == "I" and cast.serifs else ink(cast.type, char)
            width = max(3, round(drawn.shape[1] * cast.squeeze))
            piece = np.asarray(cv2.resize(drawn, (width, CAP_PX), interpolation=cv2.INTER_AREA), np.uint8)
            chars.append((char, x + piece.shape[1] / 2, float(piece.shape[1])))
            if index + 1 < len(row) and row[index + 1] not in " -":
                piece = np.hstack([piece, np.zeros((CAP_PX, max(2, round(cast.gap))), np.uint8)])
        parts.append(np.asarray(piece, np.uint8))
        x += piece.shape[1]
    line = _slanted(_weighted(np.hstack([*parts, parts[0]]), cast.weight), cast.slant)
    return _Set(line, tuple(seals), tuple(chars))


def _serifed(stem: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """An I with a bar above and below, three times as wide as its stem."""
    width = stem.shape[1]
    out = np.hstack([np.zeros_like(stem), stem, np.zeros_like(stem)])
    bar = max(4, width * 2 // 3)
    out[:bar], out[-bar:] = 255, 255
    return np.asarray(out, np.uint8)


def _weighted(line: NDArray[np.uint8], weight: int) -> NDArray[np.uint8]:
    """Strokes thicker by `weight` px a side, thinner where it is negative."""
    if weight == 0:
        return line
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(weight) + 1,) * 2)
    return np.asarray(cv2.dilate(line, kernel) if weight > 0 else cv2.erode(line, kernel), np.uint8)


def _slanted(line: NDArray[np.uint8], slant: float) -> NDArray[np.uint8]:
    if slant == 0:
        return line
    shear = np.array([[1, -slant, slant * CAP_PX / 2], [0, 1, 0]], np.float32)
    return np.asarray(cv2.warpAffine(line, shear, (line.shape[1], CAP_PX)), np.uint8)


def _colours(rng: Rng) -> tuple[Colour, Colour]:
    """Paper and ink; one plate in ten is light on dark."""
    if rng.random() < 0.1:
        return DARK[int(rng.integers(len(DARK)))], (225, 228, 228)
    return LIGHT[int(rng.integers(len(LIGHT)))], INKS[int(rng.integers(len(INKS)))]


def _trimmings(rng: Rng, face: Bgr, band: int, type_colour: Colour) -> None:
    """Band, border and a dealer's line, in place."""
    height, width = face.shape[:2]
    if band:
        _band(rng, face[:, :band], type_colour)
        if rng.random() < 0.12:
            face[:, -band:] = BLUE
    if rng.random() < 0.4:
        cv2.rectangle(face, (1, 1), (width - 2, height - 2), type_colour, int(rng.integers(1, 5)))
    if rng.random() < 0.25:
        text = "".join(chr(int(rng.integers(97, 123))) for _ in range(int(rng.integers(8, 24))))
        spot = int(rng.uniform(0.1, 0.5) * width), height - 2
        cv2.putText(face, text, spot, cv2.FONT_HERSHEY_SIMPLEX, 0.22, type_colour, 1, cv2.LINE_AA)


def _band(rng: Rng, band: Bgr, type_colour: Colour) -> None:
    """A country's mark: blue with stars and letters, a flag, or a shield on the bare plate with letters below."""
    height, width = band.shape[:2]
    style = rng.random()
    tone: Colour = (235, 235, 235)
    if style < 0.72:
        band[:] = (np.array(BLUE) + rng.integers(-10, 40, 3)).clip(0, 255).astype(np.uint8)
    elif style < 0.88:
        tone = type_colour
    else:
        band[:] = (70, 150, 10)
    middle = width // 2, round(height * rng.uniform(0.25, 0.42))
    radius = max(3, round(width * rng.uniform(0.22, 0.42)))
    if rng.random() < 0.6:
        for turn in np.linspace(0, 2 * np.pi, 12, endpoint=False):
            star = round(middle[0] + radius * np.cos(turn)), round(middle[1] + radius * np.sin(turn))
            cv2.circle(band, star, max(1, width // 18), (40, 200, 235), -1, cv2.LINE_AA)
    else:
        a, b = (tuple(int(v) for v in rng.integers(0, 255, 3)) for _ in range(2))
        x1, y1, x2, y2 = middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius
        cv2.rectangle(band, (x1, y1), (x2, y2), a, -1)
        cv2.line(band, (x1, middle[1]), (x2, middle[1]), b, max(2, radius // 2))
    if rng.random() < 0.85:
        _country(rng, band, tone)


def _country(rng: Rng, band: Bgr, tone: Colour) -> None:
    """One to three small letters at the band's foot."""
    height, width = band.shape[:2]
    text = "".join(chr(int(rng.integers(65, 91))) for _ in range(int(rng.integers(1, 4))))
    size = width / (34 * max(1.6, len(text)))
    spot = max(1, round(width / 2 - 10 * size * len(text))), height - max(4, round(height * rng.uniform(0.08, 0.2)))
    cv2.putText(band, text, spot, cv2.FONT_HERSHEY_SIMPLEX, size * 1.25, tone, int(rng.integers(1, 3)), cv2.LINE_AA)


def _lay(rng: Rng, face: Bgr, row: _Set, at: tuple[int, int], colour: Colour) -> TextLine:
    """The line's ink and seals onto the plate, in place."""
    x, y = at
    height, width = row.ink.shape
    spot = face[y : y + height, x : x + width]
    if rng.random() < 0.12:
        _shadow(rng, spot, row.ink)
    share = row.ink[:, :, None].astype(np.uint16)
    spot[:] = ((spot * (255 - share) + np.array(colour, np.uint16) * share) // 255).astype(np.uint8)
    style = rng.random()
    for left, wide in row.seals:
        _seal(rng, spot[:, left : left + wide], colour, style)
    centres = np.array([(x + cx, y + height / 2) for _, cx, _ in row.chars], np.float32)
    widths = np.array([w for *_, w in row.chars], np.float32)
    return TextLine("".join(char for char, *_ in row.chars), centres, widths, y, y + height)


def _shadow(rng: Rng, spot: Bgr, line: NDArray[np.uint8]) -> None:
    """Raised or printed "3D" characters: a second edge beside the first."""
    shift = np.array([[1, 0, rng.uniform(-4, 4)], [0, 1, rng.uniform(-3, 4)]], np.float32)
    share = cv2.warpAffine(line, shift, (line.shape[1], line.shape[0]))[:, :, None] / 255 * rng.uniform(0.2, 0.6)
    spot[:] = (spot * (1 - share) + rng.uniform(60, 160) * share).astype(np.uint8)


def _seal(rng: Rng, spot: Bgr, colour: Colour, style: float) -> None:
    """Between two groups: a dash, one or two stickers, a shield, or a dot."""
    height, width = spot.shape[:2]
    middle, reach = width // 2, max(2, round(width * rng.uniform(0.25, 0.48)))
    red, green, blue = (int(v) for v in rng.integers(20, 240, 3))
    tint = blue, green, red
    if style < 0.22:
        _shield(rng, spot, tint, colour)
        return
    if style < 0.5:
        y = round(height * rng.uniform(0.46, 0.56))
        cv2.rectangle(spot, (middle - reach, y - 3), (middle + reach, y + 3), colour, -1)
    if style > 0.3:
        for y in (0.25, 0.75) if style > 0.55 else (rng.uniform(0.15, 0.4),):
            cv2.circle(spot, (middle, round(height * y)), min(reach, height // 5), tint, -1, cv2.LINE_AA)
            cv2.circle(spot, (middle, round(height * y)), max(1, reach // 2), (230, 230, 230), int(rng.integers(1, 3)))


def _shield(rng: Rng, spot: Bgr, tint: Colour, colour: Colour) -> None:
    """A coat of arms: seen from afar it has the outline of a U or a V."""
    height, width = spot.shape[:2]
    half, tall = width * rng.uniform(0.3, 0.48), height * rng.uniform(0.28, 0.6)
    x, y = width / 2, height * rng.uniform(0.25, 0.55) - tall / 2
    turns = np.linspace(0, np.pi, 9)
    belly = np.stack([x + half * np.cos(turns), y + tall * (0.5 + 0.5 * np.sin(turns) ** rng.uniform(0.5, 1.2))], 1)
    outline = np.rint(np.vstack([[[x - half, y], [x + half, y]], belly]) * 8).astype(np.int32)
    cv2.fillPoly(spot, [outline], tint, cv2.LINE_AA, 3)
    light = (230, 230, 230) if rng.random() < 0.7 else tint
    cv2.line(
        spot, (round(x), round(y + tall * 0.15)), (round(x), round(y + tall * 0.8)), light, max(1, round(half / 4))
    )
    for share in (0.35, 0.55):
        level = round(y + tall * share)
        cv2.line(spot, (round(x - half / 2), level), (round(x + half / 2), level), light, max(1, round(half / 5)))
    if rng.random() < 0.6:
        edge = colour if rng.random() < 0.6 else (235, 235, 235)
        cv2.polylines(spot, [outline], True, edge, int(rng.integers(1, 3)), cv2.LINE_AA, 3)


def _worn(rng: Rng, face: Bgr) -> Bgr:
    """Faded ink, shade across, screws, dirt."""
    height, width = face.shape[:2]
    out = face.astype(np.float32)
    if rng.random() < 0.35:
        for x in (rng.uniform(0.02, 0.3), rng.uniform(0.7, 0.98)):
            spot, tone = (round(width * x), round(height * rng.uniform(0.2, 0.8))), float(rng.integers(20, 245))
            cv2.circle(out, spot, int(rng.integers(2, 5)), (tone,) * 3, -1, cv2.LINE_AA)
    if rng.random() < 0.5:
        out *= np.linspace(rng.uniform(0.65, 1.1), rng.uniform(0.65, 1.1), width, dtype=np.float32)[None, :, None]
        out *= np.linspace(rng.uniform(0.65, 1.1), rng.uniform(0.65, 1.1), height, dtype=np.float32)[:, None, None]
    if rng.random() < 0.3:
        coarse = rng.random((int(rng.integers(3, 8)), int(rng.integers(6, 20))), np.float32)
        dirt = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        share = np.clip(dirt - rng.uniform(0.4, 0.8), 0, 1)[:, :, None] * rng.uniform(0.4, 1.6)
        out = out * (1 - share) + np.array([60, 75, 85], np.float32) * share
    return np.clip(out, 0, 255).astype(np.uint8)
