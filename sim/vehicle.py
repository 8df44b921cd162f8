"""One simulated aircraft: body, autopilot and weather stepped together at 50 Hz, and its MAVLink socket.

`Vehicle` is the core: time and datagrams in, datagrams out. `fly` is the shell: one socket and a clock.
"""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from sim.autopilot.copter import Copter
from sim.autopilot.estimate import Estimate, Origin
from sim.autopilot.parameters import Parameters
from sim.battery import draw, mah
from sim.beacons import Beacons
from sim.callers import Callers
from sim.clock import Clock
from sim.gps import Gps
from sim.marker import Marker
from sim.mavlink import Address, Peer, Signing, open_socket
from sim.payload import Payload
from sim.physics import MAX_THRUST, Airframe, Body, step
from sim.radio import Radio
from sim.ripple import Ripple
from sim.weather import CALM, Weather, WeatherConfig
from wire.config import Section
from wire.frozen import Heading, Latitude, Longitude, Name
from wire.mavlink_key import load_mavlink_key

DT = 0.02
SHELL_S = 0.02
SLOWLY = 5
"""Steps between two looks at the wind (its shortest gust takes 3 s), at the receiver's noise (20 s) and at the pack,
which ArduCopter reads ten times a second too (update_batt_compass)."""
LID_M, PAD_M = 0.5, 1.5
"""How high the dock's lid closes over the pad, and how far from the centre it reaches."""
DEMO_BASELINE = Path(__file__).parent.parent / "firmware-configs" / "demo" / "arducopter.param"
Tell = Callable[..., None]


class VehicleConfig(Section):
    name: Name = "falcon-1"
    mavlink: str = "udpout:127.0.0.1:14550"
    system_id: int = Field(default=1, ge=1, le=255)
    lat: Latitude = 52.2
    lon: Longitude = 0.12
    ground_amsl_m: float = 15.0
    heading_deg: Heading = 0.0
    seed: int = 1
    powered_s: float = Field(default=0.0, ge=0)
    """How long it has been on when the world starts; 42 s make it armable (`boot_armable_s`)."""
    boot_armable_s: float = Field(default=42.0, gt=0)
    battery_wh: float = Field(default=180.0, gt=0)
    charge: float = Field(default=1.0, gt=0, le=1)
    hover_w: float = Field(default=600.0, gt=0)
    cruise_w: float = Field(default=700.0, gt=0)
    params: Path | None = DEMO_BASELINE
    """A parameter file to load at start; None keeps the factory values (no fence, no ground station failsafe)."""
    gps_error_m: float = Field(default=0.25, ge=0)
    weather: WeatherConfig = WeatherConfig()
    signing_key: Path | None = None
    """64 hexadecimal digits (`airbeat keys NAME --mavlink`); None: nothing is signed."""
    camera: bool = False
    """Whether a camera on a gimbal is fitted."""
    adsb: bool = False
    remote_id: bool = False
    """Whether a traffic receiver and a Remote ID transmitter are fitted."""


def _silent(_kind: str, **_fields: Any) -> None:
    """Nobody keeps the truth."""


class Vehicle:
    """Raises UserError if its address or parameter file is wrong. `tell` takes (kind, **fields): the truth log."""

    def __init__(self, config: VehicleConfig, tell: Tell = _silent) -> None:
        self.config, self.weather = config, Weather(config.weather)
        self.address = Address.parse(config.mavlink)
        self.body = Body(
            yaw=math.radians((config.heading_deg + 180) % 360 - 180), used_wh=config.battery_wh * (1 - config.charge)
        )
        self.lid_open = True
        """The dock's lid, set by the dock; an aircraft can't pass a lid that isn't open."""
        self._tell, self._steps, self._struck = tell, 0, False
        self.frame = Airframe(battery_wh=config.battery_wh, hover_w=config.hover_w, cruise_w=config.cruise_w)
        self._origin = Origin(config.lat, config.lon, config.ground_amsl_m)
        self._noise = tuple(
            Ripple(f"{config.seed}:{config.name}:gps:{axis}", config.gps_error_m, fastest_s=20, slowest_s=180)
            for axis in ("north", "east", "down")
        )
        self.gps = Gps()
        self.payload, self.marker = Payload(config.camera), Marker(config.seed)
        self.beacons = Beacons(self._origin, config.adsb, config.remote_id)
        self._off, self._wind = (0.0, 0.0, 0.0), CALM
        self._pack = draw(self.body.watts, self.body.used_wh, config.battery_wh)
        self._boot_s = -config.powered_s
        self.copter = self._boot()
        self._was = self.copter.mode, self.copter.armed
        self.callers = Callers(self.address, config.system_id, self.copter, self.payload, self.beacons)
        self.callers.signing = Signing(load_mavlink_key(config.signing_key)) if config.signing_key else None
        self.callers.serve(self.copter)

    @property
    def armed(self) -> bool:
        return self.copter.armed

    @property
    def airborne(self) -> bool:
        return not self.body.grounded

    @property
    def now_s(self) -> float:
        """Simulated seconds that have been stepped."""
        return self._steps * DT

    @property
    def height_m(self) -> float:
        """True height above the ground it stands on."""
        return -self.body.down

    def from_pad_m(self) -> float:
        """True level distance from the dock's centre, where it started."""
        return math.hypot(self.body.north, self.body.east)

    def position(self) -> tuple[float, float, float, float]:
        """The truth: latitude, longitude, metres above the pad, heading in degrees."""
        lat, lon = self._origin.globe(self.body.north, self.body.east)
        return lat, lon, self.height_m, math.degrees(self.body.yaw) % 360

    def pad(self) -> tuple[float, float, float] | None:
        """Latitude, longitude and heading of the marker on its dock's pad; None while it is hidden."""
        seen = self.lid_open and not self.marker.hidden
        return (self.config.lat, self.config.lon, self.config.heading_deg) if seen else None

    def looks_deg(self) -> float:
        """The gimbal's pitch, up from level."""
        return math.degrees(self.payload.pitch)

    def lose_gps(self) -> None:
        self.gps.lost, self.copter.gps_lost_s = True, self.copter.now_s

    def find_gps(self) -> None:
        self.gps.lost, self.copter.gps_lost_s = False, None

    def charge_by(self, wh: float) -> None:
        self.body = self.body._replace(used_wh=max(0.0, self.body.used_wh - wh))

    def advance(self, to_s: float) -> None:
        """Steps the world to simulated time `to_s`; the result doesn't depend on how the way there is cut."""
        while (self._steps + 1) * DT <= to_s + 1e-9:
            self._steps += 1
            self._step(self._steps * DT)

    def receive(self, datagram: bytes, peer: Peer) -> None:
        """What a peer sent."""
        if self.callers.receive(datagram, peer):
            self.reboot()

    def forget(self, peer: Peer) -> None:
        """A TCP client has gone."""
        self.callers.forget(peer)

    def outgoing(self) -> list[tuple[bytes, Peer]]:
        """What is due to be sent, to whom."""
        return self.callers.outgoing(self.now_s)

    def _boot(self) -> Copter:
        parameters = Parameters()
        parameters["BATT_CAPACITY"] = mah(self.config.battery_wh)
        if self.config.params is not None:
            parameters.load(self.config.params)
        parameters["SYSID_THISMAV"] = self.config.system_id
        copter = Copter(self._origin, parameters, self.config.boot_armable_s)
        copter.now_s = self.now_s - self._boot_s
        copter.gps_lost_s = copter.now_s if self.gps.lost else None
        return copter

    def reboot(self) -> None:
        """In the air the motors stop with it."""
        kept = self.copter
        self._boot_s = self.now_s
        self.copter = self._boot()
        self.copter.parameters, self.copter.plans, self.copter.areas = kept.parameters, kept.plans, kept.areas
        self.callers.serve(self.copter)

    def _step(self, t_s: float) -> None:
        before = self.body
        if self._steps % SLOWLY == 1:
            self._wind = self.weather.wind(t_s)
        demand = self.copter.tick(t_s - self._boot_s, self._estimate(t_s))
        self.body = self._under_lid(before, step(before, demand, self._wind, self.frame, DT))
        self._report(before)

    def _estimate(self, t_s: float) -> Estimate:
        if self._steps % SLOWLY == 1:
            north, east, down = self._noise
            self._off = north.at(t_s), east.at(t_s), down.at(t_s)
            self._pack = draw(self.body.watts, self.body.used_wh, self.config.battery_wh)
        b, (off_north, off_east, off_down) = self.body, self._off
        gps_north, gps_east = self.gps.error_m(DT)
        volts, amperes, used_mah, left_pct = self._pack
        return Estimate(
            b.north + off_north + gps_north, b.east + off_east + gps_east, b.down + off_down,
            b.v_north, b.v_east, b.v_down, b.roll, b.pitch, b.yaw, b.roll_rate, b.pitch_rate, b.yaw_rate,
            b.grounded, b.thrust / MAX_THRUST * 100, volts, amperes, used_mah, b.used_wh, left_pct,
        )  # fmt: skip

    def _under_lid(self, before: Body, after: Body) -> Body:
        """A closed lid is a wall: nothing gets out and nothing gets in."""
        if self.lid_open or math.hypot(after.north, after.east) > PAD_M:
            return after
        inside = before.down > -LID_M
        if not inside and after.down < -LID_M:
            return after
        if after.grounded and (inside or before.grounded):
            return after
        if not self._struck:
            self._struck = True
            self._tell("collision", vehicle=self.config.name, where="under the lid" if inside else "on the lid")
        if inside:
            return after._replace(down=max(after.down, -LID_M + 0.01), v_down=max(0.0, after.v_down))
        return Body(after.north, after.east, -LID_M, yaw=after.yaw, used_wh=after.used_wh, watts=after.watts)

    def _report(self, before: Body) -> None:
        """Truth lines for what has changed since the last step."""
        copter, name = self.copter, self.config.name
        if self._was == (copter.mode, copter.armed) and before.grounded is self.body.grounded:
            return
        (was_mode, was_armed), self._was = self._was, (copter.mode, copter.armed)
        if copter.mode is not was_mode:
            self._tell("mode", vehicle=name, mode=copter.mode.name, why=copter.watch.tripped[-1:])
        if copter.armed != was_armed:
            self._struck = self._struck and copter.armed
            self._tell("arm" if copter.armed else "disarm", vehicle=name, height_m=round(self.height_m, 2))
        if before.grounded and not self.body.grounded:
            self._tell("airborne", vehicle=name)
        if self.body.grounded and not before.grounded:
            where = {"from_pad_m": round(self.from_pad_m(), 2), "speed_mps": round(before.v_down, 2)}
            self._tell("touchdown", vehicle=name, crash=before.v_down > 2.5, **where)


def _undisturbed(_now_s: float) -> None:
    """Nothing breaks."""


@dataclass(frozen=True)
class Air:
    """The radio both ways, and what happens to it and to the aircraft (`sim/faults.py`)."""

    up: Radio[tuple[bytes, Peer]]
    down: Radio[tuple[bytes, Peer]]
    disturb: Callable[[float], None] = _undisturbed


async def fly(vehicle: Vehicle, clock: Clock, air: Air | None = None) -> None:
    """Runs the vehicle until cancelled. Raises UserError if its port is taken."""
    air = air or Air(Radio("up"), Radio("down"))

    def hear(now_s: float, *arrived: tuple[bytes, Peer]) -> None:
        for data, peer in air.up.carry(now_s, arrived):
            vehicle.receive(data, peer)

    socket = await open_socket(vehicle.address, lambda *got: hear(clock.now_s(), got), vehicle.forget)
    try:
        while True:
            now_s = clock.now_s()
            air.disturb(now_s)
            hear(now_s)
            vehicle.advance(now_s)
            for data, peer in air.down.carry(now_s, vehicle.outgoing()):
                socket.send(data, peer)
            await asyncio.sleep(SHELL_S / max(1.0, min(clock.speed, 10.0)))
    finally:
        socket.close()
