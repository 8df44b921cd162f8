"""What the flight side decides on (pure values): the site, and everything that is known at one moment."""

from dataclasses import dataclass
from datetime import datetime

from edge.config import Limits, MarkerConfig, SiteConfig, ViewConfig
from edge.flight.autopilots import Profile, profile_of
from edge.flight.dockside import DockReading
from edge.flight.energy import Wind, worst_wind
from edge.flight.fence import Fence, make_fence
from edge.flight.geometry import Place
from edge.flight.guards import guard
from edge.flight.inspection import NONE, Inspection, Wanted, make_wanted
from edge.flight.telemetry import Telemetry, is_fresh
from edge.flight.zones import NO_ZONES, Zones
from wire.baseline import Baseline
from wire.errors import UserError

LEGAL_CEILING_M = 120.0
"""Above ground: UK CAP 722, open category; a site may only be stricter."""
ON_PAD_M = 3.0
"""Half a pad and half an aircraft; the position error comes on top."""


@dataclass(frozen=True)
class Fitted:
    """What the aircraft carries; what is not there can't be watched, and says so."""

    traffic: bool
    remote_id: bool


@dataclass(frozen=True)
class Site:
    """One dock and its aircraft; the fence is proven simple."""

    edge: str
    aircraft: str
    profile: Profile
    limits: Limits
    dock: Place
    fence: Fence
    wanted: Wanted
    """What its autopilot must hold."""
    fitted: Fitted
    landing_places: tuple[Place, ...] = ()
    """Where it may land when its dock can't take it (F22), the preferred first."""
    view: ViewConfig | None = None
    """What its camera may show (F24)."""
    marker: MarkerConfig | None = None
    """What it comes down on."""


@dataclass(frozen=True)
class Seen:
    """Everything known at `now_s` of the monotonic clock."""

    now_s: float
    telemetry: Telemetry
    dock: DockReading
    clock_offset_ms: float | None = None
    room_now: datetime | None = None
    room_lost_s: float = 0.0
    """For how long there has been no connection to the control room."""
    inspection: Inspection = NONE
    zones: Zones = NO_ZONES
    """Closed to us (F5)."""

    def link_ok(self) -> bool:
        return self.telemetry.link_ok(self.now_s)


def make_site(config: SiteConfig, baseline: Baseline) -> Site:
    """Raises UserError where the box has no aircraft, its fence crosses itself or the baseline allows more than it."""
    if config.flight is None or config.dock is None:
        raise UserError("the site has no aircraft", remedy="Add [flight] and [dock]")
    dock = Place(config.dock.lat, config.dock.lon)
    limits = config.flight.limits
    fence = make_fence(dock, limits.fence)
    if not fence.contains(dock):
        raise UserError("the dock stands outside the fence", where="flight.limits.fence")
    places = tuple(Place(*corner) for corner in config.flight.landing_places)
    if any(not fence.contains(place) for place in places):
        raise UserError("a landing place lies outside the fence", where="flight.landing_places")
    fitted = Fitted(traffic=config.flight.traffic == "adsb", remote_id=config.flight.remote_id == "mavlink")
    guard(baseline, config.flight.autopilot, limits, marker=config.flight.marker is not None)
    profile, wanted = profile_of(config.flight.autopilot), make_wanted(baseline, limits.fence)
    return Site(
        config.box.name,
        config.flight.aircraft,
        profile,
        limits,
        dock,
        fence,
        wanted,
        fitted,
        places,
        config.flight.view,
        config.flight.marker,
    )


def live_wind(seen: Seen, limits: Limits) -> Wind:
    """The station's wind, or the worst that is allowed where it is silent or has gone mad."""
    weather, at_s = seen.dock.weather, seen.dock.weather_s
    if weather is None or not is_fresh(at_s, seen.now_s, limits.weather_max_age_s) or not weather.wind_mps >= 0:
        return worst_wind(limits)
    return Wind(weather.wind_mps, weather.wind_from_deg)


def battery_pct(seen: Seen) -> float | None:
    """What is left, while it is known: fresh and a percentage."""
    pct = seen.telemetry.battery_pct
    fresh = is_fresh(seen.telemetry.battery_s, seen.now_s, 10)
    return pct if fresh and pct is not None and 0 <= pct <= 100 else None


def ceiling_m(limits: Limits) -> float:
    """Above the pad (F16): the site's, or the law's where that is lower."""
    return min(limits.ceiling_m, LEGAL_CEILING_M)


def on_pad_m(limits: Limits) -> float:
    """Nearer to the dock than this counts as on its pad."""
    return ON_PAD_M + limits.position_error_m
