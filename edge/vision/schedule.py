"""How many looks a second each camera of a box gets. Pure: claims in, rates out.

Each camera has its least, whatever the others want. What the budget leaves goes first to the cameras that follow a
vehicle, then to those where something moves, by an equal rate to each of a kind; none gets more than it can use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


class Need(IntEnum):
    """What a camera sees now."""

    STILL = 0
    MOTION = 1
    VEHICLE = 2


@dataclass(frozen=True)
class Claim:
    """`look_s`: CPU seconds of one look and the reading that follows; `least`, `most`: looks a second."""

    need: Need
    look_s: float
    least: float
    most: float


def rates(claims: Mapping[str, Claim], budget: float) -> dict[str, float]:
    """Looks a second by camera. `budget`: CPU seconds a second that all looks together may take.

    A still camera is not looked at and so costs nothing; its least is what it starts with when something moves.
    """
    given = {name: min(claim.least, claim.most) for name, claim in claims.items()}
    left = budget - sum(given[name] * claim.look_s for name, claim in claims.items() if claim.need)
    for need in (Need.VEHICLE, Need.MOTION):
        asking = {name: claim for name, claim in claims.items() if claim.need is need}
        left -= _raise(given, asking, left)
    return given


def _raise(given: dict[str, float], asking: Mapping[str, Claim], left: float) -> float:
    """Lifts `given` to one common level as far as `left` reaches; returns what it took."""
    if left <= 0:
        return 0.0
    level, spent = 0.0, 0.0
    for stop in sorted({*(given[name] for name in asking), *(claim.most for claim in asking.values())}):
        rising = [claim.look_s for name, claim in asking.items() if given[name] <= level < claim.most]
        cost = sum(rising) * (stop - level)
        if spent + cost > left:
            level, spent = level + (left - spent) / sum(rising), left
            break
        level, spent = stop, spent + cost
    given.update({name: max(given[name], min(level, claim.most)) for name, claim in asking.items()})
    return spent


class Throttle:
    """Which share of its budget a box uses: less at once when its cores are busy, more again little by little.

    Additive increase, multiplicative decrease (Chiu and Jain 1989): several processes that each do so stay fair.
    """

    FULL, FREE = 0.92, 0.8
    LEAST = 0.2

    def __init__(self) -> None:
        self.share = 1.0

    def update(self, busy: float) -> float:
        """`busy`: share of all cores over the last second, without what runs at low priority."""
        if busy > self.FULL:
            self.share = max(self.LEAST, 0.8 * self.share)
        elif busy < self.FREE:
            self.share = min(1.0, self.share + 0.05)
        return self.share
