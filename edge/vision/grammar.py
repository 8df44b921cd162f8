"""What was seen at each place in, the likeliest mark out: the formats of UK marks weigh the readers' second choices.

Laws: a character that the readers gave less than LEAST_SUPPORT is never chosen, nor another where they gave one CLEAR;
a text that fits no format stays as it was read unless a supported one fits; the formats outweigh the readers by
MOST_FAVOUR at most; a text with a gap where its format has none is no UK mark. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from math import exp, log
from typing import NamedTuple

from wire.vrm import UNKNOWN, Vrm, fold, parse, spaced, strip

LEAST_SUPPORT = 0.05
"""Mean probability; below it a second choice is noise. From 0.02 to 0.2 no read of plates/eu or uk_crops changes."""
CLEAR = 0.7
"""Mean probability; what the readers give so much stays as they read it."""
MOST_FAVOUR = 30.0
"""Foreign and personal marks pass too: a format that could outweigh any reading would turn them into UK ones. Of 985
rendered marks one confusion away from a UK one 872 are read right without formats, 14 fewer at 300 with no bound on
what is clear, 4 fewer so; of 1,485 rendered UK and foreign passes none is gained or lost (2026-11-22)."""
BEAM = 24

MARKS: dict[str, tuple[float, float]] = {
    "current": (0.85, 5.0e8),
    "prefix": (0.04, 2.5e8),
    "suffix": (0.01, 2.5e8),
    "northern_ireland": (0.02, 1.4e7),
    "dateless": (0.04, 2.5e8),
    "q": (0.001, 1.2e7),
}
"""Format -> share of UK traffic, as assumed, and how many marks fit it (counted from wire.vrm; DVLA INF104). Formats
that texts fit by chance (military, diplomatic, trade) stay out."""
NO_FORMAT = 0.1
"""Share of the traffic, as assumed: foreign plates and all else, spread over every text of a length."""


class Chance(NamedTuple):
    """`p`: how likely the character is at its place; `seen`: the mean probability that the readers gave it."""

    p: float
    seen: float


Place = Mapping[str, Chance]
"""Folded character (O as 0, I as 1), or "" for none at all."""


@dataclass(frozen=True)
class Weighed:
    """`text`: folded, as chosen; `at`: the place of each character; `chars`: its probability there; `share`: of all
    texts considered, that this one is right."""

    text: str
    at: tuple[int, ...]
    chars: tuple[float, ...]
    share: float


def weigh(places: Sequence[Place], gaps: frozenset[int] = frozenset()) -> Weighed:
    """The text that the places and the formats together make likeliest. `gaps`: after how many places one is seen."""
    ways = _ways(places)
    scored = [(score + log(_favour(chars, gaps)), chars) for score, chars in ways]
    best, chars = max(scored)
    unnamed = max(1 - sum(exp(score) for score, _ in ways), 0.0) * _favour(chars, gaps)
    share = 1 / (sum(exp(score - best) for score, _ in scored) + unnamed * exp(-best))
    kept = [(place, char) for place, char in enumerate(chars) if char]
    return Weighed(
        "".join(char for _, char in kept),
        tuple(place for place, _ in kept),
        tuple(_belief(places[place], chars, place, gaps) for place, _ in kept),
        share,
    )


def _belief(place: Place, chars: tuple[str, ...], at: int, gaps: frozenset[int]) -> float:
    """The probability of the character at `at`, the other places being as chosen; one that nobody named is taken to
    fit the format as well."""
    weight = {char: c.p * _favour((*chars[:at], char, *chars[at + 1 :]), gaps) for char, c in place.items()}
    unnamed = max(1 - sum(chance.p for chance in place.values()), 0.0) * _favour(chars, gaps)
    return weight[chars[at]] / (sum(weight.values()) + unnamed)


def _favour(chars: tuple[str, ...], gaps: frozenset[int]) -> float:
    return favour("".join(chars), gaps if all(chars) else frozenset())


def known_as(text: str, gaps: frozenset[int]) -> Vrm:
    """The mark that was read. One with a gap where no UK mark of its shape has one is another country's: RK-300-AG
    is no RK30 OAG."""
    mark = parse(text)
    space = spaced(mark.canonical).find(" ")
    return Vrm(text, strip(text), UNKNOWN) if space > 0 and gaps - {space} else mark


@lru_cache(maxsize=8192)
def favour(folded: str, gaps: frozenset[int] = frozenset()) -> float:
    """How much likelier a mark of this shape is than a text of no format, which has 1."""
    share, size = MARKS.get(known_as(folded, gaps).format, (0.0, 1.0))
    return min(max(share / size * 36.0 ** len(fold(folded)) / NO_FORMAT, 1.0), MOST_FAVOUR)


def _ways(places: Sequence[Place]) -> list[tuple[float, tuple[str, ...]]]:
    """The likeliest texts made of supported characters, as (log probability, a character a place)."""
    ways: list[tuple[float, tuple[str, ...]]] = [(0.0, ())]
    for place in places:
        chosen = [(char, log(max(chance.p, 1e-9))) for char, chance in place.items() if _may(place, char)]
        ways = nlargest(BEAM, [(score + gain, (*chars, char)) for score, chars in ways for char, gain in chosen])
    return ways


def _may(place: Place, char: str) -> bool:
    """Whether the readers support it enough to be chosen, and are not clear about another."""
    first = first_choice(place)
    return char == first or (place[char].seen >= LEAST_SUPPORT and place[first].seen < CLEAR)


def first_choice(place: Place) -> str:
    """What the readers say, formats apart."""
    return max(place, key=lambda char: place[char].p)
