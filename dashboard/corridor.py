"""Aircraft that share a corridor are apart in height or in time (F21, pure): whose way would this order cross?"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import cos, hypot, radians

from dashboard.dispatch import Standing
from dashboard.eta import Place
from dashboard.nearness import any_near
from wire.orders import Act, GoTo, Launch

APART_M, APART_UP_M = 60.0, 20.0
"""Ways nearer than this need so much height between them: twice a position error and a hold's swing each."""
M_PER_DEG = 111_320.0
STEP_M = 20.0
AT_REST = ("parked", "landed_out", "fault", "starting", "closing")
Way = list[tuple[float, float]]
"""Metres north and east of our dock, at most STEP_M from one point to the next."""


def crossings(act: Act, standing: Standing, others: Sequence[Standing]) -> tuple[str, ...]:
    """Why the act has to wait or fly at another height: a launch or goto whose way comes near another aircraft's."""
    if not isinstance(act, Launch | GoTo):
        return ()
    info, state = standing.info, standing.vehicle
    dock, target = Place(info.lat, info.lon), Place(act.lat, act.lon)
    here = Place(state.lat, state.lon) if state and state.lat is not None and state.lon is not None else dock
    ours, height = _way(dock, [here, target, dock]), _height(standing, act.alt_rel_m)
    return tuple(
        f"{other.info.name} flies within {APART_M:.0f} m of the way, less than {APART_UP_M:.0f} m apart in height (F21)"
        for other in others
        if (other.edge, other.info.name) != (standing.edge, info.name) and _out(other)
        if not _apart_up(height, other) and _near(ours, _way(dock, _places(other)))
    )


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


def _height(standing: Standing, alt_rel_m: float) -> float | None:
    """Above the sea, by the aircraft's own pair of heights."""
    state = standing.vehicle
    if state is None or state.alt_amsl_m is None or state.alt_rel_m is None:
        return None
    return alt_rel_m + state.alt_amsl_m - state.alt_rel_m


def _apart_up(height: float | None, other: Standing) -> bool:
    """Only one that is up already keeps a height; what still climbs passes through ours."""
    state = other.vehicle
    if (
        height is None
        or state is None
        or state.alt_amsl_m is None
        or state.stage not in ("on_scene", "holding", "en_route")
    ):
        return False
    return abs(state.alt_amsl_m - height) >= APART_UP_M


def _near(ours: Way, theirs: Way) -> bool:
    return any_near(ours, theirs, APART_M)


def _way(origin: Place, places: list[Place]) -> Way:
    return [point for a, b in pairwise(_flat(origin, place) for place in places) for point in _steps(a, b)]


def _steps(a: tuple[float, float], b: tuple[float, float]) -> Iterator[tuple[float, float]]:
    count = max(1, round(hypot(b[0] - a[0], b[1] - a[1]) / STEP_M))
    return ((a[0] + (b[0] - a[0]) * i / count, a[1] + (b[1] - a[1]) * i / count) for i in range(count + 1))


def _flat(origin: Place, place: Place) -> tuple[float, float]:
    scale = cos(radians(origin.lat)) * M_PER_DEG
    return (place.lat - origin.lat) * M_PER_DEG, (place.lon - origin.lon) * scale
