"""The pad's marker in a landing's pictures: looked for on the last metres home, and left for the flight process."""

from pathlib import Path

from edge.config import SiteConfig
from edge.health import read_aircraft
from edge.marker import MarkerSight, write_sight
from edge.vision.frame import Frame
from edge.vision.marker import MarkerFinder
from wire.states import VehicleState

HOMEWARD = ("returning", "landing", "going_around")
"""Stages of edge/flight/launch.py."""
LOW_M = 30.0


class PadWatch:
    """Asked for each picture, the withheld ones too; nothing of them is kept but where the marker lies."""

    def __init__(self, find: MarkerFinder, data_dir: Path) -> None:
        self._find, self._data_dir = find, data_dir
        self.sights = 0
        self.problem = ""
        """Why the flight process is not told."""

    def __call__(self, frame: Frame) -> None:
        if not coming_down(read_aircraft(self._data_dir)):
            return
        if place := self._find(frame.grey):
            right, below, ahead = place
            self.sights += 1
            self._tell(MarkerSight(at=frame.captured_at, right_m=right, below_m=below, ahead_m=ahead))

    def _tell(self, sight: MarkerSight) -> None:
        """A full disk must not break the camera's stream, whose reader thread this is."""
        try:
            write_sight(self._data_dir, sight)
            self.problem = ""
        except OSError as error:
            self.problem = f"the pad's marker is seen and can't be told ({error.strerror})"


def make_pad_watch(site: SiteConfig, data_dir: Path) -> PadWatch | None:
    """None where the site has no marker."""
    flight = site.flight
    if flight is None or flight.marker is None or flight.view is None:
        return None
    return PadWatch(MarkerFinder(flight.marker.number, flight.marker.side_m, flight.view.fov_deg), data_dir)


def coming_down(state: VehicleState | None) -> bool:
    return state is not None and state.airborne and state.stage in HOMEWARD and (state.alt_rel_m or 0.0) < LOW_M
