"""How far and how long to a scene: great-circle distance, wind triangle and time of flight (pure; metres, seconds)."""

from dataclasses import dataclass
from math import asin, atan2, cos, degrees, radians, sin, sqrt

from wire.states import AircraftInfo, Weather

EARTH_M = 6_371_008.8
"""Mean radius (IUGG R1)."""
PREPARE_S = 7.0
"""Opening the lid (about 4 s), arming and spooling up, before the aircraft climbs."""
MIN_GROUND_MPS = 1.0
"""Slower than this over the ground is not getting there."""


@dataclass(frozen=True)
class Place:
    """WGS84 degrees."""

    lat: float
    lon: float


def distance_m(a: Place, b: Place) -> float:
    """Haversine; within 0.5 % of the ellipsoid."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half_lat, half_lon = (lat_b - lat_a) / 2, radians(b.lon - a.lon) / 2
    chord = sin(half_lat) ** 2 + cos(lat_a) * cos(lat_b) * sin(half_lon) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(chord)))


def course_deg(a: Place, b: Place) -> float:
    """The first course from `a` to `b`: degrees from true north, 0 <= course < 360."""
    lat_a, lat_b, lon = radians(a.lat), radians(b.lat), radians(b.lon - a.lon)
    east = sin(lon) * cos(lat_b)
    north = cos(lat_a) * sin(lat_b) - sin(lat_a) * cos(lat_b) * cos(lon)
    return degrees(atan2(east, north)) % 360.0


def ground_speed_mps(airspeed_mps: float, course: float, wind_mps: float, wind_from_deg: float) -> float | None:
    """Speed made good along `course`; None where the wind lets the aircraft make none."""
    angle = radians(wind_from_deg - course)
    head, cross = wind_mps * cos(angle), wind_mps * sin(angle)
    if abs(cross) >= airspeed_mps:
        return None
    speed = sqrt(airspeed_mps**2 - cross**2) - head
    return speed if speed >= MIN_GROUND_MPS else None


def eta_s(info: AircraftInfo, scene: Place, weather: Weather | None) -> float | None:
    """From the launch order to the scene: prepare, climb, fly. Still air where no weather is known; None = never.

    A tail wind is not counted: an autopilot holds its cruise speed over the ground, not through the air.
    """
    dock = Place(info.lat, info.lon)
    far = distance_m(dock, scene)
    wind, wind_from = (weather.wind_mps, weather.wind_from_deg) if weather else (0.0, 0.0)
    speed = ground_speed_mps(info.cruise_mps, course_deg(dock, scene), wind, wind_from)
    if speed is None:
        return None
    return PREPARE_S + info.scene_alt_rel_m / info.climb_mps + far / min(speed, info.cruise_mps)


def plain_distance(metres: float) -> str:
    return f"{metres:,.0f} m" if metres < 10_000 else f"{metres / 1000:,.1f} km"
