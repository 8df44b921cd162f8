"""RTSP from a server written by others: GStreamer's, run by the system's Python."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.vision.still import run_read
from tests.support.vision_clips import drive, encode

SYSTEM_PYTHON = "/usr/bin/python3"
ASK = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"


def _has_gstreamer() -> bool:
    if not Path(SYSTEM_PYTHON).exists():
        return False
    return subprocess.run([SYSTEM_PYTHON, "-c", ASK], check=False, capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(
    not _has_gstreamer(), reason="GStreamer's RTSP server is not installed (Debian: gir1.2-gst-rtsp-server-1.0)"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    clip = encode(tmp_path_factory.mktemp("rtsp") / "clip.mp4", drive("YK09XTR", still=16))
    script = Path(__file__).parents[2] / "bench" / "rtsp_server.py"
    server = subprocess.Popen([SYSTEM_PYTHON, str(script), str(clip)], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    yield f"rtsp://127.0.0.1:{int(server.stdout.readline())}"
    server.terminate()
    server.wait()
    server.stdout.close()


def test_plates_are_read_from_an_rtsp_stream(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_read([f"{address}/cam"]) == 0
    said = capsys.readouterr().out
    assert "YK09 XTR" in said
    assert "1 plate read" in said


def test_a_wrong_path_on_the_server_is_one_line(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_read([f"{address}/other"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "404" in error
