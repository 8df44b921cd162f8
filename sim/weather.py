"""The weather over the town: a seeded wind as a pure function of time, and what the dock's station reports of it."""

import math
from typing import NamedTuple

from pydantic import Field

from sim.ripple import Ripple
from wire.config import Section
from wire.frozen import Heading

MEAN_OVER_S = 120
"""Wind is reported as a two-minute mean, the gust as the highest 3 s in ten (WMO-No. 8, 5.1.2); ours looks back two."""


class WeatherConfig(Section):
    seed: int = 1
    wind_mps: float = Field(default=3.0, ge=0, le=40)
    wind_from_deg: Heading = 240
    gust_mps: float = Field(default=1.5, ge=0, le=20)
    """How far the gusts rise above the mean at most."""
    rain_mm_h: float = Field(default=0, ge=0, le=100)
    visibility_m: float = Field(default=20_000, ge=0, le=100_000)
    temperature_c: float = Field(default=14, ge=-40, le=60)
    silent_after_s: float | None = None
    """From then on the station says nothing new (a fault of its own)."""


class Wind(NamedTuple):
    """Where the air goes, m/s; positive north, east, down."""

    north: float
    east: float
    down: float


CALM = Wind(0.0, 0.0, 0.0)


class Observation(NamedTuple):
    wind_mps: float
    gust_mps: float
    wind_from_deg: float
    rain_mm_h: float
    visibility_m: float
    temperature_c: float
    taken_s: float
    """Simulated seconds."""


class Weather:
    def __init__(self, config: WeatherConfig) -> None:
        self.config = config
        self._speeds: dict[float, float] = {}
        """Level wind speed by whole second: each observation looks back over the same ones."""
        self._along = self._ripple("along", config.gust_mps)
        self._across = self._ripple("across", config.gust_mps / 2)
        self._up = self._ripple("up", config.gust_mps / 4)
        toward = math.radians(config.wind_from_deg + 180)
        self._north, self._east = math.cos(toward), math.sin(toward)

    def _ripple(self, name: str, peak: float) -> Ripple:
        return Ripple(f"{self.config.seed}:wind:{name}", peak, fastest_s=3, slowest_s=60)

    def wind(self, t_s: float) -> Wind:
        along = self.config.wind_mps + self._along.at(t_s)
        across = self._across.at(t_s)
        north, east = self._north, self._east
        return Wind(along * north - across * east, along * east + across * north, self._up.at(t_s))

    def observe(self, t_s: float) -> Observation:
        """What the station says at `t_s`: it takes a reading every second."""
        config = self.config
        taken_s = math.floor(t_s if config.silent_after_s is None else min(t_s, config.silent_after_s))
        speeds = [self._speed(taken_s - back) for back in range(0, MEAN_OVER_S, 3)]
        return Observation(
            wind_mps=sum(speeds) / len(speeds),
            gust_mps=max(speeds),
            wind_from_deg=config.wind_from_deg,
            rain_mm_h=config.rain_mm_h,
            visibility_m=config.visibility_m,
            temperature_c=config.temperature_c,
            taken_s=taken_s,
        )

    def _speed(self, t_s: float) -> float:
        if t_s not in self._speeds:
            self._speeds[t_s] = math.hypot(*self.wind(t_s)[:2])
        return self._speeds[t_s]
