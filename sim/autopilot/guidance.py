"""From a goal to a velocity demand. Pure: (goal, estimate, last demand, limits, dt) -> demand.

Speeds follow ArduPilot's square-root controller (AP_Math sqrt_controller): proportional near the goal, and farther out
the speed from which the aircraft can still stop in time.
"""

import math
from typing import NamedTuple

from sim.autopilot.estimate import Estimate, Spot
from sim.physics import Demand, wrap

POSITION_P = 1.0
"""PSC_POSXY_P and PSC_POSZ_P, 1/s."""
STOPPING = 0.7
"""The share of its acceleration with which it plans to stop; the rest is for the wind and the loops' lag."""
LANDING_MPS = 3.0
"""No faster aside while it sinks."""
FACE_FROM_M = 4.0
"""Nearer than this the nose stays where it is, as the bearing jumps about."""


class Limits(NamedTuple):
    """m/s and m/s^2."""

    speed: float
    up: float
    down: float
    accel: float
    accel_z: float


class Goto(NamedTuple):
    """Fly to a place and stay; `yaw` None faces the way there."""

    spot: Spot
    yaw: float | None = None


class Move(NamedTuple):
    """Keep a velocity, NED m/s."""

    north: float
    east: float
    down: float
    yaw: float | None = None


class Stop(NamedTuple):
    """Come to rest as fast as the accelerations allow; where that is becomes the place to stay."""


class Sink(NamedTuple):
    """Go down over a place at `rate` m/s until the ground is met."""

    spot: Spot
    rate: float


Goal = Goto | Move | Stop | Sink
Velocity = tuple[float, float, float]


def steer(goal: Goal, estimate: Estimate, last: Demand, limits: Limits, dt: float) -> Demand:
    match goal:
        case Goto(spot, yaw):
            wanted = (*_approach(spot, estimate, limits), _climb(spot, estimate, limits))
            return _slew(last, wanted, _face(yaw, spot, estimate, last), limits, dt)
        case Move(north, east, down, yaw):
            held = last.yaw if yaw is None else yaw
            return _slew(last, (north, east, max(-limits.up, min(limits.down, down))), held, limits, dt)
        case Stop():
            return _slew(last, (0.0, 0.0, 0.0), last.yaw, limits, dt)
        case Sink(spot, rate):
            slow = limits._replace(speed=LANDING_MPS) if limits.speed > LANDING_MPS else limits
            return _slew(last, (*_approach(spot, estimate, slow), rate), last.yaw, limits, dt)


def speed_to_stop(distance: float, p: float, accel: float) -> float:
    """The speed at `distance` metres from which `accel` m/s^2 still stops in time."""
    linear = accel / (p * p)
    if distance <= linear:
        return p * distance
    return math.sqrt(2 * accel * (distance - linear / 2))


def stopping_spot(estimate: Estimate, limits: Limits) -> Spot:
    """Where it comes to rest from here: `speed_to_stop` the other way round."""
    ahead = _stopping_share(estimate.speed, STOPPING * limits.accel)
    below = _stopping_share(abs(estimate.v_down), STOPPING * limits.accel_z)
    return Spot(
        estimate.north + estimate.v_north * ahead,
        estimate.east + estimate.v_east * ahead,
        estimate.down + estimate.v_down * below,
    )


def _stopping_share(speed: float, accel: float) -> float:
    """Seconds of the present velocity that the way to rest is long."""
    if speed <= accel / POSITION_P:
        return 1 / POSITION_P
    return (speed * speed / (2 * accel) + accel / (2 * POSITION_P * POSITION_P)) / speed


def _approach(spot: Spot, estimate: Estimate, limits: Limits) -> tuple[float, float]:
    north, east = spot.north - estimate.north, spot.east - estimate.east
    distance = math.hypot(north, east)
    if distance < 1e-6:
        return 0.0, 0.0
    speed = min(limits.speed, speed_to_stop(distance, POSITION_P, STOPPING * limits.accel))
    return north / distance * speed, east / distance * speed


def _climb(spot: Spot, estimate: Estimate, limits: Limits) -> float:
    """Demanded speed down, m/s."""
    gap = spot.down - estimate.down
    speed = speed_to_stop(abs(gap), POSITION_P, STOPPING * limits.accel_z)
    return min(limits.down, speed) if gap > 0 else -min(limits.up, speed)


def _face(yaw: float | None, spot: Spot, estimate: Estimate, last: Demand) -> float:
    if yaw is not None:
        return yaw
    if estimate.spot.apart(spot) < FACE_FROM_M:
        return last.yaw
    return wrap(math.atan2(spot.east - estimate.east, spot.north - estimate.north))


def _slew(last: Demand, wanted: Velocity, yaw: float, limits: Limits, dt: float) -> Demand:
    """The demand moves from the last one no faster than the accelerations allow."""
    north, east, down = wanted
    change_n, change_e = north - last.v_north, east - last.v_east
    change, most = math.hypot(change_n, change_e), limits.accel * dt
    if change > most:
        north, east = last.v_north + change_n * most / change, last.v_east + change_e * most / change
    most_z = limits.accel_z * dt
    if abs(down - last.v_down) > most_z:
        down = last.v_down + math.copysign(most_z, down - last.v_down)
    return Demand(True, True, north, east, down, yaw)
