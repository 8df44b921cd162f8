"""How well confidences fit what was right: two measures. Pure."""

from collections.abc import Sequence
from math import log

BINS = 10


def calibration_error(said: Sequence[float], right: Sequence[bool]) -> float:
    """Expected calibration error over ten equal bins (Guo et al. 2017): 0 where 90 % sure means right in 90 %."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for p, hit in zip(said, right, strict=True):
        bins.setdefault(min(int(p * BINS), BINS - 1), []).append((p, hit))
    gaps = (abs(sum(p for p, _ in rows) - sum(hit for _, hit in rows)) for rows in bins.values())
    return sum(gaps) / max(len(said), 1)


def log_loss(said: Sequence[float], right: Sequence[bool]) -> float:
    """Mean surprise, nats."""
    held = [min(max(p, 1e-6), 1 - 1e-6) for p in said]
    return -sum(log(p if hit else 1 - p) for p, hit in zip(held, right, strict=True)) / max(len(held), 1)
