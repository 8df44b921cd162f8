"""Passing vehicles in, durable events out: the pictures first, then the read that names them, hits marked (D5).

A full or failing disk keeps the reads in memory, oldest given up first, and is tried again; nothing is called stored
before the outbox has said so (D4).
"""

import sqlite3
from collections import deque
from datetime import datetime
from pathlib import Path

import structlog

from edge.config import CameraConfig
from edge.hotlist import listed_folds, read_hotlist
from edge.outbox import Outbox
from edge.vision.calibrate import load_curve
from edge.vision.evidence import overview, plate_patch
from edge.vision.lanes import lane_of
from edge.vision.vehicle import Passing
from wire.events import Body, Fault, PlateRead
from wire.states import Hotlist
from wire.vrm import country_of, fold

log = structlog.get_logger()
HELD = 200
"""Reads waiting for a disk that works again; the pictures of each take 30 kB."""


class Post:
    """The camera's way into the outbox."""

    def __init__(self, outbox: Outbox, camera: CameraConfig, data_dir: Path) -> None:
        """Raises UserError where a camera that reads plates has no calibration: now, and not at the first plate."""
        self._outbox, self._camera, self._hotlist = outbox, camera, HeldHotlist(data_dir)
        if camera.role == "plates":
            load_curve()
        self._waiting: deque[tuple[Body, datetime, tuple[bytes, ...]]] = deque(maxlen=HELD)
        self.problem = ""
        self._given_up = 0

    def read(self, passing: Passing) -> PlateRead:
        """One vehicle, as it will be told."""
        frame, plate = passing.best.frame, passing.best.plate
        patch, scene = plate_patch(frame.bgr, plate), overview(frame.bgr)
        body = told(passing, self._camera)
        self._put(body, passing.decided_at, (patch, scene))
        return body

    def tell(self, body: Body, at: datetime, pictures: tuple[bytes, ...]) -> None:
        """`pictures`: none, or the overview that the body names."""
        self._put(body, at, pictures)

    def fault(self, fault: Fault, at: datetime) -> None:
        self._put(fault, at, ())

    def retry(self) -> None:
        """Writes what waits, oldest first; stops at the first that can't be written."""
        while self._waiting:
            body, at, pictures = self._waiting[0]
            try:
                self._write(body, at, pictures)
            except sqlite3.Error as error:
                lost = f"; {self._given_up} events given up" if self._given_up else ""
                self.problem = f"the outbox can't be written ({error}){lost}"
                return
            self._waiting.popleft()
        self.problem = ""

    def _put(self, body: Body, at: datetime, pictures: tuple[bytes, ...]) -> None:
        self._given_up += len(self._waiting) == HELD
        self._waiting.append((body, at, pictures))
        self.retry()

    def _write(self, body: Body, at: datetime, pictures: tuple[bytes, ...]) -> None:
        if not isinstance(body, PlateRead):
            names = [self._outbox.put_media(jpeg) for jpeg in pictures]
            self._outbox.put(body.model_copy(update={"overview_sha256": names[0]}) if names else body, at)
            return
        patch, scene = (self._outbox.put_media(jpeg) for jpeg in pictures)
        whole = body.model_copy(update={"patch_sha256": patch, "overview_sha256": scene})
        self._outbox.put(whole, at, hit=self._hotlist.lists(whole.vrm, at))


class HeldHotlist:
    """The box's hotlist, parsed again only when uplink has replaced the file."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir, self._stamp = data_dir, -1
        self._hotlist: Hotlist | None = None

    def lists(self, vrm: str, now: datetime) -> bool:
        """Whether the mark stands on the list in force at `now` (O = 0, I = 1)."""
        try:
            stamp = (self._data_dir / "hotlist.json").stat().st_mtime_ns
        except OSError:
            return False
        if stamp != self._stamp:
            self._hotlist, self._stamp = read_hotlist(self._data_dir), stamp
        return fold(vrm) in listed_folds(self._hotlist, now)


def told(passing: Passing, camera: CameraConfig) -> PlateRead:
    """The event of a passing vehicle, its pictures not yet named."""
    consensus, track = passing.consensus, passing.track
    return PlateRead(
        camera=camera.name,
        vrm=consensus.vrm[:16],
        raw=consensus.raw[:32],
        format=consensus.format,
        confidence=load_curve()(consensus.share, consensus.readings),
        char_confidences=consensus.chars[:16],
        captured_at=passing.decided_at,
        first_seen_at=passing.first_seen_at,
        last_seen_at=passing.last_seen_at,
        frames=consensus.readings,
        track=track.id,
        direction=passing.direction,
        lane=lane_of(passing.best.plate.box, camera.lanes, passing.best.frame.size),
        country=country_of(consensus.format),
        box=passing.best.plate.box,
        lat=camera.lat,
        lon=camera.lon,
        camera_heading_deg=camera.heading_deg,
    )
