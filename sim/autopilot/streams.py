"""What the autopilot tells of itself: each message by number, made from the copter's state. Raw scaling is here only.

Nothing but HEARTBEAT and STATUSTEXT goes out until a client asks (SET_MESSAGE_INTERVAL, REQUEST_DATA_STREAM).
"""

import math
from collections.abc import Callable
from typing import Any

from sim.autopilot import arming
from sim.autopilot.copter import Copter
from sim.autopilot.modes import TRAITS, Air, Mode, Style
from sim.mavlink import dialect as m

HEARTBEAT = 0
CAPABILITIES = 1 | 2 | 4 | 8 | 32 | 128 | 256 | 2048 | 8192 | 16384 | 32768 | 131072
"""MAV_PROTOCOL_CAPABILITY: missions float and int, COMMAND_INT, FTP, position targets, termination, MAVLink 2, fence,
rally, C-cast parameters."""
SENSORS = 0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x8000 | 0x200000 | 0x2000000
"""MAV_SYS_STATUS_SENSOR: gyro, accel, mag, baro, GPS, motors, AHRS, battery."""
GPS, GEOFENCE, PREARM = 0x20, 0x100000, 0x10000000
EKF_GOOD = 1 | 2 | 4 | 8 | 16 | 32 | 512
"""EKF_STATUS_FLAGS: attitude, velocities, positions relative and absolute; 1024 = uninitialised."""

Maker = Callable[[Copter], Any]


def heartbeat(copter: Copter) -> Any:
    style = TRAITS[copter.mode].style
    base = 1 | 16 | 64 | (128 if copter.armed else 0)
    base |= 8 if style in (Style.GUIDED, Style.RETURN, Style.MISSION) else 0
    airborne = copter.air is not Air.ON_GROUND
    status = 5 if copter.watch.tripped and airborne else 4 if airborne else 3
    if arming.since_boot(copter) < arming.GPS_FIX:
        status = 2
    return m.MAVLink_heartbeat_message(2, 3, base, int(copter.mode), status, 3)


def _sys_status(copter: Copter) -> Any:
    e, enabled = copter.estimate, SENSORS | PREARM
    enabled |= GEOFENCE if copter.parameters["FENCE_ENABLE"] else 0
    health = SENSORS & ~(0 if _fixed(copter) else GPS)
    health |= PREARM if arming.healthy(copter) else 0
    health |= 0 if copter.watch.breached else GEOFENCE
    return m.MAVLink_sys_status_message(
        SENSORS | PREARM | GEOFENCE, enabled, health, 80, int(e.volts * 1000), int(e.amperes * 100),
        int(e.remaining_pct), 0, 0, 0, 0, 0, 0,
    )  # fmt: skip


def _fixed(copter: Copter) -> bool:
    return arming.since_boot(copter) >= arming.GPS_FIX and copter.gps_lost_s is None


def _ms(copter: Copter) -> int:
    return int(copter.now_s * 1000) & 0xFFFFFFFF


def _globe(copter: Copter) -> tuple[int, int, int]:
    """lat and lon in 1e-7 degrees, altitude above sea level in mm."""
    e = copter.estimate
    lat, lon = copter.origin.globe(e.north, e.east)
    return round(lat * 1e7), round(lon * 1e7), round((copter.origin.amsl_m - e.down) * 1000)


def _gps(copter: Copter) -> Any:
    if not _fixed(copter):
        return m.MAVLink_gps_raw_int_message(int(copter.now_s * 1e6), 1, 0, 0, 0, 9999, 9999, 0, 65535, 0)
    e, (lat, lon, alt) = copter.estimate, _globe(copter)
    return m.MAVLink_gps_raw_int_message(
        int(copter.now_s * 1e6), 3, lat, lon, alt, 80, 120, int(e.speed * 100), _course(copter), 14,
        alt, 600, 900, 200, 0,
    )  # fmt: skip


def _course(copter: Copter) -> int:
    """Centidegrees over ground."""
    e = copter.estimate
    return int(math.degrees(math.atan2(e.v_east, e.v_north)) % 360 * 100) % 36000


def _heading(copter: Copter) -> float:
    return math.degrees(copter.estimate.yaw) % 360


def _position(copter: Copter) -> Any:
    e = copter.estimate
    lat, lon, alt = _globe(copter) if copter.now_s >= arming.ORIGIN_SET * copter.boot_armable_s else (0, 0, 0)
    return m.MAVLink_global_position_int_message(
        _ms(copter), lat, lon, alt, round(copter.height * 1000), round(e.v_north * 100), round(e.v_east * 100),
        round(e.v_down * 100), int(_heading(copter) * 100) % 36000,
    )  # fmt: skip


def _local(copter: Copter) -> Any:
    e = copter.estimate
    return m.MAVLink_local_position_ned_message(_ms(copter), e.north, e.east, e.down, e.v_north, e.v_east, e.v_down)


def _attitude(copter: Copter) -> Any:
    e = copter.estimate
    return m.MAVLink_attitude_message(_ms(copter), e.roll, e.pitch, e.yaw, e.roll_rate, e.pitch_rate, e.yaw_rate)


def _quaternion(copter: Copter) -> Any:
    e = copter.estimate
    cr, sr = math.cos(e.roll / 2), math.sin(e.roll / 2)
    cp, sp = math.cos(e.pitch / 2), math.sin(e.pitch / 2)
    cy, sy = math.cos(e.yaw / 2), math.sin(e.yaw / 2)
    return m.MAVLink_attitude_quaternion_message(
        _ms(copter), cr * cp * cy + sr * sp * sy, sr * cp * cy - cr * sp * sy, cr * sp * cy + sr * cp * sy,
        cr * cp * sy - sr * sp * cy, e.roll_rate, e.pitch_rate, e.yaw_rate,
    )  # fmt: skip


def _hud(copter: Copter) -> Any:
    e = copter.estimate
    amsl = copter.origin.amsl_m - e.down
    return m.MAVLink_vfr_hud_message(e.speed, e.speed, int(_heading(copter)), int(e.throttle_pct), amsl, -e.v_down)


def _battery(copter: Copter) -> Any:
    e = copter.estimate
    cells = [int(e.volts * 1000)] + [65535] * 9
    return m.MAVLink_battery_status_message(
        0, 0, 1, 32767, cells, int(e.amperes * 100), int(e.used_mah), int(e.used_wh * 36), int(e.remaining_pct)
    )


def _extended(copter: Copter) -> Any:
    return m.MAVLink_extended_sys_state_message(0, copter.air.value)


def _home(copter: Copter) -> Any | None:
    if copter.home is None:
        return None
    north, east, down = copter.home
    lat, lon = copter.origin.globe(north, east)
    amsl = round((copter.origin.amsl_m - down) * 1000)
    return m.MAVLink_home_position_message(
        round(lat * 1e7), round(lon * 1e7), amsl, north, east, down, [1.0, 0.0, 0.0, 0.0], 0.0, 0.0, 0.0
    )


def _origin(copter: Copter) -> Any | None:
    if not copter.ready:
        return None
    o = copter.origin
    return m.MAVLink_gps_global_origin_message(round(o.lat * 1e7), round(o.lon * 1e7), round(o.amsl_m * 1000))


def _ekf(copter: Copter) -> Any:
    flags = EKF_GOOD if copter.ready else 1 | 2 | 4 | 32 | 128 if _fixed(copter) else 1024
    return m.MAVLink_ekf_status_report_message(flags, 0.02, 0.03, 0.02, 0.02, 0.0)


def _version(copter: Copter) -> Any:
    return m.MAVLink_autopilot_version_message(
        CAPABILITIES, (4 << 24) | (6 << 16) | 255, 0, 0, 0, [0] * 8, [0] * 8, [0] * 8, 0, 0,
        int(copter.parameters["SYSID_THISMAV"]),
    )  # fmt: skip


def _time(copter: Copter) -> Any:
    # No real-time clock of its own: ArduPilot sends 0 until a GPS has given the time.
    return m.MAVLink_system_time_message(0, _ms(copter))


def _mission(copter: Copter) -> Any:
    total = max(0, len(copter.plans[0]) - 1)
    state = 1 if not total else 3 if copter.mode is Mode.AUTO else 2
    return m.MAVLink_mission_current_message(copter.current, total, state, 1 if copter.mode is Mode.AUTO else 2)


def _fence(copter: Copter) -> Any:
    bits = copter.watch.breached
    kind = 2 if bits & 1 else 3 if bits else 0
    return m.MAVLink_fence_status_message(1 if bits else 0, 1 if bits else 0, kind, 0)


MAKERS: dict[int, Maker] = {
    HEARTBEAT: heartbeat,
    1: _sys_status,
    2: _time,
    24: _gps,
    30: _attitude,
    31: _quaternion,
    32: _local,
    33: _position,
    42: _mission,
    49: _origin,
    74: _hud,
    147: _battery,
    148: _version,
    162: _fence,
    193: _ekf,
    242: _home,
    245: _extended,
}

GROUPS: dict[int, tuple[int, ...]] = {
    1: (),  # RAW_SENSORS
    2: (1, 24, 42, 147, 162),  # EXTENDED_STATUS
    6: (33, 32),  # POSITION
    10: (30,),  # EXTRA1
    11: (74,),  # EXTRA2
    12: (193, 2, 245),  # EXTRA3
}
"""REQUEST_DATA_STREAM's MAV_DATA_STREAM to messages; 0 means all of them."""
STARTING: dict[str, int] = {
    "SR0_RAW_SENS": 1,
    "SR0_EXT_STAT": 2,
    "SR0_POSITION": 6,
    "SR0_EXTRA1": 10,
    "SR0_EXTRA2": 11,
    "SR0_EXTRA3": 12,
}
"""The parameters that start a group by themselves, in Hz, for clients that ask for nothing."""
