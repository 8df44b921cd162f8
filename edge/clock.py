"""How far the box's clock is from the control room's: asks, and keeps the answer that travelled the shortest (pure)."""

from collections import deque
from datetime import datetime

from wire.states import ClockAnswer

KEEP = 8
"""Of the last answers the one with the shortest round trip is the most exact (RFC 5905, section 10)."""

DRIFT_MS = 50.0
"""Two answers of one window may lie so far apart by drift and by a clock that is being slewed (500 ppm at most)."""


class ClockEstimate:
    """Offset = box minus room, in milliseconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque(maxlen=KEEP)

    def add(self, answer: ClockAnswer, arrived_at: datetime) -> float:
        """Takes an answer in; returns the best offset known now."""
        asked_ms = (answer.asked_at - answer.received_at).total_seconds() * 1000
        arrived_ms = (arrived_at - answer.answered_at).total_seconds() * 1000
        round_trip_ms, offset_ms = arrived_ms - asked_ms, (asked_ms + arrived_ms) / 2
        if round_trip_ms < 0 or any(not _agree((round_trip_ms, offset_ms), known) for known in self._samples):
            self._samples.clear()
        self._samples.append((max(round_trip_ms, 0.0), offset_ms))
        return min(self._samples)[1]


def _agree(a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Each offset is wrong by half its round trip at most; further apart, and a clock was stepped between the two."""
    return abs(a[1] - b[1]) <= (a[0] + b[0]) / 2 + DRIFT_MS
