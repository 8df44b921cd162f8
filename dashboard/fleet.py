"""What the boxes last said of themselves: health, vehicle and dock, with the age of the vehicle by our own clock.

Written by the MQTT side on the event loop, read by request threads: values are frozen and each write is one item.
"""

from dataclasses import dataclass, field, replace

from dashboard.dispatch import Standing, Tenure
from wire.states import AircraftInfo, CameraInfo, DockState, Health, VehicleState


@dataclass
class Fleet:
    """`vehicles`: (state, monotonic seconds of its arrival), since a box's own clock may be wrong (D7)."""

    health: dict[str, Health] = field(default_factory=dict)
    vehicles: dict[tuple[str, str], tuple[VehicleState, float]] = field(default_factory=dict)
    docks: dict[str, DockState] = field(default_factory=dict)

    def hear_health(self, state: Health) -> Health:
        """What now holds: a will says offline and knows no inventory, so the last one known stays."""
        known = self.health.get(state.edge)
        if state.inventory is None and known and known.inventory:
            state = state.model_copy(update={"inventory": known.inventory})
        self.health[state.edge] = state
        return state

    def hear_vehicle(self, state: VehicleState, now_s: float) -> None:
        self.vehicles[state.edge, state.aircraft] = (state, now_s)

    def hear_dock(self, state: DockState) -> None:
        self.docks[state.edge] = state

    def aircraft(self, edge: str, name: str) -> AircraftInfo | None:
        health = self.health.get(edge)
        info = health.inventory.aircraft if health and health.inventory else None
        return info if info and info.name == name else None

    def camera(self, edge: str, name: str) -> CameraInfo | None:
        health = self.health.get(edge)
        cameras = health.inventory.cameras if health and health.inventory else ()
        return next((camera for camera in cameras if camera.name == name), None)

    def standing(self, edge: str, name: str, tenure: Tenure | None, now_s: float) -> Standing | None:
        """None where no box has told of such an aircraft."""
        info = self.aircraft(edge, name)
        if info is None:
            return None
        standing = Standing(edge, info, self.health[edge].online, dock=self.docks.get(edge), tenure=tenure)
        if heard := self.vehicles.get((edge, name)):
            standing = replace(standing, vehicle=heard[0], vehicle_age_s=now_s - heard[1])
        return standing

    def every_aircraft(self) -> list[tuple[str, str]]:
        """(edge, aircraft) of each box that flies."""
        return [
            (edge, health.inventory.aircraft.name)
            for edge, health in sorted(self.health.items())
            if health.inventory and health.inventory.aircraft
        ]
