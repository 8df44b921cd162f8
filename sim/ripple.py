"""A smooth random signal that is a pure function of time: one seed gives one value at t, however t is reached."""

import math
import random


class Ripple:
    """A sum of sines with seeded periods and phases; stays within +-`peak` of zero.

    `slowest_s` and `fastest_s` bound the periods; the long ones carry more, as in turbulence.
    """

    def __init__(self, seed: str, peak: float, *, fastest_s: float, slowest_s: float, waves: int = 5) -> None:
        rng = random.Random(seed)
        periods = [fastest_s * (slowest_s / fastest_s) ** rng.random() for _ in range(waves)]
        weights = [math.sqrt(period) for period in periods]
        scale = peak / sum(weights)
        self._waves = tuple(
            (weight * scale, 2 * math.pi / period, rng.uniform(0, 2 * math.pi))
            for weight, period in zip(weights, periods, strict=True)
        )

    def at(self, t_s: float) -> float:
        total = 0.0  # a plain loop takes half the time of a generator, and every tick of every world asks six of these
        for height, rate, phase in self._waves:
            total += height * math.sin(rate * t_s + phase)
        return total
