"""Many readings of one passing vehicle in, one consensus out. Pure.

Readings are aligned to the heaviest of the commonest length. At each place every reading speaks with its confidence p:
log p for its own character, log of an equal share of 1 - p for each other one; readings of one vehicle share their
blur, so a further reading counts half. The posterior is the character's confidence: one reading alone keeps its own.
"""

from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import exp, log, prod

from wire.vrm import UNKNOWN, fold, parse

ALPHABET = 36
FIRM_READINGS = 3
FIRM_CHAR = 0.9
FURTHER_WEIGHT = 0.5


@dataclass(frozen=True)
class Reading:
    """`text`: capitals and digits; `chars`: one confidence (0 to 1) each; `raw`: as seen, separators included."""

    text: str
    chars: tuple[float, ...]
    raw: str = ""

    @property
    def confidence(self) -> float:
        """That every character is right, if they err independently."""
        return prod(self.chars) if self.chars else 0.0


@dataclass(frozen=True)
class Consensus:
    """`text`: as voted; `vrm`: canonical; `agreeing`: readings that say the same (O = 0, I = 1)."""

    text: str
    vrm: str
    format: str
    chars: tuple[float, ...]
    readings: int
    agreeing: int
    raw: str

    @property
    def confidence(self) -> float:
        return prod(self.chars) if self.chars else 0.0

    @property
    def firm(self) -> bool:
        """Enough to tell the control room before the vehicle has gone; an unknown format needs one more witness."""
        needed = FIRM_READINGS + (self.format == UNKNOWN)
        return self.agreeing >= needed and min(self.chars, default=0.0) >= FIRM_CHAR


def vote(readings: list[Reading]) -> Consensus | None:
    """The consensus; None where nothing was read."""
    readings = [reading for reading in readings if reading.text]
    if not readings:
        return None
    pivot = _pivot(readings)
    columns: list[list[tuple[str, float]]] = [[] for _ in pivot.text]
    for reading in readings:
        for place, char, confidence in _align(pivot, reading):
            columns[place].append((char, confidence))
    chosen = [_choose(column) for column in columns]
    text = "".join(char for char, _ in chosen)
    mark = parse(text)
    agreeing = sum(fold(reading.text) == fold(text) for reading in readings)
    raw = next((r.raw for r in sorted(readings, key=lambda r: -r.confidence) if r.text == text), text)
    return Consensus(text, mark.canonical, mark.format, tuple(p for _, p in chosen), len(readings), agreeing, raw)


def _pivot(readings: list[Reading]) -> Reading:
    """The heaviest reading of the length that has the most weight."""
    weight: dict[int, float] = defaultdict(float)
    for reading in readings:
        weight[len(reading.text)] += reading.confidence + 1e-3
    length = max(weight, key=lambda n: weight[n])
    return max((r for r in readings if len(r.text) == length), key=lambda r: r.confidence)


def _align(pivot: Reading, reading: Reading) -> list[tuple[int, str, float]]:
    """(place in the pivot, character, confidence) for every character of `reading` that has a place there."""
    if len(reading.text) == len(pivot.text):
        return list(zip(range(len(pivot.text)), reading.text, reading.chars, strict=True))
    blocks = SequenceMatcher(None, fold(pivot.text), fold(reading.text), autojunk=False).get_matching_blocks()
    return [(a + i, reading.text[b + i], reading.chars[b + i]) for a, b, size in blocks for i in range(size)]


def _choose(column: list[tuple[str, float]]) -> tuple[str, float]:
    """The character with the greatest posterior, and that posterior. O and 0, I and 1 are one glyph each here."""
    ranked = sorted(((fold(char), char, min(max(p, 0.02), 0.999)) for char, p in column), key=lambda row: -row[2])
    scores: dict[str, float] = defaultdict(float)
    for rank, (key, _, p) in enumerate(ranked):
        weight = 1.0 if rank == 0 else FURTHER_WEIGHT
        rest = log((1 - p) / (ALPHABET - 1))
        for other in {row[0] for row in ranked}:
            scores[other] += weight * (log(p) if other == key else rest)
        scores[""] += weight * rest
    best = max((key for key in scores if key), key=lambda key: scores[key])
    silent = ALPHABET - (len(scores) - 1)
    total = sum(exp(score - scores[best]) for key, score in scores.items() if key)
    posterior = 1 / (total + silent * exp(scores[""] - scores[best]))
    return next(char for key, char, _ in ranked if key == best), posterior


def plausible(consensus: Consensus) -> bool:
    """Whether this is worth telling as a number plate: lettering on a van has no digits or no confidence."""
    if consensus.format != UNKNOWN and consensus.readings > 1:
        return consensus.confidence >= 0.2
    shaped = 4 <= len(consensus.vrm) <= 10 and any(char.isdigit() for char in consensus.vrm)
    return consensus.confidence >= 0.5 and (shaped or consensus.format != UNKNOWN)


@dataclass(frozen=True)
class Told:
    """A read that was already told, at `t` seconds."""

    key: str
    t: float

    @staticmethod
    def of(consensus: Consensus, t: float) -> "Told":
        return Told(fold(consensus.vrm), t)


REPEAT_S = 10.0
WEAK_CHAR = 0.8


def repeats(consensus: Consensus, told: list[Told], t: float) -> bool:
    """Whether the same vehicle was told in the last 10 s: its track was split by dropped frames.

    Also a mark that differs in one character which this consensus itself doubts; a fleet with numbers in a row must
    not lose vehicles, so a sure difference is another vehicle.
    """
    key = fold(consensus.vrm)
    recent = [known.key for known in told if t - known.t <= REPEAT_S]
    return key in recent or any(_doubtful_twin(key, known, consensus.chars) for known in recent)


def _doubtful_twin(key: str, known: str, chars: tuple[float, ...]) -> bool:
    if len(key) != len(known):
        short = min(key, known, key=len)
        return len(short) >= 4 and short != max(key, known, key=len) and short in max(key, known, key=len)
    differing = [place for place, (a, b) in enumerate(zip(key, known, strict=True)) if a != b]
    return len(differing) == 1 and chars[differing[0]] < WEAK_CHAR
