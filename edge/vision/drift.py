"""Does a camera read worse than it used to? What becomes of each track in, a fault out when that changes. Pure.

A read that doubts itself or fits no format, and a track that is not told at all, count as poor. A cumulative sum (Page
1954) of how much likelier the last tracks are at several times the usual share of poor ones than at that share grows
with fog, dirt or a lens out of focus; a camera that was turned away sees nobody, which is a fault of its own. What does
not move counts neither way: a car that parks for hours is seen again and again.
"""

from dataclasses import dataclass
from math import log

from wire.events import Fault

POOR_DOUBT = 0.15
PRIOR_POOR, PRIOR_TRACKS = 0.08, 50.0
MEMORY_TRACKS = 2_000.0
"""The usual share is that of the last two thousand tracks or so."""
FACTOR, MORE = 3.0, 0.1
"""What counts as worse: three times the usual share of poor ones, and a tenth more."""
ALARM = 12.0
"""Log likelihood: by chance once in e^12 = 160,000 tracks at most."""
SILENT_GAPS, LEAST_SILENT_S = 20.0, 1200.0
"""So many usual gaps without a track, twenty minutes at least, and the camera looks elsewhere."""
GAP_MEMORY = 20.0
LEARNT = 30
"""Tracks before silence means anything."""


@dataclass
class Drift:
    """`part`: as health and faults name it: camera-NAME. Times in seconds that never step."""

    part: str
    tracks: float = 0.0
    poor: float = 0.0
    worse: float = 0.0
    """The cumulative sum."""
    gap_s: float = 60.0
    last_t: float | None = None
    seen: int = 0
    problem: str = ""

    def told(self, doubt: float, odd: bool, t: float) -> None:
        """A read was told; `odd`: its mark fits no format."""
        self._track(doubt > POOR_DOUBT or odd, t)

    def rejected(self, moved: bool, t: float) -> None:
        """A track was not told; one that did not move says nothing of the camera."""
        if moved:
            self._track(True, t)

    def update(self, t: float) -> Fault | None:
        """The fault to tell, if it came or cleared now."""
        before, self.problem = self.problem, self._now(t)
        if bool(before) == bool(self.problem):
            return None
        return Fault(part=self.part, what="reads_worse", detail=self.problem, cleared=not self.problem)

    @property
    def usual(self) -> float:
        """The share of poor tracks that this camera has in good times."""
        return (self.poor + PRIOR_POOR * PRIOR_TRACKS) / (self.tracks + PRIOR_TRACKS)

    def _track(self, poor: bool, t: float) -> None:
        usual = min(self.usual, 0.6)
        worse = min(FACTOR * usual + MORE, 0.95)
        gain = log(worse / usual) if poor else log((1 - worse) / (1 - usual))
        self.worse = min(max(self.worse + gain, 0.0), 2 * ALARM)
        if self.worse < ALARM / 2:
            fade = 1 - 1 / MEMORY_TRACKS
            self.tracks, self.poor = self.tracks * fade + 1, self.poor * fade + poor
        if self.last_t is not None:
            self.gap_s += (t - self.last_t - self.gap_s) / GAP_MEMORY
        self.last_t, self.seen = t, self.seen + 1

    def _now(self, t: float) -> str:
        silent_s = t - self.last_t if self.last_t is not None else 0.0
        if self.seen >= LEARNT and silent_s > max(SILENT_GAPS * self.gap_s, LEAST_SILENT_S):
            return f"no vehicle for {silent_s / 60:.0f} min, usually one every {self.gap_s:.0f} s: moved or covered?"
        limit = ALARM / 2 if self.problem else ALARM
        if self.worse > limit:
            return f"reads far worse than usual ({100 * self.usual:.0f} in 100 were poor): fog, dirt or focus?"
        return ""
