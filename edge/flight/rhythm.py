"""What the pilot's loop does at rates of its own, and whether the time for it has come."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rhythm:
    """Seconds between what is due at a rate of its own."""

    vehicle: float = 0.2
    dock: float = 1.0
    health: float = 2.0
    clock: float = 0.5
    record: float = 1.0


RHYTHM = Rhythm()


class Due:
    """By name; the first time at once."""

    def __init__(self) -> None:
        self._next_s: dict[str, float] = {}

    def __call__(self, name: str, every_s: float, now_s: float) -> bool:
        if now_s < self._next_s.get(name, 0.0):
            return False
        self._next_s[name] = now_s + every_s
        return True
