"""What the senses of a box in lockstep make of the world: its dock's signals, its camera's sight of the marker."""

import math
from collections.abc import Sequence

from edge.config import ViewConfig
from edge.flight.dockside import OPEN_PCT
from edge.flight.marker import looks_for_marker, see
from edge.flight.seen import Seen, Site
from edge.flight.state import Sortie
from edge.flight.telemetry import Telemetry
from sim.vehicle import Vehicle
from wire.dock import Input, Register

Raw = tuple[Sequence[bool], Sequence[int]]
"""The dock's discrete inputs and input registers."""
SIGHT_LATE_S = 0.2
PICTURE_PX = 640


def proves_open(raw: Raw) -> bool:
    """Both raw signals say that the lid is open."""
    bits, registers = raw
    only_open = bits[Input.LID_OPEN_SWITCH] and not bits[Input.LID_CLOSED_SWITCH]
    return bool(only_open and registers[Register.LID_POSITION_PCT] >= OPEN_PCT)


def lens(view: ViewConfig) -> tuple[tuple[float, float], int]:
    """Half its angles across and up, radians, and the picture's width in pixels."""
    return (math.radians(view.fov_deg / 2), math.radians(view.fov_up_deg / 2)), PICTURE_PX


def look_down(site: Site, sortie: Sortie, seen: Seen, vehicle: Vehicle) -> Telemetry:
    """With the newest sight of the pad's marker, with an eye's errors and late; only a steadied camera is modelled."""
    view = site.view
    if view is None or view.mount != "gimbal" or not looks_for_marker(site, sortie, seen):
        return seen.telemetry
    sight = vehicle.marker.measured(vehicle.body, vehicle.payload.pitch, *lens(view))
    return see(seen.telemetry, sight, seen.now_s - SIGHT_LATE_S, view) if sight else seen.telemetry
