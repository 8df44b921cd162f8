"""How often a camera misreads, estimated without knowing the truth: reads in, a rate with its interval out. Pure.

Witnesses: what each read says of its own doubt (the vote's disagreement within a track is in it), whether its mark fits
the grammar, whether the same vehicle reads alike at another camera within half an hour, and test plates, whose mark is
known. Doubts alone may be wrong by any factor, so they only sort the reads into strata; the rate of a stratum is learnt
from repeat passes and test plates, as far as there are any.

Two marks that almost agree are one vehicle misread or two vehicles of neighbouring marks: how many are the latter is
counted in the half hour before the one that counts, and taken off. A vehicle that both cameras misread alike, because
its plate is dirty, shows in test plates only.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import sqrt

from wire.vrm import fold

WINDOW_S = 1800.0
"""Between two passes of one vehicle; the window before it counts neighbouring marks that pass by chance."""
EDGES = (0.003, 0.01, 0.03, 0.1, 0.3)
"""Strata of doubt."""
LEAST_DOUBT = 0.0005
PRIOR_ERRORS = 3.0
"""Errors' worth of belief that a camera is as good as its doubts say; so much evidence halves it."""
PRIOR_READS = 15.0
"""Reads' worth of belief that a stratum is as its camera's others are."""
ROUNDS = 60
Z = 1.96

Stratum = tuple[str, int, bool]
"""(box/camera, step of doubt, fits no format)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One told read. `camera`: box/camera; `t`: seconds; `doubt`: 1 - confidence; `odd`: fits no format."""

    camera: str
    vrm: str
    t: float
    doubt: float
    odd: bool = False

    @property
    def stratum(self) -> Stratum:
        return self.camera, sum(self.doubt > edge for edge in EDGES), self.odd


Counts = defaultdict[Stratum, float]


def _counts() -> Counts:
    return defaultdict(float)


@dataclass
class Audit:
    """Reads of two strata that were compared."""

    pairs: float = 0
    differing: float = 0
    chance: float = 0
    """Of them as many as differ because two vehicles have neighbouring marks."""


@dataclass
class Evidence:
    """Counts over some time; two add up."""

    told: Counts = field(default_factory=_counts)
    doubt: Counts = field(default_factory=_counts)
    tested: Counts = field(default_factory=_counts)
    failed: Counts = field(default_factory=_counts)
    audits: defaultdict[tuple[Stratum, Stratum], Audit] = field(default_factory=lambda: defaultdict(Audit))

    def add(self, other: "Evidence") -> None:
        for mine, more in (
            (self.told, other.told),
            (self.doubt, other.doubt),
            (self.tested, other.tested),
            (self.failed, other.failed),
        ):
            for stratum, count in more.items():
                mine[stratum] += count
        for key, audit in other.audits.items():
            held = self.audits[key]
            held.pairs += audit.pairs
            held.differing += audit.differing
            held.chance += audit.chance


@dataclass(frozen=True)
class Estimate:
    """`rate`, `low`, `high`: 0 to 1 (95 %); `checked`: reads with a second witness (repeat pass or test plate)."""

    reads: int
    rate: float
    low: float
    high: float
    checked: int


class Passes:
    """The reads of the last hour, by which a repeat pass is known. Feed it in the order of time."""

    def __init__(self, test_plates: Iterable[str] = ()) -> None:
        self._known = {key: fold(plate) for plate in test_plates for key in _keys(fold(plate))}
        self._recent: deque[Seen] = deque()
        self._by_key: defaultdict[str, list[Seen]] = defaultdict(list)

    def add(self, read: Seen, evidence: Evidence) -> None:
        """Enters one told read and what others say of it."""
        self._forget(read.t - 2 * WINDOW_S)
        evidence.told[read.stratum] += 1
        evidence.doubt[read.stratum] += max(read.doubt, LEAST_DOUBT)
        self._test(read, evidence)
        self._compare(read, evidence)
        self._recent.append(read)
        for key in _keys(read.vrm):
            self._by_key[key].append(read)

    def _test(self, read: Seen, evidence: Evidence) -> None:
        known = next((self._known[key] for key in _keys(read.vrm) if key in self._known), None)
        if known:
            evidence.tested[read.stratum] += 1
            evidence.failed[read.stratum] += read.vrm != known

    def _compare(self, read: Seen, evidence: Evidence) -> None:
        others = [other for other in self._alike(read) if other.camera != read.camera]
        same = [other for other in others if other.vrm == read.vrm and read.t - other.t <= WINDOW_S]
        if same:
            evidence.audits[same[-1].stratum, read.stratum].pairs += 1
            return
        near = [other for other in others if other.vrm != read.vrm and not self._passed(other, read)]
        recent = [other for other in near if read.t - other.t <= WINDOW_S]
        if recent:
            audit = evidence.audits[recent[-1].stratum, read.stratum]
            audit.pairs += 1
            audit.differing += 1
        elif near:
            evidence.audits[near[-1].stratum, read.stratum].chance += 1

    def _passed(self, other: Seen, read: Seen) -> bool:
        """That vehicle was read at this camera too, or this one at that: they are two."""
        return any(
            (seen.vrm == other.vrm and seen.camera == read.camera)
            or (seen.vrm == read.vrm and seen.camera == other.camera)
            for seen in self._alike(read)
        )

    def _alike(self, read: Seen) -> Iterator[Seen]:
        """Reads that differ in one character at most, oldest first, each once."""
        found = {id(seen): seen for key in _keys(read.vrm) for seen in self._by_key.get(key, ())}
        return iter(sorted(found.values(), key=lambda seen: seen.t))

    def _forget(self, before_t: float) -> None:
        while self._recent and self._recent[0].t < before_t:
            old = self._recent.popleft()
            for key in _keys(old.vrm):
                held = self._by_key[key]
                held.remove(old)
                if not held:
                    del self._by_key[key]


def _keys(vrm: str) -> set[str]:
    """Two marks that differ by one character changed, missing or added share one of these."""
    return {vrm, *(f"{vrm[:at]}{vrm[at + 1 :]}" for at in range(len(vrm)))}


def estimate(evidence: Evidence) -> dict[str, Estimate]:
    """The misread rate of each camera, box/camera by name.

    Expectation-maximisation: a difference is blamed on the two reads in proportion to the rates of their strata; the
    rates are learnt from the blame.
    """
    rates = {stratum: evidence.doubt[stratum] / told for stratum, told in evidence.told.items() if told}
    said = dict(rates)
    checked, blamed = _blame(evidence, rates)
    for _ in range(ROUNDS):
        factors = _factors(said, checked, blamed)
        rates = {
            stratum: min(
                (blamed[stratum] + PRIOR_READS * min(factors[stratum[0]] * doubt, 1.0))
                / (checked[stratum] + PRIOR_READS),
                1.0,
            )
            for stratum, doubt in said.items()
        }
        checked, blamed = _blame(evidence, rates)
    cameras: defaultdict[str, list[Stratum]] = defaultdict(list)
    for stratum in rates:
        cameras[stratum[0]].append(stratum)
    return {camera: _summed(evidence, rates, checked, blamed, strata) for camera, strata in cameras.items()}


def _blame(evidence: Evidence, rates: Mapping[Stratum, float]) -> tuple[Counts, Counts]:
    """By stratum: reads that were checked, and how many of them were wrong."""
    checked, blamed = evidence.tested.copy(), evidence.failed.copy()
    for (a, b), audit in evidence.audits.items():
        differing = max(audit.differing - audit.chance, 0.0)
        alike = audit.pairs - audit.differing
        either = max(rates[a] + rates[b] - rates[a] * rates[b], 1e-9)
        for stratum in (a, b):
            checked[stratum] += alike + differing
            blamed[stratum] += differing * rates[stratum] / either
    return checked, blamed


def _factors(
    said: Mapping[Stratum, float], checked: Mapping[Stratum, float], blamed: Mapping[Stratum, float]
) -> dict[str, float]:
    """By camera: how many times as often it errs as its doubts say."""
    errors: defaultdict[str, float] = defaultdict(lambda: PRIOR_ERRORS)
    expected: defaultdict[str, float] = defaultdict(lambda: PRIOR_ERRORS)
    for stratum, doubt in said.items():
        errors[stratum[0]] += blamed.get(stratum, 0.0)
        expected[stratum[0]] += checked.get(stratum, 0.0) * doubt
    return {camera: errors[camera] / expected[camera] for camera in expected}


def _summed(
    evidence: Evidence,
    rates: Mapping[Stratum, float],
    checked: Mapping[Stratum, float],
    blamed: Mapping[Stratum, float],
    strata: list[Stratum],
) -> Estimate:
    reads = round(sum(evidence.told[stratum] for stratum in strata))
    rate = sum(evidence.told[stratum] * rates[stratum] for stratum in strata) / reads
    seen = sum(checked[stratum] for stratum in strata)
    errors = sum(blamed[stratum] for stratum in strata)
    spread = sqrt(
        sum((evidence.told[s] / reads) ** 2 * rates[s] * (1 - rates[s]) / (checked[s] + PRIOR_READS) for s in strata)
        + (rate**2) / (errors + PRIOR_ERRORS)
    )
    return Estimate(reads, rate, max(rate - Z * spread, 0.0), min(rate + Z * spread, 1.0), round(seen))
