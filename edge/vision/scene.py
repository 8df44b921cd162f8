"""Pictures of one camera in, incidents out: look, track, judge, wait. No disk and no network.

A camera that stands still judges by its zones. One that flies has none: it tells what it sees and where on the ground.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from edge.vision.frame import Frame
from edge.vision.ground import Errors, Ground, Lens, Pose, locate
from edge.vision.object_track import ObjectTrack, ObjectTracks
from edge.vision.objects import Bgr, ObjectBox
from edge.vision.scene_causes import Causes, Told
from edge.vision.scene_config import AerialConfig, SceneConfig
from edge.vision.scene_rules import Scene, findings

Detect = Callable[[Bgr], tuple[ObjectBox, ...]]
TELL_EVERY_S = 5.0
"""An object that stays in the flying camera's sight is told again so often."""
STALE_S = 1.0
"""A pose older than this beside its picture says nothing about it."""
FOOT_SHARE = 0.15
"""Standard error of where a box touches the ground, as a share of its height: boxes tremble, and feet hide in grass."""


@dataclass(frozen=True)
class Whereabouts:
    """Where the aircraft was at `at`. `height_m` above the ground; `pitch_deg`: of its gimbal, where that says so."""

    at: datetime
    lat: float
    lon: float
    height_m: float
    heading_deg: float
    speed_mps: float
    pitch_deg: float | None = None


@dataclass(frozen=True)
class Sighting:
    """An object, and where it stands: metres from `whereabouts`."""

    track: ObjectTrack
    ground: Ground
    whereabouts: Whereabouts


@dataclass
class SceneLookout:
    """The eyes of a camera that stands still. `measured`: kinds that may raise an alarm; `new_id`: of an incident."""

    detect: Detect
    measured: frozenset[str]
    config: SceneConfig
    new_id: Callable[[], UUID]
    _tracks: ObjectTracks = field(default_factory=ObjectTracks)

    def __post_init__(self) -> None:
        self._causes = Causes(self.config.times, self.new_id)

    def __call__(self, frame: Frame) -> tuple[Told, ...]:
        tracks = self._tracks.update(self.detect(frame.bgr), frame.t)
        found = findings(Scene(tracks, frame.size, frame.t), self.config.zones, self.measured)
        return self._causes.update(found, frame.t, frame.captured_at)

    def finish(self) -> tuple[Told, ...]:
        return self._causes.finish()


@dataclass
class AerialLookout:
    """The eyes of a camera that flies."""

    detect: Detect
    config: AerialConfig
    _tracks: ObjectTracks = field(default_factory=ObjectTracks)
    _told_t: dict[int, float] = field(default_factory=dict)

    def __call__(self, frame: Frame, at: Whereabouts | None) -> tuple[Sighting, ...]:
        """Nothing where nobody knows where the aircraft is: a place that is a guess is worse than none."""
        tracks = self._tracks.update(self.detect(frame.bgr), frame.t)
        if at is None or abs((frame.captured_at - at.at).total_seconds()) > STALE_S:
            return ()
        due = [track for track in tracks if track.firm and self._due(track, frame.t)]
        seen = [Sighting(track, ground, at) for track in due if (ground := self._locate(track, frame, at))]
        self._told_t = {id: t for id, t in self._told_t.items() if frame.t - t <= 2 * TELL_EVERY_S}
        self._told_t |= {sighting.track.id: frame.t for sighting in seen}
        return tuple(seen)

    def _due(self, track: ObjectTrack, t: float) -> bool:
        return t - self._told_t.get(track.id, float("-inf")) >= TELL_EVERY_S

    def _locate(self, track: ObjectTrack, frame: Frame, at: Whereabouts) -> Ground | None:
        config, (width, height) = self.config, frame.size
        lag_m = abs((frame.captured_at - at.at).total_seconds()) * at.speed_mps
        errors = Errors(
            yaw_deg=config.yaw_error_deg,
            pitch_deg=config.pitch_error_deg,
            roll_deg=config.roll_error_deg,
            height_m=config.height_error_m,
            position_m=config.position_error_m + lag_m,
            pixel_px=max(1.0, FOOT_SHARE * (track.box[3] - track.box[1])),
        )
        pitch_deg = config.pitch_deg if at.pitch_deg is None else at.pitch_deg
        pose = Pose(at.heading_deg, pitch_deg, 0.0, at.height_m)
        return locate(track.box, pose, Lens(config.fov_deg, width, height), errors)
