"""The simulated dock: lid, switches, pad sensor, charger and weather station behind the Modbus map of wire/dock.py.

The controller is as plain as real ones are: it closes the lid when told to, whatever stands in the way. Keeping the
aircraft whole is the product's work, and the truth log says where it failed.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from sim.modbus import serve
from sim.weather import Observation
from wire.config import Section
from wire.dock import NO_WEATHER, UNIT, Coil, Input, Register
from wire.frozen import Name

if TYPE_CHECKING:
    from sim.clock import Clock
    from sim.truth import TruthLog
    from sim.vehicle import Tell, Vehicle

STEP_S = 0.05
END = 0.01
"""The limit switches close over the last hundredth of the lid's way."""
CENTRE_M, ABOVE_M = 1.0, 3.0
"""Nearer the centre a parked aircraft fits under the lid; the pad sensor looks up so high."""


class DockConfig(Section):
    name: Name = "dock-1"
    host: str = "127.0.0.1"
    modbus_port: int = Field(default=15020, ge=0, le=65535)
    lid_s: float = Field(default=4.0, gt=0)
    """From closed to open."""
    charge_w: float = Field(default=400.0, gt=0)
    starts_open: bool = False


class Dock:
    """The controller and its box. Time comes with `advance`; the Modbus server reads and writes in between."""

    def __init__(self, config: DockConfig, vehicle: "Vehicle", tell: "Tell") -> None:
        self.config, self.vehicle = config, vehicle
        self.lid = 1.0 if config.starts_open else 0.0
        """0 closed, 1 open."""
        self.aim: float | None = None
        """Where the lid is going; None when it stands."""
        self.stuck: float | None = None
        """A jam: the lid stands here, whatever it is told; None where it moves."""
        self.charge = True
        self._tell, self._now_s = tell, 0.0
        self._seen: Observation | None = None
        self._tell_vehicle()

    def advance(self, now_s: float) -> None:
        """Moves everything on to simulated time `now_s`."""
        dt, self._now_s = max(0.0, now_s - self._now_s), now_s
        self._move_lid(dt)
        self._tell_vehicle()
        if self.charging:
            self.vehicle.charge_by(self.config.charge_w * dt / 3600)
        if self._seen is None or now_s - self._seen.taken_s >= 1:
            self._seen = self.vehicle.weather.observe(now_s)

    @property
    def open(self) -> bool:
        return self.lid >= 1 - END

    @property
    def closed(self) -> bool:
        return self.lid <= END

    @property
    def charging(self) -> bool:
        vehicle = self.vehicle
        return self.charge and self.closed and self._parked() and not vehicle.armed and vehicle.body.used_wh > 0.5

    @property
    def pad_clear(self) -> bool:
        """Nothing in the lid's way: the aircraft is parked on the centre, or well away."""
        away = self.vehicle.height_m > ABOVE_M or self.vehicle.from_pad_m() > ABOVE_M
        return away or self._parked()

    def coils(self) -> list[bool]:
        opening, closing = self.aim == 1.0, self.aim == 0.0
        shown = {Coil.OPEN_LID: opening, Coil.CLOSE_LID: closing, Coil.CHARGE: self.charge}
        return [shown[coil] for coil in Coil]

    def inputs(self) -> list[bool]:
        shown = {
            Input.LID_OPEN_SWITCH: self.open,
            Input.LID_CLOSED_SWITCH: self.closed,
            Input.PAD_CLEAR: self.pad_clear,
            Input.CHARGING: self.charging,
            Input.LID_MOVING: self.aim is not None,
        }
        return [shown[place] for place in Input]

    def registers(self) -> list[int]:
        seen = self._seen
        age = NO_WEATHER if seen is None else min(NO_WEATHER - 1, max(0, int(self._now_s - seen.taken_s)))
        shown = {Register.LID_POSITION_PCT: round(self.lid * 100), Register.WEATHER_AGE_S: age}
        shown[Register.HEARTBEAT] = int(self._now_s) & 0xFFFF
        shown |= _weather(seen) if seen else {}
        return [shown.get(place, 0) & 0xFFFF for place in Register]

    def write_coil(self, address: int, value: bool) -> None:
        """False stops nothing: a lid that has been told to move arrives."""
        match Coil(address):
            case Coil.OPEN_LID if value:
                self._ask(1.0, "opening")
            case Coil.CLOSE_LID if value:
                self._ask(0.0, "closing")
            case Coil.CHARGE:
                self.charge = value

    def _ask(self, aim: float, state: str) -> None:
        if aim not in (self.lid, self.aim):
            self.aim = aim
            self._tell("lid", dock=self.config.name, state=state)

    def _move_lid(self, dt: float) -> None:
        if self.stuck is not None:
            self.lid = self.stuck
            return
        if self.aim is None:
            return
        was_open, way = self.open, dt / self.config.lid_s
        self.lid = min(1.0, self.lid + way) if self.aim == 1.0 else max(0.0, self.lid - way)
        if was_open and not self.open and not self.pad_clear:
            self._tell("collision", vehicle=self.vehicle.config.name, where="lid closed on the aircraft")
        if self.lid == self.aim:
            self.aim = None
            self._tell("lid", dock=self.config.name, state="open" if self.lid else "closed")

    def _parked(self) -> bool:
        return not self.vehicle.airborne and self.vehicle.from_pad_m() <= CENTRE_M and self.vehicle.height_m < 0.1

    def _tell_vehicle(self) -> None:
        self.vehicle.lid_open = self.open


def _weather(seen: Observation) -> dict[Register, int]:
    return {
        Register.WIND_CMPS: round(seen.wind_mps * 100),
        Register.GUST_CMPS: round(seen.gust_mps * 100),
        Register.WIND_FROM_DEG: round(seen.wind_from_deg) % 360,
        Register.RAIN_TENTH_MM_H: round(seen.rain_mm_h * 10),
        Register.VISIBILITY_10M: min(0xFFFF, round(seen.visibility_m / 10)),
        Register.TEMPERATURE_TENTH_C: round(seen.temperature_c * 10),
    }


async def serve_dock(config: DockConfig, vehicle: "Vehicle", clock: "Clock", truth: "TruthLog") -> None:
    """Runs the dock until cancelled. Raises UserError if its port is taken."""
    dock = Dock(config, vehicle, truth.write)
    server = await serve(dock, config.host, config.modbus_port, UNIT)
    try:
        while True:
            dock.advance(clock.now_s())
            await clock.sleep(STEP_S)
    finally:
        server.close()
