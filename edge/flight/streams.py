"""Which MAVLink streams we need (pure), and when to ask for them again: the autopilot may have rebooted."""

from functools import cache

from edge.config import ViewConfig
from edge.flight.autopilots import Command, interval
from edge.flight.telemetry import Telemetry, is_fresh

HEARTBEAT = (0, 4.0)
"""Armed and mode show only here; at its 1 Hz each step of a launch would wait a second for its proof."""
STREAMS = {
    "position_s": (33, 5.0),
    "landed_s": (245, 5.0),
    "health_s": (1, 1.0),
    "gps_s": (24, 1.0),
    "battery_s": (147, 1.0),
    "home_s": (242, 0.5),
}
"""Telemetry's field -> (message number, Hz): GLOBAL_POSITION_INT, EXTENDED_SYS_STATE, SYS_STATUS, GPS_RAW_INT,
BATTERY_STATUS, HOME_POSITION."""
ESTIMATORS = {"arducopter": (193, 1.0), "px4": (230, 1.0)}
"""EKF_STATUS_REPORT, ESTIMATOR_STATUS."""
LOOKS = {
    "gimbal": {"attitude_s": (30, 5.0), "gimbal_s": (285, 5.0)},
    "fixed": {"attitude_s": (30, 5.0)},
}
"""By the camera's mount (F24): ATTITUDE, GIMBAL_DEVICE_ATTITUDE_STATUS."""
AGAIN_S = 2.0


def due(
    telemetry: Telemetry, profile: str, asked_s: float | None, now_s: float, view: ViewConfig | None = None
) -> tuple[Command, ...]:
    """Everything that is silent for three of its periods, at most every two seconds, once the autopilot speaks."""
    if not is_fresh(telemetry.heard_s, now_s) or (asked_s is not None and now_s - asked_s < AGAIN_S):
        return ()
    wanted = _wanted(profile, view.mount if view else "")
    silent = [stream for name, stream, limit_s in wanted if not is_fresh(getattr(telemetry, name), now_s, limit_s)]
    return tuple(interval(*stream) for stream in (HEARTBEAT, *silent)) if silent else ()


@cache
def _wanted(profile: str, mount: str) -> tuple[tuple[str, tuple[int, float], float], ...]:
    """Telemetry's field, the stream, and how old its last word may be: asked for at every tick."""
    wanted = {**STREAMS, "ekf_s": ESTIMATORS[profile], **LOOKS.get(mount, {})}
    return tuple((name, stream, max(3 / stream[1], 1.0)) for name, stream in wanted.items())
