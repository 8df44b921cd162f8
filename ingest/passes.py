"""Which reads speak of one another: told reads in, counts out of what repeat passes and test plates say of them. Pure.

Two marks that almost agree are one vehicle misread or two vehicles of neighbouring marks: how many are the latter is
counted in the half hour before the one that counts.
"""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from wire.vrm import fold

WINDOW_S = 1800.0
"""Between two passes of one vehicle; the window before it counts neighbouring marks that pass by chance."""
EDGES = (0.003, 0.01, 0.03, 0.1, 0.3)
"""Strata of doubt."""
LEAST_DOUBT = 0.0005

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


def counts() -> Counts:
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

    told: Counts = field(default_factory=counts)
    doubt: Counts = field(default_factory=counts)
    tested: Counts = field(default_factory=counts)
    failed: Counts = field(default_factory=counts)
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
        """With the last pass of each other camera: right and wrong reads are compared equally often."""
        alike = self._alike(read)
        for camera in {other.camera for other in alike} - {read.camera}:
            there = [other for other in alike if other.camera == camera]
            same = [other for other in there if other.vrm == read.vrm and abs(read.t - other.t) <= WINDOW_S]
            if same:
                evidence.audits[same[-1].stratum, read.stratum].pairs += 1
            elif near := _neighbours(read, there, alike, 0.0):
                audit = evidence.audits[near[-1].stratum, read.stratum]
                audit.pairs, audit.differing = audit.pairs + 1, audit.differing + 1
            elif near := _neighbours(read, there, alike, WINDOW_S):
                evidence.audits[near[-1].stratum, read.stratum].chance += 1

    def _alike(self, read: Seen) -> list[Seen]:
        """Reads that differ in one character at most, oldest first, each once."""
        found = {id(seen): seen for key in _keys(read.vrm) for seen in self._by_key.get(key, ())}
        return sorted(found.values(), key=lambda seen: seen.t)

    def _forget(self, before_t: float) -> None:
        while self._recent and self._recent[0].t < before_t:
            old = self._recent.popleft()
            for key in _keys(old.vrm):
                held = self._by_key[key]
                held.remove(old)
                if not held:
                    del self._by_key[key]


def _neighbours(read: Seen, there: list[Seen], alike: list[Seen], ago_s: float) -> list[Seen]:
    """Reads of nearly the same mark in the window that ended `ago_s` before, but for vehicles that were read at this
    camera too: they are others."""
    until = read.t - ago_s
    here = {seen.vrm for seen in alike if seen.camera == read.camera and until - WINDOW_S < seen.t <= until}
    return [
        seen for seen in there if seen.vrm != read.vrm and until - WINDOW_S < seen.t <= until and seen.vrm not in here
    ]


def _keys(vrm: str) -> set[str]:
    """Two marks that differ by one character changed, missing or added share one of these."""
    return {vrm, *(f"{vrm[:at]}{vrm[at + 1 :]}" for at in range(len(vrm)))}
