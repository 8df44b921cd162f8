"""The dead-man (F11, pure): how often the box says that it lives; where that stops, the autopilot comes home by itself.

A box that hears nothing of an aircraft that is out can watch nothing: it must not keep the autopilot from returning.
"""

from edge.flight.state import Sortie
from edge.flight.telemetry import Telemetry, is_fresh

BEAT_S = 1.0
DEAF_S = 3.0
PULSE_S = 15.0
"""A deaf box's beat, so that a peer which has forgotten our address learns it; longer than any autopilot may wait (F11:
10 s, `guards.LINK_LOSS_S`)."""


def beat(sortie: Sortie, telemetry: Telemetry, now_s: float) -> tuple[str, float]:
    """Which of the two rhythms holds, and its seconds. After a restart a sortie on the disk counts as out."""
    out = sortie.launch_id is not None or telemetry.armed
    deaf = out and not is_fresh(telemetry.heard_s, now_s, DEAF_S)
    return ("pulse", PULSE_S) if deaf else ("heartbeat", BEAT_S)
