"""Precision landing as ArduCopter does it with PLND_TYPE 1 (AC_PrecLand, pure): LANDING_TARGET in, where to land out.

Rules (ArduCopter 4.6, AC_PrecLand.cpp, AC_PrecLand_MAVLink.cpp)
- Only a position in BODY_FRD or LOCAL_FRD counts; the airframe's own attitude turns the first to the horizon.
- A target is believed for 2 s after its last sight; without one it lands where it is (PLND_STRICT 0).
"""

import math
from typing import Any

from sim.autopilot.copter import Copter
from sim.autopilot.estimate import Estimate, Spot

BODY_FRD, LOCAL_FRD = 12, 20
"""MAV_FRAME."""
FARTHEST_M = 30.0
"""AC_PrecLand leaves out what no camera of its kind sees."""


def hear(copter: Copter, message: Any) -> None:
    """Keeps the place of the marker, where precision landing is on and the message says one."""
    if copter.parameters["PLND_ENABLED"] and copter.parameters["PLND_TYPE"] == 1:
        spot = target(message, copter.estimate)
        copter.marker = (spot, copter.now_s) if spot else copter.marker


def target(message: Any, estimate: Estimate) -> Spot | None:
    """Where the message puts the target, in the estimate's own frame; None where it says nothing that can be used."""
    forward, right, down = message.x, message.y, message.z
    if message.frame not in (BODY_FRD, LOCAL_FRD) or message.position_valid != 1:
        return None
    if not (down > 0 and math.hypot(forward, right, down) <= FARTHEST_M):
        return None
    if message.frame == BODY_FRD:
        forward, right, down = _levelled(forward, right, down, estimate.roll, estimate.pitch)
    c, s = math.cos(estimate.yaw), math.sin(estimate.yaw)
    return Spot(estimate.north + c * forward - s * right, estimate.east + s * forward + c * right, estimate.down + down)


def _levelled(forward: float, right: float, down: float, roll: float, pitch: float) -> tuple[float, float, float]:
    """From the airframe's axes to the horizon's."""
    right, down = right * math.cos(roll) - down * math.sin(roll), right * math.sin(roll) + down * math.cos(roll)
    return forward * math.cos(pitch) + down * math.sin(pitch), right, down * math.cos(pitch) - forward * math.sin(pitch)
