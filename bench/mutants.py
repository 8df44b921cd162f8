"""`airbeat bench mutants`: each flight rule with its code removed, and whether the bench or a test notices.

A rule that nothing notices the loss of is not kept but written down. Each mutant runs in a process of its own.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.mutants_flown import FLOWN, Flown
from bench.mutants_tested import TESTED, Tested
from wire.errors import UserError
from wire.process import guarded

MUTANTS: dict[str, Flown | Tested] = {**FLOWN, **TESTED}
ROOT = Path(__file__).parent.parent
CAUGHT, SURVIVED = 0, 1


@dataclass(frozen=True)
class Row:
    rules: tuple[str, ...]
    name: str
    caught: bool
    by: str


def main(argv: list[str] | None = None) -> int:
    """airbeat bench mutants [--only TEXT] [--jobs N]; 1 where a mutant survives."""
    parser = argparse.ArgumentParser(prog="airbeat bench mutants", description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT", help="those whose name or rule has TEXT in it")
    parser.add_argument("--jobs", type=int, default=1, help="how many at a time")
    parser.add_argument("--one", metavar="NAME", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    return guarded(lambda: _one(args.one) if args.one else _all(args.only, args.jobs))


def names(only: str = "") -> list[str]:
    """Flown ones first, each by its rule."""
    return [name for name, mutant in MUTANTS.items() if only in name or only in mutant.rules or not only]


def _one(name: str) -> int:
    """In this process, which is spoilt afterwards."""
    if flown := FLOWN.get(name):
        return CAUGHT if flown.caught() else SURVIVED
    import pytest

    mutant = TESTED[name]
    with mutant.cut():
        # Only a failed test counts: an error of pytest's own (2 and more) proves nothing.
        status = pytest.main(["-q", "-x", "-p", "no:cacheprovider", "--no-header", *mutant.tests])
    return CAUGHT if status == pytest.ExitCode.TESTS_FAILED else SURVIVED


def _all(only: str, jobs: int) -> int:
    chosen = names(only)
    if not chosen:
        raise UserError(f"no such mutant: {only}", where="--only")
    rows = []
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        for row in pool.map(_run, chosen):
            rows.append(row)
            print(
                f"{'caught  ' if row.caught else 'SURVIVED'}  {'/'.join(row.rules):<7} {row.name} ({row.by})",
                flush=True,
            )
    print("\n".join(_sum(rows)))
    return 0 if all(row.caught for row in rows) else 1


def _red_uncut(name: str) -> bool:
    """Whether its tests fail with all code in place: their failing would prove nothing."""
    if name in FLOWN:
        return False
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *TESTED[name].tests]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode != 0


def _run(name: str) -> Row:
    command = [sys.executable, "-m", "bench.mutants", "--one", name]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    by = "bench flights" if name in FLOWN else TESTED[name].tests[0]
    if done.returncode == CAUGHT and _red_uncut(name):
        return Row(MUTANTS[name].rules, name, False, f"{by}, red before the code was removed too")
    return Row(MUTANTS[name].rules, name, done.returncode == CAUGHT, by)


def _sum(rows: list[Row]) -> Iterator[str]:
    rules = sorted({rule for row in rows for rule in row.rules}, key=lambda rule: int(rule[1:]))
    yield f"{sum(row.caught for row in rows)} of {len(rows)} mutants caught; rules: {' '.join(rules)}"


if __name__ == "__main__":
    sys.exit(main())
