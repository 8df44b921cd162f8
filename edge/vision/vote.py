"""Many readings of one passing vehicle in, one consensus out. Pure.

Readings are aligned to the heaviest of the commonest length. At each place every reading speaks with its confidence p:
log p for its own character, log of an equal share of 1 - p for each other one. Readings of one vehicle share their
blur, so a further reading counts half; a reader is as sure of a plate too small to tell M from W, so one from afar
counts less still and is never believed wholly. The posterior is the character's confidence.
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
AFAR_DOUBT = 0.12
FULL_WEIGHT = 0.6
"""A reading of less weight is no witness for an early word."""


@dataclass(frozen=True)
class Reading:
    """`text`: capitals and digits; `chars`: one confidence (0 to 1) each; `raw`: as seen, separators included;
    `weight`: 0 to 1, how much its word counts."""

    text: str
    chars: tuple[float, ...]
    raw: str = ""
    weight: float = 1.0

    @property
    def confidence(self) -> float:
        """That every character is right, if they err independently."""
        return prod(self.chars) if self.chars else 0.0


@dataclass(frozen=True)
class Consensus:
    """`text`: as voted; `vrm`: canonical; `agreeing`: readings of weight that say the same (O = 0, I = 1)."""

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
    columns: list[list[_Voice]] = [[] for _ in pivot.text]
    for reading in readings:
        for place, char, confidence in _align(pivot, reading):
            believed = min(confidence, 0.999 - AFAR_DOUBT * (1 - reading.weight))
            columns[place].append(_Voice(char, max(believed, 0.02), reading.weight))
    chosen = [_choose(column) for column in columns]
    text = "".join(char for char, _ in chosen)
    mark = parse(text)
    agreeing = sum(r.weight >= FULL_WEIGHT and fold(r.text) == fold(text) for r in readings)
    raw = next((r.raw for r in sorted(readings, key=lambda r: -r.confidence) if r.text == text), text)
    return Consensus(text, mark.canonical, mark.format, tuple(p for _, p in chosen), len(readings), agreeing, raw)


def _pivot(readings: list[Reading]) -> Reading:
    """The heaviest reading of the length that has the most weight."""
    weight: dict[int, float] = defaultdict(float)
    for reading in readings:
        weight[len(reading.text)] += reading.weight * reading.confidence + 1e-3
    length = max(weight, key=lambda n: weight[n])
    return max((r for r in readings if len(r.text) == length), key=lambda r: r.weight * r.confidence)


def _align(pivot: Reading, reading: Reading) -> list[tuple[int, str, float]]:
    """(place in the pivot, character, confidence) for every character of `reading` that has a place there."""
    if len(reading.text) == len(pivot.text):
        return list(zip(range(len(pivot.text)), reading.text, reading.chars, strict=True))
    blocks = SequenceMatcher(None, fold(pivot.text), fold(reading.text), autojunk=False).get_matching_blocks()
    return [(a + i, reading.text[b + i], reading.chars[b + i]) for a, b, size in blocks for i in range(size)]


@dataclass(frozen=True)
class _Voice:
    """One reading's word at one place."""

    char: str
    p: float
    weight: float


def _choose(column: list[_Voice]) -> tuple[str, float]:
    """The character with the greatest posterior, and that posterior. O and 0, I and 1 are one glyph each here."""
    ranked = sorted(column, key=lambda voice: -voice.weight * voice.p)
    keys = {fold(voice.char) for voice in ranked}
    scores = dict.fromkeys(keys, 0.0)
    silent = 0.0
    for rank, voice in enumerate(ranked):
        weight = 1.0 if rank == 0 else FURTHER_WEIGHT * voice.weight
        rest = log((1 - voice.p) / (ALPHABET - 1))
        for key in keys:
            scores[key] += weight * (log(voice.p) if key == fold(voice.char) else rest)
        silent += weight * rest
    best = max(scores, key=lambda key: scores[key])
    total = sum(exp(score - scores[best]) for score in scores.values())
    total += (ALPHABET - len(keys)) * exp(silent - scores[best])
    return next(voice.char for voice in ranked if fold(voice.char) == best), 1 / total


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
