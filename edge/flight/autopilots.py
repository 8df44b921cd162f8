"""ArduCopter and PX4 as tables (pure): mode numbers, and how each wish of ours is put as MAVLink commands."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Literal

from edge.flight.geometry import Target, distance_m, flat
from edge.flight.telemetry import Telemetry

NAN = math.nan
RELATIVE, AMSL = 6, 5
"""MAV_FRAME_GLOBAL_RELATIVE_ALT_INT and MAV_FRAME_GLOBAL_INT."""
CUSTOM_MODE_ENABLED = 1
GOTO = "GOTO"
CHANGE_MODE = 1
"""MAV_DO_REPOSITION_FLAGS_CHANGE_MODE."""
ARRIVED_M = 5.0
SLOW_MPS = 1.0
AGAIN_S, TAKES_OFF_S = 1.2, 2.0
"""HEARTBEAT, where most effects show, may come once a second. PX4 is off the ground 4 to 5 s after it was told (1 s to
spool up, a ramp of 3 s: COM_SPOOLUP_TIME, MPC_TKO_RAMP_T); five tries of 2 s are as long as it stays armed on the pad.
"""
SETTLE_S = 1.0
"""A disarmed heartbeat counts as the answer to DISARM only when it is this much younger: an arming may be under way."""


class Cmd(IntEnum):
    """The MAV_CMDs that we send: our allow-list outwards."""

    NAV_TAKEOFF = 22
    CONDITION_YAW = 115
    DO_SET_MODE = 176
    DO_REPOSITION = 192
    COMPONENT_ARM_DISARM = 400
    SET_MESSAGE_INTERVAL = 511
    REQUEST_MESSAGE = 512
    DO_GIMBAL_MANAGER_PITCHYAW = 1000
    DO_GIMBAL_MANAGER_CONFIGURE = 1001


@dataclass(frozen=True)
class Command:
    """COMMAND_LONG; with a `frame`, COMMAND_INT whose x and y are `params[4]` and `[5]` in degrees."""

    cmd: Cmd
    params: tuple[float, float, float, float, float, float, float]
    frame: int | None = None


BEAT_NOW = Command(Cmd.REQUEST_MESSAGE, (0, 0, 0, 0, 0, 0, 0))
"""One HEARTBEAT; ArduPilot sends one by itself where the mode changes, not where it stays or where it arms."""


class Do(Enum):
    """What the launch table wants of the autopilot."""

    NOTHING = "nothing"
    PREPARE = "prepare"
    ARM = "arm"
    TAKE_OFF = "take_off"
    GO = "go"
    HOLD = "hold"
    RETURN = "return"
    LAND = "land"
    DISARM = "disarm"


Effect = Callable[[Telemetry, float], bool]
"""Whether telemetry shows, after the time of sending, that the command had its effect: an ACK proves nothing."""


@dataclass(frozen=True)
class Ask:
    """One command and how to see that it worked."""

    name: str
    command: Command
    effect: Effect
    again_s: float = AGAIN_S
    """How long after a try the next one follows."""
    shown_by: tuple[Command, ...] = ()
    """What is sent right after it, so that the effect need not wait for its turn among the streams."""
    why_not: Callable[[Telemetry], str] = lambda _: ""
    """What telemetry says against it, in plain words; "" where it says nothing."""

    @property
    def sends(self) -> tuple[Command, ...]:
        return (self.command, *self.shown_by)


@dataclass(frozen=True)
class Profile:
    """`modes`: custom_mode -> name; `mode_of`: the modes among them that we ask for."""

    name: str
    modes: Mapping[int, str]
    mode_of: Mapping[Do, str]
    amsl: bool
    """Take-off and goto heights are above the sea, not above home (PX4; measured on SIH)."""

    def mode_name(self, custom_mode: int | None) -> str:
        return "" if custom_mode is None else self.modes.get(custom_mode, f"mode {custom_mode}")

    @property
    def guided(self) -> str:
        """In it the autopilot takes take-off and goto."""
        return self.mode_of[Do.PREPARE]

    def is_in(self, telemetry: Telemetry, mode: str) -> bool:
        return self.mode_name(telemetry.custom_mode) == mode


def _px4(main: int, sub: int = 0) -> int:
    return main << 16 | sub << 24


ARDUCOPTER = Profile(
    name="arducopter",
    modes={
        0: "STABILIZE", 1: "ACRO", 2: "ALT_HOLD", 3: "AUTO", 4: "GUIDED", 5: "LOITER", 6: "RTL", 7: "CIRCLE", 9: "LAND",
        11: "DRIFT", 13: "SPORT", 14: "FLIP", 15: "AUTOTUNE", 16: "POSHOLD", 17: "BRAKE", 18: "THROW", 19: "AVOID_ADSB",
        20: "GUIDED_NOGPS", 21: "SMART_RTL", 22: "FLOWHOLD", 23: "FOLLOW", 24: "ZIGZAG", 27: "AUTO_RTL",
    },
    mode_of={Do.PREPARE: "GUIDED", Do.HOLD: "BRAKE", Do.RETURN: "RTL", Do.LAND: "LAND"},
    amsl=False,
)  # fmt: skip

PX4 = Profile(
    name="px4",
    modes={
        _px4(1): "MANUAL", _px4(2): "ALTCTL", _px4(3): "POSCTL", _px4(5): "ACRO", _px4(6): "OFFBOARD",
        _px4(7): "STABILIZED", _px4(4, 1): "AUTO.READY", _px4(4, 2): "AUTO.TAKEOFF", _px4(4, 3): "AUTO.LOITER",
        _px4(4, 4): "AUTO.MISSION", _px4(4, 5): "AUTO.RTL", _px4(4, 6): "AUTO.LAND", _px4(4, 8): "AUTO.FOLLOW_TARGET",
        _px4(4, 9): "AUTO.PRECLAND", _px4(3, 1): "ORBIT",
    },
    mode_of={Do.PREPARE: "AUTO.LOITER", Do.HOLD: "AUTO.LOITER", Do.RETURN: "AUTO.RTL", Do.LAND: "AUTO.LAND"},
    amsl=True,
)  # fmt: skip


def profile_of(autopilot: Literal["arducopter", "px4"]) -> Profile:
    match autopilot:
        case "arducopter":
            return ARDUCOPTER
        case "px4":
            return PX4


def asks(do: Do, profile: Profile, target: Target | None, telemetry: Telemetry) -> tuple[Ask, ...]:
    """The commands of a wish, in order; each is sent when the one before has had its effect."""
    match do:
        case Do.NOTHING:
            return ()
        case Do.ARM:
            return (_arm(),)
        case Do.TAKE_OFF:
            return (_take_off(profile, _needed(target), telemetry),)
        case Do.GO:
            mode = () if profile.is_in(telemetry, profile.guided) else (_mode(profile, profile.guided),)
            return *mode, _go(profile, _needed(target), telemetry)
        case Do.DISARM:
            return (_disarm(),)
        case Do.PREPARE | Do.HOLD | Do.RETURN | Do.LAND:
            brakes = do is Do.HOLD and profile is PX4
            return (_stop(profile, telemetry) if brakes else _mode(profile, profile.mode_of[do]),)


def point(profile: Profile, to: Target, telemetry: Telemetry, nose_deg: float) -> tuple[Command, ...]:
    """On to a further point, if it takes points in the mode it is in; PX4 turns its nose by the same command."""
    yaw = math.radians(nose_deg) if profile.amsl else NAN
    return (_reposition(profile, to, telemetry, flags=0, yaw=yaw),)


def face(profile: Profile, nose_deg: float) -> tuple[Command, ...]:
    """The nose to a course; ArduCopter's DO_REPOSITION knows no yaw."""
    return () if profile.amsl else (Command(Cmd.CONDITION_YAW, (nose_deg, 0, 0, 0, 0, 0, 0)),)


def interval(message_id: int, hz: float) -> Command:
    """A port streams nothing but HEARTBEAT and STATUSTEXT until asked (measured on ArduCopter)."""
    return Command(Cmd.SET_MESSAGE_INTERVAL, (message_id, 1e6 / hz, 0, 0, 0, 0, 0))


def _needed(target: Target | None) -> Target:
    if target is None:
        raise ValueError("a flight without a target was asked for")
    return target


def _mode(profile: Profile, name: str) -> Ask:
    number = next(number for number, known in profile.modes.items() if known == name)
    match profile.name:
        case "px4":
            main, sub = number >> 16 & 0xFF, number >> 24
        case _:
            main, sub = number, 0
    command = Command(Cmd.DO_SET_MODE, (CUSTOM_MODE_ENABLED, main, sub, 0, 0, 0, 0))

    def shows(seen: Telemetry, sent_s: float) -> bool:
        return _newer(seen.heartbeat_s, sent_s) and seen.custom_mode == number

    return Ask(name, command, shows, shown_by=(BEAT_NOW,))


def _stop(profile: Profile, telemetry: Telemetry) -> Ask:
    """PX4's Hold flies on to where it was sent last; a reposition to nowhere brakes ("pause vehicle" in PX4's
    navigator_main.cpp; QGroundControl's pause sends the same). It takes seconds to stand: what counts is that it slows.
    """
    command = Command(Cmd.DO_REPOSITION, (-1, CHANGE_MODE, 0, NAN, NAN, NAN, NAN))
    slow_mps = max(SLOW_MPS, telemetry.groundspeed_mps / 2)

    def slows(seen: Telemetry, sent_s: float) -> bool:
        held = _newer(seen.heartbeat_s, sent_s) and profile.is_in(seen, profile.mode_of[Do.HOLD])
        return held and _newer(seen.position_s, sent_s) and seen.groundspeed_mps < slow_mps

    return Ask("HOLD", command, slows)


def _arm() -> Ask:
    command = Command(Cmd.COMPONENT_ARM_DISARM, (1, 0, 0, 0, 0, 0, 0))
    return Ask(
        "ARM", command, lambda seen, sent_s: _newer(seen.heartbeat_s, sent_s) and seen.armed, shown_by=(BEAT_NOW,)
    )


def _disarm() -> Ask:
    """Never forced (param2 21196 stays 0): an autopilot in the air refuses it."""
    command = Command(Cmd.COMPONENT_ARM_DISARM, (0, 0, 0, 0, 0, 0, 0))
    return Ask("DISARM", command, lambda seen, sent_s: _newer(seen.heartbeat_s, sent_s + SETTLE_S) and not seen.armed)


def _take_off(profile: Profile, target: Target, telemetry: Telemetry) -> Ask:
    height = _height(profile, target, telemetry)
    command = Command(Cmd.NAV_TAKEOFF, (0, 0, 0, NAN, NAN, NAN, height) if profile.amsl else (0, 0, 0, 0, 0, 0, height))
    return Ask("TAKEOFF", command, lambda seen, sent_s: _newer(seen.landed_s, sent_s) and seen.airborne, TAKES_OFF_S)


def _go(profile: Profile, target: Target, telemetry: Telemetry) -> Ask:
    command, place = _reposition(profile, target, telemetry), target.place

    def under_way(seen: Telemetry, sent_s: float) -> bool:
        if not _newer(seen.position_s, sent_s) or seen.place is None:
            return False
        to = flat(seen.place, place)
        if distance_m(seen.place, place) < ARRIVED_M:
            return abs((seen.alt_rel_m or 0) - target.alt_rel_m) < ARRIVED_M or abs(seen.climb_mps) > 0.3
        return to.x * seen.east_mps + to.y * seen.north_mps > 0.5 * math.hypot(to.x, to.y)

    return Ask(GOTO, command, under_way)


def _reposition(
    profile: Profile, to: Target, telemetry: Telemetry, flags: int = CHANGE_MODE, yaw: float = NAN
) -> Command:
    height, frame = _height(profile, to, telemetry), AMSL if profile.amsl else RELATIVE
    return Command(Cmd.DO_REPOSITION, (-1, flags, 0, yaw, to.place.lat, to.place.lon, height), frame)


def _height(profile: Profile, target: Target, telemetry: Telemetry) -> float:
    """Above home, or above the sea by the autopilot's own pair of heights."""
    if not profile.amsl:
        return target.alt_rel_m
    if telemetry.alt_amsl_m is None or telemetry.alt_rel_m is None:
        raise ValueError("no height above the sea yet: the rules let nothing fly without a position")
    return target.alt_rel_m + telemetry.alt_amsl_m - telemetry.alt_rel_m


def _newer(at_s: float | None, sent_s: float) -> bool:
    return at_s is not None and at_s > sent_s
