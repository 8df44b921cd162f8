"""Trains the plate detector: `python -m train.detector --minutes 15 --seed 1 --resume`, then exports it.

Checkpoints lie in var/train/; the time already spent counts, so a run that was stopped goes on where it was.
"""
# mypy: allow-subclassing-any
# torch is installed for training only: without it IterableDataset is Any.

import argparse
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import structlog
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from train.export import export
from train.frames import Frame, annotated, data_folder, split
from train.net import PlateNet
from train.synthetic import scene
from train.targets import Truth, loss, target
from wire.process import guarded

log = structlog.get_logger()

CHECKPOINT = Path("var/train/plate_detector.pt")
BATCH = 32
RATE = 3e-3
WARM_UP = 200
EMA = 0.998


@dataclass(frozen=True)
class Recipe:
    """What a run is made of; written into the manifest."""

    minutes: float
    seed: int
    threads: int


class Scenes(IterableDataset[tuple[Any, ...]]):
    """Endless training samples; scene number i depends on the seed and i alone."""

    def __init__(self, frames: list[Frame], seed: int, start: int) -> None:
        self.frames, self.seed, self.start = frames, seed, start

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        cv2.setNumThreads(1)
        index = self.start
        while True:
            made = scene(np.random.default_rng([self.seed, index]), self.frames)
            yield np.ascontiguousarray(made.bgr.transpose(2, 0, 1)), *astuple(target(made)), made.real
            index += 1


@dataclass
class Progress:
    """A run between two batches: the only thing that a checkpoint holds."""

    net: PlateNet
    mean: PlateNet
    optimiser: torch.optim.AdamW
    spent_s: float = 0.0
    seen: int = 0

    def state(self) -> dict[str, Any]:
        parts = {name: getattr(self, name).state_dict() for name in ("net", "mean", "optimiser")}
        return parts | {"spent_s": self.spent_s, "seen": self.seen}

    def load(self, state: dict[str, Any]) -> None:
        for name in ("net", "mean", "optimiser"):
            getattr(self, name).load_state_dict(state[name])
        self.spent_s, self.seen = state["spent_s"], state["seen"]


def fresh(seed: int) -> Progress:
    """A run that has not begun."""
    torch.manual_seed(seed)
    net, mean = PlateNet(), PlateNet()
    mean.load_state_dict(net.state_dict())
    for weight in net.parameters():
        if weight.dim() == 4:
            weight.data = weight.data.contiguous(memory_format=torch.channels_last)
    return Progress(net, mean, torch.optim.AdamW(net.parameters(), RATE, weight_decay=1e-2))


def rate(share: float, step: int) -> float:
    """The learning rate after `share` of the time: a short rise, then half a cosine."""
    return RATE * min(1.0, (step + 1) / WARM_UP) * max(0.01, (1 + math.cos(math.pi * min(share, 1.0))) / 2)


def learn(progress: Progress, batch: list[Tensor], share: float) -> float:
    """One step on one batch; gives its loss."""
    for group in progress.optimiser.param_groups:
        group["lr"] = rate(share, progress.seen // BATCH)
    pictures, *truth = batch
    out = progress.net(pictures.float().to(memory_format=torch.channels_last))
    cost = loss(out, Truth(*truth))
    progress.optimiser.zero_grad(set_to_none=True)
    torch.autograd.backward(cost)
    torch.nn.utils.clip_grad_norm_(progress.net.parameters(), 10.0)
    progress.optimiser.step()
    _follow(progress)
    progress.seen += len(pictures)
    return float(cost.detach())


def _follow(progress: Progress) -> None:
    """The mean net drifts after the learning one; it is the one that is shipped."""
    keep = min(EMA, 1 - 1 / (1 + progress.seen / BATCH / 10))
    with torch.no_grad():
        for mean, value in zip(progress.mean.state_dict().values(), progress.net.state_dict().values(), strict=True):
            mean.copy_(torch.lerp(value, mean, keep) if mean.is_floating_point() else value)


def run(recipe: Recipe, *, resume: bool) -> Progress:
    """Trains until the recipe's minutes are spent, saving twice a minute."""
    torch.set_num_threads(recipe.threads)
    frames, _ = split(annotated(data_folder() / "plates/road_ro_train"))
    progress = fresh(recipe.seed)
    if resume and CHECKPOINT.exists():
        progress.load(torch.load(CHECKPOINT, weights_only=True))
    CHECKPOINT.parent.mkdir(parents=True, exist_ok=True)
    batches = DataLoader(Scenes(frames, recipe.seed, progress.seen), BATCH, num_workers=1, prefetch_factor=4)
    begun, saved, costs = time.monotonic() - progress.spent_s, progress.spent_s, []
    for batch in batches:
        costs.append(learn(progress, batch, progress.spent_s / recipe.minutes / 60))
        progress.spent_s = time.monotonic() - begun
        done = progress.spent_s >= recipe.minutes * 60
        if done or progress.spent_s - saved > 30:
            torch.save(progress.state(), CHECKPOINT)
            log.info(
                "trained", seen=progress.seen, spent_s=round(progress.spent_s), loss=round(float(np.mean(costs)), 4)
            )
            saved, costs = progress.spent_s, []
        if done:
            break
    return progress


def main(argv: list[str] | None = None) -> int:
    """Train, then export the mean net with its manifest entry."""
    parser = argparse.ArgumentParser(prog="python -m train.detector", description=__doc__)
    parser.add_argument("--minutes", type=float, default=15, help="training time in all, a resumed run's past included")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resume", action="store_true", help=f"go on from {CHECKPOINT}")
    chosen = parser.parse_args(argv)
    return guarded(lambda: _run(Recipe(chosen.minutes, chosen.seed, chosen.threads), chosen.resume))


def _run(recipe: Recipe, resume: bool) -> int:
    progress = run(recipe, resume=resume)
    export(progress.mean, seed=recipe.seed, minutes=recipe.minutes, seen=progress.seen)
    return 0


if __name__ == "__main__":
    sys.exit(main())
