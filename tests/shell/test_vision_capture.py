"""The door to streams, over real containers and sockets: freshness, stalls, damage, and coming back."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from edge.vision.capture import Camera
from edge.vision.source import decode_with, named_decoder, open_source, parse_address, prepare
from tests.support.processes import until
from tests.support.vision_clips import FPS, drive, encode, street, tcp_server
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
    until(lambda: sum(unit.key for unit in units) >= 2)
    assert camera.counts.opened >= 2
    keys = [unit.data for unit in units if unit.key]
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


@pytest.mark.parametrize(("max_fps", "frames", "apart_s"), [(4, 6, 0.2), (0.8, 2, 1.05)])
def test_no_more_frames_than_asked_for(
    transport_stream: bytes, opened: Callable[..., Camera], max_fps: float, frames: int, apart_s: float
) -> None:
    with tcp_server(transport_stream) as port:
        camera = opened(f"tcp://127.0.0.1:{port}", max_fps=max_fps)
        until(lambda: camera.counts.opened)
        times = [frame.t for _ in range(frames) if (frame := camera.take(10))]
    assert len(times) > 1
    assert all(b - a > apart_s for a, b in itertools.pairwise(times))


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


def test_a_reader_that_was_held_up_catches_up_by_skipping(
    transport_stream: bytes, opened: Callable[..., Camera]
) -> None:
    """Three seconds of packets wait in the socket: decoding them all would leave the picture three seconds late."""
    held = threading.Event()

    def hold(_unit: AccessUnit) -> None:
        if camera.counts.frames > 10 and not held.is_set():
            held.set()
            time.sleep(3)

    with tcp_server(transport_stream, bytes_s=len(transport_stream) / 4) as port:
        camera = opened(f"tcp://127.0.0.1:{port}", on_unit=hold)
        until(lambda: camera.counts.skipped > 5)
        skipped_at = camera.counts.frames
        until(lambda: camera.counts.frames > skipped_at + 10)


def still(path: Path, seconds: int) -> Path:
    """One picture over and over, as an encoder behind a hung sensor sends it."""
    return encode(path, itertools.islice(itertools.repeat(street(3)), seconds * FPS), form="mpegts")


def test_a_picture_that_no_longer_changes_is_noticed_though_the_stream_goes_on(
    folder: Path, opened: Callable[..., Camera]
) -> None:
    data = still(folder / "still.ts", 4).read_bytes()
    with tcp_server(data) as port:
        camera = opened(f"tcp://127.0.0.1:{port}", frozen_s=3.0)
        until(lambda: camera.outlook.frozen)
        assert not camera.stalled
        assert not camera.outlook.blank


def test_a_live_picture_is_not_called_frozen(transport_stream: bytes, opened: Callable[..., Camera]) -> None:
    with tcp_server(transport_stream) as port:
        camera = opened(f"tcp://127.0.0.1:{port}", frozen_s=3.0)
        until(lambda: camera.counts.frames > 60)
        assert not camera.outlook.frozen


@pytest.mark.skipif(any(Path("/dev").glob("video1?")), reason="this machine may have a hardware decoder")
def test_a_hardware_decoder_that_is_not_there_is_one_line_and_no_crash(
    transport_stream: bytes, opened: Callable[..., Camera]
) -> None:
    with tcp_server(transport_stream) as port:
        camera = opened(f"tcp://127.0.0.1:{port}", decoder="v4l2m2m")
        until(lambda: camera.problem)
    assert "h264_v4l2m2m: the hardware decoder does not start" in camera.problem
    assert "leave `decoder` out" in camera.problem


def test_a_decoder_chosen_by_name_gives_the_same_pictures(folder: Path) -> None:
    """MP4 as well: its packets have lengths, which the decoder learns from the extradata."""
    clip = encode(folder / "named.mp4", drive("AB12CDE", frames=4, still=1))
    pictures = []
    for name in (None, "h264"):
        with open_source(parse_address(str(clip)), open_s=5, read_s=5) as container:
            stream = prepare(container, live=False)
            decode = named_decoder(name, stream) if name else decode_with("software", stream)
            pictures.append([p.to_ndarray() for packet in container.demux(stream) for p in decode(packet)])
    assert len(pictures[0]) == len(pictures[1]) > 3
    assert all((a == b).all() for a, b in zip(*pictures, strict=True))


def test_a_decoder_that_ffmpeg_does_not_know_is_one_line(folder: Path) -> None:
    clip = encode(folder / "unknown.mp4", drive("AB12CDE", frames=4, still=1))
    with (
        open_source(parse_address(str(clip)), open_s=5, read_s=5) as container,
        pytest.raises(UserError, match="h264_nosuch: FFmpeg has no such decoder"),
    ):
        named_decoder("h264_nosuch", prepare(container, live=False))


@pytest.mark.parametrize("url", ["gopher://camera", "/no/such/file.mp4", "."])
def test_an_address_that_cannot_work_is_one_line(url: str) -> None:
    with pytest.raises(UserError) as error:
        parse_address(url)
    assert "\n" not in str(error.value)


def test_passwords_are_not_shown() -> None:
    assert parse_address("rtsp://user:secret@camera.example/1?x=2").shown == "rtsp://camera.example/1?x=2"


@pytest.mark.parametrize("decode", [True, False])
def test_what_is_withheld_leaves_neither_as_a_frame_nor_as_a_unit(
    transport_stream: bytes, opened: Callable[..., Camera], *, decode: bool
) -> None:
    """After it the stream goes on at a key frame: nothing refers to what was hidden (F24)."""
    asked: list[datetime] = []

    def may_show(captured_at: datetime) -> bool:
        asked.append(captured_at)
        return not 5 < len(asked) <= 10

    units: list[AccessUnit] = []
    glanced: list[datetime] = []
    doors = {"on_unit": units.append, "may_show": may_show, "glance": lambda frame: glanced.append(frame.captured_at)}
    with tcp_server(transport_stream) as port:
        camera = opened(f"tcp://127.0.0.1:{port}", decode=decode, **doors)
        frames = []
        while sum(unit.key for unit in units) < 2:
            frames += [frame] if (frame := camera.take(0.1)) else []
    assert camera.counts.withheld == 5
    assert camera.counts.frames > len(units)
    hidden = asked[5:10]
    assert not {frame.captured_at for frame in frames} & set(hidden)
    assert bool(frames) is decode
    assert bool(set(glanced) & set(hidden)) is decode, "the landing marker is looked for in the dark too"
    assert not {unit.captured_us for unit in units} & {int(at.timestamp() * 1e6) for at in hidden}
    assert next(unit for unit in units if unit.captured_us > int(hidden[-1].timestamp() * 1e6)).key
