"""One camera's process: `python -m edge.vision SITE.toml --camera NAME --boot N`. Isolated from every other part."""

import argparse
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import cv2
import structlog

from edge.config import CameraConfig, SiteConfig
from edge.health import report
from edge.line import connect
from edge.outbox import Outbox
from edge.vision.capture import Camera
from edge.vision.detect import load_detector
from edge.vision.drift import Drift
from edge.vision.frame import Frame
from edge.vision.live import Live
from edge.vision.lookout import Lookout
from edge.vision.pad import make_pad_watch
from edge.vision.post import Post
from edge.vision.read import PlateReader
from edge.vision.rejects import Rejects
from edge.vision.rota import Rota
from edge.vision.veil import Veil
from edge.vision.watch import ObjectWatch
from edge.vision.wellbeing import Signs, Wellbeing
from wire.config import read_config
from wire.errors import UserError
from wire.process import guarded, setup_logging, stop_event
from wire.topics import VIDEO, WATCH
from wire.vrm import UNKNOWN

log = structlog.get_logger()
HEALTH_S = 2.0


class CameraProcess:
    """The parts of one camera and the loop that joins them."""

    def __init__(self, site: SiteConfig, camera: CameraConfig, boot: int) -> None:
        self._camera, self._data_dir = camera, site.box.data_dir
        self._outbox = Outbox(site.box.data_dir / "outbox.db", box=site.box.name, boot=boot)
        self._post = Post(self._outbox, camera, site.box.data_dir)
        self._mqtt = connect(site.uplink, f"{site.box.name}-{camera.name}")
        self._rejects = Rejects(site.box.name, camera.name, self._mqtt.publish)
        topic = VIDEO.of(site.box.name, camera=camera.name)
        self._live = Live(camera.name, lambda payload: self._mqtt.publish(topic, payload))
        self._mqtt.subscribe(WATCH.of(site.box.name), WATCH.qos, self._live.on_watch)
        self._rota = Rota(
            site.box.data_dir / "looks",
            camera.name,
            cores=site.vision.look_cores,
            least=camera.min_looks,
            most=camera.max_fps,
        )
        detector = load_detector(backend=site.vision.backend, made=self._data_dir / "models")
        self._lookout = Lookout(detector, PlateReader(), self._rota) if camera.role == "plates" else None
        watches = camera.scene or camera.aerial
        self._objects = ObjectWatch(site.objects, camera, self._data_dir, self._post.tell) if watches else None
        flies = camera.role == "aircraft"
        self._pad = make_pad_watch(site, self._data_dir) if flies else None
        self._source = Camera(
            camera.url,
            decode=any((self._lookout, self._objects, self._pad)),
            stall_s=camera.stall_s,
            max_fps=camera.max_fps,
            frozen_s=camera.frozen_s,
            decoder=camera.decoder,
            on_unit=self._live.unit,
            may_show=Veil(self._data_dir) if flies else lambda _captured_at: True,
            glance=self._pad,
        )
        self._well = Wellbeing(f"camera-{camera.name}", datetime.now(UTC))
        self._drift = Drift(self._well.part)
        self._pulse = _Pulse()

    def run(self, stopping: threading.Event) -> int:
        """Until `stopping`; 0, or 3 where the stream's driver hangs and only a new process helps."""
        self._mqtt.start()
        self._source.start()
        while not stopping.is_set():
            if self._lookout is None and self._objects is None:
                stopping.wait(0.5)
            elif frame := self._source.take(timeout_s=0.5):
                self._watch(frame)
            if self._source.stuck:
                log.error("camera_driver_hangs", camera=self._camera.name)
                return 3
            self._look_after()
        return 0

    def close(self) -> None:
        """What has been seen so far is told before the process goes."""
        self._source.stop()
        for passing in self._lookout.finish() if self._lookout else ():
            self._post.read(passing)
        if self._objects:
            self._objects.finish()
        self._mqtt.stop()
        self._outbox.close()

    def _watch(self, frame: Frame) -> None:
        if self._objects:
            self._objects(frame)
        if self._lookout:
            self._read(frame, self._lookout)

    def _read(self, frame: Frame, lookout: Lookout) -> None:
        for passing in lookout(frame):
            with lookout.cost.of("post"):
                read = self._post.read(passing)
            self._drift.told(1 - read.confidence, read.format == UNKNOWN, frame.t)
            # No mark: the log has neither the audit nor the retention that reading one needs (S5, S6).
            log.info("plate_read", track=read.track, format=read.format, confidence=round(read.confidence, 3))
        for rejected in lookout.take_rejected():
            self._drift.rejected(rejected.moved, frame.t)
            self._rejects.add(rejected)

    def _look_after(self) -> None:
        """Faults at once, health every two seconds."""
        now = datetime.now(UTC)
        found = self._well.update(self._signs(), now), self._drift.update(time.monotonic())
        faults = [fault for fault in found if fault]
        for fault in faults:
            log.warning("camera_fault", part=fault.part, what=fault.what, detail=fault.detail, cleared=fault.cleared)
            self._post.fault(fault, now)
        if faults or self._pulse.due():
            self._post.retry()
            self._rejects.send(now)
            report(self._data_dir, self._well.part, self._well.health(self._figures()))

    def _signs(self) -> Signs:
        source = self._source
        hindrance = self._post.problem or (self._objects.hindrance if self._objects else "")
        hindrance = hindrance or self._drift.problem or (self._pad.problem if self._pad else "")
        if not hindrance and source.counts.frames and source.codec != "h264":
            hindrance = f"no live view: the camera sends {source.codec}, browsers want h264"
        if not hindrance and source.outlook.blank:
            hindrance = "the picture shows nothing: the lens is covered, dark or blinded"
        return Signs(source.stalled, source.counts.frames, source.problem, hindrance, source.outlook.frozen)

    def _figures(self) -> dict[str, float]:
        counts = self._source.counts
        figures: dict[str, float] = {
            "fps": self._pulse.rate(counts.frames),
            "frames": counts.frames,
            "dropped": counts.dropped,
            "skipped": counts.skipped,
            "damaged": counts.damaged,
            "opened": counts.opened,
            "withheld": counts.withheld,
            "watched": float(self._live.watched),
        }
        if self._pad:
            figures["marker_sights"] = self._pad.sights
        if self._lookout:
            tally = self._lookout.tally
            figures |= {
                "reads": tally.told,
                "rejected": tally.rejected,
                "repeats": tally.repeats,
                "detections": tally.detections,
                "detect_ms": round(1e3 * self._lookout.cost.mean("detect"), 1),
                "looks_allowed": round(self._rota.rate, 1),
                **self._source.cost.figures(),
                **self._lookout.cost.figures(),
            }
        return figures | (self._objects.figures() if self._objects else {})


class _Pulse:
    """The rhythm of the health reports, and frames a second since the last one."""

    def __init__(self) -> None:
        self._due_t = self._last_t = time.monotonic()
        self._last_frames = 0

    def due(self) -> bool:
        return time.monotonic() >= self._due_t

    def rate(self, frames: int) -> float:
        now_t = time.monotonic()
        rate = (frames - self._last_frames) / max(now_t - self._last_t, 0.1)
        self._last_t, self._last_frames, self._due_t = now_t, frames, now_t + HEALTH_S
        return round(rate, 1)


def main(argv: list[str] | None = None) -> int:
    """0 after SIGTERM; 2 and one line on stderr for a config that can't work."""
    parser = argparse.ArgumentParser(prog="python -m edge.vision", description="One camera of a box.")
    parser.add_argument("site", type=Path)
    parser.add_argument("--camera", required=True)
    parser.add_argument("--boot", type=int, required=True)
    options = parser.parse_args(argv)
    return guarded(lambda: _run(options.site, options.camera, options.boot))


def _run(path: Path, name: str, boot: int) -> int:
    stopping = stop_event()
    setup_logging(f"camera-{name}")
    cv2.setNumThreads(1)
    site = read_config(path, SiteConfig)
    process = CameraProcess(site, _chosen(site, name, path), boot)
    try:
        return process.run(stopping)
    finally:
        process.close()


def _chosen(site: SiteConfig, name: str, path: Path) -> CameraConfig:
    for camera in site.cameras:
        if camera.name == name:
            return camera
    known = ", ".join(camera.name for camera in site.cameras) or "none"
    raise UserError(f"no camera is called {name}", where=str(path), remedy=f"Cameras there: {known}")


if __name__ == "__main__":
    sys.exit(main())
