"""A baseline against the site's own limits (pure): the autopilot must hold them without any process of ours (F6)."""

from collections.abc import Mapping

from edge.config import Limits
from wire.baseline import Baseline, Range
from wire.errors import UserError

ALTITUDE_CIRCLE_POLYGON = 7
"""Bits of ArduCopter's FENCE_TYPE."""
LINK_LOSS_S = 10.0
"""F11: at ten seconds the autopilot's own return."""


def guard(baseline: Baseline, autopilot: str, limits: Limits) -> None:
    """Raises UserError with every parameter that is missing or allows more than the site does."""
    if baseline.autopilot != autopilot:
        raise UserError(f"the baseline is for {baseline.autopilot}", where="flight.autopilot")
    wrong = [
        f"{name} is {baseline.parameters.get(name, 'missing')}, {low:g} to {high:g} is needed"
        for name, (low, high) in _needed(autopilot, limits).items()
        if not all(low <= value <= high for value in _extremes(baseline, name))
    ]
    if wrong:
        raise UserError(f"the baseline does not hold this site: {'; '.join(wrong)}", where="flight.baseline")


def _extremes(baseline: Baseline, name: str) -> tuple[float, ...]:
    """The value, and how far a single aircraft may differ; NaN, which is in no range, where there is none."""
    return (baseline.parameters.get(name, float("nan")), *baseline.allowed.get(name, ()))


def _needed(autopilot: str, limits: Limits) -> Mapping[str, Range]:
    match autopilot:
        case "px4":
            return {
                "GF_ACTION": (2, 3),  # hold or return: none and warn keep nothing in, 4 stops the motors (F13)
                "GF_MAX_VER_DIST": (1, limits.ceiling_m),
                "GF_MAX_HOR_DIST": (1, limits.max_range_m),
                "NAV_DLL_ACT": (2, 3),  # return or land
                "COM_DL_LOSS_T": (1, LINK_LOSS_S),
            }
        case _:
            return {
                "FENCE_ENABLE": (1, 1),
                "FENCE_TYPE": (ALTITUDE_CIRCLE_POLYGON, ALTITUDE_CIRCLE_POLYGON),
                "FENCE_ACTION": (1, 6),  # 0 only reports
                "FENCE_ALT_MAX": (1, limits.ceiling_m),
                "FENCE_RADIUS": (1, limits.max_range_m),
                "FS_GCS_ENABLE": (1, 7),
                "FS_GCS_TIMEOUT": (1, LINK_LOSS_S),
            }
