"""The camera bench, whole and small: a rendered clip, a real RTSP server, a real camera process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.camera import main, size_of
from bench.camera_clip import Film, street_clip
from wire.errors import UserError

SYSTEM_PYTHON = "/usr/bin/python3"
ASK = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"


def has_gstreamer() -> bool:
    if not Path(SYSTEM_PYTHON).exists():
        return False
    return subprocess.run([SYSTEM_PYTHON, "-c", ASK], check=False, capture_output=True).returncode == 0


@pytest.mark.skipif(not has_gstreamer(), reason="GStreamer's RTSP server is not installed")
def test_one_camera_is_measured_by_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--size", "960x540", "--fps", "12", "--seconds", "16", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["passed"] >= 2
    assert row["told"] == row["passed"]
    assert row["other"] == 0
    assert row["fps"] == pytest.approx(12, abs=1)
    assert {"decode", "motion", "convert", "detect", "read", "post"} <= row["steps"].keys()
    assert 0.01 < sum(row["steps"].values()) <= row["core"] + 0.02
    assert row["looks"] > 10


def test_the_truth_knows_whole_passes_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    clip = street_clip(Film((960, 540), 1, 16))
    assert set(clip.passed) < set(clip.seen)
    assert street_clip(Film((960, 540), 1, 16)) == clip


@pytest.mark.parametrize("size", ["1920", "0x10", "axb", "641x480", "100x100"])
def test_a_size_that_cannot_be_encoded_is_one_line(size: str) -> None:
    with pytest.raises(UserError):
        size_of(size)


def test_no_gstreamer_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bench.camera_box.SYSTEM_PYTHON", sys.executable)
    assert main(["--size", "320x180", "--fps", "2", "--seconds", "4"]) == 2
    assert "gir1.2-gst-rtsp-server-1.0" in capsys.readouterr().err
