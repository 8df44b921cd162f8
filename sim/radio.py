"""One direction of a radio link (seeded): what is put in comes out later, twice, in another order, or never."""

import heapq
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
SHUFFLE_S = 0.3
"""So far a datagram that is overtaken falls behind."""


@dataclass
class Radio(Generic[T]):
    """`duplicates` and `reordering` are shares of the datagrams, 0 to 1."""

    seed: str
    lost: bool = False
    latency_s: float = 0.0
    duplicates: float = 0.0
    reordering: float = 0.0
    _way: list[tuple[float, int, T]] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    @property
    def sound(self) -> bool:
        return not (self.lost or self.latency_s or self.duplicates or self.reordering)

    def carry(self, now_s: float, items: Iterable[T]) -> list[T]:
        """Takes `items` and gives what has arrived by now."""
        if self.sound and not self._way:
            return list(items)
        for item in items:
            self._send(now_s, item)
        out = []
        while self._way and self._way[0][0] <= now_s:
            out.append(heapq.heappop(self._way)[2])
        return out

    def _send(self, now_s: float, item: T) -> None:
        if self.lost:
            return
        for _ in range(2 if self._dice.random() < self.duplicates else 1):
            late_s = self._dice.uniform(0, SHUFFLE_S) if self._dice.random() < self.reordering else 0.0
            self._count += 1
            heapq.heappush(self._way, (now_s + self.latency_s + late_s, self._count, item))
