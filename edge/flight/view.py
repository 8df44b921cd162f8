"""What the camera under the aircraft may show (F24, pure): the incident's area; elsewhere nothing, or a level view.

The picture may be shown while all ground in it lies inside the incident's area, whatever its yaw; where the site says
so, also while the gimbal is proven level. What can't be judged is withheld. On the way the gimbal is kept level and is
lowered over the area (gimbal protocol v2); it is turned only in the dark, and for LATEST_S before and after.
"""

import math
from itertools import product

from edge.config import ViewConfig
from edge.flight.autopilots import NAN, Cmd, Command
from edge.flight.changed import changed
from edge.flight.geometry import distance_m
from edge.flight.hearing import HORIZON_LOCKED
from edge.flight.homeward import position_lies
from edge.flight.launch import Stage
from edge.flight.marker import MARKER_DEG, looks_for_marker
from edge.flight.orbit import NEAR_M
from edge.flight.seen import Seen, Site
from edge.flight.state import NEVER_S, Eye, Sortie
from edge.flight.telemetry import Telemetry, is_fresh

LATEST_S = 1.0
"""A figure older than this says nothing about a picture."""
LAG_S = 1.5
"""From an attitude and a position to the last picture that is judged by them: LATEST_S, and the camera's own delay."""
ANGLE_ERROR_DEG = 3.0
"""Of the gimbal's pitch and roll, and of the lens's angle."""
LEANS_ON_DEG = 20.0
"""So much farther the airframe may lean until the last picture of a judgement: the bench of sorties found 16 degrees
in a second, as a way home began. A camera that is fixed to it needs an area with room for that."""
SETTLED_DEG = 3.0
"""Nearer than this the gimbal looks where it was told to; while it turns nothing is shown."""
LEVEL_DEG = 0.0
TAKE_CONTROL = -2
"""GIMBAL_MANAGER_CONFIGURE's own id: the sender."""


def withheld(site: Site, sortie: Sortie, seen: Seen) -> str:
    """Why the picture must not be shown now; "" where it may."""
    return _judged(site, sortie, seen, sortie.eye, turns=_turns(site, sortie, seen))


def _judged(site: Site, sortie: Sortie, seen: Seen, eye: Eye, *, turns: bool) -> str:
    view, telemetry = site.view, seen.telemetry
    down = telemetry.on_ground(seen.now_s) and seen.now_s - eye.up_s > LATEST_S
    if down and sortie.stage not in (Stage.OPENING, Stage.ARMING):
        return ""
    if view is None:
        return "the site does not say what its camera may show (F24)"
    if unknown := _unknown(view, seen):
        return f"{unknown} is not known (F24)"
    if turns or seen.now_s - eye.turning_s <= LATEST_S:
        return "the gimbal is turning (F24)"
    if view.in_transit == "level" and _settled(telemetry, LEVEL_DEG):
        return ""
    return "" if _inside(view, site, sortie, seen) else "ground outside the incident's area is in sight (F24)"


def pointing(site: Site, sortie: Sortie, seen: Seen) -> float:
    """Where the gimbal shall look, degrees up from level: down inside the incident's area and to the pad's marker,
    level elsewhere."""
    view, place = site.view, seen.telemetry.place
    if looks_for_marker(site, sortie, seen):
        return MARKER_DEG
    if view is None or sortie.scene is None or place is None or not is_fresh(seen.telemetry.position_s, seen.now_s):
        return LEVEL_DEG
    return _lowered_deg(view, site, sortie) if distance_m(place, sortie.scene) <= view.radius_m else LEVEL_DEG


def _lowered_deg(view: ViewConfig, site: Site, sortie: Sortie) -> float:
    """From a ring at its middle, where the area has room for that; else as the site says."""
    ring, target = sortie.ring, sortie.target
    if ring is None or target is None:
        return view.pitch_deg
    middle_deg = -math.degrees(math.atan2(target.alt_rel_m, ring.radius_m))
    above_m = target.alt_rel_m + view.height_error_m
    farthest_m = ring.radius_m + NEAR_M + reach_m(view, above_m, middle_deg, 0.0, ANGLE_ERROR_DEG)
    return middle_deg if farthest_m + site.limits.position_error_m <= view.radius_m else view.pitch_deg


def look(site: Site, sortie: Sortie, seen: Seen) -> tuple[Eye, tuple[Command, ...]]:
    """One tick in flight: what is known of the camera's picture, and what turns its gimbal until it looks there."""
    eye, now_s = sortie.eye, seen.now_s
    eye = changed(eye, up_s=now_s) if seen.telemetry.airborne else eye
    if site.view is None or not (seen.telemetry.airborne and seen.link_ok()):
        return eye, ()
    turns = _turns(site, sortie, seen)
    eye = changed(eye, turning_s=now_s) if turns else eye
    eye = eye if _judged(site, sortie, seen, eye, turns=turns) else changed(eye, lit_s=now_s)
    known = site.view.mount == "fixed" or is_fresh(seen.telemetry.gimbal_s, now_s, LATEST_S)
    if (known and not turns) or now_s - max(eye.aimed_s, eye.lit_s) <= LATEST_S:
        return eye, ()
    control = Command(Cmd.DO_GIMBAL_MANAGER_CONFIGURE, (TAKE_CONTROL, TAKE_CONTROL, -1, -1, 0, 0, 0))
    wanted = pointing(site, sortie, seen)
    turn = Command(Cmd.DO_GIMBAL_MANAGER_PITCHYAW, (wanted, 0, NAN, NAN, HORIZON_LOCKED, 0, 0))
    return changed(eye, aimed_s=now_s, turning_s=now_s), (control, turn)


def reach_m(view: ViewConfig, height_m: float, pitch_deg: float, roll_deg: float, error_deg: float) -> float:
    """How far from the point under the camera the farthest ground in the picture lies; infinite where the sky is in it.

    A ray through each corner of the picture, level ground below. Between the corners the picture is nearer: of the
    points of a segment one of its ends is the farthest, and the ground is cut by a plane.
    """
    wide, tall, roll = (math.radians(angle) for angle in (view.fov_deg / 2, view.fov_up_deg / 2, roll_deg))
    error, pitch = math.radians(error_deg), math.radians(pitch_deg)
    farthest = 0.0
    for right, up in product((1, -1), (1, -1)):
        u, v = right * math.tan(wide), up * math.tan(tall)
        u, v = u * math.cos(roll) - v * math.sin(roll), u * math.sin(roll) + v * math.cos(roll)
        sink = -math.sin(pitch) - v * math.cos(pitch)
        level = math.hypot(math.cos(pitch) - v * math.sin(pitch), u)
        from_nadir = math.atan2(level, sink) + error
        if from_nadir >= math.pi / 2:
            return math.inf
        farthest = max(farthest, height_m * math.tan(from_nadir))
    return farthest


def _inside(view: ViewConfig, site: Site, sortie: Sortie, seen: Seen) -> bool:
    telemetry = seen.telemetry
    place, height_m = telemetry.place, telemetry.alt_rel_m
    if sortie.scene is None or place is None or height_m is None:
        return False
    pitch_deg, roll_deg, error_deg = _looks(view, telemetry)
    above_m = max(0.0, height_m) + view.height_error_m + max(0.0, telemetry.climb_mps) * LAG_S
    farthest_m = reach_m(view, above_m, pitch_deg, roll_deg, error_deg)
    moved_m = telemetry.groundspeed_mps * LAG_S + site.limits.position_error_m
    return distance_m(place, sortie.scene) + farthest_m + moved_m <= view.radius_m


def _looks(view: ViewConfig, telemetry: Telemetry) -> tuple[float, float, float]:
    """Pitch and roll of the camera, and how wrong they may be: one that is fixed leans with the airframe."""
    if view.mount == "gimbal":
        return telemetry.gimbal_pitch_deg, telemetry.gimbal_roll_deg, ANGLE_ERROR_DEG
    return view.pitch_deg, 0.0, ANGLE_ERROR_DEG + telemetry.lean_deg + LEANS_ON_DEG


def _unknown(view: ViewConfig, seen: Seen) -> str:
    """What a judgement lacks."""
    telemetry, now_s = seen.telemetry, seen.now_s
    if not is_fresh(telemetry.position_s, now_s, LATEST_S) or telemetry.place is None or telemetry.alt_rel_m is None:
        return "the aircraft's position"
    if not (is_fresh(telemetry.ekf_s, now_s) and telemetry.ekf_ok) or next(position_lies(seen), ""):
        return "the aircraft's true position"
    looked_s = telemetry.gimbal_s if view.mount == "gimbal" else telemetry.attitude_s
    return "" if is_fresh(looked_s, now_s, LATEST_S) else "where the camera looks"


def _turns(site: Site, sortie: Sortie, seen: Seen) -> bool:
    """It looks elsewhere than it shall, or may turn any moment: a slow radio still carries what it was told last."""
    if site.view is None or site.view.mount == "fixed":
        return False
    return _unanswered(sortie.eye, seen.telemetry) or not _settled(seen.telemetry, pointing(site, sortie, seen))


def _unanswered(eye: Eye, telemetry: Telemetry) -> bool:
    """What it is told before the answer to an earlier turn came is no worry: that one was carried out by then."""
    ack = telemetry.acks.get(Cmd.DO_GIMBAL_MANAGER_PITCHYAW)
    return eye.aimed_s > NEVER_S and (ack is None or ack.at_s < eye.aimed_s)


def _settled(telemetry: Telemetry, wanted_deg: float) -> bool:
    pitch_deg, roll_deg = telemetry.gimbal_pitch_deg, telemetry.gimbal_roll_deg
    return abs(pitch_deg - wanted_deg) <= SETTLED_DEG and abs(roll_deg) <= SETTLED_DEG
