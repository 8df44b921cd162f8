"""Guided goals that arrive as messages, not as commands; nothing happens outside GUIDED.

SET_POSITION_TARGET_* are never acknowledged; the old MISSION_ITEM with `current` 2 is, as an item (GCS_Common.cpp).
"""

import math
from typing import Any

from sim.autopilot.commands import down_of, refused
from sim.autopilot.copter import Copter
from sim.autopilot.estimate import Spot
from sim.autopilot.fence import Item
from sim.autopilot.guidance import Goto, Move
from sim.autopilot.mavcmd import Cmd
from sim.autopilot.modes import TRAITS, Style


def globe(copter: Copter, message: Any) -> None:
    """SET_POSITION_TARGET_GLOBAL_INT: a place or a velocity, only in GUIDED."""
    if TRAITS[copter.mode].style is not Style.GUIDED or not copter.armed:
        return
    lat, lon = message.lat_int / 1e7, message.lon_int / 1e7
    down = down_of(copter, message.coordinate_frame, message.alt)
    if not message.type_mask & 0b111:
        if down is not None and math.isfinite(down) and abs(lat) <= 90 and abs(lon) <= 180:
            _go_to(copter, Spot(*copter.origin.local(lat, lon), down), _yaw(message))
    elif not message.type_mask & 0b111000:
        _velocity(copter, message)


def local(copter: Copter, message: Any) -> None:
    """SET_POSITION_TARGET_LOCAL_NED in the frames LOCAL_NED (1) and LOCAL_OFFSET_NED (7)."""
    here = copter.estimate
    if TRAITS[copter.mode].style is not Style.GUIDED or not copter.armed or message.coordinate_frame not in (1, 7):
        return
    offset = (here.north, here.east, here.down) if message.coordinate_frame == 7 else (0.0, 0.0, 0.0)
    if not message.type_mask & 0b111:
        spot = [base + value for base, value in zip(offset, (message.x, message.y, message.z), strict=True)]
        if all(map(math.isfinite, spot)):
            _go_to(copter, Spot(*spot), _yaw(message))
    elif not message.type_mask & 0b111000:
        _velocity(copter, message)


def waypoint(copter: Copter, item: Item) -> bool:
    """An item meant to be flown to now. False, and nothing changes, outside GUIDED, with no place, past the fence."""
    down = down_of(copter, item.frame, item.alt)
    known = all(map(math.isfinite, (item.lat, item.lon, item.alt))) and abs(item.lat) <= 90 and abs(item.lon) <= 180
    if TRAITS[copter.mode].style is not Style.GUIDED or item.command != Cmd.NAV_WAYPOINT or down is None or not known:
        return False
    return _go_to(copter, Spot(*copter.origin.local(item.lat, item.lon), down), None)


def _go_to(copter: Copter, spot: Spot, yaw: float | None) -> bool:
    if refused(copter, *spot):
        return False
    copter.go(Goto(spot, yaw))
    return True


def _velocity(copter: Copter, message: Any) -> None:
    if all(map(math.isfinite, (message.vx, message.vy, message.vz))):
        copter.go(Move(message.vx, message.vy, message.vz, _yaw(message)))


def _yaw(message: Any) -> float | None:
    """Radians where the mask says that yaw counts."""
    counts = not message.type_mask & 0b10000000000 and math.isfinite(message.yaw)
    return float(message.yaw) if counts else None
