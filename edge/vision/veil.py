"""Whether a picture of the camera under an aircraft may leave it (F24): as the flight process judges.

That leaves its judgement with the aircraft's state in data_dir/aircraft.json. What it has not judged is withheld, and
so is a picture that was taken too long before or after: a dead flight process blanks the camera.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from edge.health import read_aircraft
from wire.states import VehicleState

FLYING_S, RESTING_S = 1.0, 5.0
"""How far a judgement carries: it allows for so much motion in flight; at rest it is made every two seconds, and says
nothing of pictures from before, when it may have been in the air."""


@dataclass(frozen=True)
class Veil:
    """Asked for each picture."""

    data_dir: Path

    def __call__(self, captured_at: datetime) -> bool:
        return may_show(read_aircraft(self.data_dir), captured_at)


def may_show(state: VehicleState | None, captured_at: datetime) -> bool:
    if state is None or state.withheld != "":
        return False
    limit_s = FLYING_S if state.airborne or state.armed else RESTING_S
    return -FLYING_S <= (captured_at - state.at).total_seconds() <= limit_s
