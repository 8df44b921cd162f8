"""What a flight costs (F3, pure): seconds and watt-hours for the way out, the scene, the way back and the landing."""

import math
from dataclasses import dataclass

from edge.config import Limits
from edge.flight.geometry import Place, Target, bearing_deg, distance_m

MIN_GROUNDSPEED_MPS = 1.0
"""Slower than this against the wind counts as not getting there."""


@dataclass(frozen=True)
class Wind:
    """At the dock's mast, 10 m; `from_deg`: where it comes from."""

    mps: float
    from_deg: float


@dataclass(frozen=True)
class Cost:
    """Infinite where the wind does not let the aircraft get there."""

    seconds: float
    wh: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.seconds + other.seconds, self.wh + other.wh)


def worst_wind(limits: Limits) -> Wind:
    """What is assumed in flight while the station is silent: the limit's wind, against us whichever way we fly."""
    return Wind(limits.max_wind_mps, math.nan)


def aloft_mps(wind_mps: float, alt_m: float) -> float:
    """Wind at a height from the wind at 10 m: power law, exponent 1/7 (neutral air over open land)."""
    return wind_mps * math.pow(max(alt_m, 10.0) / 10.0, 1 / 7)


def groundspeed_mps(course_deg: float, wind: Wind, alt_m: float, limits: Limits) -> float:
    """Along the course: cruise, or what the top airspeed leaves against the wind. NaN `from_deg` is a headwind.

    An autopilot holds its speed over the ground (ArduCopter's WPNAV_SPEED) as long as it can lean into the wind.
    """
    head, across = _components(course_deg, wind, alt_m)
    if abs(across) >= limits.top_speed_mps:
        return -math.inf
    return min(limits.cruise_mps, math.sqrt(limits.top_speed_mps**2 - across**2) - head)


def leg(a: Place, b: Place, alt_m: float, wind: Wind, limits: Limits) -> Cost:
    """Level. Faster through the air than cruise costs by the cube of the speed; slower saves nothing."""
    length, course = distance_m(a, b), bearing_deg(a, b)
    if length < 1:
        return Cost(0, 0)
    speed = groundspeed_mps(course, wind, alt_m, limits)
    if not speed >= MIN_GROUNDSPEED_MPS:
        return Cost(math.inf, math.inf)
    head, across = _components(course, wind, alt_m)
    airspeed = math.hypot(speed + head, across)
    return _spent(length / speed, limits.cruise_w * max(1.0, (airspeed / limits.cruise_mps) ** 3))


def climb(metres: float, limits: Limits) -> Cost:
    """Charged at cruise power plus the lifted weight's share, which cruise power covers on a multirotor."""
    return _spent(max(metres, 0) / limits.climb_mps, limits.cruise_w)


def holding_w(alt_m: float, wind: Wind, limits: Limits, moving_mps: float = 0.0) -> float:
    """The most that staying in one place draws: cruise power where that is over hovering, more in a wind over cruise.

    Hovering in still air draws `hover_w`; in wind the aircraft flies through the air to stay where it is.
    `moving_mps`: over the ground, any way, where it circles.
    """
    airspeed = aloft_mps(wind.mps, alt_m) + moving_mps
    return max(limits.hover_w, limits.cruise_w * max(1.0, (airspeed / limits.cruise_mps) ** 3))


def homing(place: Place, alt_rel_m: float, dock: Place, wind: Wind, limits: Limits) -> Cost:
    """From here back to the pad and down on it, by way of the scene height where the aircraft is lower."""
    height = max(alt_rel_m, limits.scene_alt_rel_m)
    back = leg(place, dock, height, wind, limits)
    return climb(height - alt_rel_m, limits) + back + _spent(height / limits.descent_mps, limits.hover_w)


def sortie(dock: Place, target: Target, wind: Wind, limits: Limits) -> Cost:
    """Up, out, the least time on scene, back and down; without the reserve."""
    up = climb(target.alt_rel_m, limits)
    out = leg(dock, target.place, target.alt_rel_m, wind, limits)
    there = _spent(limits.min_on_scene_s, limits.hover_w)
    return up + out + there + homing(target.place, target.alt_rel_m, dock, wind, limits)


def reserve_wh(limits: Limits) -> float:
    return limits.battery_wh * limits.reserve_pct / 100


def available_wh(battery_pct: float, limits: Limits) -> float:
    return limits.battery_wh * battery_pct / 100


def _components(course_deg: float, wind: Wind, alt_m: float) -> tuple[float, float]:
    """Headwind (negative: from behind) and crosswind aloft, m/s."""
    speed = aloft_mps(wind.mps, alt_m)
    angle = 0.0 if math.isnan(wind.from_deg) else math.radians(wind.from_deg - course_deg)
    return speed * math.cos(angle), speed * math.sin(angle)


def _spent(seconds: float, watts: float) -> Cost:
    return Cost(seconds, seconds * watts / 3600)
