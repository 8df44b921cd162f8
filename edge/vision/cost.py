"""What each step of a camera costs: CPU seconds of the thread that takes it, so that what else runs does not count."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Cost:
    """`seconds`: since the start, by step. A step inside another counts in both. Each step on one thread only."""

    def __init__(self, clock: Callable[[], float] = time.thread_time) -> None:
        self._clock = clock
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.times: defaultdict[str, int] = defaultdict(int)

    @contextmanager
    def of(self, step: str) -> Iterator[None]:
        start = self._clock()
        try:
            yield
        finally:
            self.seconds[step] += self._clock() - start
            self.times[step] += 1

    def mean(self, *steps: str) -> float:
        """CPU seconds of these steps, each time they were taken; 0 before the first."""
        return sum(self.seconds[step] for step in steps) / max(self.times[steps[0]], 1)

    def figures(self) -> dict[str, float]:
        """For the camera's health: cpu_STEP_s."""
        return {f"cpu_{step}_s": round(seconds, 2) for step, seconds in dict(self.seconds).items()}
