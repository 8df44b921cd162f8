"""What the boxes last said of themselves: health, vehicle and dock, with their ages by our own clock.

Written by the MQTT side on the event loop, read by request threads: values are frozen and each write is one item.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from dashboard.dispatch import Standing, Tenure
from ingest.store.boxes import BoxRow
from wire.states import AircraftInfo, CameraInfo, DockState, Health, VehicleState
from wire.topics import DOCK, HEALTH

HEALTH_SILENT_S = HEALTH.silent_after_s or 30.0
DOCK_SILENT_S = 3 * (DOCK.silent_after_s or 3.0)
"""Its weather is only of use for the ETA while it is fresh; the box judges by its own limits."""

Tenures = Mapping[tuple[str, str], Tenure]
"""(edge, aircraft) -> who commands it."""


@dataclass
class Fleet:
    """Each state beside the monotonic seconds of its arrival, since a box's own clock may be wrong (D7)."""

    health: dict[str, tuple[Health, float]] = field(default_factory=dict)
    vehicles: dict[tuple[str, str], tuple[VehicleState, float]] = field(default_factory=dict)
    docks: dict[str, tuple[DockState, float]] = field(default_factory=dict)

    def hear_health(self, state: Health, now_s: float) -> Health:
        """What now holds: a will says offline and knows no inventory, so the last one known stays."""
        known = self.health.get(state.edge)
        if state.inventory is None and known and known[0].inventory:
            state = state.model_copy(update={"inventory": known[0].inventory})
        self.health[state.edge] = (state, now_s)
        return state

    def recall(self, rows: Iterable[BoxRow], now: datetime, now_s: float) -> None:
        """What the store knows of boxes that this process has not heard of yet."""
        for row in rows:
            if row.edge not in self.health:
                state = row.health or Health(edge=row.edge, at=row.seen_at, online=False)
                state = state.model_copy(update={"inventory": row.inventory, "online": row.online})
                self.health[row.edge] = (state, now_s - (now - row.seen_at).total_seconds())

    def hear_vehicle(self, state: VehicleState, now_s: float) -> None:
        self.vehicles[state.edge, state.aircraft] = (state, now_s)

    def hear_dock(self, state: DockState, now_s: float) -> None:
        self.docks[state.edge] = (state, now_s)

    def online(self, edge: str, now_s: float) -> bool:
        """It says so, and said so within three beats."""
        known = self.health.get(edge)
        return known is not None and known[0].online and now_s - known[1] <= HEALTH_SILENT_S

    def camera(self, edge: str, name: str) -> CameraInfo | None:
        known = self.health.get(edge)
        cameras = known[0].inventory.cameras if known and known[0].inventory else ()
        return next((camera for camera in cameras if camera.name == name), None)

    def standing(self, edge: str, name: str, tenure: Tenure | None, now_s: float) -> Standing | None:
        """None where no box has told of such an aircraft."""
        info = self._aircraft(edge)
        if info is None or info.name != name:
            return None
        standing = Standing(edge, info, self.online(edge, now_s), tenure=tenure)
        if heard := self.vehicles.get((edge, name)):
            standing = replace(standing, vehicle=heard[0], vehicle_age_s=now_s - heard[1])
        if (dock := self.docks.get(edge)) and now_s - dock[1] <= DOCK_SILENT_S:
            standing = replace(standing, dock=dock[0])
        return standing

    def standings(self, tenures: Tenures, now_s: float) -> list[Standing]:
        """Every aircraft of which a box has told."""
        names = [(edge, info.name) for edge in sorted(self.health) if (info := self._aircraft(edge))]
        rows = [self.standing(edge, name, tenures.get((edge, name)), now_s) for edge, name in names]
        return [row for row in rows if row]

    def _aircraft(self, edge: str) -> AircraftInfo | None:
        known = self.health.get(edge)
        return known[0].inventory.aircraft if known and known[0].inventory else None
