"""SITE.toml: what one box has, where it stands and what its aircraft may do; no limit is hidden (F27)."""

from os import cpu_count
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from edge.vision.backends.choice import Backend
from edge.vision.objects_config import CenterNetObjects, ObjectsConfig
from edge.vision.scene_config import AerialConfig, SceneConfig
from wire.config import Section
from wire.frozen import Heading, Latitude, Longitude, Name
from wire.states import AircraftInfo, CameraInfo, Inventory


class BoxConfig(Section):
    name: Name
    data_dir: Path
    lat: Latitude
    lon: Longitude
    private_key: Path
    """Ed25519, PEM: signs the heads of the event chain."""
    room_public_key: Path
    """Ed25519, PEM: only orders, receipts and configs sealed by it count."""


class TlsConfig(Section):
    ca: Path
    certificate: Path
    key: Path


class UplinkConfig(Section):
    host: str
    port: int = Field(ge=1, le=65535)
    tls: TlsConfig | None = None


class OutboxConfig(Section):
    max_mb: int = Field(default=512, ge=1)
    """Past it the oldest of the lowest lane goes first; hits, flight and audit are never dropped (D5)."""


Decoder = Literal["software", "v4l2m2m", "cuvid", "qsv"]
"""v4l2m2m: Raspberry Pi 4 and other boards with a V4L2 decoder; cuvid: NVIDIA cards (FFmpeg has no name for a Jetson's
decoder); qsv: Intel graphics."""


class LaneConfig(Section):
    """`line`: along the lane's middle, as the camera sees it; shares of the picture's width and height."""

    name: str = Field(min_length=1, max_length=24)
    line: tuple[tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]], ...] = Field(
        min_length=2
    )


class CameraConfig(Section):
    """`url`: rtsp://, http://, tcp:// (MPEG-TS), a file, or /dev/videoN."""

    name: Name
    url: str
    role: Literal["plates", "view", "aircraft"]
    """plates: read number plates; view and aircraft: pass the picture on when somebody watches."""
    lat: Latitude
    lon: Longitude
    heading_deg: Heading = 0
    max_fps: float = Field(default=15, gt=0, le=60)
    stall_s: float = Field(default=8, gt=0, le=10)
    """Without a frame for so long the camera counts as stalled and is reopened (D10: 10 s at most)."""
    lanes: tuple[LaneConfig, ...] = ()
    """A read is told with the lane whose line is nearest to its plate."""
    frozen_s: float = Field(default=60, gt=0, le=3600)
    """A picture in which nothing at all changes for so long is a fault, though the stream goes on."""
    decoder: Decoder = "software"
    """One that is not there is told in the camera's health."""
    min_looks: float = Field(default=3, gt=0, le=60)
    """Looks a second for plates that this camera has whatever the others of the box want; max_fps is the most."""
    scene: SceneConfig | None = None
    """Rules over objects in zones; with any role of a camera that stands still."""
    aerial: AerialConfig | None = None
    """Objects on the ground; role aircraft only."""

    @model_validator(mode="after")
    def _fits_its_role(self) -> "CameraConfig":
        if self.scene and self.role == "aircraft":
            raise ValueError(f"camera {self.name} flies: zones need one that stands still (use aerial)")
        if self.aerial and self.role != "aircraft":
            raise ValueError(f"camera {self.name} stands still: aerial is for the role aircraft (use scene)")
        return self

    def info(self) -> CameraInfo:
        return CameraInfo(name=self.name, role=self.role, lat=self.lat, lon=self.lon, heading_deg=self.heading_deg)


class VisionConfig(Section):
    look_cores: float = Field(default_factory=lambda: (cpu_count() or 2) / 2, gt=0, le=256)
    """Cores that the looks of all cameras together may take; half of them all, if it isn't said."""
    backend: Backend = "onnxruntime"
    """What runs the plate detector; for ncnn, `airbeat models ncnn` puts its files into <data_dir>/models."""


class Limits(Section):
    """Every limit of a flight; a missing or out-of-range one stops the load (F27)."""

    max_wind_mps: float = Field(gt=0, le=20)
    max_gust_mps: float = Field(gt=0, le=25)
    max_rain_mm_h: float = Field(ge=0, le=20)
    min_visibility_m: float = Field(ge=500)
    min_temperature_c: float = Field(ge=-30, le=20)
    max_temperature_c: float = Field(ge=20, le=55)
    weather_max_age_s: float = Field(gt=0, le=300)
    """F7: five minutes at most."""
    ceiling_m: float = Field(gt=0, le=120)
    """Above ground (F16)."""
    ground_amsl_m: float = Field(ge=-430, le=5000)
    """The highest ground inside the fence."""
    pad_amsl_m: float = Field(ge=-430, le=5000)
    fence: tuple[tuple[Latitude, Longitude], ...] = Field(min_length=3)
    order_latency_s: float = Field(gt=0, le=5)
    position_error_m: float = Field(gt=0, le=50)
    cruise_mps: float = Field(gt=0, le=30)
    top_speed_mps: float = Field(gt=0, le=40)
    climb_mps: float = Field(gt=0, le=10)
    descent_mps: float = Field(gt=0, le=5)
    scene_alt_rel_m: float = Field(gt=0, le=120)
    min_on_scene_s: float = Field(ge=30)
    battery_wh: float = Field(gt=0)
    cruise_w: float = Field(gt=0)
    hover_w: float = Field(gt=0)
    reserve_pct: float = Field(ge=20, le=90)
    max_flight_s: float = Field(gt=0, le=7200)
    max_range_m: float = Field(gt=0)
    max_clock_offset_ms: float = Field(gt=0, le=500)
    """F10."""


class ViewConfig(Section):
    """What the camera under the aircraft may show, and where (F24)."""

    in_transit: Literal["blanked", "level"]
    """Outside the incident's area: no picture at all, or one while the gimbal is proven level."""
    radius_m: float = Field(gt=0, le=2000)
    """Of the incident's area, around the place that the order names."""
    mount: Literal["gimbal", "fixed"]
    """gimbal: one of MAVLink's gimbal protocol v2, that we turn; fixed: to the airframe."""
    pitch_deg: float = Field(ge=-90, lt=0)
    """Over the incident's area, or for ever where it is fixed: -90 looks straight down."""
    fov_deg: float = Field(gt=1, lt=150)
    fov_up_deg: float = Field(gt=1, lt=150)
    """The whole angle across the picture and from its lower edge to its upper, at the lens's widest."""
    height_error_m: float = Field(ge=1, le=200)
    """So much lower than the pad the ground of an incident may lie."""

    @model_validator(mode="after")
    def _can_be_level(self) -> "ViewConfig":
        if self.in_transit == "level" and self.mount == "fixed":
            raise ValueError("a camera that is fixed to the airframe can't be kept level: in_transit must be blanked")
        return self


class MarkerConfig(Section):
    """The marker on the dock's pad, an AprilTag of the family 36h11, and what to do where it isn't seen."""

    number: int = Field(ge=0, le=586)
    side_m: float = Field(ge=0.1, le=2)
    """Of its black square."""
    unseen: Literal["divert", "land"]
    """divert: climb and come down again, then another landing place (F22); land: on the dock by satellites."""
    decision_m: float = Field(ge=2, le=10)
    """Above the pad; lower than this it does not go without the marker."""
    tries: int = Field(ge=1, le=5)


class FlightConfig(Section):
    """`link`: udpin:HOST:PORT (we listen), udpout:HOST:PORT, tcp:HOST:PORT or serial:DEVICE:BAUD."""

    aircraft: Name
    autopilot: Literal["arducopter", "px4"]
    link: Annotated[str, Field(pattern=r"^(udpin|udpout|tcp|serial):[^:]+:\d+$")]
    system_id: int = Field(ge=1, le=255)
    signing_key: Literal["none"] | Path
    """The MAVLink key that box and aircraft share (F19); none: nothing is signed, anyone on the link is believed."""
    observer: Annotated[str, Field(pattern=r"^udpout:[^:]+:\d+$")] | None = None
    """A second consumer, e.g. QGroundControl: it sees all and may ask, not order."""
    baseline: Path
    """What its autopilot must be set to, sealed by the room (F18); `airbeat baseline seal` makes it."""
    traffic: Literal["adsb", "none"]
    """The receiver of other aircraft (F14); none: nothing watches for them."""
    remote_id: Literal["mavlink", "none"]
    """The Remote ID transmitter (F15): its OPEN_DRONE_ID_ARM_STATUS is watched."""
    zones: Literal["none"] | Path
    """A file of zones that are closed to us, ED-269 or ED-318 (F5), read again when it changes; none: nobody tells."""
    landing_places: tuple[tuple[Latitude, Longitude], ...] = ()
    """Where it may land when its dock can't take it (F22), the preferred first; without any, beside the dock."""
    view: ViewConfig | None = None
    """Needed where a camera of the box has the role aircraft."""
    marker: MarkerConfig | None = None
    """Without one it lands by satellites."""
    limits: Limits

    @model_validator(mode="after")
    def _can_see_its_marker(self) -> "FlightConfig":
        if self.marker and (self.view is None or self.autopilot != "arducopter"):
            raise ValueError("marker needs [flight.view], and an ArduCopter: PX4 takes no marker from a box yet")
        return self


class ModbusDock(Section):
    kind: Literal["modbus"]
    host: str
    port: int = Field(ge=1, le=65535)
    lat: Latitude
    lon: Longitude


class SiteConfig(Section):
    box: BoxConfig
    uplink: UplinkConfig
    outbox: OutboxConfig = OutboxConfig()
    vision: VisionConfig = VisionConfig()
    cameras: tuple[CameraConfig, ...] = ()
    objects: ObjectsConfig = CenterNetObjects()
    """The network that cameras with scene or aerial look with."""
    flight: FlightConfig | None = None
    dock: ModbusDock | None = None

    @model_validator(mode="after")
    def _whole(self) -> "SiteConfig":
        names = [camera.name for camera in self.cameras]
        if len(set(names)) < len(names):
            raise ValueError("two cameras have the same name")
        if (self.flight is None) != (self.dock is None):
            raise ValueError("flight and dock go together: one is missing")
        flies = next((camera.name for camera in self.cameras if camera.role == "aircraft"), "")
        if flies and (self.flight is None or self.flight.view is None):
            raise ValueError(f"camera {flies} flies: [flight.view] has to say what it may show on the way (F24)")
        return self

    def inventory(self) -> Inventory:
        """What the box tells the control room about itself."""
        cameras = tuple(camera.info() for camera in self.cameras)
        return Inventory(lat=self.box.lat, lon=self.box.lon, cameras=cameras, aircraft=self._aircraft())

    def _aircraft(self) -> AircraftInfo | None:
        if self.flight is None or self.dock is None:
            return None
        limits = self.flight.limits
        return AircraftInfo(
            name=self.flight.aircraft,
            autopilot=self.flight.autopilot,
            lat=self.dock.lat,
            lon=self.dock.lon,
            cruise_mps=limits.cruise_mps,
            climb_mps=limits.climb_mps,
            scene_alt_rel_m=limits.scene_alt_rel_m,
            max_range_m=limits.max_range_m,
            floor_rel_m=max(0.0, limits.ground_amsl_m - limits.pad_amsl_m + limits.position_error_m),
            ceiling_rel_m=limits.ceiling_m,
        )
