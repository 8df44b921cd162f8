"""What a training run is made of, and how its learning rate and its mean go. Pure but for torch's weights."""

import math
from dataclasses import dataclass

import torch
from torch import nn

WARM_UP = 200


@dataclass(frozen=True)
class Course:
    """A run's recipe, as the manifest names it: samples in all, the seed of data and weights, threads."""

    samples: int
    seed: int
    threads: int


def rate(peak: float, share: float, step: int, least: float) -> float:
    """The learning rate after `share` of the samples: a short rise to `peak`, then half a cosine to `least` of it."""
    return peak * min(1.0, (step + 1) / WARM_UP) * max(least, (1 + math.cos(math.pi * min(share, 1.0))) / 2)


def follow(mean: nn.Module, net: nn.Module, step: int, most: float) -> None:
    """The mean net drifts after the learning one, keeping `most` of itself a step; it is the one that is shipped."""
    keep = min(most, 1 - 1 / (1 + step / 10))
    with torch.no_grad():
        for kept, value in zip(mean.state_dict().values(), net.state_dict().values(), strict=True):
            kept.copy_(torch.lerp(value, kept, keep) if kept.is_floating_point() else value)
