"""Many readings of one passing vehicle in, one consensus out. Pure.

Readings are aligned to the heaviest of the commonest length. At each place every reading speaks with the probability
that it gave to its own character and to its rivals; what is left is shared by all others. The logarithms are summed:
readings of one vehicle share their blur, so a further reading counts half; a reader is as sure of a plate too small to
tell M from W, so one from afar counts less still and is never believed wholly. The sums are the places' posteriors;
the formats of marks choose among them (grammar.py).

A reader that loses a plate's end in rain or shade is as sure of what is left, and what is left of one mark is often
another: 64ERM of GL64ERM. So a part speaks for the whole where both were read, and a short mark needs more witnesses.
"""

from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from math import exp, log, prod
from statistics import median

from edge.vision.grammar import Chance, Place, first_choice, known_as, weigh
from wire.vrm import UNKNOWN, fold, parse

ALPHABET = 36
FIRM_READINGS = 3
FIRM_CHAR = 0.9
PART_READINGS = 6
"""For a text of fewer than WHOLE characters: most of a vehicle's budget."""
WHOLE = 7
"""Characters of a current mark: every shorter one may be a part of one."""
PART_SHARE = 0.3
"""At most, for a text of which a longer reading was heard and not believed: a possible hit, never a hit."""
WEAK_CHAR = 0.8
FURTHER_WEIGHT = 0.5
AFAR_DOUBT = 0.12
WIDE = 1.6
"""Times the middle step from character to character. plates/eu: 1.7 to 2 at seals; uk_crops: 1.3 at most but at the
space that the mark has."""
FULL_WEIGHT = 0.6
"""A reading of less weight is no witness for an early word."""
LEAST_P = 1e-5
"""No reader rules a character out: one sure and wrong reading must not silence all others."""

Rivals = tuple[tuple[str, float], ...]
"""(character, probability), likeliest first; "" for no character at all."""


@dataclass(frozen=True)
class Reading:
    """`text`: capitals and digits; `chars`: one confidence (0 to 1) each; `raw`: as seen, separators included;
    `weight`: 0 to 1, how much its word counts; `rivals`: what else each character may have been, or nothing at all;
    `at`: where each was seen along a line, in steps of the reader; empty for two lines."""

    text: str
    chars: tuple[float, ...]
    raw: str = ""
    weight: float = 1.0
    rivals: tuple[Rivals, ...] = ()
    at: tuple[int, ...] = ()

    @property
    def confidence(self) -> float:
        """That every character is right, if they err independently."""
        return prod(self.chars) if self.chars else 0.0


@dataclass(frozen=True)
class Consensus:
    """`text`: as voted; `raw`: as voted before the formats spoke, as its surest reading saw it; `vrm`: canonical;
    `agreeing`: readings of weight that say the same (O = 0, I = 1); `share`: how likely the whole text is among all
    that were considered; `part`: a longer reading holds it; `saying`: readings of any weight that say the same."""

    text: str
    vrm: str
    format: str
    chars: tuple[float, ...]
    readings: int
    agreeing: int
    raw: str
    share: float = 1.0
    part: bool = False
    saying: int = 1

    @property
    def confidence(self) -> float:
        return prod(self.chars) if self.chars else 0.0

    @property
    def firm(self) -> bool:
        """Enough to tell the control room before the vehicle has gone; an unknown format needs one more witness, a
        short mark several; what is a part of another reading waits until there is no more to read."""
        needed = PART_READINGS if len(self.vrm) < WHOLE else FIRM_READINGS + (self.format == UNKNOWN)
        return not self.part and self.agreeing >= needed and min(self.chars, default=0.0) >= FIRM_CHAR


def vote(readings: list[Reading]) -> Consensus | None:
    """The consensus; None where nothing was read."""
    readings = [reading for reading in readings if reading.text]
    if not readings:
        return None
    pivot = _pivot(readings)
    columns: list[list[_Voice]] = [[] for _ in pivot.text]
    for reading in readings:
        for place, voice in _align(pivot, reading):
            columns[place].append(voice)
    places = [_posterior(column) for column in columns]
    gaps = _gaps(readings, len(pivot.text))
    weighed = weigh(places, gaps)
    if not weighed.text:
        return None
    text = "".join(_shown(columns[at], char) for at, char in zip(weighed.at, weighed.text, strict=True))
    mark = known_as(text, gaps if len(text) == len(pivot.text) else frozenset())
    same = [reading.weight for reading in readings if fold(reading.text) == fold(text)]
    agreeing = sum(weight >= FULL_WEIGHT for weight in same)
    read = "".join(_shown(column, first_choice(place)) for column, place in zip(columns, places, strict=True))
    raw = max((r for r in readings if r.text == read), key=lambda r: r.confidence, default=Reading(read, (), read)).raw
    part = mark.format != "current" and any(_holds(reading, text) for reading in readings)
    share = min(weighed.share, PART_SHARE) if part else weighed.share
    return Consensus(
        text, mark.canonical, mark.format, weighed.chars, len(readings), agreeing, raw, share, part, len(same)
    )


def _gaps(readings: list[Reading], length: int) -> frozenset[int]:
    """After how many characters most readings of this length see a gap, as a seal or a dash leaves it."""
    seen = [_wide(reading) for reading in readings if len(reading.text) == length == len(reading.at)]
    return frozenset(place for place in range(1, length) if sum(place in wide for wide in seen) * 2 > len(seen))


def _wide(reading: Reading) -> set[int]:
    """1 and I are narrow: beside them no step is a measure of the others."""
    steps = [after - before for before, after in pairwise(reading.at)]
    narrow = ["1" in fold(reading.text[place : place + 2]) for place in range(len(steps))]
    usual = [step for step, beside in zip(steps, narrow, strict=True) if not beside] or steps
    return {place for place, step in enumerate(steps, start=1) if step >= WIDE * median(usual)}


def _holds(reading: Reading, text: str) -> bool:
    """Whether it is longer and has `text` in it."""
    return len(reading.text) > len(text) and fold(text) in fold(reading.text)


def _pivot(readings: list[Reading]) -> Reading:
    """The heaviest reading of the length that has the most weight; a part counts for the whole mark that holds it."""
    weight: dict[int, float] = defaultdict(float)
    wholes = [r for r in readings if min(r.chars) >= WEAK_CHAR and parse(r.text).format == "current"]
    for reading in readings:
        whole = next((whole for whole in wholes if _holds(whole, reading.text)), reading)
        weight[len(whole.text)] += reading.weight * reading.confidence + 1e-3
    length = max(weight, key=lambda n: weight[n])
    return max((r for r in readings if len(r.text) == length), key=lambda r: r.weight * r.confidence)


@dataclass(frozen=True)
class _Voice:
    """One reading's word at one place: folded character -> probability; `p` of its own one, `char` as read."""

    char: str
    p: float
    weight: float
    says: dict[str, float]


def _align(pivot: Reading, reading: Reading) -> list[tuple[int, _Voice]]:
    """(place in the pivot, voice) for every character of `reading` that has a place there."""
    if len(reading.text) == len(pivot.text):
        return [(place, _voice(reading, place)) for place in range(len(pivot.text))]
    blocks = SequenceMatcher(None, fold(pivot.text), fold(reading.text), autojunk=False).get_matching_blocks()
    return [(a + i, _voice(reading, b + i)) for a, b, size in blocks for i in range(size)]


def _voice(reading: Reading, place: int) -> _Voice:
    """O and 0, I and 1 are one glyph each here: their probabilities are one."""
    char, own = reading.text[place], reading.chars[place]
    says: dict[str, float] = {fold(char): own}
    for rival, p in reading.rivals[place] if reading.rivals else ():
        key = fold(rival)
        says[key] = says.get(key, 0.0) + p
    believed = min(says[fold(char)], 0.999 - AFAR_DOUBT * (1 - reading.weight))
    return _Voice(char, max(believed, 0.02), reading.weight, says)


def _posterior(column: list[_Voice]) -> Place:
    """How likely each character is that anybody named."""
    ranked = sorted(column, key=lambda voice: -voice.weight * voice.p)
    keys = sorted({key for voice in ranked for key in voice.says})
    scores = dict.fromkeys(keys, 0.0)
    silent = 0.0
    for rank, voice in enumerate(ranked):
        weight = 1.0 if rank == 0 else FURTHER_WEIGHT * voice.weight
        spoken, rest = _spoken(voice)
        for key in keys:
            scores[key] += weight * spoken.get(key, rest)
        silent += weight * rest
    best = max(scores.values())
    total = sum(exp(score - best) for score in scores.values()) + (ALPHABET - len(keys)) * exp(silent - best)
    heard = sum(voice.weight for voice in column) or 1.0
    seen = {key: sum(voice.weight * voice.says.get(key, 0.0) for voice in column) / heard for key in keys}
    return {key: Chance(exp(score - best) / total, seen[key]) for key, score in scores.items()}


def _spoken(voice: _Voice) -> tuple[dict[str, float], float]:
    """Log probabilities of what a voice names, and of each character that it does not."""
    own = fold(voice.char)
    doubt = 1 - voice.p
    others = {key: p for key, p in voice.says.items() if key != own}
    named = min(sum(others.values()) / max(1 - voice.says[own], 1e-6), 0.9) * doubt
    scale = named / max(sum(others.values()), 1e-9)
    spoken = {key: log(max(p * scale, LEAST_P)) for key, p in others.items()}
    spoken[own] = log(voice.p)
    return spoken, log(max((doubt - named) / (ALPHABET - len(spoken)), LEAST_P))


def _shown(column: list[_Voice], key: str) -> str:
    """The twin (O or 0) that most of the column's weight saw; position may still overrule it (wire.vrm)."""
    weight: dict[str, float] = defaultdict(float)
    for voice in column:
        if fold(voice.char) == key:
            weight[voice.char] += voice.weight * voice.p
    return max(weight, key=lambda char: weight[char]) if weight else key


def plausible(consensus: Consensus) -> bool:
    """Whether this is worth telling as a number plate."""
    return not implausible(consensus)


def implausible(consensus: Consensus) -> str:
    """Why not, in plain words; empty for a plate. Lettering on a van has no digits or no confidence."""
    known = consensus.format != UNKNOWN
    if consensus.confidence < (0.2 if known and consensus.readings > 1 else 0.5):
        return f"not sure enough ({consensus.confidence:.2f})"
    if not known and not 4 <= len(consensus.vrm) <= 10:
        return f"{len(consensus.vrm)} characters make no mark"
    if not known and not any(char.isdigit() for char in consensus.vrm):
        return "fits no format and has no digit: lettering"
    if consensus.readings > 1 and not known and consensus.saying < 2:
        return "fits no format and every look read it otherwise"
    if consensus.readings > 1 and len(consensus.vrm) < WHOLE and not consensus.agreeing:
        return "a short mark, seen from afar only: it may be a part of another"
    return ""


@dataclass(frozen=True)
class Told:
    """A read that was already told, at `t` seconds."""

    key: str
    t: float

    @staticmethod
    def of(consensus: Consensus, t: float) -> "Told":
        return Told(fold(consensus.vrm), t)


REPEAT_S = 10.0


def repeats(consensus: Consensus, told: list[Told], t: float) -> bool:
    """Whether the same vehicle was told in the last 10 s: its track was split by dropped frames.

    Also a mark that differs in one character which this consensus itself doubts; a fleet with numbers in a row must
    not lose vehicles, so a sure difference is another vehicle. What is left of a mark repeats it; the whole mark after
    a part of it was told is news, for the part may have been nobody's.
    """
    key = fold(consensus.vrm)
    recent = [known.key for known in told if t - known.t <= REPEAT_S]
    return key in recent or any(_doubtful_twin(key, known, consensus.chars) for known in recent)


def _doubtful_twin(key: str, known: str, chars: tuple[float, ...]) -> bool:
    if len(key) != len(known):
        return 4 <= len(key) < len(known) and key in known
    differing = [place for place, (a, b) in enumerate(zip(key, known, strict=True)) if a != b]
    return len(differing) == 1 and chars[differing[0]] < WEAK_CHAR
