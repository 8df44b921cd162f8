"""Coming down on the pad's marker (pure): where it lies by the airframe's axes, and what the autopilot is told.

LANDING_TARGET in BODY_FRD with position_valid lands ArduCopter 3 cm from the marker (measured on SITL); by satellites
alone it is a metre. Without the marker at the decision height it climbs and tries again, then lands elsewhere (F22).
"""

import math
from dataclasses import replace

from edge.config import ViewConfig
from edge.flight import energy
from edge.flight.geometry import Target, distance_m
from edge.flight.launch import Stage
from edge.flight.say import Said, Say
from edge.flight.seen import Seen, Site, battery_pct
from edge.flight.state import Sortie
from edge.flight.telemetry import Telemetry, is_fresh

MARKER_DEG = -85.0
"""Where the gimbal looks for it: straight down a gimbal's roll and yaw are one, and mean nothing."""
LOOK_FROM_M, NEAR_M = 25.0, 10.0
"""Above the pad and beside it: from here on the camera looks for the marker."""
FARTHEST_M = 25.0
SEEN_S = 1.0
"""A sight counts for so long; ArduCopter believes it for 2 s."""
COMMITTED_M, SINKING_MPS = 1.0, -0.1
"""Lower than this it lands: the marker fills the picture, and a climb beside the dock's walls is worse."""
AGAIN_M = 12.0
"""It climbs so high above the pad to come down once more."""
BODY_FRD, FIDUCIAL = 12, 2
"""MAV_FRAME, LANDING_TARGET_TYPE_VISION_FIDUCIAL."""
Vector = tuple[float, float, float]


def looks_for_marker(site: Site, sortie: Sortie, seen: Seen) -> bool:
    """On its last metres home, where the site has a marker."""
    place, height_m = seen.telemetry.place, seen.telemetry.alt_rel_m
    if site.marker is None or sortie.stage not in (Stage.RETURNING, Stage.LANDING, Stage.GOING_AROUND):
        return False
    return (
        place is not None and height_m is not None and height_m < LOOK_FROM_M and distance_m(place, site.dock) < NEAR_M
    )


def see(known: Telemetry, sight: Vector, at_s: float, view: ViewConfig) -> Telemetry:
    """`sight`: metres from the camera: to the picture's right, to its lower edge, ahead of the lens.

    `known` as it was where that is too far, or where it is not known how a steadied camera and its airframe lay.
    """
    steady = view.mount == "gimbal"
    lay = not steady or (is_fresh(known.gimbal_s, at_s, SEEN_S) and is_fresh(known.attitude_s, at_s, SEEN_S))
    if not (lay and math.hypot(*sight) <= FARTHEST_M):
        return known
    right, below, ahead = sight
    tilt = math.radians(known.gimbal_pitch_deg if steady else view.pitch_deg)
    forward = ahead * math.cos(tilt) + below * math.sin(tilt)
    down = below * math.cos(tilt) - ahead * math.sin(tilt)
    place = (forward, right, down)
    if steady:
        place = _by_the_airframe(place, math.radians(known.roll_deg), math.radians(known.pitch_deg))
    return replace(known, marker_s=at_s, marker_m=place)


def landing_target(number: int, marker_m: Vector, at_s: float) -> Say:
    """LANDING_TARGET, for what was seen at `at_s`."""
    forward, right, down = marker_m
    angles = math.atan2(right, down), math.atan2(-forward, down)
    whole = (1.0, 0.0, 0.0, 0.0)
    fields = (
        int(at_s * 1e6), number, BODY_FRD, *angles, math.hypot(*marker_m), 0.0, 0.0, *marker_m, whole, FIDUCIAL, 1,
    )  # fmt: skip
    return Say(Said.LANDING_TARGET, fields)


def unseen(site: Site, sortie: Sortie, seen: Seen) -> str:
    """Why it must not go lower, "" where it may: the marker is not in sight at the decision height."""
    marker, told = site.marker, seen.telemetry
    if marker is None or marker.unseen == "land" or sortie.stage is Stage.GOING_AROUND:
        return ""
    height_m = told.alt_rel_m
    if height_m is None or not is_fresh(told.position_s, seen.now_s) or told.climb_mps > SINKING_MPS:
        return ""
    low = COMMITTED_M < height_m <= marker.decision_m and looks_for_marker(site, sortie, seen)
    if not low or is_fresh(told.marker_s, seen.now_s, SEEN_S):
        return ""
    return f"the pad's marker is not seen {height_m:.1f} m above it (F22)"


def may_try_again(site: Site, sortie: Sortie, seen: Seen) -> bool:
    """While there are tries, and more than half of the reserve."""
    left, limits = battery_pct(seen), site.limits
    if site.marker is None or left is None:
        return False
    enough = energy.available_wh(left, limits) > energy.reserve_wh(limits) / 2
    return sortie.rounds < site.marker.tries and enough


def above_pad(site: Site) -> Target:
    return Target(site.dock, AGAIN_M)


def _by_the_airframe(level: Vector, roll: float, pitch: float) -> Vector:
    """From the horizon's axes to the airframe's."""
    forward, right, down = level
    forward, down = (
        forward * math.cos(pitch) - down * math.sin(pitch),
        forward * math.sin(pitch) + down * math.cos(pitch),
    )
    return forward, right * math.cos(roll) + down * math.sin(roll), down * math.cos(roll) - right * math.sin(roll)
