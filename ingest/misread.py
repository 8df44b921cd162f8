"""How often a camera misreads, estimated without knowing the truth: evidence in, a rate with its interval out. Pure.

Witnesses: what each read says of its own doubt (the vote's disagreement within a track is in it), whether its mark fits
the grammar, whether the same vehicle reads alike at another camera within half an hour, and test plates, whose mark is
known. Doubts alone may be wrong by any factor, so they only sort the reads into strata; the rate of a stratum is learnt
from repeat passes and test plates, as far as there are any.

A vehicle that both cameras misread alike, because its plate is dirty, shows in test plates only.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log, sqrt
from random import Random

from ingest.passes import Audit, Counts, Evidence, Stratum

PRIOR_ERRORS = 6.0
"""Errors' worth of belief that a camera is as good as its doubts say, or as all cameras' are; so much evidence halves
it."""
PRIOR_READS = 15.0
"""Reads' worth of belief that a stratum is as its camera's others are."""
ROUNDS = 60
REDRAWN = 24
"""Times that the counts are drawn anew to see how far the estimate may be off."""
Z = 1.96


@dataclass(frozen=True)
class Estimate:
    """`rate`, `low`, `high`: 0 to 1 (95 %); `checked`: repeat passes and test plates, up to `reads`."""

    reads: int
    rate: float
    low: float
    high: float
    checked: int


def estimate(evidence: Evidence, rng: Random) -> dict[str, Estimate]:
    """The misread rate of each camera, box/camera by name; `rng` draws the counts that might have come instead."""
    fitted = fit(evidence)
    rates = by_camera(evidence, fitted.rates)
    others = [by_camera(evidence, fit(_redrawn(evidence, rng)).rates) for _ in range(REDRAWN)]
    found = {}
    for camera, rate in rates.items():
        strata = [stratum for stratum in evidence.told if stratum[0] == camera]
        known = sum(fitted.blamed[stratum] for stratum in strata)
        drawn = sum((other[camera] - rate) ** 2 for other in others) / REDRAWN
        spread = sqrt(drawn + rate**2 / (known + PRIOR_ERRORS))
        reads, checked = (round(sum(of[s] for s in strata)) for of in (evidence.told, fitted.checked))
        low, high = max(rate - Z * spread, 0.0), min(rate + Z * spread, 1.0)
        found[camera] = Estimate(reads, rate, low, high, min(checked, reads))
    return found


@dataclass(frozen=True)
class Fitted:
    """By stratum: the misread rate, the reads that were checked, and how many of them were wrong."""

    rates: Mapping[Stratum, float]
    checked: Counts
    blamed: Counts


def fit(evidence: Evidence) -> Fitted:
    """Expectation-maximisation: a difference is chance or is blamed on the two reads, in proportion to what their
    strata's rates and the chance neighbours of the two cameras lead to expect; the rates are learnt from the blame."""
    said = {stratum: evidence.doubt[stratum] / told for stratum, told in evidence.told.items() if told}
    rates: Mapping[Stratum, float] = said
    expected = _expected_chance(evidence)
    checked, blamed = _blame(evidence, rates, expected)
    for _ in range(ROUNDS):
        factors = _factors(said, checked, blamed)
        rates = {
            stratum: min(
                (blamed[stratum] + PRIOR_READS * factors[stratum[0]] * doubt) / (checked[stratum] + PRIOR_READS), 0.95
            )
            for stratum, doubt in said.items()
        }
        checked, blamed = _blame(evidence, rates, expected)
    whole = {
        stratum: min(rate * (1 + _several(rate) * checked[stratum] / (checked[stratum] + PRIOR_READS)), 1.0)
        for stratum, rate in rates.items()
    }
    return Fitted(whole, checked, blamed)


def _several(rate: float) -> float:
    """Misreads of several characters, which no other pass is like, for each one of a single character: half as many as
    the characters that err in a mark, where they err independently (Poisson)."""
    return -log(1 - min(rate, 0.9)) / 2


def by_camera(evidence: Evidence, rates: Mapping[Stratum, float]) -> dict[str, float]:
    reads, wrong = defaultdict[str, float](float), defaultdict[str, float](float)
    for stratum, rate in rates.items():
        reads[stratum[0]] += evidence.told[stratum]
        wrong[stratum[0]] += evidence.told[stratum] * rate
    return {camera: wrong[camera] / count for camera, count in reads.items()}


def _expected_chance(evidence: Evidence) -> dict[tuple[Stratum, Stratum], float]:
    """How many differences of two strata are neighbouring marks: those of the two cameras, spread evenly."""
    reads, chance = defaultdict[str, float](float), defaultdict[tuple[str, str], float](float)
    for stratum, told in evidence.told.items():
        reads[stratum[0]] += told
    for (a, b), audit in evidence.audits.items():
        chance[a[0], b[0]] += audit.chance
    return {
        (a, b): chance[a[0], b[0]] * evidence.told[a] / reads[a[0]] * evidence.told[b] / reads[b[0]]
        for a, b in evidence.audits
    }


def _blame(
    evidence: Evidence, rates: Mapping[Stratum, float], expected_chance: Mapping[tuple[Stratum, Stratum], float]
) -> tuple[Counts, Counts]:
    """By stratum: reads that were checked, and how many of them were wrong."""
    checked, blamed = evidence.tested.copy(), evidence.failed.copy()
    for (a, b), audit in evidence.audits.items():
        alike = audit.pairs - audit.differing
        both_right = (1 - rates[a]) * (1 - rates[b])
        either = max(1 - both_right, 1e-9)
        misread = (alike + 0.5) * either / both_right
        real = audit.differing * misread / (misread + expected_chance[a, b])
        for stratum in (a, b):
            checked[stratum] += alike + real
            blamed[stratum] += real * rates[stratum] / either
    return checked, blamed


def _factors(
    said: Mapping[Stratum, float], checked: Mapping[Stratum, float], blamed: Mapping[Stratum, float]
) -> dict[str, float]:
    """By camera: how many times as often it errs as its doubts say; as long as it knows little, as often as all do."""
    errors, expected = defaultdict[str, float](float), defaultdict[str, float](float)
    for stratum, doubt in said.items():
        errors[stratum[0]] += blamed.get(stratum, 0.0)
        expected[stratum[0]] += checked.get(stratum, 0.0) * doubt
    every = (sum(errors.values()) + PRIOR_ERRORS) / (sum(expected.values()) + PRIOR_ERRORS)
    return {camera: (errors[camera] + every * PRIOR_ERRORS) / (expected[camera] + PRIOR_ERRORS) for camera in expected}


def _redrawn(evidence: Evidence, rng: Random) -> Evidence:
    """Other counts that chance might have given (Poisson bootstrap)."""
    failed = {stratum: _poisson(count, rng) for stratum, count in evidence.failed.items()}
    drawn = Evidence(evidence.told, evidence.doubt, evidence.tested, defaultdict(float, failed))
    for key, audit in evidence.audits.items():
        differing = _poisson(audit.differing, rng)
        pairs = _poisson(audit.pairs - audit.differing, rng) + differing
        drawn.audits[key] = Audit(pairs, differing, _poisson(audit.chance, rng))
    return drawn


def _poisson(mean: float, rng: Random) -> float:
    """Knuth's product below 30, a rounded normal draw from there."""
    if mean >= 30:
        return max(0.0, round(rng.gauss(mean, sqrt(mean))))
    limit, count, product = exp(-mean), 0, rng.random()
    while product > limit:
        count, product = count + 1, product * rng.random()
    return count
