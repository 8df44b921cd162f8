"""What stands on a training plate: invented marks of the UK, of continental patterns, and of none.

In goes a random stream, out come the lines of one mark; "-" stands for a dash, a seal or a sticker, " " for a gap.
The reader must not learn which texts are likely (that is the grammar's task), so many fit no country at all.
Pure.
"""

from dataclasses import dataclass

import numpy as np

from sim.plates import Kind, random_vrm
from train.letters import CHARACTERS, FONTS, UK
from wire.vrm import spaced

Rng = np.random.Generator
UK_KINDS: tuple[Kind, ...] = (
    "current",
    "current",
    "current",
    "prefix",
    "prefix",
    "suffix",
    "dateless",
    "northern_ireland",
)
LETTERS, DIGITS = CHARACTERS[10:], CHARACTERS[:10]
PATTERNS = (
    *("LL-DDDLL", "LL-DDDLL", "LL DDDLL", "DLD-DDDD", "DLD DDDD", "LLL-DD-DD", "LLL DD-DD"),
    *("LL DDDDD", "LLL DDDD", "LL-LL DDDD", "L-LL DDD", "LLL-LL DD", "L-DDDDDD", "LL DDD LL", "DDDD LLL"),
    *("LL-DDD-LL", "DD-LL-DD", "D-LLL-DDD", "LLLDDD", "LLL-DDD", "LL DDDD LL", "L DDD LL", "DDLLLD", "LLLLLL"),
)
"""L a letter, D a digit."""
SHOWN = {letter: letter for letter in CHARACTERS} | {"O": "0", "I": "1"}


@dataclass(frozen=True)
class Mark:
    """`lines`: one or two; `type`: a key of train.letters."""

    lines: tuple[str, ...]
    type: str
    uk: bool


def mark(rng: Rng) -> Mark:
    """The next mark: a half UK, most others continental, some without any pattern."""
    share = rng.random()
    if share < 0.46:
        return _uk(rng)
    chosen = UK if share < 0.54 else _font(rng)
    text = _patterned(rng) if share < 0.84 else _any(rng)
    if chosen == UK:
        # The UK's O and 0 are one glyph, so without a pattern only one of them can be taught; so are I and 1.
        text = "".join(SHOWN.get(char, char) for char in text)
    return Mark(_rows(rng, text, 0.1), chosen, uk=False)


def _uk(rng: Rng) -> Mark:
    vrm = random_vrm(rng, UK_KINDS[int(rng.integers(len(UK_KINDS)))])
    kind = UK if rng.random() < 0.85 else _font(rng)
    text = spaced(vrm) if rng.random() < 0.9 else vrm
    return Mark(_rows(rng, text, 0.12), kind, uk=True)


def _font(rng: Rng) -> str:
    weights = np.array(list(FONTS.values()))
    return str(rng.choice(list(FONTS), p=weights / weights.sum()))


def _patterned(rng: Rng) -> str:
    pattern = PATTERNS[int(rng.integers(len(PATTERNS)))]
    return "".join(_pick(rng, {"L": LETTERS, "D": DIGITS}[kind]) if kind in "LD" else kind for kind in pattern)


def _any(rng: Rng) -> str:
    """Two to nine characters; a run of one character in every third, because a reader may merge it."""
    text = "".join(_pick(rng, CHARACTERS) for _ in range(int(rng.integers(2, 10))))
    if rng.random() < 0.35:
        place, char = int(rng.integers(len(text))), _pick(rng, CHARACTERS + "1I1I1I")
        text = (text[:place] + char * int(rng.integers(2, 4)) + text[place:])[:9]
    if len(text) > 3 and rng.random() < 0.6:
        place = int(rng.integers(1, len(text) - 1))
        text = text[:place] + _pick(rng, " -") + text[place:]
    return text


def _pick(rng: Rng, of: str) -> str:
    return of[int(rng.integers(len(of)))]


def _rows(rng: Rng, text: str, share: float) -> tuple[str, ...]:
    """Now and then in two lines, parted at a gap where there is one."""
    if rng.random() >= share or len(text) < 4:
        return (text,)
    gaps = [place for place, char in enumerate(text) if char in " -"]
    cut = gaps[0] if gaps else len(text) // 2
    return text[:cut], text[cut:].lstrip(" -")
