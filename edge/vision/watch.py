"""What a camera does about objects: opens the network, paces its looks, and tells the outbox what the eyes say."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from edge.config import CameraConfig
from edge.health import read_aircraft
from edge.vision.evidence import overview
from edge.vision.frame import Frame
from edge.vision.ground import to_geo
from edge.vision.objects import ObjectDetector
from edge.vision.objects_config import ObjectsConfig
from edge.vision.objects_load import load_objects
from edge.vision.scene import AerialLookout, SceneLookout, Sighting, Whereabouts
from edge.vision.scene_causes import Told
from edge.vision.scene_rules import silent_rules
from wire.errors import UserError
from wire.events import Body, ObjectIncident, ObjectPlaced
from wire.ids import fresh_uuid7
from wire.states import VehicleState

log = structlog.get_logger()
Tell = Callable[[Body, datetime, tuple[bytes, ...]], None]


class ObjectWatch:
    """One camera's. A network that can't be opened is a hindrance that health tells; the camera goes on without."""

    def __init__(self, config: ObjectsConfig, camera: CameraConfig, data_dir: Path, tell: Tell) -> None:
        self._camera, self._data_dir, self._tell = camera, data_dir, tell
        self._looks, self._told, self._next_t, self._spent_s = 0, 0, float("-inf"), 0.0
        self._size = (0, 0)
        self.hindrance = ""
        self._scene: SceneLookout | None = None
        self._aerial: AerialLookout | None = None
        try:
            self._open(load_objects(config, data_dir / "models"))
        except UserError as error:
            self.hindrance = f"objects are not watched: {error}"
            log.warning("objects_not_watched", why=str(error))

    def __call__(self, frame: Frame) -> None:
        if frame.t < self._next_t or (self._scene is None and self._aerial is None):
            return
        started = time.thread_time()
        if self._scene:
            self._next_t = frame.t + self._scene.config.look_s
            for told in self._scene(frame):
                self._tell_incident(told, frame)
        if self._aerial:
            self._next_t = frame.t + self._aerial.config.look_s
            for sighting in self._aerial(frame, whereabouts(read_aircraft(self._data_dir))):
                self._told += 1
                self._tell(placed(sighting, frame, self._camera.name), frame.captured_at, (overview(frame.bgr),))
        self._looks += 1
        self._spent_s += time.thread_time() - started

    def finish(self) -> None:
        """What is open is over for this process."""
        for told in self._scene.finish() if self._scene else ():
            self._tell_incident(told, None)

    def figures(self) -> dict[str, float]:
        each_ms = round(1e3 * self._spent_s / max(self._looks, 1), 1)
        return {"object_looks": self._looks, "object_ms": each_ms, "objects_told": self._told}

    def _open(self, detector: ObjectDetector) -> None:
        if self._camera.scene:
            self._scene = SceneLookout(detector, detector.measured, self._camera.scene, fresh_uuid7)
            if silent := silent_rules(detector.measured):
                log.warning("rules_without_measured_precision", rules=silent)
        if self._camera.aerial:
            self._aerial = AerialLookout(detector, self._camera.aerial)

    def _tell_incident(self, told: Told, frame: Frame | None) -> None:
        self._told += 1
        log.info("scene", state=told.state, rule=told.cause.finding.rule, reason=told.reason)
        pictures = (overview(frame.bgr),) if frame and told.state == "opened" else ()
        self._size = frame.size if frame else self._size
        self._tell(incident(told, self._size, self._camera), told.cause.last_at, pictures)


def incident(told: Told, size: tuple[int, int], camera: CameraConfig) -> ObjectIncident:
    """The event of a cause, its picture not yet named. `size`: width and height of the picture."""
    finding, surest = told.cause.finding, told.surest
    return ObjectIncident(
        cause_id=told.id,
        state=told.state,
        camera=camera.name,
        rule=finding.rule,
        zone=finding.zone,
        reason=told.reason[:300],
        label=surest.kind,
        count=len(finding.tracks),
        confidence=surest.score,
        since_at=told.cause.since_at,
        captured_at=told.cause.last_at,
        tracks=tuple(track.id for track in finding.tracks)[:64],
        box=surest.box,
        frame=size,
        lat=camera.lat,
        lon=camera.lon,
    )


def placed(sighting: Sighting, frame: Frame, camera: str) -> ObjectPlaced:
    """The event of an object on the ground, its picture not yet named."""
    lat, lon = to_geo(sighting.whereabouts.lat, sighting.whereabouts.lon, sighting.ground)
    return ObjectPlaced(
        camera=camera,
        label=sighting.track.kind,
        confidence=sighting.track.score,
        captured_at=frame.captured_at,
        track=sighting.track.id,
        box=sighting.track.box,
        frame=frame.size,
        lat=lat,
        lon=lon,
        error_m=round(sighting.ground.error_m, 2),
        covariance_m2=sighting.ground.covariance_m2,
        height_m=sighting.whereabouts.height_m,
    )


def whereabouts(state: VehicleState | None) -> Whereabouts | None:
    """None where the aircraft doesn't fly, or has not told all of it."""
    if state is None or not state.airborne or state.lat is None or state.lon is None:
        return None
    if state.alt_rel_m is None or state.heading_deg is None:
        return None
    speed = state.groundspeed_mps or 0.0
    pitch_deg = state.camera_pitch_deg
    return Whereabouts(state.at, state.lat, state.lon, state.alt_rel_m, state.heading_deg, speed, pitch_deg)
