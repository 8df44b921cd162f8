"""`airbeat bench flights --n N --seed S [--faults all]`: random sorties through the real flight code, judged on truth.

Orders of every kind, honest and not, and faults come at random times, in lockstep on simulated time, on all cores.
"""

import argparse
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from bench.flights_breaches import Breach
from bench.flights_fly import fly
from bench.flights_judges import RULES, judge
from bench.flights_plan import Fault, make_plan
from wire.children import die_with_parent
from wire.errors import UserError
from wire.process import guarded

CHUNK = 4
TELL_S = 30.0
"""Between two words of how far it is."""
SHOWN = 10
"""Seeds printed for a rule; the JSON has them all."""


@dataclass(frozen=True)
class Verdict:
    """What one sortie came to."""

    seed: int
    breaches: tuple[Breach, ...]
    ended: str
    simulated_s: float


@dataclass(frozen=True)
class Sum:
    """`breaches`: sorties that broke the rule, every rule named; `seeds` replay each."""

    sorties: int
    breaches: dict[str, int]
    seeds: dict[str, list[int]]
    outcomes: dict[str, int]
    sim_s_per_wall_s: float
    cores: int


def main(argv: list[str] | None = None) -> int:
    """airbeat bench flights --n N --seed S [--faults all] [--json] [--replay SEED]; 1 where a rule was broken."""
    parser = argparse.ArgumentParser(prog="airbeat bench flights", description=__doc__)
    parser.add_argument("--n", type=_count, default=100, help="how many sorties (default 100)")
    parser.add_argument("--seed", type=int, default=1, help="which sorties (default 1)")
    parser.add_argument("--faults", default="none", metavar="all|none|NAME,...", help=", ".join(Fault))
    parser.add_argument("--jobs", type=_count, default=os.cpu_count() or 1, help="processes (default: one a core)")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--replay", type=int, metavar="SEED", help="fly one sortie again and print its log")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args))


@dataclass
class Watch:
    """Tells a long run's breaches as they are found and, unless `quiet`, how far it is."""

    faults: str
    quiet: bool
    say: Callable[[str], None]
    now: Callable[[], float] = time.monotonic
    sorties: int = 0
    simulated_s: float = 0.0
    began_s: float = field(init=False)
    told_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.began_s = self.told_s = self.now()

    def __call__(self, verdict: Verdict) -> None:
        self.sorties, self.simulated_s = self.sorties + 1, self.simulated_s + verdict.simulated_s
        for breach in verdict.breaches:
            replay = f"airbeat bench flights --faults {self.faults} --replay {verdict.seed}"
            self.say(f"BREACH of {breach.rule} at {breach.t_s:.2f} s: {breach.text}; {replay}")
        now_s = self.now()
        if not self.quiet and now_s - self.told_s >= TELL_S:
            self.told_s = now_s
            speed = self.simulated_s / (now_s - self.began_s)
            self.say(f"{self.sorties} sorties, {speed:.0f} simulated seconds a second")


def survey(
    seeds: Sequence[int], faults: frozenset[Fault], jobs: int, watch: Callable[[Verdict], None] = lambda _: None
) -> Sum:
    """Flies them all and tells each to `watch`. `jobs` 1 flies them in this process."""
    began_s, verdicts = time.monotonic(), []
    for verdict in _fly_all(seeds, faults, jobs):
        verdicts.append(verdict)
        watch(verdict)
    wall_s = time.monotonic() - began_s
    broken = {rule: [v.seed for v in verdicts if rule in {b.rule for b in v.breaches}] for rule in RULES}
    return Sum(
        sorties=len(verdicts),
        breaches={rule: len(found) for rule, found in broken.items()},
        seeds={rule: found for rule, found in broken.items() if found},
        outcomes=dict(Counter(v.ended for v in verdicts).most_common()),
        sim_s_per_wall_s=round(sum(v.simulated_s for v in verdicts) / wall_s, 1),
        cores=jobs,
    )


def sortie_seeds(seed: int, n: int) -> list[int]:
    dice = random.Random(seed)
    return [dice.getrandbits(32) for _ in range(n)]


def fly_one(seed: int, faults: frozenset[Fault]) -> Verdict:
    record = fly(make_plan(seed, faults))
    return Verdict(seed, judge(record), record.ended, record.simulated_s)


def parse_faults(text: str) -> frozenset[Fault]:
    """Raises UserError where there is no such fault."""
    match text:
        case "all":
            return frozenset(Fault)
        case "none":
            return frozenset()
    unknown = [name for name in text.split(",") if name not in set(Fault)]
    if unknown:
        raise UserError(f"no such fault: {unknown[0]}", where="--faults", remedy=f"all, none or {', '.join(Fault)}")
    return frozenset(Fault(name) for name in text.split(","))


def _fly_all(seeds: Sequence[int], faults: frozenset[Fault], jobs: int) -> Iterator[Verdict]:
    one = partial(fly_one, faults=faults)
    if jobs == 1:
        yield from map(one, seeds)
        return
    with ProcessPoolExecutor(jobs, initializer=die_with_parent, initargs=(os.getpid(), signal.SIGKILL)) as pool:
        yield from pool.map(one, seeds, chunksize=CHUNK)


def _run(args: argparse.Namespace) -> int:
    faults = parse_faults(args.faults)
    if args.replay is not None:
        return _replay(args.replay, faults)
    watch = Watch(args.faults, args.json, lambda line: print(line, file=sys.stderr, flush=True))
    found = survey(sortie_seeds(args.seed, args.n), faults, args.jobs, watch)
    if args.json:
        print(json.dumps(vars(found)))
    else:
        print("\n".join(_lines(found, args.faults)))
    return 1 if found.seeds else 0


def _replay(seed: int, faults: frozenset[Fault]) -> int:
    record = fly(make_plan(seed, faults))
    breaches = judge(record)
    print("\n".join(record.log))
    print(f"ended: {record.ended} after {record.simulated_s:.0f} s")
    for breach in breaches:
        print(f"{breach.t_s:8.2f}  BREACH of {breach.rule}: {breach.text}")
    return 1 if breaches else 0


def _lines(found: Sum, faults: str) -> Iterator[str]:
    yield f"sorties   {found.sorties}"
    yield "breaches  " + "  ".join(f"{rule} {count}" for rule, count in found.breaches.items())
    yield "outcomes  " + "  ".join(f"{name} {count}" for name, count in found.outcomes.items())
    yield f"speed     {found.sim_s_per_wall_s:.0f} simulated seconds a second on {found.cores} cores"
    for rule, seeds in found.seeds.items():
        for seed in seeds[:SHOWN]:
            yield f"{rule:<9} airbeat bench flights --faults {faults} --replay {seed}"


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
