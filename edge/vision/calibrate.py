"""How sure a vote says it is in, how often it is then right out (Platt 1999: a logistic curve over the log odds).

Readings of one vehicle share their blur, and the vote adds up their log odds: these count by the root of the readings,
and so a vehicle that passes and a still that is looked at once have one curve.
The curve is fitted on rendered passes and stills by `airbeat train calibrate` and lies beside the models in
calibration.json; it belongs to one recogniser and is fitted again when that changes. Pure after loading.
"""

import json
from dataclasses import dataclass
from functools import cache
from math import exp, inf, isfinite, log, sqrt
from pathlib import Path

from wire.errors import UserError

FILE = Path(__file__).parent.parent / "models" / "calibration.json"
REMEDY = "restore the file from the release, or run `airbeat train calibrate`"
SUREST = 1 - 1e-6


@dataclass(frozen=True)
class Curve:
    """P(right) = 1 / (1 + exp(-(slope * log odds / sqrt(readings) + shift)))."""

    slope: float
    shift: float

    def __call__(self, said: float, readings: int) -> float:
        """`said`: 0 to 1, as the vote of so many readings has it."""
        return 1 / (1 + exp(-(self.slope * log_odds(said, readings) + self.shift)))


def log_odds(said: float, readings: int) -> float:
    """For each root of the readings; held within one in a million: no vote knows more."""
    p = min(max(said, 1 - SUREST), SUREST)
    return log(p / (1 - p)) / sqrt(readings)


@cache
def load_curve(path: Path = FILE) -> Curve:
    """The shipped curve. Raises UserError where the file can't be read."""
    try:
        entry = json.loads(path.read_text())
        curve = Curve(float(entry["slope"]), float(entry["shift"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError("no calibration that can be read", where=str(path), remedy=REMEDY) from error
    if not (0 < curve.slope < inf and isfinite(curve.shift)):
        raise UserError(f"no calibration: slope {curve.slope}, shift {curve.shift}", where=str(path), remedy=REMEDY)
    return curve
