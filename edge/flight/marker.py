"""Coming down on the pad's marker (pure): where it lies by the airframe's axes, and what the autopilot is told.

LANDING_TARGET in BODY_FRD with position_valid lands ArduCopter 3 cm from the marker (measured on SITL); by satellites
alone it is a metre.
"""

import math
from dataclasses import replace

from edge.config import ViewConfig
from edge.flight.geometry import distance_m
from edge.flight.launch import Stage
from edge.flight.say import Said, Say
from edge.flight.seen import Seen, Site
from edge.flight.state import Sortie
from edge.flight.telemetry import Telemetry

MARKER_DEG = -85.0
"""Where the gimbal looks for it: straight down a gimbal's roll and yaw are one, and mean nothing."""
LOOK_FROM_M, NEAR_M = 25.0, 10.0
"""Above the pad and beside it: from here on the camera looks for the marker."""
FARTHEST_M = 25.0
BODY_FRD, FIDUCIAL = 12, 2
"""MAV_FRAME, LANDING_TARGET_TYPE_VISION_FIDUCIAL."""
Vector = tuple[float, float, float]


def looks_for_marker(site: Site, sortie: Sortie, seen: Seen) -> bool:
    """On its last metres home, where the site has a marker."""
    place, height_m = seen.telemetry.place, seen.telemetry.alt_rel_m
    if site.marker is None or sortie.stage not in (Stage.RETURNING, Stage.LANDING):
        return False
    return (
        place is not None and height_m is not None and height_m < LOOK_FROM_M and distance_m(place, site.dock) < NEAR_M
    )


def see(known: Telemetry, sight: Vector, at_s: float, view: ViewConfig) -> Telemetry:
    """`sight`: metres from the camera: to the picture's right, to its lower edge, ahead of the lens."""
    if not math.hypot(*sight) <= FARTHEST_M:
        return known
    right, below, ahead = sight
    steady = view.mount == "gimbal"
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


def _by_the_airframe(level: Vector, roll: float, pitch: float) -> Vector:
    """From the horizon's axes to the airframe's."""
    forward, right, down = level
    forward, down = (
        forward * math.cos(pitch) - down * math.sin(pitch),
        forward * math.sin(pitch) + down * math.cos(pitch),
    )
    return forward, right * math.cos(roll) + down * math.sin(roll), down * math.cos(roll) - right * math.sin(roll)
