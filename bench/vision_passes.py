"""`airbeat bench vision --passes`: how seldom an unlisted vehicle is taken for a listed one, over many vehicles.

Rendered plates pass one after another, in weather, and go through the real reader, vote, grammar, calibration and
matching; there is no street and no detector, so that ten thousand vehicles take minutes. The hotlist is that of
`--sim`, a neighbour of every plate that passes is on it; and, beside it, one of HOTLIST marks drawn at random.
"""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import cv2
import numpy as np

from bench.vision_drive import EPOCH
from bench.vision_score import wilson
from bench.vision_sim import hotlist
from ingest.matching import Marks, Match, match
from ingest.room import IncidentConfig
from wire.vrm import fold

STRETCH = 250
"""Vehicles that one process reads before the next stretch is given out."""


@dataclass(frozen=True)
class Seen:
    """A vehicle's true mark, and the read that was told of it: None where none was; `raw`: before the formats spoke."""

    mark: str
    vrm: str | None
    confidence: float
    raw: str | None = None


def measure(vehicles: int, seed: int, workers: int) -> dict[str, Any]:
    """Figures of so many passes. The same seed gives the same passes, whatever the workers."""
    starts = range(0, vehicles, STRETCH)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        parts = pool.map(_stretch, ((seed, start, min(STRETCH, vehicles - start)) for start in starts))
        return figures([seen for part in parts for seen in part], seed)


def figures(seen: list[Seen], seed: int) -> dict[str, Any]:
    """`told` of the vehicles, `right` of the told ones; hits are all false, since no vehicle is listed."""
    told = [one for one in seen if one.vrm is not None]
    right = [fold(one.vrm or "") == fold(one.mark) for one in told]
    worst = _matches(told, hotlist([one.mark for one in seen], seed))
    hits = [(one.mark, one.vrm, round(one.confidence, 3)) for one, found in worst if found.kind == "hit"]
    usual = [found for one, found in _matches(told, hotlist([], seed)) if fold(found.entry.vrm) != fold(one.mark)]
    return {
        "n": len(seen),
        "told": round(len(told) / len(seen), 4),
        "right": round(sum(right) / len(told), 5) if told else None,
        "false_hits": len(hits),
        "false_hits_per_vehicle": len(hits) / len(seen),
        "possible": len(worst) - len(hits),
        "false_hits_usual_list": sum(found.kind == "hit" for found in usual),
        "intervals": {"false_hits_per_vehicle": [round(bound, 6) for bound in wilson(len(hits), len(seen))]},
        "hits": hits[:20],
    }


def _matches(told: list[Seen], marks: Marks) -> list[tuple[Seen, Match]]:
    least = IncidentConfig().min_confidence
    found = ((o, match(o.vrm or "", o.confidence, marks, min_confidence=least, now=EPOCH, raw=o.raw)) for o in told)
    return [(one, hit) for one, hit in found if hit]


def _stretch(part: tuple[int, int, int]) -> list[Seen]:
    """(seed, first vehicle, how many)."""
    from edge.vision.calibrate import load_curve
    from edge.vision.read import PlateReader
    from edge.vision.vote import plausible
    from train.calibrate import told
    from train.passes import sights

    cv2.setNumThreads(1)
    seed, start, count = part
    read, curve, seen = PlateReader(), load_curve(), []
    for number in range(start, start + count):
        vrm, frames = sights(np.random.default_rng([seed, number]))
        consensus = told(read, frames)
        if consensus and plausible(consensus):
            sure = curve(consensus.share, consensus.readings)
            seen.append(Seen(vrm, consensus.vrm, sure, consensus.raw))
        else:
            seen.append(Seen(vrm, None, 0.0))
    return seen
