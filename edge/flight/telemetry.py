"""What is known of the aircraft by its own messages: one `Telemetry`, in SI units, with the time of each part."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Protocol

from edge.flight.geometry import Place
from edge.flight.traffic import Contact

LINK_LOST_S = 2.0
"""Silence after which the link counts as lost (F11)."""
FRESH_S = 3.0
"""Older than this a figure of the autopilot is no longer believed."""


class Message(Protocol):
    """A decoded MAVLink message: its fields are attributes by the names of the standard."""

    def get_type(self) -> str: ...
    def __getattr__(self, name: str) -> Any: ...


class Landed(IntEnum):
    """MAV_LANDED_STATE."""

    UNDEFINED = 0
    ON_GROUND = 1
    IN_AIR = 2
    TAKEOFF = 3
    LANDING = 4


@dataclass(frozen=True)
class Ack:
    """COMMAND_ACK; `result` is a MAV_RESULT."""

    result: int
    at_s: float


@dataclass(frozen=True)
class Text:
    """STATUSTEXT; `severity` by syslog: 0 emergency .. 7 debug."""

    severity: int
    text: str
    at_s: float
    number: int = 0
    """By which the parts of a long one belong together; 0: it is whole."""


@dataclass(frozen=True)
class Telemetry:
    """What the autopilot has said; None where it has not. Times `*_s` are of our monotonic clock, at arrival."""

    heard_s: float | None = None
    heartbeat_s: float | None = None
    custom_mode: int | None = None
    armed: bool = False
    position_s: float | None = None
    place: Place | None = None
    jumped_s: float | None = None
    """When the place last changed by more than its velocity allows (F17)."""
    alt_rel_m: float | None = None
    alt_amsl_m: float | None = None
    north_mps: float = 0.0
    east_mps: float = 0.0
    climb_mps: float = 0.0
    heading_deg: float | None = None
    gps_s: float | None = None
    gps_fix: int | None = None
    satellites: int | None = None
    battery_s: float | None = None
    battery_pct: float | None = None
    battery_v: float | None = None
    home_s: float | None = None
    home: Place | None = None
    """Where its own return goes to."""
    landed_s: float | None = None
    landed: Landed = Landed.UNDEFINED
    health_s: float | None = None
    prearm_ok: bool | None = None
    ekf_s: float | None = None
    ekf_ok: bool | None = None
    traffic_s: float | None = None
    """The traffic receiver's last word, or its own word that it is well."""
    contacts: Mapping[int, Contact] = field(default_factory=dict)
    attitude_s: float | None = None
    roll_deg: float = 0.0
    pitch_deg: float = 0.0
    marker_s: float | None = None
    marker_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """The pad's marker, seen by the camera: ahead, to the right and below, by the airframe's axes (BODY_FRD)."""
    gimbal_s: float | None = None
    gimbal_pitch_deg: float = 0.0
    gimbal_roll_deg: float = 0.0
    """Of the camera, from the horizon; pitch is up."""
    remote_id_s: float | None = None
    remote_id_fault: str = ""
    """Why the Remote ID transmitter is not fit to fly; "" = it is."""
    acks: Mapping[int, Ack] = field(default_factory=dict)
    texts: tuple[Text, ...] = ()

    @property
    def groundspeed_mps(self) -> float:
        return math.hypot(self.north_mps, self.east_mps)

    @property
    def lean_deg(self) -> float:
        """Of the airframe, from level."""
        upright = math.cos(math.radians(self.roll_deg)) * math.cos(math.radians(self.pitch_deg))
        return math.degrees(math.acos(upright))

    @property
    def airborne(self) -> bool:
        """By EXTENDED_SYS_STATE; an autopilot that doesn't say is in the air when armed and over 1 m high."""
        if self.landed is Landed.UNDEFINED:
            return self.armed and (self.alt_rel_m or 0.0) > 1.0
        return self.landed is not Landed.ON_GROUND

    def link_ok(self, now_s: float) -> bool:
        return is_fresh(self.heard_s, now_s, LINK_LOST_S)

    def on_ground(self, now_s: float) -> bool:
        """Proven: both the landed state and the heartbeat are fresh, and both say down and disarmed."""
        fresh = is_fresh(self.landed_s, now_s) and is_fresh(self.heartbeat_s, now_s)
        return fresh and self.landed is Landed.ON_GROUND and not self.armed

    def last_words(self, since_s: float) -> str:
        """The newest warning or worse that was heard since, else ""."""
        return next((t.text for t in reversed(self.texts) if t.severity <= 4 and t.at_s >= since_s), "")


def is_fresh(at_s: float | None, now_s: float, limit_s: float = FRESH_S) -> bool:
    return at_s is not None and now_s - at_s < limit_s
