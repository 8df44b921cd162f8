"""What we say to the autopilot besides commands (F19, pure): by the standard's names, nothing that isn't listed."""

from dataclasses import dataclass
from enum import IntEnum


class Said(IntEnum):
    """Our allow-list outwards beside `Cmd`, by message number."""

    PARAM_REQUEST_READ = 20
    MISSION_REQUEST_LIST = 43
    MISSION_COUNT = 44
    MISSION_ACK = 47
    MISSION_REQUEST_INT = 51
    MISSION_ITEM_INT = 73
    LANDING_TARGET = 149


TO_ALL = (Said.LANDING_TARGET,)
"""These have no target; the others begin with target system and component."""


class SaidOnBench(IntEnum):
    """Said by `airbeat aircraft-key` alone, never by what flies."""

    SETUP_SIGNING = 256


@dataclass(frozen=True)
class Say:
    """`fields`: in the standard's XML order, after the target where it has one."""

    said: Said | SaidOnBench
    fields: tuple[float | int | bytes | tuple[float, ...], ...]
