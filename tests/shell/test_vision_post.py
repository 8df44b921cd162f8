"""A camera's events while the disk is full: held, the oldest given up and counted, written when there is room again."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from edge.config import CameraConfig
from edge.outbox import Outbox
from edge.vision.calibrate import load_curve
from edge.vision.post import HELD, Post
from wire.errors import UserError
from wire.events import Fault, decode_event

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
CAMERA = CameraConfig(name="road-1-cam", url="clip.mp4", role="plates", lat=52.2, lon=0.12)
FITTED = 20
"""More than still fit into the pages that SQLite has."""


def test_a_camera_that_reads_plates_without_a_calibration_says_so_before_its_first_plate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.vision.post.load_curve", partial(load_curve, tmp_path / "calibration.json"))
    outbox = Outbox(tmp_path / "outbox.db", box="road-1", boot=1)
    Post(outbox, CAMERA.model_copy(update={"role": "view"}), tmp_path)
    with pytest.raises(UserError, match=r"calibration\.json: no calibration that can be read"):
        Post(outbox, CAMERA, tmp_path)
    outbox.close()


def test_a_full_disk_costs_the_oldest_only_and_says_how_many(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.db", box="road-1", boot=1)
    post = Post(outbox, CAMERA, tmp_path)
    outbox._db.execute("PRAGMA max_page_count = 1")  # SQLite then says what a full disk makes it say
    for number in range(HELD + 2 + FITTED):
        post.fault(Fault(part="road-1-cam", what="no_picture", detail=f"{number} " + "x" * 4000), T0)
    full = post.problem
    outbox._db.execute("PRAGMA max_page_count = 1000000")
    post.retry()
    lines = [decode_event(row.line).body for row in outbox.pending(limit=2 * HELD)]
    outbox.close()
    numbers = [int(body.detail.split()[0]) for body in lines if isinstance(body, Fault)]
    lost = HELD + 2 + FITTED - len(numbers)
    assert "disk is full" in full
    assert f"; {lost} events given up" in full
    assert lost > 0
    assert numbers == sorted(numbers)
    assert numbers[-1] == HELD + 1 + FITTED
    assert post.problem == ""
