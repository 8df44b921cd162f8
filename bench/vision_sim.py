"""`airbeat bench vision --sim`: of simulated vehicles, how many are captured, read exactly, and taken for a listed one.

The hotlist holds HOTLIST random marks and for every vehicle that passes one that is a single confusion away from its
own, the worst list there could be; what counts as a hit is for ingest.matching to say. No vehicle is listed.
"""

import random
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from typing import Any

import numpy as np

from bench.vision_drive import EPOCH, Drive, Driven, Told, run
from bench.vision_score import wilson
from ingest.matching import Marks, Match, marks_of, match, neighbours
from ingest.room import IncidentConfig
from sim.plates import random_vrm
from sim.town import Sky
from train.sureness import calibration_error
from wire.states import Hotlist, HotlistEntry
from wire.vrm import fold

SKIES: tuple[Sky, ...] = ("day", "night", "rain")
STRETCH = 50
"""Vehicles in one drive; each drive has a town of its own."""
HOTLIST = 1000
Figures = dict[str, Any]


def measure(skies: Iterable[Sky], vehicles: int, seed: int, workers: int) -> dict[str, Figures]:
    """Sky -> figures. Half of the vehicles show their rear plates, half their front ones."""
    plan = [drive for sky in skies for drive in drives(sky, vehicles, seed)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        driven = list(pool.map(run, plan))
    return {sky: figures([d for d in driven if d.drive.sky == sky], seed) for sky in dict.fromkeys(skies)}


def drives(sky: Sky, vehicles: int, seed: int) -> list[Drive]:
    """Stretches of at most STRETCH vehicles, cameras in turn, no two with the same town."""
    count = max(2, -(-vehicles // STRETCH)) if vehicles > 1 else 1
    sizes = [vehicles // count + (number < vehicles % count) for number in range(count)]
    return [Drive(seed * 10_000 + number, number % 2, sky, size) for number, size in enumerate(sizes)]


def figures(driven: list[Driven], seed: int) -> Figures:
    """`captured` of the vehicles that passed, `exact` of the captured ones; `false_hits` of all, as none is listed."""
    vehicles = [(d, trip, mark) for d in driven for trip, mark in d.passed.items()]
    reads = [[told for told in d.told if told.trip == trip] for d, trip, _ in vehicles]
    captured = [bool(told) for told in reads]
    exact = [all(t.vrm == mark for t in told) for (_, _, mark), told in zip(vehicles, reads, strict=True) if told]
    marks = hotlist([mark for _, _, mark in vehicles], seed)
    matches = [found for d in driven for told in d.told if (found := _match(told, marks))]
    hits, wall_s = sum(found.kind == "hit" for found in matches), sum(d.wall_s for d in driven)
    return {
        "n": len(vehicles),
        "captured": round(sum(captured) / len(captured), 4),
        "exact": round(sum(exact) / len(exact), 4) if exact else None,
        "false_hits_per_vehicle": round(hits / len(vehicles), 6),
        "possible_per_vehicle": round((len(matches) - hits) / len(vehicles), 4),
        "ece": round(_calibration(driven), 4),
        "told_twice": sum(len(told) > 1 for told in reads),
        "nobodys_reads": sum(told.trip is None for d in driven for told in d.told),
        "intervals": {
            "captured": _interval(sum(captured), len(captured)),
            "exact": _interval(sum(exact), len(exact)),
            "false_hits_per_vehicle": _interval(hits, len(vehicles)),
        },
        "misread": [(mark, t.vrm) for (_, _, mark), told in zip(vehicles, reads, strict=True)
                    for t in told if t.vrm != mark][:20],
        "cpu_ms_per_frame": round(sum(d.eyes_s for d in driven) / sum(d.frames for d in driven) * 1e3, 2),
        "cpu_s_per_vehicle": round(sum(d.cpu_s for d in driven) / len(vehicles), 2),
        "vehicles_per_minute": round(len(vehicles) / wall_s * 60, 1),
    }  # fmt: skip


def hotlist(passing: list[str], seed: int) -> Marks:
    """The list described above: none of `passing` is on it."""
    dice, rng = random.Random(f"{seed}:hotlist"), np.random.default_rng([seed, 17])
    driving = {fold(mark) for mark in passing}
    near = [dice.choice([*neighbours(fold(mark))] or [""]) for mark in passing]
    listed = {fold(mark): mark for mark in (*near, *(random_vrm(rng) for _ in range(HOTLIST))) if mark}
    entries = tuple(HotlistEntry(vrm=mark, category="test") for key, mark in listed.items() if key not in driving)
    return marks_of(Hotlist(version=1, issued_at=EPOCH, expires_at=EPOCH + timedelta(days=9), entries=entries))


def _match(told: Told, marks: Marks) -> Match | None:
    return match(told.vrm, told.confidence, marks, min_confidence=IncidentConfig().min_confidence, now=EPOCH)


def _calibration(driven: list[Driven]) -> float:
    """Expected calibration error of what was told of them (O = 0, I = 1); a read of nobody's plate is wrong."""
    known = [(t, d.passed.get(t.trip, "") if t.trip is not None else "") for d in driven for t in d.told]
    judged = [(t, mark) for t, mark in known if mark or t.trip is None]
    return calibration_error([t.confidence for t, _ in judged], [fold(t.vrm) == fold(mark) for t, mark in judged])


def _interval(hits: int, n: int) -> list[float] | None:
    return [round(bound, 5) for bound in wilson(hits, n)] if n else None
