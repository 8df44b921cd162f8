"""What was seen and what is true in, figures out: recall, exact, tolerant, their intervals and slices. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Any

from bench.vision_truth import Box, Plate, Shot
from edge.vision.detect import overlap
from wire.vrm import fold

ENOUGH = 0.5
"""Intersection over union at which a plate counts as found."""
NIGHT_GREY = 60.0
"""Mean grey level under which a picture counts as taken at night (none of plates/eu, a third of road_ro_train)."""
SQUARE = 1.9
"""Width to height under which a plate has two lines: the UK's have 1.4, American ones of one line 2.0."""


@dataclass(frozen=True)
class Outcome:
    """One picture, looked at once. `texts`: every read, or with true boxes one for each plate of the shot.

    `grey`: mean level; `trouble`: why it could not be read; times are CPU time of one thread.
    """

    boxes: tuple[Box, ...] = ()
    texts: tuple[str, ...] = ()
    grey: float = 255.0
    cpu_ms: float = 0.0
    decode_ms: float = 0.0
    detect_ms: float = 0.0
    trouble: str = ""


@dataclass(frozen=True)
class Judged:
    """One marked plate. None where that is not known or was not asked."""

    plate: Plate
    grey: float
    found: bool | None
    exact: bool | None
    tolerant: bool | None


SLICES: dict[str, Callable[[Judged], bool]] = {
    "day": lambda j: j.grey >= NIGHT_GREY,
    "night": lambda j: j.grey < NIGHT_GREY,
    "one line": lambda j: not two_line(j.plate),
    "two lines": lambda j: two_line(j.plate),
    "under 16 px": lambda j: height(j.plate) < 16,
    "16 to 24 px": lambda j: 16 <= height(j.plate) < 24,
    "24 to 40 px": lambda j: 24 <= height(j.plate) < 40,
    "40 px and more": lambda j: height(j.plate) >= 40,
}


def height(plate: Plate) -> float:
    """Pixels; 0 where no box is known."""
    return plate.box[3] - plate.box[1] if plate.box else 0.0


def two_line(plate: Plate) -> bool:
    return plate.box is not None and plate.box[2] - plate.box[0] < SQUARE * height(plate)


def judge(shot: Shot, outcome: Outcome, *, finding: bool, each_its_own: bool) -> list[Judged]:
    """The plates of one picture. `finding`: boxes were asked for; `each_its_own`: text i belongs to plate i."""
    judged = []
    for number, plate in enumerate(shot.plates):
        texts = outcome.texts[number : number + 1] if each_its_own else outcome.texts
        found = any(overlap(plate.box, box) >= ENOUGH for box in outcome.boxes) if finding and plate.box else None
        exact, tolerant = plate.vrm in texts, fold(plate.vrm) in map(fold, texts)
        known = bool(plate.vrm)
        judged.append(Judged(plate, outcome.grey, found, exact if known else None, tolerant if known else None))
    return judged


def false_boxes(shot: Shot, outcome: Outcome) -> int:
    """Boxes that are no marked plate's; of several on one plate all but one are false."""
    marked = [plate.box for plate in shot.plates if plate.box]
    hit = sum(any(overlap(box, seen) >= ENOUGH for seen in outcome.boxes) for box in marked)
    return len(outcome.boxes) - hit


def wrong_reads(shot: Shot, outcome: Outcome) -> int:
    """Reads that are no marked plate's text, O = 0 and I = 1; an unmarked plate's count too."""
    folds = {fold(plate.vrm) for plate in shot.plates}
    return sum(bool(text) and fold(text) not in folds for text in outcome.texts)


def shares(judged: Iterable[Judged]) -> dict[str, Any]:
    """recall, exact, tolerant (None where nothing was asked) of so many plates."""
    known = list(judged)
    return {"plates": len(known), **{name: _share(values) for name, values in _asked(known).items()}}


def intervals(judged: Iterable[Judged]) -> dict[str, list[float]]:
    """95 % Wilson bounds of the shares that are known."""
    asked = _asked(list(judged))
    return {name: [round(v, 4) for v in wilson(sum(values), len(values))] for name, values in asked.items() if values}


def _asked(judged: list[Judged]) -> dict[str, list[bool]]:
    return {
        "recall": [j.found for j in judged if j.found is not None],
        "exact": [j.exact for j in judged if j.exact is not None],
        "tolerant": [j.tolerant for j in judged if j.tolerant is not None],
    }


def _share(values: list[bool]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927)."""
    z, p = 1.96, hits / n
    middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, (middle - half) / (1 + z * z / n)), min(1.0, (middle + half) / (1 + z * z / n))
