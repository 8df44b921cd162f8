"""The flight rules (pure): each a small function that yields its reasons in plain words, with figures and its number.

Every rule is heard, so that a person sees all that stands in the way at once. Sources: SAFETY.md.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from edge.flight import airspace, closures, energy
from edge.flight.dockside import lid, pad_clear, signals_fresh
from edge.flight.geometry import Place, Target, distance_m
from edge.flight.seen import Seen, Site, battery_pct, ceiling_m, live_wind, on_pad_m
from edge.flight.telemetry import is_fresh
from wire.states import Lid


@dataclass(frozen=True)
class Case:
    """One question to the rules: may it fly from the dock to `target` and back, as things stand?"""

    seen: Seen
    site: Site
    target: Target


Rule = Callable[[Case], Iterator[str]]


def f1_lid_known(case: Case) -> Iterator[str]:
    dock, now_s = case.seen.dock, case.seen.now_s
    if not dock.connected:
        yield "no connection to the dock (F1)"
    elif not signals_fresh(dock, now_s):
        yield "the dock's signals are over 2 s old (F1)"
    elif dock.agreed is Lid.UNKNOWN:
        yield "the dock's two lid signals contradict each other (F1)"


def f1_lid_open(case: Case) -> Iterator[str]:
    state = lid(case.seen.dock, case.seen.now_s)
    if state is not Lid.OPEN:
        yield f"the lid is {state}, not open on two signals (F1)"


def f3_energy(case: Case) -> Iterator[str]:
    """Out, scene, back in the live wind, landing, and the reserve on top."""
    limits, left_pct = case.site.limits, battery_pct(case.seen)
    if left_pct is None:
        yield "the battery's charge is unknown (F3)"
        return
    cost = energy.sortie(case.site.dock, case.target, live_wind(case.seen, limits), limits)
    yield from short(energy.available_wh(left_pct, limits), cost, case.site)


def f5_fence(case: Case) -> Iterator[str]:
    yield from path_inside(case.site, case.site.dock, case.target.place, "the way out")


def f5_zones(case: Case) -> Iterator[str]:
    """Outside whatever is closed to us until it is back (F5)."""
    yield from closures.way_out(case.seen, case.site, case.target)


def f7_weather(case: Case) -> Iterator[str]:
    limits, dock, now_s = case.site.limits, case.seen.dock, case.seen.now_s
    weather, at_s = dock.weather, dock.weather_s
    if weather is None or at_s is None:
        yield "no weather observation (F7)"
        return
    age_s = now_s - at_s
    if not -1 <= age_s <= limits.weather_max_age_s:
        yield f"the weather observation is {age_s:.0f} s old, {limits.weather_max_age_s:.0f} s at most (F7)"
    yield from _within("wind", weather.wind_mps, 0, limits.max_wind_mps, "m/s")
    yield from _within("gusts", weather.gust_mps, 0, limits.max_gust_mps, "m/s")
    yield from _within("rain", weather.rain_mm_h, 0, limits.max_rain_mm_h, "mm/h")
    yield from _within("visibility", weather.visibility_m, limits.min_visibility_m, math.inf, "m")
    yield from _within(
        "temperature", weather.temperature_c, limits.min_temperature_c, limits.max_temperature_c, "degrees C"
    )


def f10_clock(case: Case) -> Iterator[str]:
    offset_ms, limit_ms = case.seen.clock_offset_ms, case.site.limits.max_clock_offset_ms
    if offset_ms is None or not math.isfinite(offset_ms):
        yield "the offset to the control room's clock is unknown (F10)"
    elif abs(offset_ms) > limit_ms:
        yield f"the clock is {offset_ms:.0f} ms off the control room's, {limit_ms:.0f} ms at most (F10)"


def f14_traffic(case: Case) -> Iterator[str]:
    """A living receiver, and nobody near the way out (F14)."""
    yield from airspace.receiver(case.seen, case.site)
    yield from airspace.way_clear(case.seen, case.site, case.site.dock, case.target)


def f15_remote_id(case: Case) -> Iterator[str]:
    """Remote ID speaks and is fit (F15)."""
    yield from airspace.remote_id(case.seen, case.site)


def f16_ceiling(case: Case) -> Iterator[str]:
    """Above the pad, and clear of the highest ground inside the fence."""
    limits, height = case.site.limits, case.target.alt_rel_m
    ceiling = ceiling_m(limits)
    if not height <= ceiling:
        yield f"a height of {height:.0f} m is over the ceiling of {ceiling:.0f} m (F16)"
    clear = limits.pad_amsl_m + height - limits.ground_amsl_m
    if not clear > limits.position_error_m:
        yield f"a height of {height:.0f} m passes the highest ground by {clear:.0f} m only (F16)"


def f17_position(case: Case) -> Iterator[str]:
    """Fix, estimator and place agree that it stands on its pad."""
    seen, now_s = case.seen.telemetry, case.seen.now_s
    if not is_fresh(seen.gps_s, now_s) or (seen.gps_fix or 0) < 3:
        yield "no 3D position fix (F17)"
    if not is_fresh(seen.ekf_s, now_s) or not seen.ekf_ok:
        yield "the autopilot has no position estimate yet (F17)"
    if seen.place is None or not is_fresh(seen.position_s, now_s):
        yield "the aircraft's position is unknown (F17)"
    elif (away := distance_m(seen.place, case.site.dock)) > on_pad_m(case.site.limits):
        yield f"the aircraft stands {away:.0f} m from its pad (F17)"


def f23_range(case: Case) -> Iterator[str]:
    limits = case.site.limits
    away = distance_m(case.site.dock, case.target.place)
    if not away <= limits.max_range_m:
        yield f"{away:.0f} m away is over the range of {limits.max_range_m:.0f} m (F23)"
    cost = energy.sortie(case.site.dock, case.target, live_wind(case.seen, limits), limits)
    if math.isfinite(cost.seconds) and cost.seconds > limits.max_flight_s:
        yield f"the flight takes {cost.seconds:.0f} s, {limits.max_flight_s:.0f} s at most (F23)"


def aircraft_waits(case: Case) -> Iterator[str]:
    """Linked, disarmed, on the ground, healthy by its own checks, nothing else on the pad."""
    seen, now_s = case.seen.telemetry, case.seen.now_s
    if not seen.link_ok(now_s):
        yield "no link to the aircraft (F11)"
    if seen.armed:
        yield "the aircraft is armed already (F28)"
    if not is_fresh(seen.landed_s, now_s) or not is_fresh(seen.heartbeat_s, now_s) or seen.airborne:
        yield "the aircraft does not report that it stands on the ground (F28)"
    if not is_fresh(seen.health_s, now_s) or not seen.prearm_ok:
        words = seen.last_words(now_s - 60)
        yield "the autopilot's own checks are not passed (F25)" + (f": {words}" if words else "")
    if not pad_clear(case.seen.dock, now_s):
        yield "the pad is not proven clear (F2)"


def f6_fence_held(case: Case) -> Iterator[str]:
    yield from case.seen.inspection.reasons("F6")


def f18_anew(case: Case) -> Iterator[str]:
    if case.seen.inspection.ended_s is None:
        yield "what the autopilot holds is still being read back (F6, F18)"


def f18_baseline_held(case: Case) -> Iterator[str]:
    yield from case.seen.inspection.reasons("F18")


PREFLIGHT: tuple[Rule, ...] = (
    aircraft_waits, f1_lid_known, f3_energy, f5_fence, f5_zones, f6_fence_held, f7_weather, f10_clock, f14_traffic,
    f15_remote_id, f16_ceiling, f17_position, f18_baseline_held, f23_range,
)  # fmt: skip


def preflight(case: Case) -> tuple[str, ...]:
    """Every reason why it may not be launched now."""
    return tuple(reason for rule in PREFLIGHT for reason in rule(case))


def arming(case: Case) -> tuple[str, ...]:
    """Every reason why it may not be armed now: all of preflight again, and the lid proven open."""
    return (*f1_lid_open(case), *f18_anew(case), *preflight(case))


def path_inside(site: Site, a: Place, b: Place, name: str) -> Iterator[str]:
    """Buffer = top speed x order latency + position error (F5)."""
    limits = site.limits
    buffer_m = limits.top_speed_mps * limits.order_latency_s + limits.position_error_m
    clearance = site.fence.clearance_m(a, b)
    if clearance is None:
        yield f"{name} leaves the fence (F5)"
    elif not clearance >= buffer_m:
        yield f"{name} passes the fence at {clearance:.0f} m, {buffer_m:.0f} m are needed (F5)"


def short(available_wh: float, cost: energy.Cost, site: Site) -> Iterator[str]:
    reserve = energy.reserve_wh(site.limits)
    if not math.isfinite(cost.wh):
        yield "the wind is too strong to get there and back (F3)"
    elif not available_wh >= cost.wh + reserve:
        need = f"{cost.wh:.0f} Wh and a reserve of {reserve:.0f} Wh"
        yield f"the battery holds {available_wh:.0f} Wh, the flight needs {need} (F3)"


def _within(name: str, value: float, low: float, high: float, unit: str) -> Iterator[str]:
    """NaN is outside of every limit."""
    if not math.isfinite(value):
        yield f"{name} is unknown (F7)"
    elif value > high:
        yield f"{name} {value:.1f} {unit} is over the limit of {high:g} (F7)"
    elif value < low:
        yield f"{name} {value:.1f} {unit} is under the limit of {low:g} (F7)"
