"""The flight pack: volts, amperes and charge from the power drawn. Pure."""

import itertools
from typing import NamedTuple

CELLS, OHM, NOMINAL_V = 6, 0.03, 3.7
"""Six lithium-polymer cells in series; the pack's inner resistance, which makes the voltage sag under load."""
CHARGES = ((0.0, 3.20), (0.05, 3.45), (0.2, 3.65), (0.5, 3.80), (0.8, 4.00), (1.0, 4.18))
"""Open-circuit volts of a cell by state of charge."""


class Pack(NamedTuple):
    """What a battery monitor reads."""

    volts: float
    amperes: float
    used_mah: float
    left_pct: float


def draw(watts: float, used_wh: float, capacity_wh: float) -> Pack:
    left = max(0.0, 1 - used_wh / capacity_wh)
    rest = open_volts(left)
    amperes = watts / rest
    return Pack(rest - amperes * OHM, amperes, mah(used_wh), left * 100)


def mah(wh: float) -> float:
    """Milliampere-hours at the pack's nominal voltage."""
    return wh / (CELLS * NOMINAL_V) * 1000


def open_volts(left: float) -> float:
    """The pack's volts at rest with a share `left` of its charge, 0 to 1."""
    for (low, v_low), (high, v_high) in itertools.pairwise(CHARGES):
        if left <= high:
            return CELLS * (v_low + (v_high - v_low) * (left - low) / (high - low))
    return CELLS * CHARGES[-1][1]
