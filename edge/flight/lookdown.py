"""The marker's place in the pilot's loop: what vision has left of it becomes telemetry, and a word to the autopilot."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from edge.flight.autopilots import Command
from edge.flight.marker import landing_target, looks_for_marker, see
from edge.flight.say import Say
from edge.flight.seen import Seen, Site
from edge.flight.state import Sortie
from edge.flight.telemetry import Telemetry
from edge.marker import MarkerSight, read_sight

BELIEVED_S = 2.0
"""As long as ArduCopter believes one. The file outlives the landing and the machine, and clocks are stepped."""


class Lookdown:
    """`telemetry`: with the newest sight in it. Each sight is told to the autopilot once."""

    def __init__(self, site: Site, send: Callable[[Say | Command], None]) -> None:
        self._site, self._send = site, send
        self._told: datetime | None = None

    def telemetry(self, sortie: Sortie, seen: Seen, data_dir: Path) -> Telemetry:
        """Asked once a tick; it reads a file only on the last metres."""
        site = self._site
        if site.marker is None or site.view is None or not looks_for_marker(site, sortie, seen):
            return seen.telemetry
        sight = read_sight(data_dir)
        if sight is None or sight.at == self._told:
            return seen.telemetry
        self._told = sight.at
        age_s = (datetime.now(UTC) - sight.at).total_seconds()
        if not 0 <= age_s <= BELIEVED_S:
            return seen.telemetry
        known = see(seen.telemetry, _vector(sight), seen.now_s - age_s, site.view)
        if known is not seen.telemetry and known.marker_s is not None:
            self._send(landing_target(site.marker.number, known.marker_m, known.marker_s))
        return known


def _vector(sight: MarkerSight) -> tuple[float, float, float]:
    return sight.right_m, sight.below_m, sight.ahead_m
