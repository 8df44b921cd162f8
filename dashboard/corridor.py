"""Aircraft that share a corridor are apart in height or in time (F21, pure): whose way would this order cross?"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import cos, hypot, radians

from dashboard.dispatch import Standing
from dashboard.eta import Place, distance_m
from dashboard.nearness import any_near
from wire.orders import Act, Going, GoTo, Orbit

APART_M, APART_UP_M = 60.0, 20.0
"""Ways nearer than this need so much height between them: twice a position error and a hold's swing each."""
SWINGS_OUT_M = 10.0
"""So much wider than the ring it may fly (edge/flight/orbit.py)."""
M_PER_DEG = 111_320.0
STEP_M = 20.0
ROUNDS = 6
AT_REST = ("parked", "landed_out", "fault", "starting", "closing")
Way = list[tuple[float, float]]
"""Metres north and east of our dock, at most STEP_M from one point to the next."""


def crossings(act: Act, standing: Standing, others: Sequence[Standing]) -> tuple[str, ...]:
    """Why the act has to wait or fly at another height: one whose way out comes near another aircraft's."""
    if not isinstance(act, Going):
        return ()
    info, state = standing.info, standing.vehicle
    dock, target = Place(info.lat, info.lon), Place(act.lat, act.lon)
    here = Place(state.lat, state.lon) if state and state.lat is not None and state.lon is not None else dock
    ours = _way(dock, [here, target, dock]) + (_rounds(dock, [here, target, dock]) if isinstance(act, GoTo) else [])
    apart_m = APART_M + (act.radius_m + SWINGS_OUT_M if isinstance(act, Orbit) else 0.0)
    height = amsl_m(standing, act.alt_rel_m)
    return tuple(
        f"{other.info.name} flies within {apart_m:.0f} m of the way, less than {APART_UP_M:.0f} m apart in height (F21)"
        for other in others
        if (other.edge, other.info.name) != (standing.edge, info.name) and _out(other)
        if not _apart_up(height, other) and any_near(ours, _theirs(dock, other), apart_m + _swing_m(other))
    )


def _theirs(origin: Place, other: Standing) -> Way:
    places = _places(other)
    sent = other.vehicle is not None and other.vehicle.stage == "en_route" and len(places) == 3
    return _way(origin, places) + (_rounds(origin, places) if sent else [])


def _rounds(origin: Place, places: list[Place]) -> Way:
    """Where a goto may fly instead of straight on: some way home, then off to the target (edge/flight/detour.py)."""
    here, target, home = places
    corners = [_between(here, home, number / ROUNDS) for number in range(1, ROUNDS)]
    return _way(origin, [here, home]) + [point for corner in corners for point in _way(origin, [corner, target])]


def _between(a: Place, b: Place, share: float) -> Place:
    return Place(a.lat + (b.lat - a.lat) * share, a.lon + (b.lon - a.lon) * share)


def _out(other: Standing) -> bool:
    """On its way or about to be, by its last word: one that fell silent in the air is still there."""
    state = other.vehicle
    return state is not None and (state.airborne or state.armed or state.stage not in AT_REST)


def _places(other: Standing) -> list[Place]:
    """From where it is by way of its target to its dock."""
    state, home = other.vehicle, Place(other.info.lat, other.info.lon)
    places = [home]
    if state and state.target_lat is not None and state.target_lon is not None:
        places.insert(0, Place(state.target_lat, state.target_lon))
    here = state and state.lat is not None and state.lon is not None
    return [Place(state.lat, state.lon), *places] if state and here else [home, *places]  # type: ignore[arg-type]


def amsl_m(standing: Standing, alt_rel_m: float | None) -> float | None:
    """A height over its pad, or the one that it has, above the sea by the aircraft's own pair of heights."""
    state = standing.vehicle
    if state is None or state.alt_amsl_m is None or state.alt_rel_m is None:
        return None
    return state.alt_amsl_m + (0.0 if alt_rel_m is None else alt_rel_m - state.alt_rel_m)


def _apart_up(height: float | None, other: Standing) -> bool:
    """Only one that is up already keeps a height; what still climbs passes through ours."""
    state = other.vehicle
    if (
        height is None
        or state is None
        or state.alt_amsl_m is None
        or state.stage not in ("on_scene", "orbiting", "holding", "en_route")
    ):
        return False
    return abs(state.alt_amsl_m - height) >= APART_UP_M


def _swing_m(other: Standing) -> float:
    """One that circles is anywhere on its ring, as far from its target as it is now."""
    state = other.vehicle
    if state is None or state.stage != "orbiting" or None in (state.lat, state.lon, state.target_lat, state.target_lon):
        return 0.0
    return distance_m(Place(state.lat, state.lon), Place(state.target_lat, state.target_lon)) + SWINGS_OUT_M  # type: ignore[arg-type]


def _way(origin: Place, places: list[Place]) -> Way:
    return [point for a, b in pairwise(_flat(origin, place) for place in places) for point in _steps(a, b)]


def _steps(a: tuple[float, float], b: tuple[float, float]) -> Iterator[tuple[float, float]]:
    count = max(1, round(hypot(b[0] - a[0], b[1] - a[1]) / STEP_M))
    return ((a[0] + (b[0] - a[0]) * i / count, a[1] + (b[1] - a[1]) * i / count) for i in range(count + 1))


def _flat(origin: Place, place: Place) -> tuple[float, float]:
    scale = cos(radians(origin.lat)) * M_PER_DEG
    return (place.lat - origin.lat) * M_PER_DEG, (place.lon - origin.lon) * scale
