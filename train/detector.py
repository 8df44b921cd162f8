"""Trains the plate detector: `python -m train.detector --samples 90000 --seed 1 --resume`, then exports it.

Counted in samples, not in minutes: what a run makes does not depend on the load of the machine. Checkpoints lie in
var/train/; a run that was stopped goes on where it was.
"""
# mypy: allow-subclassing-any
# torch is installed for training only: without it IterableDataset is Any.

import argparse
import math
import sys
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

from train.course import follow, rate
from train.export import export
from train.frames import Frame, annotated, data_folder, split
from train.manifest import commit
from train.net import PlateNet
from train.synthetic import CROP, WIDE, scene
from train.targets import Truth, loss, target
from wire.errors import UserError
from wire.process import guarded

log = structlog.get_logger()

CHECKPOINT = Path("var/train/plate_detector.pt")
BATCH = 32
WIDE_EVERY = 4
"""Each fourth batch shows wide scenes, as many as cover the same area."""
SAVE_EVERY = 50
RATE, LEAST_RATE = 3e-3, 0.01
EMA = 0.998


@dataclass(frozen=True)
class Recipe:
    """What a run is made of, written into the manifest. `samples` in crops; a wide scene counts as its area."""

    samples: int
    seed: int

    @property
    def batches(self) -> int:
        return math.ceil(self.samples / BATCH)


class Batches(IterableDataset[list[Tensor]]):
    """Endless training batches; number i depends on the seed and i alone."""

    def __init__(self, frames: list[Frame], seed: int, start: int) -> None:
        self.frames, self.seed, self.start = frames, seed, start

    def __iter__(self) -> Iterator[list[Tensor]]:
        cv2.setNumThreads(1)
        index = self.start
        while True:
            yield batch(self.frames, self.seed, index)
            index += 1


def batch(frames: list[Frame], seed: int, index: int) -> list[Tensor]:
    """Pictures uint8 (n, 3, h, w), then what `Truth` holds."""
    size, count = (WIDE, BATCH // 4) if index % WIDE_EVERY == WIDE_EVERY - 1 else (CROP, BATCH)
    scenes = [scene(np.random.default_rng([seed, index, number]), frames, size) for number in range(count)]
    rows = [(made.bgr.transpose(2, 0, 1), *astuple(target(made)), np.array(made.real)) for made in scenes]
    return [torch.from_numpy(np.stack(column)) for column in zip(*rows, strict=True)]


@dataclass
class Progress:
    """A run between two batches: the only thing that a checkpoint holds."""

    net: PlateNet
    mean: PlateNet
    optimiser: torch.optim.AdamW
    recipe: Recipe
    commit: str
    done: int = 0

    def state(self) -> dict[str, Any]:
        parts = {name: getattr(self, name).state_dict() for name in ("net", "mean", "optimiser")}
        return parts | {
            "samples": self.recipe.samples,
            "seed": self.recipe.seed,
            "commit": self.commit,
            "done": self.done,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Goes on where `state` ended. Raises UserError if that was another run."""
        if (state["samples"], state["seed"]) != (self.recipe.samples, self.recipe.seed):
            raise UserError(
                f"the checkpoint is of --samples {state['samples']} --seed {state['seed']}",
                where=str(CHECKPOINT),
                remedy="name these, or leave --resume out to begin anew",
            )
        for name in ("net", "mean", "optimiser"):
            getattr(self, name).load_state_dict(state[name])
        self.done, self.commit = state["done"], state["commit"]


def fresh(recipe: Recipe) -> Progress:
    """A run that has not begun."""
    torch.manual_seed(recipe.seed)
    net, mean = PlateNet(), PlateNet()
    mean.load_state_dict(net.state_dict())
    for weight in net.parameters():
        if weight.dim() == 4:
            weight.data = weight.data.contiguous(memory_format=torch.channels_last)
    return Progress(net, mean, torch.optim.AdamW(net.parameters(), RATE, weight_decay=1e-2), recipe, commit())


def learn(progress: Progress, parts: list[Tensor]) -> float:
    """One step on one batch; gives its loss."""
    for group in progress.optimiser.param_groups:
        group["lr"] = rate(RATE, progress.done / progress.recipe.batches, progress.done, LEAST_RATE)
    pictures, *truth = parts
    out = progress.net(pictures.float().to(memory_format=torch.channels_last))
    cost = loss(out, Truth(*truth))
    progress.optimiser.zero_grad(set_to_none=True)
    torch.autograd.backward(cost)
    torch.nn.utils.clip_grad_norm_(progress.net.parameters(), 10.0)
    progress.optimiser.step()
    progress.done += 1
    follow(progress.mean, progress.net, progress.done, EMA)
    return float(cost.detach())


def run(
    recipe: Recipe,
    frames: list[Frame],
    *,
    resume: bool,
    checkpoint: Path = CHECKPOINT,
    workers: int = 1,
    stop: int | None = None,
) -> Progress:
    """Trains until the recipe's samples are seen, or `stop` batches, saving now and then.

    `workers`: 1, a process that draws the scenes; 0, none.
    """
    progress = fresh(recipe)
    if resume and checkpoint.exists():
        progress.load(torch.load(checkpoint, weights_only=True))
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    batches = iter(
        DataLoader(
            Batches(frames, recipe.seed, progress.done),
            batch_size=None,
            num_workers=workers,
            # a fork of a process whose torch has worked already stands still
            multiprocessing_context="spawn" if workers else None,
        )
    )
    costs: list[float] = []
    last = recipe.batches if stop is None else min(stop, recipe.batches)
    while progress.done < last:
        costs.append(learn(progress, next(batches)))
        if progress.done % SAVE_EVERY == 0 or progress.done == last:
            torch.save(progress.state(), checkpoint)
            log.info("trained", samples=progress.done * BATCH, of=recipe.samples, loss=round(float(np.mean(costs)), 4))
            costs = []
    return progress


def main(argv: list[str] | None = None) -> int:
    """Train, then export the mean net with its manifest entry."""
    parser = argparse.ArgumentParser(prog="python -m train.detector", description=__doc__)
    parser.add_argument("--samples", type=int, default=90_000, help="crops in all, a resumed run's past included")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="another count gives other last digits of the weights")
    parser.add_argument("--resume", action="store_true", help=f"go on from {CHECKPOINT}")
    chosen = parser.parse_args(argv)
    return guarded(lambda: _run(Recipe(chosen.samples, chosen.seed), chosen.threads, chosen.resume))


def _run(recipe: Recipe, threads: int, resume: bool) -> int:
    torch.set_num_threads(threads)
    frames, _ = split(annotated(data_folder() / "plates/road_ro_train"))
    progress = run(recipe, frames, resume=resume)
    export(progress.mean, samples=recipe.samples, seed=recipe.seed, commit=progress.commit)
    return 0


if __name__ == "__main__":
    sys.exit(main())
