"""Why an aircraft in the air has to come home (pure): nobody can postpone it (F4). Asked at each tick."""

from collections.abc import Iterator

from edge.flight import airspace, closures, energy, home
from edge.flight.geometry import Place, Target
from edge.flight.seen import Seen, Site, battery_pct, live_wind
from edge.flight.telemetry import is_fresh

JUMP_COUNTS_S = 5.0


def must_return(
    seen: Seen, site: Site, flown_s: float, land_at: Place, bound_for: Place | None = None
) -> tuple[str, ...]:
    """Every reason. `land_at`: where it would land as things stand (F22); `bound_for`: where it is on its way to."""
    return (
        *reserve(seen, site, land_at), *out_of_bounds(seen, site), *position_lies(seen),
        *too_long(site, flown_s), *elsewhere(seen, site), *closures.in_flight(seen, site, bound_for),
        *airspace.remote_id(seen, site, airspace.REMOTE_ID_LOST_S),
    )  # fmt: skip


def reserve(seen: Seen, site: Site, land_at: Place) -> Iterator[str]:
    place, left_pct = seen.telemetry.place, battery_pct(seen)
    if left_pct is None or place is None:
        yield "the battery's charge is unknown in flight (F3, F25)"
        return
    here = Target(place, seen.telemetry.alt_rel_m or 0)
    home_wh = way_home_wh(here, seen, site, land_at)
    if not spare_wh(left_pct, home_wh, site) > 0:
        yield f"the reserve is reached: {left_pct:.0f} % left, the way home takes {home_wh:.0f} Wh (F3)"


def way_home_wh(start: Target, seen: Seen, site: Site, land_at: Place) -> float:
    """In the live wind, down on `land_at`; infinite where the wind does not let it get there."""
    return energy.homing(start.place, start.alt_rel_m, land_at, live_wind(seen, site.limits), site.limits).wh


def spare_wh(left_pct: float, home_wh: float, site: Site) -> float:
    """What is left to stay with: the charge without the way home and the reserve. At zero it must return (F3)."""
    return energy.available_wh(left_pct, site.limits) - home_wh - energy.reserve_wh(site.limits)


def out_of_bounds(seen: Seen, site: Site) -> Iterator[str]:
    limits, place, height = site.limits, seen.telemetry.place, seen.telemetry.alt_rel_m
    if place is None or height is None or not is_fresh(seen.telemetry.position_s, seen.now_s, 5):
        yield "the position is unknown in flight (F17, F25)"
        return
    if not site.fence.contains(place):
        yield "outside the fence (F5)"
    if height > limits.ceiling_m + limits.position_error_m:
        yield f"at {height:.0f} m, over the ceiling of {limits.ceiling_m:.0f} m (F16)"


def position_lies(seen: Seen) -> Iterator[str]:
    """Fix, estimator and motion (F17). An autopilot that can't return without it refuses, and is told to land."""
    told, now_s = seen.telemetry, seen.now_s
    if is_fresh(told.gps_s, now_s) and (told.gps_fix or 0) < 3:
        yield "no 3D position fix in flight (F17)"
    if is_fresh(told.ekf_s, now_s) and not told.ekf_ok:
        yield "the autopilot has lost its position estimate (F17)"
    if is_fresh(told.jumped_s, now_s, JUMP_COUNTS_S):
        yield "the position jumped by more than it can fly (F17)"


def elsewhere(seen: Seen, site: Site) -> Iterator[str]:
    """While it can be steered: were the link lost, it would return to where somebody has set its home."""
    if why := home.astray(seen.telemetry, site):
        yield why


def too_long(site: Site, flown_s: float) -> Iterator[str]:
    if flown_s > site.limits.max_flight_s:
        yield f"{flown_s:.0f} s in the air, {site.limits.max_flight_s:.0f} s at most (F23)"
