"""A folder's truth.csv (image, vrm, x, y, w, h) in, what its pictures show out; a line that makes no sense is named."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from wire.errors import UserError
from wire.vrm import strip

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 px."""
NEEDED = "It needs the columns image and vrm, or image and x, y, w, h in pixels"


@dataclass(frozen=True)
class Plate:
    """A marked plate. `vrm`: empty where nobody wrote down what it says; `box`: None where only that is known."""

    vrm: str
    box: Box | None


@dataclass(frozen=True)
class Shot:
    """One picture and every plate that is marked in it; there may be more."""

    path: Path
    plates: tuple[Plate, ...]


def shots(folder: Path) -> list[Shot]:
    """The pictures of a folder in the order of its truth.csv. Raises UserError with file and line for what is wrong."""
    path = folder / "truth.csv"
    marked: dict[str, list[Plate]] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file, strict=True)
            _check_columns(path, rows.fieldnames or [])
            for row in rows:
                marked.setdefault(_image(row, path, rows.line_num), []).append(_plate(row, path, rows.line_num))
    except OSError as error:
        raise UserError(f"cannot read the truth ({error.strerror})", where=str(path), remedy=NEEDED) from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise UserError(f"not a table of text ({error})", where=str(path), remedy=NEEDED) from error
    if not marked:
        raise UserError("names no picture", where=str(path), remedy=NEEDED)
    return [Shot(folder / image, tuple(plates)) for image, plates in marked.items()]


def crops_only(shown: list[Shot]) -> bool:
    """Whether every picture is a plate that somebody has cut out: its box begins in the picture's corner."""
    return all(plate.box is not None and plate.box[:2] == (0, 0) for shot in shown for plate in shot.plates)


def marks_known(shown: list[Shot]) -> bool:
    """Whether anybody wrote down what a plate says."""
    return any(plate.vrm for shot in shown for plate in shot.plates)


def _check_columns(path: Path, columns: Sequence[str]) -> None:
    if "image" not in columns or not ("vrm" in columns or {*"xywh"} <= {*columns}):
        raise UserError(f"the columns are {', '.join(columns) or 'none'}", where=str(path), remedy=NEEDED)


def _image(row: dict[str, str], path: Path, line: int) -> str:
    if not row["image"] or None in row.values() or None in row:
        raise UserError("too few or too many cells", where=f"{path}:{line}", remedy="Mend or remove the line")
    return row["image"]


def _plate(row: dict[str, str], path: Path, line: int) -> Plate:
    """The vrm and the box of a line, each of which may be empty, but not both."""
    cells = [row.get(key, "").strip() for key in "xywh"]
    vrm, box = strip(row.get("vrm", "")), _box(cells) if any(cells) else None
    if (any(cells) and box is None) or not (vrm or box):
        what = f"no box in pixels: {', '.join(cells)}"
        raise UserError(what, where=f"{path}:{line}", remedy="x, y, w and h are numbers, w and h over 0")
    return Plate(vrm, box)


def _box(cells: list[str]) -> Box | None:
    try:
        x, y, w, h = map(float, cells)
    except ValueError:
        return None
    return (x, y, x + w, y + h) if w > 0 and h > 0 and all(map(isfinite, (x, y, w, h))) else None
