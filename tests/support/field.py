"""The box's flight process beside any of the vehicles in `autopilots`, with our simulated dock under it."""

import math
import signal
import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, cast

from bench.lockstep import LIMITS
from bench.lockstep_orders import AIRCRAFT, EDGE
from bench.rig import Rig, Surroundings
from edge.flight.geometry import Place, distance_m, flat
from sim.dock import DockConfig, serve_dock
from sim.physics import Body
from sim.vehicle import Vehicle, VehicleConfig
from sim.weather import Weather, WeatherConfig
from tests.support.autopilots import Running
from tests.support.processes import free_port
from wire.baseline import write_sealed
from wire.states import VehicleState

REACH = (0.01, 0.015)
"""From the dock to the fence's sides, degrees of latitude and longitude."""
ON_PAD_M = 6.0
SITE = """
[box]
name = "{edge}"
data_dir = "{folder}/data"
lat = {lat}
lon = {lon}
private_key = "{folder}/box.key"
room_public_key = "{folder}/room.pub"
[uplink]
host = "127.0.0.1"
port = {broker}
[flight]
aircraft = "{aircraft}"
autopilot = "{autopilot}"
link = "{link}"
system_id = {system_id}
signing_key = "none"
baseline = "{folder}/aircraft.baseline"
traffic = "none"
remote_id = "none"
zones = "none"
[flight.limits]
{limits}
[dock]
kind = "modbus"
host = "127.0.0.1"
port = {modbus}
lat = {lat}
lon = {lon}
"""


class Field(Rig):
    """Nothing is signed and neither traffic nor Remote ID is watched: a SITL has none of them fitted."""

    def __init__(self, folder: Path, broker_port: int, vehicle: Running) -> None:
        super().__init__(folder, broker_port)
        dock, port = vehicle.kind.dock, free_port(socket.SOCK_STREAM)
        self.pad = dock
        self.site.write_text(
            SITE.format(
                edge=EDGE, aircraft=AIRCRAFT, folder=folder, lat=dock.lat, lon=dock.lon, broker=broker_port,
                autopilot=vehicle.kind.autopilot, link=vehicle.link, system_id=vehicle.kind.system_id, modbus=port,
                limits=_limits(dock),
            )
        )  # fmt: skip
        write_sealed(vehicle.baseline(), folder / "aircraft.baseline", self._key)
        self._town = cast(Any, _Ground(self.data, port, _Shadow(dock, lambda: self.vehicle)))  # a town without aircraft

    def freeze(self) -> None:
        """The flight process stands still: the autopilot hears nobody."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)

    def away_m(self) -> float:
        """From the pad, as the autopilot tells it."""
        return math.hypot(*self.from_pad_m())

    def from_pad_m(self) -> tuple[float, float]:
        """North and east of it."""
        seen = self.vehicle
        assert seen
        assert seen.lat is not None
        assert seen.lon is not None
        point = flat(self.pad, Place(seen.lat, seen.lon))
        return point.y, point.x


def fence(dock: Place) -> tuple[tuple[float, float], ...]:
    """A rectangle round the dock, (lat, lon) corners."""
    (lat, lon), (up, along) = (dock.lat, dock.lon), REACH
    return (lat - up, lon - along), (lat - up, lon + along), (lat + up, lon + along), (lat + up, lon - along)


def _limits(dock: Place) -> str:
    values = {**LIMITS.model_dump(), "fence": [list(corner) for corner in fence(dock)]}
    return "\n".join(f"{name} = {value}" for name, value in values.items())


class _Shadow:
    """What the dock's pad sensor sees of an aircraft that is simulated elsewhere: what the box was told of it.

    Down near the pad's centre it counts as parked there: a SITL has no marker to land on.
    """

    def __init__(self, pad: Place, told: Callable[[], VehicleState | None]) -> None:
        self.config, self.weather, self.body = VehicleConfig(name=AIRCRAFT), Weather(WeatherConfig(wind_mps=0)), Body()
        self.lid_open = False
        self._pad, self._told = pad, told

    @property
    def armed(self) -> bool:
        return (seen := self._told()) is not None and seen.armed

    @property
    def airborne(self) -> bool:
        return (seen := self._told()) is not None and seen.airborne

    @property
    def height_m(self) -> float:
        seen = self._told()
        return (seen.alt_rel_m or 0.0) if seen and seen.airborne else 0.0

    def from_pad_m(self) -> float:
        seen = self._told()
        if seen is None or seen.lat is None or seen.lon is None:
            return 0.0
        away = distance_m(Place(seen.lat, seen.lon), self._pad)
        return away if seen.airborne or away > ON_PAD_M else 0.0

    def charge_by(self, wh: float) -> None:
        """Its battery is simulated elsewhere too."""


class _Ground(Surroundings):
    """The dock alone; the aircraft flies elsewhere."""

    def __init__(self, data: Path, port: int, shadow: _Shadow) -> None:
        super().__init__(data, DockConfig(name=EDGE, modbus_port=port, lid_s=1.5))
        self._shadow = shadow

    def parts(self) -> list[Coroutine[Any, Any, object]]:
        return [serve_dock(self._dock, cast(Vehicle, self._shadow), self.clock, self.truth)]
