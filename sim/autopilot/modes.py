"""ArduCopter's flight modes and what each one allows.

Rules (ArduCopter 4.6, mode.h): a mode that needs a position can't be entered in the air without one; only some arm;
only some take off on command.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum


class Mode(IntEnum):
    """HEARTBEAT.custom_mode (ardupilotmega COPTER_MODE)."""

    STABILIZE = 0
    ACRO = 1
    ALT_HOLD = 2
    AUTO = 3
    GUIDED = 4
    LOITER = 5
    RTL = 6
    CIRCLE = 7
    LAND = 9
    POSHOLD = 16
    BRAKE = 17
    GUIDED_NOGPS = 20
    SMART_RTL = 21


class Air(Enum):
    """MAV_LANDED_STATE."""

    ON_GROUND = 1
    IN_AIR = 2
    TAKEOFF = 3
    LANDING = 4


class Style(IntEnum):
    """How a mode moves the aircraft."""

    HANDS = 0
    """The pilot's sticks alone; with no radio they rest at zero throttle."""
    HOLD = 1
    GUIDED = 2
    RETURN = 3
    LAND = 4
    MISSION = 5


@dataclass(frozen=True, slots=True)
class Traits:
    style: Style
    needs_position: bool = True
    arms: bool = False
    """May be armed in by a ground station."""


TRAITS: dict[Mode, Traits] = {
    Mode.STABILIZE: Traits(Style.HANDS, needs_position=False, arms=True),
    Mode.ACRO: Traits(Style.HANDS, needs_position=False, arms=True),
    Mode.ALT_HOLD: Traits(Style.HOLD, needs_position=False, arms=True),
    Mode.AUTO: Traits(Style.MISSION),
    Mode.GUIDED: Traits(Style.GUIDED, arms=True),
    Mode.LOITER: Traits(Style.HOLD, arms=True),
    Mode.RTL: Traits(Style.RETURN),
    Mode.CIRCLE: Traits(Style.HOLD),
    Mode.LAND: Traits(Style.LAND, needs_position=False),
    Mode.POSHOLD: Traits(Style.HOLD, arms=True),
    Mode.BRAKE: Traits(Style.HOLD),
    Mode.GUIDED_NOGPS: Traits(Style.HOLD, needs_position=False, arms=True),
    Mode.SMART_RTL: Traits(Style.RETURN),
}
