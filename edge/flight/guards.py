"""A baseline against the site's own limits (pure): the autopilot must hold them without any process of ours (F6, F11).

Sources: the parameter lists of ArduCopter 4.6 and 4.7 and of PX4 1.15 and 1.16.
"""

from collections.abc import Collection, Mapping
from math import inf

from edge.config import Limits
from wire.baseline import Baseline, Range
from wire.errors import UserError

ALTITUDE_CIRCLE_POLYGON = 7
"""Bits of ArduCopter's FENCE_TYPE."""
WAITS_S = 10.0
"""So long a return may hover over home: its charge is reckoned without that (F3)."""
LINK_LOSS_S = 10.0
"""F11: at ten seconds the autopilot's own return."""
Spans = tuple[Range, ...]
"""A value lies in one of them."""
COMES_DOWN: Spans = ((1, 4), (6, 7))
"""BATT_FS_LOW_ACT, BATT_FS_CRT_ACT: 0 only tells, 5 stops the motors (F13)."""
NAMES_EXCEPTIONS, NOT_IN_HOLD = (1, 16), ((0, 1), (4, 5))
"""PX4's COM_DLL_EXCEPT: bit 1 would be the modes that we fly in."""
BY_MARKER: Mapping[str, Spans] = {"PLND_ENABLED": ((1, 1),), "PLND_TYPE": ((1, 1),), "PLND_STRICT": ((0, 0),)}
"""ArduCopter lands by our LANDING_TARGET; STRICT 0, as going around is ours to decide (F22); 1 would do it too."""


def guard(baseline: Baseline, autopilot: str, limits: Limits, *, marker: bool = False) -> None:
    """Raises UserError with every parameter that is missing or allows more than the site does.

    `marker`: the aircraft comes down on its pad's marker.
    """
    if baseline.autopilot != autopilot:
        raise UserError(f"the baseline is for {baseline.autopilot}", where="flight.autopilot")
    if autopilot == "px4":
        needed = _px4(limits, tuple(int(part) for part in baseline.firmware.split(".")))
    else:
        needed = _arducopter(limits, baseline.parameters)
    needed = {**needed, **(BY_MARKER if marker else {})}
    wrong = [
        f"{name} is {baseline.parameters.get(name, 'missing')}, {_words(spans)} is needed"
        for name, spans in needed.items()
        if not _is_within(baseline, name, spans)
    ]
    if wrong:
        raise UserError(f"the baseline does not hold this site: {'; '.join(wrong)}", where="flight.baseline")


def return_m(baseline: Baseline) -> float:
    """The height above home at which the autopilot comes back, the most that one aircraft may have; 0 if unsaid."""
    for name, unit in (("RTL_ALT_M", 1.0), ("RTL_ALT", 0.01), ("RTL_RETURN_ALT", 1.0)):
        if name in baseline.parameters:
            return max(baseline.parameters[name], *baseline.allowed.get(name, (0.0, 0.0))) * unit
    return 0.0


def _is_within(baseline: Baseline, name: str, spans: Spans) -> bool:
    """The value, and all that a single aircraft may differ; NaN, which is in no span, where there is none."""
    value = baseline.parameters.get(name, float("nan"))
    low, high = baseline.allowed.get(name, (value, value))
    return any(a <= min(low, value) and max(high, value) <= b for a, b in spans)


def _words(spans: Spans) -> str:
    return " or ".join(f"{low:g}" if low == high else f"{low:g} to {high:g}" for low, high in spans)


def _return_m(limits: Limits) -> Range:
    """Home over the highest ground inside the fence, under the ceiling (F16); 0 would be "as high as it is"."""
    clear = limits.ground_amsl_m - limits.pad_amsl_m + limits.position_error_m
    return max(clear, 1.0), limits.ceiling_m


def _px4(limits: Limits, firmware: tuple[int, ...]) -> Mapping[str, Spans]:
    """From 1.16 on a parameter names modes that fly on without a ground station (commander_params, failsafe.cpp)."""
    return {
        "GF_ACTION": ((2, 3),),  # hold or return: none and warn keep nothing in, 4 stops the motors (F13)
        "GF_MAX_VER_DIST": ((1, limits.ceiling_m),),
        "GF_MAX_HOR_DIST": ((1, limits.max_range_m),),
        "NAV_DLL_ACT": ((2, 3),),  # return or land
        "COM_DL_LOSS_T": ((1, LINK_LOSS_S),),
        **({"COM_DLL_EXCEPT": NOT_IN_HOLD} if firmware >= NAMES_EXCEPTIONS else {}),
        "COM_FAIL_ACT_T": ((0, 0),),  # so long it would hover before each return; 5 s by default
        "RTL_RETURN_ALT": (_return_m(limits),),
        "RTL_LAND_DELAY": ((0, WAITS_S),),  # -1 hovers over home and never lands
        "RTL_TYPE": ((0, 0),),  # straight home; the others know a mission's landing or way
        "COM_LOW_BAT_ACT": ((2, 3),),  # land, or return and land; 0 only warns
        "BAT_CRIT_THR": ((0.01, 1),),
        "BAT_EMERGEN_THR": ((0.01, 1),),
    }


def _arducopter(limits: Limits, known: Collection[str]) -> Mapping[str, Spans]:
    """`known`: the baseline's names; 4.7 renamed some (in metres from then on), and its builds not all at once."""
    low, high = _return_m(limits)
    final = "RTL_ALT_FINAL_M" if "RTL_ALT_FINAL_M" in known else "RTL_ALT_FINAL"
    height = {"RTL_ALT_M": ((low, high),)} if "RTL_ALT_M" in known else {"RTL_ALT": ((low * 100, high * 100),)}
    return {
        "FENCE_ENABLE": ((1, 1),),
        "FENCE_TYPE": ((ALTITUDE_CIRCLE_POLYGON, ALTITUDE_CIRCLE_POLYGON),),
        "FENCE_ACTION": ((1, 6),),  # 0 only reports
        "FENCE_ALT_MAX": ((1, limits.ceiling_m),),
        "FENCE_RADIUS": ((1, limits.max_range_m),),
        "FS_GCS_ENABLE": ((1, 1), (3, 7)),  # 2 once went on with a mission; from 4.0 on it is no value at all
        "FS_GCS_TIMEOUT": ((1, LINK_LOSS_S),),
        "FS_OPTIONS": ((0, 1), (4, 5), (8, 9), (12, 13)),  # bits 1 and 4 fly on without a ground station
        "FS_EKF_ACTION": ((1, 1), (3, 3)),  # land; 2 would hover by hand, and there is no hand
        "FS_EKF_THRESH": ((0.1, 1),),  # 0 is never
        "BATT_MONITOR": ((4, inf),),  # volts and amperes: 0 to 3 count no mAh
        "BATT_LOW_MAH": ((1, inf),),
        "BATT_CRT_MAH": ((1, inf),),
        "BATT_FS_LOW_ACT": COMES_DOWN,
        "BATT_FS_CRT_ACT": COMES_DOWN,
        "RTL_LOIT_TIME": ((0, WAITS_S * 1000),),
        final: ((0, 0),),  # above it hovers there and never lands
        "RTL_ALT_TYPE": ((0, 0),),  # 1 counts the return's height from the ground below, not from home
        **height,
    }
