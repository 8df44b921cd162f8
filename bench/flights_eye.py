"""The camera of a sortie in the lockstep world: fitted, misled by satellites, and what it truly looks at."""

import math
from dataclasses import replace
from itertools import product

from bench.flights_plan import Eye
from bench.flights_record import Look
from bench.lockstep import World
from bench.lockstep_senses import lens
from edge.config import ViewConfig
from edge.flight.view import withheld
from sim.marker import in_picture, seen_from

MISLED_FROM_M = 8.0
"""So high up satellites begin to be off: by as much at the start they would be off at the dock as well."""
Corner = tuple[float, float]


def fit(world: World, eye: Eye) -> None:
    world.vehicle.payload.fitted = eye.view is not None and eye.view.mount == "gimbal"
    world.site = replace(world.site, view=eye.view, marker=eye.marker)


def mislead(world: World, eye: Eye) -> None:
    """Asked often. A fix that lies already is left as it is."""
    gps = world.vehicle.gps
    if eye.off_m != (0.0, 0.0) and gps.off_m == (0.0, 0.0) and world.vehicle.height_m > MISLED_FROM_M:
        gps.off_m = eye.off_m


def look(world: World) -> Look | None:
    """With what the flight process judges at this moment; a dead one judges nothing."""
    view, vehicle, sortie = world.site.view, world.vehicle, world.sortie
    if view is None:
        return None
    shown = world.alive and withheld(world.site, sortie, world.seen()) == ""
    body, steady, lies_m = vehicle.body, view.mount == "gimbal", math.hypot(*vehicle.gps.off_m) + vehicle.gps.drift_m
    tilt = vehicle.payload.pitch if steady else math.radians(view.pitch_deg)
    roll, pitch = (0.0, 0.0) if steady else (body.roll, body.pitch)
    yaw = body.yaw + (vehicle.payload.yaw if steady else 0.0)
    return Look(shown, sortie.scene, tilt, roll, pitch, yaw, lies_m, in_picture(seen_from(body, tilt), *lens(view)))


def corners_m(view: ViewConfig, look: Look, height_m: float) -> list[Corner | None]:
    """Metres north and east of the aircraft of the ground in each corner of the picture; None where that is sky.

    By the rays' own rotation, airframe to earth: another way than the flight code's.
    """
    wide, tall = (math.tan(math.radians(angle / 2)) for angle in (view.fov_deg, view.fov_up_deg))
    return [_ground(look, right * wide, below * tall, height_m) for right, below in product((1, -1), (1, -1))]


def _ground(look: Look, right: float, below: float, height_m: float) -> Corner | None:
    ct, st = math.cos(look.tilt), math.sin(look.tilt)
    x, y, z = ct + below * st, right, below * ct - st
    y, z = y * math.cos(look.roll) - z * math.sin(look.roll), y * math.sin(look.roll) + z * math.cos(look.roll)
    x, z = x * math.cos(look.pitch) + z * math.sin(look.pitch), z * math.cos(look.pitch) - x * math.sin(look.pitch)
    if z <= 1e-6:
        return None
    north, east = x * math.cos(look.yaw) - y * math.sin(look.yaw), x * math.sin(look.yaw) + y * math.cos(look.yaw)
    return north * height_m / z, east * height_m / z
