"""The door to streams, over real containers and sockets: freshness, stalls, damage, and coming back."""

import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.vision.capture import Camera
from edge.vision.source import parse_address
from tests.support.processes import until
from tests.support.vision_clips import drive, encode, tcp_server
from wire.errors import UserError
from wire.video import AccessUnit


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="module")
def transport_stream(folder: Path) -> bytes:
    return encode(folder / "clip.ts", drive("AB12CDE"), form="mpegts").read_bytes()


@pytest.fixture
def opened() -> Iterator[Callable[..., Camera]]:
    """Cameras that are stopped at the end of the test."""
    cameras: list[Camera] = []

    def start(url: str, **options: object) -> Camera:
        cameras.append(Camera(url, **options))  # type: ignore[arg-type]
        cameras[-1].start()
        return cameras[-1]

    yield start
    for camera in cameras:
        camera.stop()


def test_a_clip_plays_again_and_again_at_its_own_speed(folder: Path, opened: Callable[..., Camera]) -> None:
    """A clip stands in for a camera, MP4 included: its packets become Annex B, each key frame led by SPS and PPS."""
    clip = encode(folder / "short.mp4", drive("AB12CDE", frames=4, still=1))
    units: list[AccessUnit] = []
    camera = opened(str(clip), on_unit=units.append)
    until(lambda: camera.counts.opened >= 2)
    keys = [unit.data for unit in units if unit.key]
    assert len(keys) >= 2
    assert all(data.startswith(b"\0\0\0\x01\x67") for data in keys)
    frame = camera.take(10)
    assert frame is not None
    assert frame.bgr.shape == (540, 960, 3)


def test_the_newest_frame_wins(transport_stream: bytes, opened: Callable[..., Camera]) -> None:
    with tcp_server(transport_stream) as port:
        camera = opened(f"tcp://127.0.0.1:{port}")
        until(lambda: camera.counts.frames > 15)
        first, dropped = camera.take(1), camera.counts.dropped
        assert first is not None
        assert dropped >= 10
        second = camera.take(10)
        assert second is not None
        assert second.t > first.t


def test_a_view_camera_hands_packets_on_and_decodes_nothing(
    transport_stream: bytes, opened: Callable[..., Camera]
) -> None:
    joined_late = 188 * (len(transport_stream) * 3 // 10 // 188)
    with tcp_server(transport_stream[joined_late:] + transport_stream[:joined_late]) as port:
        units: list[AccessUnit] = []
        camera = opened(f"tcp://127.0.0.1:{port}", decode=False, on_unit=units.append)
        until(lambda: len(units) > 14)
        assert camera.take(0.05) is None
        assert units[0].key
        assert sum(unit.key for unit in units) == 2


def test_no_more_frames_than_asked_for(transport_stream: bytes, opened: Callable[..., Camera]) -> None:
    with tcp_server(transport_stream) as port:
        camera = opened(f"tcp://127.0.0.1:{port}", max_fps=4)
        until(lambda: camera.counts.opened)
        times = [frame.t for _ in range(6) if (frame := camera.take(10))]
    assert all(b - a > 0.2 for a, b in itertools.pairwise(times))


def test_a_stream_that_falls_silent_is_noticed_and_opened_again(
    transport_stream: bytes, opened: Callable[..., Camera]
) -> None:
    """A half-open connection: the socket stays, nothing arrives."""
    with tcp_server(transport_stream, hang_after=len(transport_stream) // 2) as port:
        camera = opened(f"tcp://127.0.0.1:{port}", stall_s=1.0)
        until(lambda: camera.counts.frames)
        until(lambda: camera.stalled)
        until(lambda: camera.problem)
        until(lambda: camera.counts.opened >= 2)


def test_a_camera_that_is_switched_on_later_is_found(transport_stream: bytes, opened: Callable[..., Camera]) -> None:
    with tcp_server(transport_stream) as port:
        pass
    camera = opened(f"tcp://127.0.0.1:{port}", stall_s=1.0)
    until(lambda: camera.problem)
    assert "127.0.0.1" in camera.problem
    with tcp_server(transport_stream, port=port):
        until(lambda: camera.counts.frames)
        assert camera.problem == ""


def test_damage_costs_the_damaged_packets_only(transport_stream: bytes, opened: Callable[..., Camera]) -> None:
    damaged = bytearray(transport_stream)
    for place in range(40_000, len(damaged), 20_000):
        damaged[place : place + 40] = bytes(40)
    with tcp_server(bytes(damaged)) as port:
        camera = opened(f"tcp://127.0.0.1:{port}", stall_s=4.0)
        until(lambda: camera.counts.frames > 30)


def test_noise_is_no_stream(opened: Callable[..., Camera]) -> None:
    with tcp_server(bytes(range(256)) * 800) as port:
        camera = opened(f"tcp://127.0.0.1:{port}", stall_s=1.0)
        until(lambda: camera.problem and camera.stalled)
        assert camera.counts.frames == 0


def test_a_stopped_camera_leaves_no_thread(transport_stream: bytes) -> None:
    with tcp_server(transport_stream) as port:
        camera = Camera(f"tcp://127.0.0.1:{port}")
        camera.start()
        until(lambda: camera.counts.frames)
        camera.stop()
        until(lambda: not any(thread.name == "capture" for thread in threading.enumerate()))


@pytest.mark.parametrize("url", ["gopher://camera", "/no/such/file.mp4", "."])
def test_an_address_that_cannot_work_is_one_line(url: str) -> None:
    with pytest.raises(UserError) as error:
        parse_address(url)
    assert "\n" not in str(error.value)


def test_passwords_are_not_shown() -> None:
    assert parse_address("rtsp://user:secret@camera.example/1?x=2").shown == "rtsp://camera.example/1?x=2"
