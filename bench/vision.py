"""`airbeat bench vision`: how well and at what cost the plates of a folder, or of simulated traffic, are read.

cpu_ms is the CPU time of one thread, models loaded before: of a picture from file to reads; of finding boxes alone
where the folder knows boxes only; of reading a plate with --boxes truth, the default where pictures are cut-out plates.
A reader runs in a process of its own, so that rss_mb is its own peak.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import fmean, median
from typing import Any

from bench import vision_score as score
from bench.vision_readers import OTHERS, check_installed
from bench.vision_run import Run, Task, run_alone
from bench.vision_table import print_figures, print_skies, print_table
from bench.vision_truth import Shot, crops_only, marks_known, shots
from wire.errors import UserError
from wire.process import guarded

Figures = dict[str, Any]


def main(argv: list[str] | None = None) -> int:
    """airbeat bench vision --data DIR [--boxes truth] [--held-out] [--against READER] [--json], --sim or --passes"""
    parser = argparse.ArgumentParser(
        prog="airbeat bench vision", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--data", type=Path, metavar="DIR", help="pictures and truth.csv (image, vrm, x, y, w, h)")
    what.add_argument("--sim", action="store_true", help="simulated vehicles pass a roadside camera")
    what.add_argument("--passes", type=int, metavar="N", help="rendered plates pass the reader: false hotlist hits")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    data = parser.add_argument_group("with --data")
    data.add_argument("--boxes", choices=["found", "truth"], help="truth: the reader alone, on the true boxes")
    data.add_argument("--held-out", action="store_true", help="of road_ro only the part that training does not see")
    data.add_argument("--against", action="append", choices=[*OTHERS], default=[], help="in the same run")
    sim = parser.add_argument_group("with --sim or --passes")
    sim.add_argument("--vehicles", type=int, default=200, metavar="N", help="--sim: in each weather (default 200)")
    sim.add_argument("--weather", choices=["day", "night", "rain", "all"], default="all", help="--sim: which")
    sim.add_argument("--seed", type=int, default=1)
    sim.add_argument("--workers", type=int, default=1, metavar="N", help="processes side by side (default 1)")
    args = parser.parse_args(argv)
    return guarded(lambda: _chosen(args)(args))


def _chosen(args: argparse.Namespace) -> Callable[[argparse.Namespace], int]:
    for name, least in (("vehicles", 1), ("workers", 1), ("seed", 0), ("passes", 1)):
        if (given := getattr(args, name)) is not None and given < least:
            raise UserError(f"must be at least {least}", where=f"--{name}")
    return _simulate if args.sim else _read if args.data else _pass


def _pass(args: argparse.Namespace) -> int:
    from bench.vision_passes import measure

    figures = measure(args.passes, args.seed, args.workers)
    if args.json:
        print(json.dumps(figures))
    else:
        print_figures(figures)
    return 0


def _simulate(args: argparse.Namespace) -> int:
    from bench.vision_sim import SKIES, measure

    skies = SKIES if args.weather == "all" else (args.weather,)
    figures = measure(skies, args.vehicles, args.seed, args.workers)
    if args.json:
        print(json.dumps(figures))
    else:
        print_skies(figures)
    return 0


def _read(args: argparse.Namespace) -> int:
    for peer in args.against:
        check_installed(peer)
    shown = held_out(shots(args.data)) if args.held_out else shots(args.data)
    task = task_of(shown, args.boxes)
    figures = {name: _measured(name, task, shown) for name in ("airbeat", *args.against)}
    if args.json:
        own = figures.pop("airbeat")
        print(json.dumps(own | ({"against": figures} if figures else {})))
    else:
        print_table(str(args.data), task, figures)
    return 0


def task_of(shown: list[Shot], boxes: str | None) -> Task:
    """What can be asked of these pictures, `boxes` being what the user wants."""
    if boxes == "truth" or (boxes is None and crops_only(shown) and marks_known(shown)):
        return Task.READ
    return Task.WHOLE if marks_known(shown) else Task.FIND


def held_out(shown: list[Shot]) -> list[Shot]:
    """The part that train.frames keeps from training. Raises UserError where the names hold no clip and time."""
    import numpy as np

    from train.frames import Frame, split

    try:
        _, kept = split([Frame(shot.path, np.zeros((0, 4), np.float32)) for shot in shown])
    except ValueError as error:
        raise UserError(
            "the pictures' names hold no clip and second", where="--held-out", remedy="Leave it out"
        ) from error
    paths = {frame.path for frame in kept}
    return [shot for shot in shown if shot.path in paths]


def _measured(name: str, task: Task, shown: list[Shot]) -> Figures:
    ran = run_alone(name, task, shown)
    for outcome in ran.outcomes:
        if outcome.trouble:
            print(f"airbeat: {outcome.trouble} (counted as missed)", file=sys.stderr)
    return figures_of(shown, ran, task)


def figures_of(shown: list[Shot], ran: Run, task: Task) -> Figures:
    """What is printed. A picture that could not be read counts as missed; its time does not count."""
    pairs = list(zip(shown, ran.outcomes, strict=True))
    judge = {"finding": task is not Task.READ, "each_its_own": task is Task.READ}
    judged = [j for shot, outcome in pairs for j in score.judge(shot, outcome, **judge)]
    return {
        "n": len(pairs),
        **score.shares(judged),
        "false_per_image": None if task is Task.READ else _per_image(pairs, score.false_boxes),
        "wrong_reads_per_image": None if task is Task.FIND else _per_image(pairs, score.wrong_reads),
        **_times(ran),
        "rss_mb": round(ran.rss_mb, 1),
        "intervals": score.intervals(judged),
        "slices": {name: score.shares(filter(belongs, judged)) for name, belongs in score.SLICES.items()},
        "task": task.value,
        "unreadable": sum(bool(outcome.trouble) for outcome in ran.outcomes),
    }


def _per_image(pairs: list[tuple[Shot, score.Outcome]], count: Callable[[Shot, score.Outcome], int]) -> float:
    return round(fmean(count(shot, outcome) for shot, outcome in pairs), 4)


def _times(ran: Run) -> Figures:
    """Means of the pictures that could be read, and the median of cpu_ms; None where there was none."""
    good = [outcome for outcome in ran.outcomes if not outcome.trouble]
    columns: dict[str, list[float]] = {
        "cpu_ms": [outcome.cpu_ms for outcome in good],
        "decode_ms": [outcome.decode_ms for outcome in good],
        "detect_ms": [outcome.detect_ms for outcome in good],
    }
    means: Figures = {name: round(fmean(values), 2) if values else None for name, values in columns.items()}
    return means | {"cpu_ms_median": round(median(columns["cpu_ms"]), 2) if good else None}
