"""Trains the plate reader: `airbeat train reader --samples 300000 --seed 1 [--resume]`, then exports it.

Sample number i depends on the seed and i alone, hardness and learning rate on i's share of all. A run that was
stopped goes on with the next sample; its dropout is drawn anew, so it makes as good a model and not the same bytes.
Checkpoints lie in var/train/.
"""
# mypy: allow-subclassing-any
# torch is installed for training only: without it IterableDataset is Any.

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import structlog
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from edge.vision.line import HEIGHT, MOST_WIDTH, STRIDE
from train.course import Course, follow, rate
from train.letters import CHARACTERS
from train.lines import Line, line
from train.manifest import commit
from train.reader_export import export_reader
from train.reader_net import ReaderNet
from wire.errors import UserError
from wire.process import guarded

log = structlog.get_logger()

CHECKPOINT = Path("var/train/plate_reader.pt")
BATCH = 64
RATE, LEAST_RATE = 2.5e-3, 0.005
EMA = 0.999
EASY = 0.25
"""Share of the run over which samples grow from clear to the hardest: CTC alone learns nothing from hard ones."""
AIDED, AID_AT_LEAST = 0.3, 0.05
"""Share of the run over which the weight of known places falls from 1 to this."""
IGNORED = -1
COLUMNS = MOST_WIDTH // STRIDE


class Batch(NamedTuple):
    """`strips` (n, 1, 32, 320), padded with 0; `columns` (n,) in use; `texts` (n, 12) class numbers, 0 after the end;
    `lengths` (n,); `places` (n, 80): the class of a column, -1 where none is taught."""

    strips: Tensor
    columns: Tensor
    texts: Tensor
    lengths: Tensor
    places: Tensor


class Lines(IterableDataset[tuple[Any, ...]]):
    """Endless samples, from number `start` on."""

    def __init__(self, seed: int, start: int, total: int) -> None:
        self.seed, self.start, self.total = seed, start, total

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        cv2.setNumThreads(1)
        for index in range(self.start, self.total):
            hardness = min(1.0, index / (EASY * self.total))
            yield as_tensors(line(np.random.default_rng([self.seed, index]), hardness))


def as_tensors(sample: Line) -> tuple[Any, ...]:
    """One row of a Batch."""
    width = sample.strip.shape[1]
    strip = np.zeros((1, HEIGHT, MOST_WIDTH), np.float32)
    strip[0, :, :width] = sample.strip
    text = np.zeros(12, np.int64)
    text[: len(sample.text)] = [CHARACTERS.index(char) + 1 for char in sample.text]
    return strip, width // STRIDE, text, len(sample.text), _places(sample, width // STRIDE)


def _places(sample: Line, columns: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Blank where no character is, a character's class at its middle, nothing at its edges and in the padding."""
    places = np.full(COLUMNS, IGNORED, np.int64)
    middles = (np.arange(columns) + 0.5) * STRIDE
    places[:columns] = 0
    for centre, width in zip(sample.centres, sample.widths, strict=True):
        places[:columns][np.abs(middles - centre) < width / 2] = IGNORED
    for char, centre, width in zip(sample.text, sample.centres, sample.widths, strict=True):
        distance = np.abs(middles - centre)
        places[:columns][distance <= max(width * 0.2, STRIDE / 2)] = CHARACTERS.index(char) + 1
    return places


@dataclass
class Progress:
    """A run between two batches: the only thing that a checkpoint holds. `commit`: at which the run began."""

    net: ReaderNet
    mean: ReaderNet
    optimiser: torch.optim.AdamW
    commit: str
    seen: int = 0

    def state(self) -> dict[str, Any]:
        parts = {name: getattr(self, name).state_dict() for name in ("net", "mean", "optimiser")}
        return parts | {"seen": self.seen, "commit": self.commit}

    def load(self, state: dict[str, Any]) -> None:
        for name in ("net", "mean", "optimiser"):
            getattr(self, name).load_state_dict(state[name])
        self.seen, self.commit = state["seen"], state["commit"]


def fresh(seed: int) -> Progress:
    """A run that has not begun."""
    torch.manual_seed(seed)
    net, mean = ReaderNet(), ReaderNet()
    mean.load_state_dict(net.state_dict())
    for weight in net.parameters():
        if weight.dim() == 4:
            weight.data = weight.data.contiguous(memory_format=torch.channels_last)
    return Progress(net, mean, torch.optim.AdamW(net.parameters(), RATE, weight_decay=1e-2), commit())


def learn(progress: Progress, batch: Batch, share: float) -> float:
    """One step on one batch; gives the CTC loss a character."""
    for group in progress.optimiser.param_groups:
        group["lr"] = rate(RATE, share, progress.seen // BATCH, LEAST_RATE)
    out = progress.net(batch.strips.contiguous(memory_format=torch.channels_last)).log_softmax(2)
    ctc = nn.functional.ctc_loss(
        out.transpose(0, 1), batch.texts, batch.columns, batch.lengths, reduction="sum", zero_infinity=True
    ) / batch.lengths.sum().clamp(min=1)
    placed = nn.functional.nll_loss(out.flatten(0, 1), batch.places.flatten(), ignore_index=IGNORED)
    aid = max(AID_AT_LEAST, 1 - share / AIDED)
    progress.optimiser.zero_grad(set_to_none=True)
    torch.autograd.backward(ctc + 4 * aid * placed)
    nn.utils.clip_grad_norm_(progress.net.parameters(), 5.0)
    progress.optimiser.step()
    progress.seen += len(batch.strips)
    follow(progress.mean, progress.net, progress.seen // BATCH, EMA)
    return float(ctc.detach())


def run(course: Course, *, resume: bool) -> Progress:
    """Trains until the course's samples are seen, saving every 100 batches."""
    torch.set_num_threads(course.threads)
    progress = fresh(course.seed)
    if resume and CHECKPOINT.exists():
        progress.load(of_this_course(torch.load(CHECKPOINT, weights_only=True), course))
    CHECKPOINT.parent.mkdir(parents=True, exist_ok=True)
    samples = Lines(course.seed, progress.seen, course.samples)
    costs: list[float] = []
    for batch in DataLoader(samples, BATCH, num_workers=1, prefetch_factor=8, drop_last=True):
        costs.append(learn(progress, Batch(*batch), progress.seen / course.samples))
        if len(costs) == 100:
            log.info("trained", seen=progress.seen, of=course.samples, loss=round(float(np.mean(costs)), 4))
            _save(progress, course)
            costs = []
    _save(progress, course)
    return progress


def _save(progress: Progress, course: Course) -> None:
    torch.save(progress.state() | {"samples": course.samples, "seed": course.seed}, CHECKPOINT)


def of_this_course(state: dict[str, Any], course: Course) -> dict[str, Any]:
    """The checkpoint. Raises UserError where it is another run's: its samples and rates would be mixed with these."""
    samples, seed = state.get("samples"), state.get("seed")
    if (samples, seed) != (course.samples, course.seed):
        remedy = f"Give --samples {samples} --seed {seed}, or leave --resume out"
        raise UserError("a checkpoint of another run", where=str(CHECKPOINT), remedy=remedy)
    return state


def main(argv: list[str] | None = None) -> int:
    """Train, then export the mean net with its manifest entry."""
    parser = argparse.ArgumentParser(prog="airbeat train reader", description=__doc__)
    parser.add_argument("--samples", type=int, default=300_000, help="training strips in all, a resumed run's included")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help=f"go on from {CHECKPOINT}")
    chosen = parser.parse_args(argv)
    return guarded(lambda: _run(Course(chosen.samples, chosen.seed, chosen.threads), chosen.resume))


def _run(course: Course, resume: bool) -> int:
    done = run(course, resume=resume)
    export_reader(done.mean, course, done.commit)
    return 0


if __name__ == "__main__":
    sys.exit(main())
