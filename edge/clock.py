"""How far the box's clock is from the control room's: asks, and keeps the answer that travelled the shortest (pure)."""

from collections import deque
from datetime import datetime

from wire.states import ClockAnswer

KEEP = 8
"""Of the last answers the one with the shortest round trip is the most exact (RFC 5905, section 10)."""


class ClockEstimate:
    """Offset = box minus room, in milliseconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque(maxlen=KEEP)

    def add(self, answer: ClockAnswer, arrived_at: datetime) -> float:
        """Takes an answer in; returns the best offset known now."""
        asked_ms = (answer.asked_at - answer.received_at).total_seconds() * 1000
        arrived_ms = (arrived_at - answer.answered_at).total_seconds() * 1000
        round_trip_ms = arrived_ms - asked_ms
        self._samples.append((round_trip_ms, (asked_ms + arrived_ms) / 2))
        return min(self._samples)[1]
