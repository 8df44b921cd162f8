"""What is true just now: vehicle, dock and health states, clock questions, receipts and what the room tells a box."""

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from wire.frozen import At, Frozen, Heading, Latitude, Longitude, Name, Sha256


class VehicleState(Frozen):
    """One aircraft at 5 Hz; None where the autopilot has not said."""

    edge: Name
    aircraft: Name
    at: At
    stage: str
    """A stage of edge/flight/launch.py: parked, opening, arming, climbing, en_route, on_scene, returning, ..."""
    airborne: bool
    armed: bool
    mode: str
    lat: Latitude | None = None
    lon: Longitude | None = None
    alt_rel_m: float | None = None
    alt_amsl_m: float | None = None
    heading_deg: Heading | None = None
    groundspeed_mps: float | None = None
    climb_mps: float | None = None
    battery_pct: float | None = None
    battery_v: float | None = None
    gps_fix: int | None = None
    satellites: int | None = None
    link_ok: bool
    ready: bool
    """May be launched now, as far as the box can tell."""
    not_ready: tuple[str, ...] = ()
    """Every reason why not, in plain words."""
    order_id: UUID | None = None
    incident_id: UUID | None = None
    lease_holder: str | None = None
    lease_epoch: int = 0
    target_lat: Latitude | None = None
    target_lon: Longitude | None = None
    eta_s: float | None = None
    warnings: tuple[str, ...] = ()
    camera_pitch_deg: float | None = None
    """Where its gimbal looks, up from level, as far as that is known."""
    withheld: str | None = None
    """Why the picture of the camera under it must not be shown (F24); "" where it may, None where nobody has judged."""
    stay_s: float | None = None
    """How long it can stay where it is, until its charge or its time in the air calls it home: at least so.
    None on its way home, and where it does not know."""
    home_alt_rel_m: float | None = None
    """At least so high above its pad it flies home, the autopilot's own return too; None where that is not known."""


class Lid(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    MOVING = "moving"
    UNKNOWN = "unknown"
    """The two signals contradict each other or are stale."""


class Weather(Frozen):
    """One observation of the dock's station (F7)."""

    at: At
    wind_mps: float
    gust_mps: float
    wind_from_deg: Heading
    rain_mm_h: float
    visibility_m: float
    temperature_c: float


class DockState(Frozen):
    edge: Name
    at: At
    lid: Lid
    pad_clear: bool | None
    charging: bool
    weather: Weather | None = None
    connected: bool


class PartState(StrEnum):
    OK = "ok"
    STARTING = "starting"
    DEGRADED = "degraded"
    DOWN = "down"


class PartHealth(Frozen):
    state: PartState
    detail: str = ""
    since: At
    figures: dict[str, float] = {}


class CameraInfo(Frozen):
    name: Name
    role: Literal["plates", "view", "aircraft"]
    lat: Latitude
    lon: Longitude
    heading_deg: Heading = 0


class AircraftInfo(Frozen):
    """What the control room needs to choose an aircraft; its dock stands at `lat`, `lon`."""

    name: Name
    autopilot: Literal["arducopter", "px4"]
    lat: Latitude
    lon: Longitude
    cruise_mps: float
    climb_mps: float
    scene_alt_rel_m: float
    """The height above the dock at which a launch flies, unless the order says otherwise."""
    max_range_m: float
    floor_rel_m: float | None = None
    ceiling_rel_m: float | None = None
    """Between these heights above the dock an order may send it (F16)."""


class Inventory(Frozen):
    """What a box has and where it stands: it tells the room itself, so that nobody configures it twice."""

    lat: Latitude
    lon: Longitude
    cameras: tuple[CameraInfo, ...] = ()
    aircraft: AircraftInfo | None = None


class Health(Frozen):
    """A box at 0.1 Hz, retained; the broker sends the same with online = false when the box vanishes."""

    edge: Name
    at: At
    online: bool
    version: str = ""
    boot: int = 0
    inventory: Inventory | None = None
    parts: dict[str, PartHealth] = {}
    outbox_events: int = 0
    outbox_media: int = 0
    last_seq: int = 0
    disk_free_mb: float | None = None
    clock_offset_ms: float | None = None


class Range(Frozen):
    """Sequence numbers first..last, both included, of one boot."""

    boot: int
    first: int
    last: int


class Receipt(Frozen):
    """What the database has committed; travels sealed. Only now may the box delete (D1)."""

    edge: Name
    at: At
    ranges: tuple[Range, ...] = ()
    media: tuple[Sha256, ...] = ()


class ClockAsk(Frozen):
    edge: Name
    asked_at: At


class ClockAnswer(Frozen):
    """Box clock minus room clock = ((asked_at - received_at) + (arrival - answered_at)) / 2 (RFC 5905, section 8)."""

    asked_at: At
    received_at: At
    answered_at: At


class Watch(Frozen):
    """Somebody looks at this camera: send its video for `ttl_s` seconds more."""

    camera: Name
    ttl_s: float = Field(gt=0, le=60)


class HotlistEntry(Frozen):
    vrm: str = Field(max_length=16)
    category: str
    """Stolen, no insurance, of interest, ..."""
    priority: Literal["high", "medium", "low"] = "medium"
    note: str = ""
    expires_at: At | None = None


class Hotlist(Frozen):
    version: int = Field(ge=1)
    issued_at: At
    expires_at: At
    entries: tuple[HotlistEntry, ...] = ()


class EdgeConfig(Frozen):
    """What the room tells a box; retained and sealed, so that a box that was away has it at once."""

    edge: Name
    hotlist: Hotlist
