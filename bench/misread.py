"""`airbeat bench misread`: does the room know how often its cameras misread? Simulated reads of known truth.

Vehicles pass three cameras of different quality; each pass is a handful of readings with per-character confusions, some
shared by the whole pass (dirt, a screw). The real vote, grammar, calibration and estimator work on them; the estimator
never sees the truth. Confidences are off by a factor that differs from camera to camera, as in a real street.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from random import Random

import numpy as np

from edge.vision.calibrate import load_curve
from edge.vision.vote import Reading, plausible, vote
from ingest.misread import estimate
from ingest.passes import Evidence, Passes, Seen
from sim.plates import random_vrm
from wire.process import guarded
from wire.vrm import UNKNOWN, fold

Rng = np.random.Generator
HARD = (0.004, 0.01, 0.02, 0.05, 0.15)
"""Mean chance to misread a character of one sight; it makes true rates from under 1 % to about 8 %."""
CONFUSED = (
    "8B B8 0D D0 5S S5 2Z Z2 6G G6 MN NM HM VY YV FP PF EF CG 1T T1 7T UV WV KX RP PR 3B 9P 4A".split()  # noqa: SIM905
)
LIKELY = {char: [pair[1] for pair in CONFUSED if pair[0] == char] for char in "0123456789ABCDEFGHJKLMNOPRSTUVWXYZ"}
AREA_PAIRS, YEARS = 60, 14
"""Marks are local: neighbours in the alphabet do pass one camera."""
TEST_SHARE = 0.002
MEETS = 0.6
"""Chance of a vehicle of the region to pass a camera, each for itself, within 25 minutes."""


@dataclass(frozen=True)
class Eye:
    """A simulated camera. `hard`: mean chance to misread a character of one sight; `boast`: how many times too small
    the reader believes its errors to be; `common`: share of them that the whole pass shares."""

    name: str
    hard: float
    boast: float
    common: float = 0.25


@dataclass(frozen=True)
class Row:
    """One run: the camera's true rate, and the estimate with its 95 % interval, in percent."""

    reads: int
    truth_pct: float
    estimate_pct: float
    low_pct: float
    high_pct: float
    off_points: float
    inside: bool
    checked: int
    cpu_us_per_read: float


class Readers:
    """Passes of marks before eyes, as reads that the room would see."""

    def __init__(self, rng: Rng) -> None:
        self._rng, self._curve = rng, load_curve()

    def told(self, eye: Eye, vrm: str, t: float) -> Seen | None:
        """One pass; None where nothing plausible was read."""
        rng = self._rng
        sway = float(rng.lognormal(-0.6, 1.1))
        chance = min(eye.hard * sway, 0.6)
        dirty = [rng.random() < chance * eye.common for _ in vrm]
        shown = "".join(_misread(rng, char) if bad else char for char, bad in zip(vrm, dirty, strict=True))
        readings = [self._reading(eye, vrm, shown, chance) for _ in range(int(rng.integers(3, 7)))]
        consensus = vote(readings)
        if consensus is None or not plausible(consensus):
            return None
        doubt = 1 - self._curve(consensus.share, consensus.readings)
        return Seen(eye.name, fold(consensus.vrm), t, doubt, consensus.format == UNKNOWN)

    def _reading(self, eye: Eye, vrm: str, shown: str, chance: float) -> Reading:
        """One sight: what it takes each character for, how sure it says it is, and its second choice."""
        text, chars, rivals = "", [], []
        for true, char in zip(vrm, shown, strict=True):
            wrong = self._rng.random() < chance * (1 - eye.common)
            seen = _misread(self._rng, char) if wrong else char
            fair = chance * float(self._rng.lognormal(0.0, 0.8)) / eye.boast
            doubt = min(max(fair * (6 if seen != true else 1), 1e-4), 0.6)
            other = true if seen != true else _misread(self._rng, char)
            text += seen
            chars.append(1 - doubt)
            rivals.append(((other, doubt * 0.7),))
        return Reading(text, tuple(chars), text, rivals=tuple(rivals))


def _misread(rng: Rng, char: str) -> str:
    alike = LIKELY.get(char, [])
    if alike and rng.random() < 0.85:
        return alike[int(rng.integers(len(alike)))]
    return "ABCDEFGHJKLMNPRSTUVWXYZ23456789"[int(rng.integers(31))]


def marks(rng: Rng) -> Iterator[str]:
    """Vehicles of a region: a tenth with older marks."""
    areas = [random_vrm(rng)[:2] for _ in range(AREA_PAIRS)]
    years = [random_vrm(rng)[2:4] for _ in range(YEARS)]
    while True:
        if rng.random() < 0.9:
            yield areas[int(rng.integers(AREA_PAIRS))] + years[int(rng.integers(YEARS))] + random_vrm(rng)[4:]
        else:
            yield random_vrm(rng, "prefix")


def day(rng: Rng, eyes: tuple[Eye, ...], reads: int) -> Iterator[tuple[float, Eye, str]]:
    """Passes by time: (seconds, camera, true mark), `reads` of them at the first camera."""
    town, tests = marks(rng), [next(marks(rng)) for _ in range(3)]
    passes, t, first = [], 0.0, 0
    while first < reads:
        t += float(rng.exponential(6.0 * MEETS))
        vrm = tests[int(rng.integers(3))] if rng.random() < TEST_SHARE else next(town)
        for eye in eyes:
            if rng.random() < MEETS:
                passes.append((t + float(rng.uniform(0, 1500)), eye, vrm))
                first += eye is eyes[0]
    yield from sorted(passes, key=lambda row: row[0])


def run(hard: float, reads: int, seed: int) -> Row:
    """One camera's day beside two others; the boast and the others' quality are drawn."""
    rng = np.random.default_rng(seed)
    boasts = rng.lognormal(0.3, 0.35, 3)
    others = hard * rng.lognormal(0, 0.3, 2)
    eyes = tuple(Eye(name, float(h), float(b)) for name, h, b in zip("abc", (hard, *others), boasts, strict=True))
    readers, evidence, passes = Readers(rng), Evidence(), Passes()
    told = wrong = 0
    spent = 0.0
    for t, eye, vrm in day(rng, eyes, reads):
        seen = readers.told(eye, vrm, t)
        if seen is None:
            continue
        if eye is eyes[0]:
            told, wrong = told + 1, wrong + (seen.vrm != fold(vrm))
        before = time.process_time()
        passes.add(seen, evidence)
        spent += time.process_time() - before
    found, truth = estimate(evidence, Random(seed))["a"], wrong / told
    return Row(
        reads=told,
        truth_pct=round(100 * truth, 2),
        estimate_pct=round(100 * found.rate, 2),
        low_pct=round(100 * found.low, 2),
        high_pct=round(100 * found.high, 2),
        off_points=round(100 * (found.rate - truth), 2),
        inside=found.low <= truth <= found.high,
        checked=found.checked,
        cpu_us_per_read=round(1e6 * spent / (3 * told)),
    )


def main(argv: list[str] | None = None) -> int:
    """airbeat bench misread [--reads N] [--seed S] [--json]"""
    parser = argparse.ArgumentParser(prog="airbeat bench misread", description=__doc__)
    parser.add_argument("--reads", type=int, default=10_000, help="of the camera that is judged, a run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args))


def _run(args: argparse.Namespace) -> int:
    worst = 0.0
    for hard in HARD:
        row = run(hard, args.reads, args.seed)
        worst = max(worst, abs(row.off_points))
        said = asdict(row)
        print(json.dumps(said) if args.json else "  ".join(f"{key} {value}" for key, value in said.items()), flush=True)
    if not args.json:
        print(f"worst: {worst:.2f} points off")
    return 0
