"""Circling around a place (pure): guided points laid ahead on the ring, one a second, and the nose towards its middle.

ArduCopter has no orbit (DO_ORBIT is UNSUPPORTED) and PX4's would go on without us, so both fly the same points. None of
them changes the mode: where the autopilot returns or lands, it refuses them and is not argued with (F11). The gimbal is
turned by view.py alone: a region of interest would take it out of its hands (F24).
"""

import math
from dataclasses import dataclass, replace

from edge.flight.autopilots import GOTO, Ask, Command, face, point
from edge.flight.geometry import Place, Target, bearing_deg, distance_m, moved
from edge.flight.launch import Stage
from edge.flight.seen import Seen, Site
from edge.flight.state import Ring, Sortie
from edge.flight.telemetry import is_fresh

AHEAD_M = 15.0
"""Along the ring to the next point: from there an autopilot could stop, so it flies at some 6 m/s."""
MOST_MPS = 9.0
"""Over the ground on the ring, at the most: an autopilot that brakes by 2.5 m/s2 for a stop at the next point."""
AGAIN_S = 1.0
NEAR_M, NEAR_UP_M = 8.0, 4.0
"""So near it is on the ring."""
MOST_PULL_M = 8.0
CORNERS = 16


@dataclass(frozen=True)
class Turn:
    """When the last point was sent, and what is sent now."""

    steered_s: float
    sends: tuple[Command, ...] = ()


def steer(site: Site, sortie: Sortie, seen: Seen) -> Turn:
    """The next point, once the autopilot flies towards the ring, while it takes points and its place is known."""
    told, idle = seen.telemetry, Turn(sortie.steered_s)
    if sortie.stage is not Stage.ORBITING or sortie.talk or sortie.ring is None or sortie.target is None:
        return idle
    known = told.place is not None and is_fresh(told.position_s, seen.now_s)
    due = known and seen.link_ok() and seen.now_s - sortie.steered_s >= AGAIN_S
    if not due or not told.place or not site.profile.is_in(told, site.profile.guided):
        return idle
    to = ahead(sortie.ring, sortie.target, told.place)
    nose_deg = bearing_deg(told.place, sortie.target.place)
    return Turn(seen.now_s, (*point(site.profile, to, told, nose_deg), *face(site.profile, nose_deg)))


def ahead(ring: Ring, middle: Target, here: Place) -> Target:
    """The point to fly to: AHEAD_M farther round, on the tangent, so that who flies there stays on the ring; nearer to
    the middle for one that has swung out.
    """
    turn = math.degrees(AHEAD_M / ring.radius_m) * (1 if ring.clockwise else -1)
    from_middle_deg = bearing_deg(middle.place, here) + turn
    out_m = min(max(distance_m(middle.place, here) - ring.radius_m, 0.0), MOST_PULL_M)
    return replace(middle, place=moved(middle.place, from_middle_deg, outer_m(ring.radius_m) - out_m))


def outer_m(radius_m: float) -> float:
    """How far from the middle the points lie."""
    return radius_m / math.cos(AHEAD_M / radius_m)


def corners(middle: Place, radius_m: float) -> tuple[Place, ...]:
    """Of a polygon around everything that it may fly through, closed."""
    around_m = outer_m(radius_m) / math.cos(math.pi / CORNERS)
    return tuple(moved(middle, 360 / CORNERS * number, around_m) for number in range(CORNERS + 1))


def unturned(site: Site, seen: Seen, to: Target | None, wanted: tuple[Ask, ...]) -> tuple[Ask, ...]:
    """Away from the ring: ArduCopter keeps its nose as it was turned last, so each goto turns it to its way."""
    place = seen.telemetry.place
    if not place or not to or distance_m(place, to.place) < NEAR_M:
        return wanted
    nose = face(site.profile, bearing_deg(place, to.place))
    return tuple(replace(ask, shown_by=(*nose, *ask.shown_by)) if ask.name == GOTO else ask for ask in wanted)


def on_ring(sortie: Sortie, seen: Seen) -> bool:
    place, height = seen.telemetry.place, seen.telemetry.alt_rel_m
    if sortie.ring is None or sortie.target is None or place is None or height is None:
        return False
    off_m = abs(distance_m(sortie.target.place, place) - sortie.ring.radius_m)
    return off_m < NEAR_M and abs(height - sortie.target.alt_rel_m) < NEAR_UP_M
