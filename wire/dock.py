"""The dock's Modbus TCP map: what a dock's controller shows and takes. Unit 1; addresses counted from 0."""

from enum import IntEnum

UNIT = 1
NO_WEATHER = 0xFFFF
"""`WEATHER_AGE_S` where the station has never spoken."""


class Input(IntEnum):
    """Discrete inputs (function 2)."""

    LID_OPEN_SWITCH = 0
    """Limit switch at the open end; true = open."""
    LID_CLOSED_SWITCH = 1
    PAD_CLEAR = 2
    CHARGING = 3
    LID_MOVING = 4


class Register(IntEnum):
    """Input registers (function 4), unsigned 16 bit unless told otherwise."""

    LID_POSITION_PCT = 0
    """From the lid's angle encoder, independent of the switches (F1): 0 closed, 100 open."""
    WIND_CMPS = 1
    GUST_CMPS = 2
    WIND_FROM_DEG = 3
    RAIN_TENTH_MM_H = 4
    VISIBILITY_10M = 5
    TEMPERATURE_TENTH_C = 6
    """Signed, two's complement."""
    WEATHER_AGE_S = 7
    HEARTBEAT = 8
    """Counts up once a second and wraps; a still one is a dead controller."""


class Coil(IntEnum):
    """Coils (functions 1 and 5): write true to ask for the movement."""

    OPEN_LID = 0
    CLOSE_LID = 1
    CHARGE = 2
