"""A multirotor as a point mass with an attitude. Pure: (body, demand, wind, airframe, dt) -> body.

Frame: NED metres from the origin on flat ground, radians, SI units. The loops are those of a real flight controller:
velocity -> acceleration -> tilt and thrust -> attitude (second order) and motors (first-order lag) -> motion.
"""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

from sim.weather import Wind

G = 9.80665
VELOCITY_P, VELOCITY_I = 2.2, 0.9  # 1/s, 1/s^2: settles in about 1 s, holds against a steady wind
HOLD_LIMIT = 9.0  # m/s^2 that the integrators may give
ATTITUDE_RATE, ATTITUDE_DAMPING = 11.0, 0.9  # rad/s; ArduCopter's default tuning reaches a demanded angle in 0.2 s
MOTOR_LAG_S, YAW_LAG_S = 0.06, 0.2
MAX_THRUST = 2.0 * G
YAW_RATE = math.radians(60)
IDLE_W, AVIONICS_W = 60.0, 15.0


@dataclass(frozen=True, slots=True)
class Airframe:
    """What differs between aircraft: energy, drag and how far it may lean."""

    battery_wh: float = 180.0
    hover_w: float = 600.0
    cruise_w: float = 700.0
    cruise_mps: float = 14.0
    drag: float = 0.22
    """Deceleration in m/s^2 for each m/s of airspeed."""
    max_tilt_rad: float = math.radians(40)
    thrust_share: float = 1.0
    """Of the motors' greatest thrust; less where one has failed."""
    lean: float = field(init=False)
    """Level force for each m/s^2 of lift at the greatest tilt."""
    parasitic_w: float = field(init=False)
    """What air resistance takes at `cruise_mps`, beside the lift."""

    def __post_init__(self) -> None:
        weight = math.hypot(1.0, self.drag * self.cruise_mps / G)
        object.__setattr__(self, "lean", math.tan(self.max_tilt_rad))
        object.__setattr__(self, "parasitic_w", max(0.0, self.cruise_w - self.hover_w * math.pow(weight, 1.5)))


class Demand(NamedTuple):
    """What the autopilot asks: `spin` turns the motors, `lift` lets them carry; velocity in m/s, yaw in radians."""

    spin: bool
    lift: bool
    v_north: float = 0.0
    v_east: float = 0.0
    v_down: float = 0.0
    yaw: float = 0.0


OFF = Demand(spin=False, lift=False)


class Body(NamedTuple):
    """Where it is and how it moves. `thrust` is the motors' force over the mass (m/s^2); `hold_*` the integrators."""

    north: float = 0.0
    east: float = 0.0
    down: float = 0.0
    v_north: float = 0.0
    v_east: float = 0.0
    v_down: float = 0.0
    roll: float = 0.0
    pitch: float = 0.0
    yaw: float = 0.0
    roll_rate: float = 0.0
    pitch_rate: float = 0.0
    yaw_rate: float = 0.0
    thrust: float = 0.0
    hold_north: float = 0.0
    hold_east: float = 0.0
    hold_down: float = 0.0
    watts: float = AVIONICS_W
    used_wh: float = 0.0
    grounded: bool = True


Aim = tuple[float, float, float, float, float, float]
"""Roll, pitch and thrust that give the demanded acceleration, and the integrators behind it: north, east, down."""


def step(body: Body, demand: Demand, wind: Wind, frame: Airframe, dt: float) -> Body:
    """The body `dt` seconds later (0.0025 to 0.02). It rests on the ground until the thrust exceeds its weight."""
    (
        north, east, down, v_north, v_east, v_down, roll, pitch, yaw, roll_rate, pitch_rate, yaw_rate,
        thrust, _, _, _, _, used_wh, grounded,
    ) = body  # fmt: skip
    to_roll, to_pitch, to_thrust, hold_north, hold_east, hold_down = _aim(body, demand, frame, dt)
    thrust += (to_thrust - thrust) * dt / MOTOR_LAG_S
    watts = _watts(thrust, body, demand, wind, frame)
    used_wh += watts * dt / 3600
    if grounded and thrust <= G:
        return _resting(body, thrust, watts, used_wh)
    roll_rate += _twist(to_roll - roll, roll_rate) * dt
    pitch_rate += _twist(to_pitch - pitch, pitch_rate) * dt
    yaw_rate = _yaw_rate(yaw, yaw_rate, demand, dt)
    roll, pitch, yaw = roll + roll_rate * dt, pitch + pitch_rate * dt, wrap(yaw + yaw_rate * dt)
    push_north, push_east, push_down = _push(roll, pitch, yaw, thrust)
    wind_north, wind_east, wind_down = wind
    v_north += (push_north - frame.drag * (v_north - wind_north)) * dt
    v_east += (push_east - frame.drag * (v_east - wind_east)) * dt
    v_down += (push_down + G - frame.drag * (v_down - wind_down)) * dt
    down += v_down * dt
    moved = Body(
        north + v_north * dt, east + v_east * dt, down, v_north, v_east, v_down, roll, pitch, yaw,
        roll_rate, pitch_rate, yaw_rate, thrust, hold_north, hold_east, hold_down, watts, used_wh, False,
    )  # fmt: skip
    return _touched(moved) if down >= 0 and v_down >= 0 else moved


def wrap(angle: float) -> float:
    """The same angle within -pi to pi."""
    return (angle + math.pi) % math.tau - math.pi


def _aim(body: Body, demand: Demand, frame: Airframe, dt: float) -> Aim:
    if not demand.lift:
        return 0.0, 0.0, 0.1 * G if demand.spin else 0.0, 0.0, 0.0, 0.0
    miss_n, miss_e = demand.v_north - body.v_north, demand.v_east - body.v_east
    miss_d = demand.v_down - body.v_down
    hold_n, hold_e = _hold(body.hold_north, miss_n, dt), _hold(body.hold_east, miss_e, dt)
    hold_d = _hold(body.hold_down, miss_d, dt)
    force_n, force_e = VELOCITY_P * miss_n + hold_n, VELOCITY_P * miss_e + hold_e
    force_d = min(-0.2 * G, VELOCITY_P * miss_d + hold_d - G)
    level = math.hypot(force_n, force_e)
    most = -force_d * frame.lean
    if level > most:
        # Leaning against its limit the integrators must not wind up.
        force_n, force_e = force_n * most / level, force_e * most / level
        hold_n, hold_e = body.hold_north, body.hold_east
    thrust = math.sqrt(force_n * force_n + force_e * force_e + force_d * force_d)
    cos_yaw, sin_yaw = math.cos(body.yaw), math.sin(body.yaw)
    ahead, aside = force_n * cos_yaw + force_e * sin_yaw, force_e * cos_yaw - force_n * sin_yaw
    roll = math.atan2(aside, math.hypot(ahead, force_d))
    return roll, math.atan2(-ahead, -force_d), min(thrust, MAX_THRUST * frame.thrust_share), hold_n, hold_e, hold_d


def _hold(held: float, miss: float, dt: float) -> float:
    held += VELOCITY_I * miss * dt
    return held if -HOLD_LIMIT <= held <= HOLD_LIMIT else math.copysign(HOLD_LIMIT, held)


def _twist(error: float, rate: float) -> float:
    """Angular acceleration of the attitude loop, rad/s^2."""
    return ATTITUDE_RATE * (ATTITUDE_RATE * error - 2 * ATTITUDE_DAMPING * rate)


def _yaw_rate(yaw: float, rate: float, demand: Demand, dt: float) -> float:
    wanted = max(-YAW_RATE, min(YAW_RATE, 2.0 * wrap(demand.yaw - yaw))) if demand.lift else 0.0
    return rate + (wanted - rate) * dt / YAW_LAG_S


def _push(roll: float, pitch: float, yaw: float, thrust: float) -> tuple[float, float, float]:
    """The motors' acceleration in NED; nose up is a positive pitch, right side down a positive roll."""
    upright, aside = thrust * math.cos(roll), thrust * math.sin(roll)
    ahead = -upright * math.sin(pitch)
    cos_yaw, sin_yaw = math.cos(yaw), math.sin(yaw)
    return ahead * cos_yaw - aside * sin_yaw, ahead * sin_yaw + aside * cos_yaw, -upright * math.cos(pitch)


def _watts(thrust: float, body: Body, demand: Demand, wind: Wind, frame: Airframe) -> float:
    """Induced power goes with thrust^1.5 (momentum theory), the rest with airspeed^3 up to `cruise_w` at cruise."""
    if not demand.lift:
        return AVIONICS_W + (IDLE_W if demand.spin else 0.0)
    airspeed = math.hypot(body.v_north - wind.north, body.v_east - wind.east)
    parasitic_w = frame.parasitic_w * math.pow(airspeed / frame.cruise_mps, 3)
    return AVIONICS_W + frame.hover_w * math.pow(thrust / G, 1.5) + parasitic_w


def _resting(body: Body, thrust: float, watts: float, used_wh: float) -> Body:
    return Body(
        north=body.north, east=body.east, down=body.down, yaw=body.yaw, thrust=thrust,
        watts=watts, used_wh=used_wh,
    )  # fmt: skip


def _touched(body: Body) -> Body:
    return body._replace(
        down=0.0, v_north=0.0, v_east=0.0, v_down=0.0, roll=0.0, pitch=0.0, roll_rate=0.0, pitch_rate=0.0,
        yaw_rate=0.0, hold_north=0.0, hold_east=0.0, hold_down=0.0, grounded=True,
    )  # fmt: skip
