"""From power-on to armable: what the autopilot announces while it boots, and why it refuses to arm.

The timeline is that of a real ArduCopter (measured on 4.7-dev SITL): SYS_STATUS says PREARM healthy 23 s after boot,
yet arming in GUIDED fails with "Arm: Need Position Estimate" until 42 s. Other spans scale with `boot_armable_s`.
"""

from typing import TYPE_CHECKING

from sim.autopilot.modes import TRAITS

if TYPE_CHECKING:
    from sim.autopilot.copter import Copter

VERSION = "ArduCopter V4.6.0"
GPS_FIX, PREARM_HEALTHY, ORIGIN_SET = 9 / 42, 23 / 42, 30 / 42
"""Shares of `boot_armable_s`."""

ANNOUNCEMENTS: tuple[tuple[float, str], ...] = (
    (0.0, f"{VERSION} (simulated)"),
    (0.0, "Frame: QUAD/X"),
    (5 / 42, "AHRS: EKF3 active"),
    (6 / 42, "EKF3 IMU0 initialised"),
    (8 / 42, "EKF3 IMU0 tilt alignment complete"),
    (GPS_FIX, "GPS 1: detected as u-blox at 230400 baud"),
    (10 / 42, "EKF3 IMU0 MAG0 initial yaw alignment complete"),
    (ORIGIN_SET, "EKF3 IMU0 origin set"),
    (1.0, "EKF3 IMU0 is using GPS"),
)


def boot(copter: "Copter") -> None:
    """Says what is due and fixes home once there is a position."""
    while copter.told < len(ANNOUNCEMENTS) and copter.now_s >= ANNOUNCEMENTS[copter.told][0] * copter.boot_armable_s:
        copter.say(6, ANNOUNCEMENTS[copter.told][1])
        copter.told += 1
    if copter.home is None and copter.ready:
        copter.home = copter.estimate.spot


def since_boot(copter: "Copter") -> float:
    """How much of the boot is done, 0 to 1."""
    return min(1.0, copter.now_s / copter.boot_armable_s)


def healthy(copter: "Copter") -> bool:
    """What the PREARM bit of SYS_STATUS says; weaker than `reasons`, as on the real one."""
    return since_boot(copter) >= PREARM_HEALTHY and not _battery(copter)


def reasons(copter: "Copter") -> list[str]:
    """Why arming is refused now; empty means go."""
    found = [] if TRAITS[copter.mode].arms else [f"{copter.mode.name} mode not armable"]
    if not copter.parameters["ARMING_CHECK"]:
        return found
    if not copter.ready and (TRAITS[copter.mode].needs_position or copter.parameters["FENCE_ENABLE"]):
        found.append("Need Position Estimate")
    if copter.watch.gcs_lost and copter.parameters["FS_GCS_ENABLE"]:
        found.append("GCS failsafe on")
    found += _battery(copter)
    if copter.parameters["FENCE_ENABLE"] and any(
        area.breached((copter.estimate.north, copter.estimate.east)) for area in copter.areas
    ):
        found.append("Vehicle breaching Polygon fence")
    return found


def _battery(copter: "Copter") -> list[str]:
    parameters, estimate = copter.parameters, copter.estimate
    left = parameters["BATT_CAPACITY"] - estimate.used_mah
    if estimate.volts < max(parameters["BATT_ARM_VOLT"], parameters["BATT_LOW_VOLT"]):
        return ["Battery 1 below minimum arming voltage"]
    if left < max(parameters["BATT_ARM_MAH"], parameters["BATT_LOW_MAH"]):
        return ["Battery 1 below minimum arming capacity"]
    return []
