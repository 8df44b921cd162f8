"""What the autopilot believes about itself, and how local metres become latitude and longitude."""

import math
from dataclasses import dataclass
from typing import NamedTuple

M_PER_DEG = 111_320.0
"""Metres in a degree of latitude: the town's scale (sim/world.py)."""


class Spot(NamedTuple):
    """A place in NED metres from the origin."""

    north: float
    east: float
    down: float

    def apart(self, other: "Spot") -> float:
        """Level distance in metres."""
        return math.hypot(self.north - other.north, self.east - other.east)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the local frame is nailed to the earth; down 0 is `amsl_m`."""

    lat: float
    lon: float
    amsl_m: float

    def globe(self, north: float, east: float) -> tuple[float, float]:
        lat = self.lat + north / M_PER_DEG
        return lat, self.lon + east / (M_PER_DEG * math.cos(math.radians(self.lat)))

    def local(self, lat: float, lon: float) -> tuple[float, float]:
        """Degrees to metres north and east."""
        return (lat - self.lat) * M_PER_DEG, (lon - self.lon) * M_PER_DEG * math.cos(math.radians(self.lat))


class Estimate(NamedTuple):
    """NED metres, m/s, radians, volts, amperes; what the EKF and the battery monitor give."""

    north: float = 0.0
    east: float = 0.0
    down: float = 0.0
    v_north: float = 0.0
    v_east: float = 0.0
    v_down: float = 0.0
    roll: float = 0.0
    pitch: float = 0.0
    yaw: float = 0.0
    roll_rate: float = 0.0
    pitch_rate: float = 0.0
    yaw_rate: float = 0.0
    grounded: bool = True
    throttle_pct: float = 0.0
    volts: float = 25.0
    amperes: float = 0.5
    used_mah: float = 0.0
    used_wh: float = 0.0
    remaining_pct: float = 100.0

    @property
    def spot(self) -> Spot:
        return Spot(self.north, self.east, self.down)

    @property
    def speed(self) -> float:
        """Level speed, m/s."""
        return math.hypot(self.v_north, self.v_east)
