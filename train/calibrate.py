"""`airbeat train calibrate`: how far the shipped reader may believe itself, fitted on rendered passes and stills.

Reads rendered vehicles through the real reader, vote and grammar, fits the curve of edge/vision/calibrate.py on half of
them and prints the expected calibration error of the other half before and after. Run it whenever the reader changes.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edge.vision.calibrate import FILE, Curve, log_odds
from edge.vision.detect import PlateBox
from edge.vision.frame import Frame
from edge.vision.read import PlateReader
from edge.vision.vehicle import Read, Vehicle
from edge.vision.vote import Consensus, plausible
from train.passes import sights
from train.sureness import calibration_error, log_loss
from wire.process import guarded
from wire.vrm import fold

STEPS, LONGEST_STEP = 80, 0.2
STIFF = 1.0
"""How strongly the curve is held to the identity: about as much as one pass."""


@dataclass(frozen=True)
class Outcome:
    """What a vote of so many readings said of itself, and whether it was right (O = 0, I = 1)."""

    said: float
    readings: int
    right: bool


def outcomes(passes: int, seed: int) -> list[Outcome]:
    """The reads that a camera and `airbeat read` would tell of `passes` rendered vehicles."""
    read, rng = PlateReader(), np.random.default_rng(seed)
    found = []
    for number in range(passes):
        vrm, frames = sights(rng)
        # Every other vehicle is photographed instead: stills are looked at in several cuts.
        still = number % 2 == 1
        consensus = _looked_at(read, rng, list(frames)) if still else told(read, frames)
        if consensus and plausible(consensus):
            found.append(Outcome(consensus.share, consensus.readings, fold(consensus.vrm) == fold(vrm)))
    return found


def _looked_at(
    read: PlateReader, rng: np.random.Generator, frames: Sequence[tuple[Frame, PlateBox]]
) -> Consensus | None:
    frame, plate = frames[int(rng.integers(len(frames)))]
    return read.look(frame.bgr, plate)


def told(read: Read, frames: Iterable[tuple[Frame, PlateBox]]) -> Consensus | None:
    """The vote on one vehicle, at the frame where it is firm or when it has gone."""
    vehicle: Vehicle | None = None
    for frame, plate in frames:
        vehicle = vehicle or Vehicle(frame.captured_at, frame.captured_at)
        if consensus := vehicle.see(frame, plate, read):
            return consensus
    return vehicle.leave(read) if vehicle else None


def fit(seen: Sequence[Outcome]) -> Curve:
    """The likeliest slope and shift (Newton's method); Platt's targets keep it finite where every read was right."""
    x = np.array([log_odds(outcome.said, outcome.readings) for outcome in seen])
    right = np.array([outcome.right for outcome in seen])
    wrong_target, right_target = 1 / ((~right).sum() + 2), 1 - 1 / (right.sum() + 2)
    y = np.where(right, right_target, wrong_target)
    columns, weights = np.stack([x, np.ones_like(x)], axis=1), np.array([1.0, 0.0])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-columns @ weights))
        slope = columns.T @ (p - y) + STIFF * (weights - np.array([1.0, 0.0]))
        bend = columns.T @ (columns * (p * (1 - p))[:, None]) + STIFF * np.eye(2)
        weights -= np.clip(np.linalg.solve(bend, slope), -LONGEST_STEP, LONGEST_STEP)
    return Curve(float(weights[0]), float(weights[1]))


def report(seen: Sequence[Outcome], curve: Curve | None) -> dict[str, float]:
    """How well what was said fits what was right; without a curve as the vote says it."""
    said = [curve(outcome.said, outcome.readings) if curve else outcome.said for outcome in seen]
    right = [outcome.right for outcome in seen]
    return {
        "reads": len(seen),
        "right": round(sum(right) / max(len(right), 1), 4),
        "ece": round(calibration_error(said, right), 4),
        "log_loss": round(log_loss(said, right), 4),
    }


def entry(seen: Sequence[Outcome], *, passes: int, seed: int) -> dict[str, Any]:
    """What calibration.json holds: fitted on two of each four reads, judged on the others, and then fitted on all."""
    half = fit([*seen[::4], *seen[1::4]])
    curve, rest = fit(seen), [*seen[2::4], *seen[3::4]]
    return {
        "slope": round(curve.slope, 5),
        "shift": round(curve.shift, 5),
        "recogniser": PlateReader().recogniser,
        "recipe": f"airbeat train calibrate --passes {passes} --seed {seed}",
        "before": report(rest, None),
        "after": report(rest, half),
    }


def main(argv: list[str] | None = None) -> int:
    """airbeat train calibrate [--passes N] [--seed S] [--out FILE]"""
    parser = argparse.ArgumentParser(prog="airbeat train calibrate", description=__doc__)
    parser.add_argument("--passes", type=int, default=3000, help="rendered vehicles")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=FILE)
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args.passes, args.seed, args.out))


def _run(passes: int, seed: int, out: Path) -> int:
    cv2.setNumThreads(1)
    fitted = entry(outcomes(passes, seed), passes=passes, seed=seed)
    out.write_text(json.dumps(fitted, indent=2) + "\n")
    print(json.dumps(fitted, indent=2))
    return 0
