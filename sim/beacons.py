"""What the aircraft's ADS-B receiver and Remote ID transmitter say, once a second, and who flies around it (pure)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sim.autopilot.estimate import Origin
from sim.mavlink import dialect as m

RECEIVER, TRANSMITTER = 156, 236
"""MAV_COMP_ID_ADSB and MAV_COMP_ID_ODID_TXRX_1."""
HEARD_M = 20_000.0
ALL_VALID = 1 | 2 | 4 | 8 | 16 | 128
"""ADSB_FLAGS: coordinates, altitude, heading, velocity, callsign, vertical velocity."""
EVERY_S = 1.0


@dataclass(frozen=True)
class Intruder:
    """Another aircraft on a straight line: NED metres from the dock at `since_s`, then m/s."""

    icao: int
    callsign: str
    since_s: float
    place: tuple[float, float, float]
    velocity: tuple[float, float, float]

    def at(self, now_s: float) -> tuple[float, float, float]:
        north, east, down = (p + v * (now_s - self.since_s) for p, v in zip(self.place, self.velocity, strict=True))
        return north, east, down


@dataclass
class Beacons:
    """Turn `receives` or `transmits` off and the device falls silent; `unfit` is what the transmitter complains of."""

    origin: Origin
    receives: bool
    transmits: bool
    unfit: str = ""
    intruders: list[Intruder] = field(default_factory=list)
    next_s: float = 0.0

    def due(self, now_s: float) -> list[tuple[int, Any]]:
        """(component, message) of whatever is to be said now."""
        if now_s < self.next_s:
            return []
        self.next_s = now_s + EVERY_S
        return [*self._receiver(now_s), *self._transmitter()]

    def _receiver(self, now_s: float) -> Iterator[tuple[int, Any]]:
        if not self.receives:
            return
        yield RECEIVER, m.MAVLink_uavionix_adsb_transceiver_health_report_message(1)
        for intruder in self.intruders:
            north, east, down = intruder.at(now_s)
            if math.hypot(north, east) < HEARD_M:
                yield RECEIVER, self._report(intruder, north, east, down)

    def _report(self, intruder: Intruder, north: float, east: float, down: float) -> Any:
        lat, lon = self.origin.globe(north, east)
        v_north, v_east, v_down = intruder.velocity
        return m.MAVLink_adsb_vehicle_message(
            intruder.icao, round(lat * 1e7), round(lon * 1e7), 1, round((self.origin.amsl_m - down) * 1000),
            int(math.degrees(math.atan2(v_east, v_north)) % 360 * 100) % 36000,
            round(math.hypot(v_north, v_east) * 100), round(-v_down * 100), intruder.callsign.encode(), 1, 0, ALL_VALID,
            0o1200,
        )  # fmt: skip

    def _transmitter(self) -> Iterator[tuple[int, Any]]:
        if self.transmits:
            yield TRANSMITTER, m.MAVLink_open_drone_id_arm_status_message(1 if self.unfit else 0, self.unfit.encode())
