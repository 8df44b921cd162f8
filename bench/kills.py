"""`airbeat bench kills --n N --seed S`: each of our processes killed at random stages of a flight; how does it end?

In lockstep, and with `--real M` as processes over true sockets too: every one must end in a return or a landing.
"""

import argparse
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from bench.kills_fly import End, fly
from bench.kills_plan import make_case
from bench.kills_real import fly_real
from wire.children import die_with_parent
from wire.process import guarded

CHUNK = 4
GOOD = ("home", "landed out", "not flown")


def main(argv: list[str] | None = None) -> int:
    """airbeat bench kills [--n N] [--real M] [--seed S] [--json] [--replay SEED]; 1 where one did not come down."""
    parser = argparse.ArgumentParser(prog="airbeat bench kills", description=__doc__)
    parser.add_argument("--n", type=int, default=200, help="how many in lockstep (default 200)")
    parser.add_argument("--real", type=int, default=0, help="how many real processes are killed besides (default 0)")
    parser.add_argument("--seed", type=int, default=1, help="which cases (default 1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one a core)")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--replay", type=int, metavar="SEED", help="fly one lockstep case again and print its log")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args))


def survey(seeds: Sequence[int], one: Callable[[int], End], jobs: int) -> list[End]:
    """`jobs` 1 flies them in this process."""
    if jobs == 1:
        return [one(seed) for seed in seeds]
    with ProcessPoolExecutor(jobs, initializer=die_with_parent, initargs=(os.getpid(), signal.SIGKILL)) as pool:
        return list(pool.map(one, seeds, chunksize=CHUNK))


def fly_one(seed: int) -> End:
    return fly(make_case(seed))


def case_seeds(seed: int, n: int) -> list[int]:
    dice = random.Random(seed)
    return [dice.getrandbits(32) for _ in range(n)]


def _run(args: argparse.Namespace) -> int:
    if args.replay is not None:
        end = fly_one(args.replay)
        print("\n".join((*end.log, f"{end.ended}; {'; '.join(end.wrong) or 'as it must be'}")))
        return 1 if end.wrong else 0
    began_s = time.monotonic()
    ends = survey(case_seeds(args.seed, args.n), fly_one, args.jobs)
    took_s = time.monotonic() - began_s
    real = survey(case_seeds(args.seed, args.real), fly_real, args.jobs)
    bad = [end for end in (*ends, *real) if end.wrong or end.ended not in GOOD]
    if args.json:
        print(json.dumps({"lockstep": summary(ends), "real": summary(real), "seconds": round(took_s, 1)}))
    else:
        print("\n".join((*_table("lockstep", ends), *_table("real", real), f"{took_s:.0f} s for the lockstep part")))
        print("\n".join(f"{'; '.join(e.wrong) or e.ended}: airbeat bench kills --replay {e.case.seed}" for e in bad))
    return 1 if bad else 0


def summary(ends: Sequence[End]) -> dict[str, object]:
    """Counts; `stages`: the stage that a process died in -> how those flights ended."""
    stages = sorted({end.killed_in for end in ends})
    return {
        "killed": len(ends),
        "came_down": sum(end.ended in GOOD and not end.wrong for end in ends),
        "ended": dict(Counter(end.ended for end in ends)),
        "victims": dict(Counter(str(end.case.victim) for end in ends)),
        "flown_down_by": dict(Counter(end.by or "nobody" for end in ends)),
        "stages": {s: dict(Counter(end.ended for end in ends if end.killed_in == s)) for s in stages},
        "wrong": {
            end.case.seed: "; ".join(end.wrong) or end.ended for end in ends if end.wrong or end.ended not in GOOD
        },
    }


def _table(name: str, ends: Sequence[End]) -> Iterator[str]:
    if not ends:
        return
    told = Counter(end.killed_in for end in ends)
    good = sum(end.ended in GOOD and not end.wrong for end in ends)
    yield f"{name}: {good} of {len(ends)} killed flights ended in a return, a landing or on the pad where they stood"
    yield f"  {'killed in':<14}{'killed':>7}" + "".join(f"{ended:>12}" for ended in GOOD) + f"{'by autopilot':>14}"
    for stage, killed in sorted(told.items()):
        mine = [end for end in ends if end.killed_in == stage]
        counts = "".join(f"{sum(end.ended == ended for end in mine):>12}" for ended in GOOD)
        yield f"  {stage:<14}{killed:>7}{counts}{sum(end.by == 'autopilot' for end in mine):>14}"
    victims = Counter(f"{end.case.victim} ({'back' if end.rests != 'dead' else 'never back'})" for end in ends)
    yield "  victims       " + ", ".join(f"{victim} {count}" for victim, count in sorted(victims.items()))
