"""MAVLink messages in, one `Telemetry` out (pure): raw scaling (1e7, mm, cm/s, cdeg) dies here."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from edge.flight.changed import changed
from edge.flight.geometry import Place, distance_m
from edge.flight.telemetry import Ack, Landed, Message, Telemetry, Text
from edge.flight.traffic import contact, heard

JUMP_M, GAINED_MPS = 12.0, 3.0
"""A position that goes farther at once, with what speed it may gain meanwhile, has jumped (F17)."""
ARMED_FLAG = 0x80
PREARM_CHECK = 0x10000000
EKF_POS_HORIZ_ABS = 0x10
EKF_CONST_POS = 0x80
UNIT = 0.01
"""A quaternion whose length is so far from 1 is none."""
STEEP_DEG = 88.0
"""Past this a turn about the camera's axis is a yaw: its roll is nothing but noise."""
HORIZON_LOCKED = 4 | 8
"""GIMBAL_DEVICE_FLAGS, and GIMBAL_MANAGER_FLAGS: roll and pitch count from the horizon."""


def hear(known: Telemetry, message: Message, now_s: float) -> Telemetry:
    """`known` and what the message adds; values outside their physical range are left out, never believed."""
    kind = message.get_type()
    if kind in AROUND:  # other devices of the aircraft: they don't prove that the autopilot lives
        return AROUND[kind](known, message, now_s)
    known = changed(known, heard_s=now_s)
    add = _ADD.get(kind)
    return add(known, message, now_s) if add else known


def _heartbeat(known: Telemetry, message: Message, now_s: float) -> Telemetry:
    armed = bool(message.base_mode & ARMED_FLAG)
    return changed(known, heartbeat_s=now_s, custom_mode=int(message.custom_mode), armed=armed)


def _gps(known: Telemetry, message: Message, now_s: float) -> Telemetry:
    satellites = message.satellites_visible if message.satellites_visible < 255 else None
    return changed(known, gps_s=now_s, gps_fix=message.fix_type, satellites=satellites)


def _battery(known: Telemetry, message: Message, now_s: float) -> Telemetry:
    """The flight battery is instance 0; -1 is the standard's "unknown"."""
    if message.id != 0 or not 0 <= message.battery_remaining <= 100:
        return known
    return changed(known, battery_s=now_s, battery_pct=float(message.battery_remaining))


def _landed(known: Telemetry, message: Message, now_s: float) -> Telemetry:
    if message.landed_state not in set(Landed):
        return known
    return changed(known, landed_s=now_s, landed=Landed(message.landed_state))


def _estimate(known: Telemetry, message: Message, now_s: float) -> Telemetry:
    """EKF_STATUS_REPORT (ArduPilot) and ESTIMATOR_STATUS (PX4) share these two bits."""
    ok = bool(message.flags & EKF_POS_HORIZ_ABS) and not message.flags & EKF_CONST_POS
    return changed(known, ekf_s=now_s, ekf_ok=ok)


def _traffic(known: Telemetry, message: Message, now_s: float) -> Telemetry:
    new = contact(message, now_s)
    contacts = heard(known.contacts, new, now_s) if new else known.contacts
    return changed(known, traffic_s=now_s, contacts=contacts)


def _receiver(known: Telemetry, message: Message, now_s: float) -> Telemetry:
    """UAVIONIX_ADSB_RF_HEALTH_OK is 1: an empty sky still has a living receiver."""
    return changed(known, traffic_s=now_s) if message.rfHealth == 1 else known


def _remote_id(known: Telemetry, message: Message, now_s: float) -> Telemetry:
    """OPEN_DRONE_ID_ARM_STATUS: 0 = MAV_ODID_ARM_STATUS_GOOD_TO_ARM."""
    fault = "" if message.status == 0 else _plain(message.error) or "not fit to fly"
    return changed(known, remote_id_s=now_s, remote_id_fault=fault)


def _attitude(known: Telemetry, message: Message, now_s: float) -> Telemetry:
    if not math.isfinite(message.roll + message.pitch):
        return known
    return changed(known, attitude_s=now_s, roll_deg=math.degrees(message.roll), pitch_deg=math.degrees(message.pitch))


def _gimbal(known: Telemetry, message: Message, now_s: float) -> Telemetry:
    """GIMBAL_DEVICE_ATTITUDE_STATUS, by the angles of MAVLink's quaternion (roll, pitch and yaw in turn).

    One that does not count from the horizon, or reports a failure, says nothing of where the camera looks.
    """
    if message.flags & HORIZON_LOCKED != HORIZON_LOCKED or message.failure_flags:
        return known
    w, x, y, z = message.q
    if not abs(w * w + x * x + y * y + z * z - 1) < UNIT:
        return known
    pitch_deg = math.degrees(math.asin(max(-1.0, min(1.0, 2 * (w * y - z * x)))))
    roll_deg = math.degrees(math.atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y)))
    straight_down = abs(pitch_deg) > STEEP_DEG
    return changed(
        known, gimbal_s=now_s, gimbal_pitch_deg=pitch_deg, gimbal_roll_deg=0.0 if straight_down else roll_deg
    )


def _ack(known: Telemetry, message: Message, now_s: float) -> Telemetry:
    return changed(known, acks={**known.acks, message.command: Ack(message.result, now_s)})


def _text(known: Telemetry, message: Message, now_s: float) -> Telemetry:
    """One that is longer than 50 characters comes in parts, in their order."""
    text, before = Text(message.severity, _plain(message.text), now_s, message.id), known.texts
    if message.chunk_seq and before and before[-1].number == message.id:
        text, before = replace(text, text=before[-1].text + text.text), before[:-1]
    return changed(known, texts=(*before, text)[-10:])


def _position(known: Telemetry, message: Message, now_s: float) -> Telemetry:
    place = _place(message.lat, message.lon)
    if place is None:
        return known
    return changed(
        known,
        position_s=now_s,
        place=place,
        jumped_s=now_s if _jumps(known, place, now_s) else known.jumped_s,
        alt_rel_m=message.relative_alt / 1000,
        alt_amsl_m=message.alt / 1000,
        north_mps=message.vx / 100,
        east_mps=message.vy / 100,
        climb_mps=-message.vz / 100,
        heading_deg=message.hdg / 100 if message.hdg < 36000 else None,
    )


def _jumps(known: Telemetry, place: Place, now_s: float) -> bool:
    if known.place is None or known.position_s is None:
        return False
    reach_m = JUMP_M + 1.5 * (known.groundspeed_mps + GAINED_MPS) * (now_s - known.position_s)
    return distance_m(known.place, place) > reach_m


def _home(known: Telemetry, message: Message, now_s: float) -> Telemetry:
    place = _place(message.latitude, message.longitude)
    return changed(known, home_s=now_s, home=place) if place else known


def _place(lat_e7: int, lon_e7: int) -> Place | None:
    """Nothing stands at 0, 0: it means unknown."""
    lat, lon = lat_e7 / 1e7, lon_e7 / 1e7
    if (lat == 0 and lon == 0) or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    return Place(lat, lon)


def _status(known: Telemetry, message: Message, now_s: float) -> Telemetry:
    """PX4 shows the passed checks as healthy only, never as enabled (SYS_STATUS.hpp); ArduPilot as both (GCS.cpp)."""
    prearm = bool(message.onboard_control_sensors_health & PREARM_CHECK)
    known = changed(known, health_s=now_s, prearm_ok=prearm)
    if message.voltage_battery != 0xFFFF:
        known = changed(known, battery_v=message.voltage_battery / 1000)
    if 0 <= message.battery_remaining <= 100:
        known = changed(known, battery_s=now_s, battery_pct=float(message.battery_remaining))
    return known


def _plain(text: str | bytes) -> str:
    """PX4 ends what it also says as an event with a tab."""
    return (text.decode(errors="replace") if isinstance(text, bytes) else text).rstrip("\0\t")


_ADD: Mapping[str, Callable[[Telemetry, Message, float], Telemetry]] = {
    "HEARTBEAT": _heartbeat,
    "GLOBAL_POSITION_INT": _position,
    "HOME_POSITION": _home,
    "GPS_RAW_INT": _gps,
    "SYS_STATUS": _status,
    "BATTERY_STATUS": _battery,
    "EXTENDED_SYS_STATE": _landed,
    "EKF_STATUS_REPORT": _estimate,
    "ESTIMATOR_STATUS": _estimate,
    "ATTITUDE": _attitude,
    "COMMAND_ACK": _ack,
    "STATUSTEXT": _text,
}
AROUND: Mapping[str, Callable[[Telemetry, Message, float], Telemetry]] = {
    "ADSB_VEHICLE": _traffic,
    "UAVIONIX_ADSB_TRANSCEIVER_HEALTH_REPORT": _receiver,
    "OPEN_DRONE_ID_ARM_STATUS": _remote_id,
    "GIMBAL_DEVICE_ATTITUDE_STATUS": _gimbal,
}
HEARD = frozenset({*_ADD, *AROUND})
"""The allow-list inwards: every other message is dropped unread."""
COMPONENTS: Mapping[int, frozenset[str]] = {
    1: HEARD,
    154: frozenset({"GIMBAL_DEVICE_ATTITUDE_STATUS"}),
    156: frozenset({"ADSB_VEHICLE", "UAVIONIX_ADSB_TRANSCEIVER_HEALTH_REPORT"}),
    236: frozenset({"OPEN_DRONE_ID_ARM_STATUS"}),
}
"""Who on the aircraft may say what: the autopilot, MAV_COMP_ID_GIMBAL, MAV_COMP_ID_ADSB, MAV_COMP_ID_ODID_TXRX_1."""
