"""MAV_CMD by number: what each does to the copter and the MAV_RESULT it is acknowledged with.

LONG and INT arrive here in one form. What isn't in the table is UNSUPPORTED. Some are ACCEPTED with nothing fitted, as
on a real ArduCopter (ROI, parachute, camera): a client must look for the effect.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from sim.autopilot import fence
from sim.autopilot.copter import Copter
from sim.autopilot.estimate import Spot
from sim.autopilot.guidance import Goto
from sim.autopilot.mavcmd import Cmd
from sim.autopilot.modes import TRAITS, Air, Mode, Style

ACCEPTED, TEMPORARILY_REJECTED, DENIED, UNSUPPORTED, FAILED = 0, 1, 2, 3, 4
"""MAV_RESULT."""
FORCE = 21196
"""Param 2 of COMPONENT_ARM_DISARM that skips the checks."""
FRAMES_AMSL, FRAMES_REL = (0, 5), (3, 6, 10, 11)


class Command(NamedTuple):
    """`params`: p1 to p4; `lat`, `lon` in degrees, None where left 0 or NaN; `alt` in the frame's metres."""

    number: int
    params: tuple[float, float, float, float]
    lat: float | None
    lon: float | None
    alt: float
    frame: int


def obey(copter: Copter, command: Command) -> int:
    """Does it and returns the MAV_RESULT."""
    handler = TABLE.get(command.number)
    return handler(copter, command) if handler else UNSUPPORTED


def down_of(copter: Copter, frame: int, alt: float) -> float | None:
    """Metres down from the origin of an altitude in `frame`; None if the frame isn't understood."""
    if frame in FRAMES_AMSL:
        return copter.origin.amsl_m - alt
    if frame in FRAMES_REL:
        return (copter.home.down if copter.home else 0.0) - alt
    return None


def _arm(copter: Copter, command: Command) -> int:
    wanted, force = command.params[0], command.params[1] == FORCE
    if wanted not in (0, 1):
        return UNSUPPORTED
    done = copter.arm(force=force) if wanted else copter.disarm(force=force)
    return ACCEPTED if done else FAILED


def _set_mode(copter: Copter, command: Command) -> int:
    if not int(command.params[0]) & 1:
        return DENIED
    return change_mode(copter, int(command.params[1]))


def change_mode(copter: Copter, number: int) -> int:
    """MAV_RESULT of a change to ArduCopter mode `number`."""
    try:
        mode = Mode(number)
    except ValueError:
        return FAILED
    return ACCEPTED if copter.enter(mode) else FAILED


def _enter(mode: Mode) -> Callable[[Copter, Command], int]:
    def handler(copter: Copter, _command: Command) -> int:
        return ACCEPTED if copter.enter(mode) else FAILED

    return handler


def _take_off(copter: Copter, command: Command) -> int:
    # The height counts from home whatever frame the LONG meant (the field learnt it: PX4 takes AMSL here).
    if command.frame not in FRAMES_REL:
        return DENIED
    return ACCEPTED if math.isfinite(command.alt) and copter.take_off(command.alt) else FAILED


def _reposition(copter: Copter, command: Command) -> int:
    may_change = int(command.params[1]) & 1
    if TRAITS[copter.mode].style is not Style.GUIDED and not may_change:
        return DENIED
    down = down_of(copter, command.frame, command.alt)
    if command.lat is None or command.lon is None or down is None or not math.isfinite(down):
        return DENIED
    if not copter.ready:
        return FAILED
    # The goal is judged first: a mode is not left for a goal that is refused.
    north, east = copter.origin.local(command.lat, command.lon)
    if refused(copter, north, east, down) or (copter.mode is not Mode.GUIDED and not copter.enter(Mode.GUIDED)):
        return FAILED
    copter.go(Goto(Spot(north, east, down), copter.nose))
    if command.params[0] > 0:
        copter.speed = command.params[0]
    return ACCEPTED


def refused(copter: Copter, north: float, east: float, down: float) -> bool:
    """A guided goal outside the fence is refused, as ArduCopter does (check_destination_within_fence)."""
    if not copter.home or not fence.breaches(copter.parameters, copter.areas, copter.home, Spot(north, east, down)):
        return False
    copter.say(4, "Guided destination outside fence")
    return True


def _speed(copter: Copter, command: Command) -> int:
    if not command.params[1] > 0:
        return FAILED
    copter.speed = command.params[1]
    return ACCEPTED


def _set_home(copter: Copter, command: Command) -> int:
    if not copter.ready:
        return FAILED
    if command.params[0] == 1:
        copter.home, copter.home_set = copter.estimate.spot, True
        return ACCEPTED
    down = down_of(copter, command.frame, command.alt)
    if command.lat is None or command.lon is None or down is None:
        return DENIED
    copter.home, copter.home_set = Spot(*copter.origin.local(command.lat, command.lon), down), True
    return ACCEPTED


def _yaw(copter: Copter, command: Command) -> int:
    if not isinstance(copter.goal, Goto):
        return FAILED
    angle, relative = math.radians(command.params[0]), command.params[3] == 1
    turn = copter.estimate.yaw + math.copysign(angle, command.params[2] or 1) if relative else angle
    copter.nose = turn
    copter.goal = copter.goal._replace(yaw=turn)
    return ACCEPTED


def _start_mission(copter: Copter, _command: Command) -> int:
    if not copter.armed or not copter.enter(Mode.AUTO):
        return FAILED
    copter.current = max(copter.current, 1)
    return ACCEPTED


def _terminate(copter: Copter, command: Command) -> int:
    if command.params[0] > 0.5:
        copter.disarm(force=True)
        return ACCEPTED
    return FAILED


def _fence_enable(copter: Copter, command: Command) -> int:
    if command.params[0] not in (0, 1):
        return FAILED
    copter.parameters["FENCE_ENABLE"] = command.params[0]
    return ACCEPTED


def _hold(copter: Copter, command: Command) -> int:
    """DO_PAUSE_CONTINUE: 0 stops in GUIDED, 1 goes on."""
    if copter.mode is not Mode.GUIDED or copter.air is Air.ON_GROUND:
        return FAILED
    copter.goal = None if command.params[0] == 0 else copter.goal
    return ACCEPTED


def _accepted(_copter: Copter, _command: Command) -> int:
    return ACCEPTED


TABLE: dict[int, Callable[[Copter, Command], int]] = {
    Cmd.NAV_LOITER_UNLIM: _enter(Mode.LOITER),
    Cmd.NAV_RETURN_TO_LAUNCH: _enter(Mode.RTL),
    Cmd.NAV_LAND: _enter(Mode.LAND),
    Cmd.NAV_TAKEOFF: _take_off,
    Cmd.CONDITION_YAW: _yaw,
    Cmd.DO_SET_MODE: _set_mode,
    Cmd.DO_CHANGE_SPEED: _speed,
    Cmd.DO_SET_HOME: _set_home,
    Cmd.DO_FLIGHTTERMINATION: _terminate,
    Cmd.DO_REPOSITION: _reposition,
    Cmd.DO_PAUSE_CONTINUE: _hold,
    Cmd.DO_SET_ROI_LOCATION: _accepted,
    Cmd.DO_SET_ROI_NONE: _accepted,
    Cmd.DO_SET_ROI: _accepted,
    Cmd.DO_FENCE_ENABLE: _fence_enable,
    Cmd.DO_PARACHUTE: _accepted,
    Cmd.MISSION_START: _start_mission,
    Cmd.COMPONENT_ARM_DISARM: _arm,
}
