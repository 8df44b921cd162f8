"""The satellite receiver's failures: no fix, and then the estimate drifts; or a fix that lies by some metres."""

from dataclasses import dataclass

DRIFT_MPS = 0.5
"""How fast an estimate without satellites walks away: wind and inertial errors."""


@dataclass
class Gps:
    """`off_m`: metres north and east that a lying fix is off. Drift ends with the next fix."""

    lost: bool = False
    off_m: tuple[float, float] = (0.0, 0.0)
    drift_m: float = 0.0

    def error_m(self, dt: float) -> tuple[float, float]:
        """What the estimate is off by after `dt` more seconds: metres north and east."""
        self.drift_m = self.drift_m + DRIFT_MPS * dt if self.lost else 0.0
        return self.off_m[0], self.off_m[1] + self.drift_m
