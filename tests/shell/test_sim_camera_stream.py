"""A simulated camera over real TCP: what any receiver of MPEG-TS gets."""

import asyncio
import io
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import av
import numpy as np
import pytest

from sim.camera import SLOW_BYTES, Camera, Stream
from tests.support.processes import free_port
from wire.errors import UserError

WIDTH, HEIGHT, FPS = 320, 192, 10
PES_START = b"\x00\x00\x01\xe0"


def draw(at_s: float) -> np.ndarray:
    """A bar that moves with time."""
    picture = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    column = int(at_s * 100) % (WIDTH - 20)
    picture[:HEIGHT, column : column + 20] = 235
    return picture


@asynccontextmanager
async def camera(kbit_s: int = 500, pictures=draw) -> AsyncIterator[Camera]:
    running = Camera(Stream("test-cam", free_port(), WIDTH, HEIGHT, FPS, kbit_s), pictures)
    serving = asyncio.create_task(running.serve())
    await asyncio.sleep(0.1)
    yield running
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def receive(port: int, frames: int) -> bytes:
    """Raw bytes until so many video frames have begun."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    data = bytearray()
    begun = 0
    while begun <= frames:
        chunk = await reader.read(65536)
        begun += chunk.count(PES_START)
        data += chunk
    writer.close()
    return bytes(data)


def packets(data: bytes) -> list[av.Packet]:
    with av.open(io.BytesIO(data), format="mpegts") as container:
        return [packet for packet in container.demux(video=0) if packet.pts is not None]


async def test_two_receivers_each_begin_at_a_key_frame() -> None:
    async with camera() as running:
        first = asyncio.create_task(receive(running.stream.port, 12))
        await asyncio.sleep(0.45)
        both = await asyncio.gather(first, receive(running.stream.port, 12))
    for data in both:
        got = packets(data)
        assert got[0].is_keyframe
        assert any(packet.is_keyframe for packet in got[1 : FPS + 1]), "a key frame at least once a second"
        with av.open(io.BytesIO(data), format="mpegts") as container:
            video = container.streams.video[0]
            frames = list(container.decode(video))
            assert (video.codec_context.name, video.codec_context.has_b_frames) == ("h264", 0)
            assert "Baseline" in video.codec_context.profile
        assert len(frames) >= 11
        assert (frames[0].width, frames[0].height) == (WIDTH, HEIGHT)


async def test_each_key_frame_carries_its_parameter_sets() -> None:
    async with camera() as running:
        data = await receive(running.stream.port, 25)
    for packet in packets(data):
        kinds = {part[0] & 31 for part in bytes(packet).split(b"\x00\x00\x01")[1:]}
        assert ({7, 8} <= kinds) == packet.is_keyframe
        assert (5 in kinds) == packet.is_keyframe


async def test_time_stamps_tell_when_the_picture_was_taken() -> None:
    taken: list[float] = []

    def noted(at_s: float) -> np.ndarray:
        taken.append(at_s)
        return draw(at_s)

    async with camera(pictures=noted) as running:
        stamps = [p.pts / 90_000 + running.started_at for p in packets(await receive(running.stream.port, 12))]
    assert stamps[:10] == pytest.approx(taken[:10], abs=1e-4)
    assert all(b > a for a, b in pairwise(stamps))


async def test_nothing_is_drawn_while_nobody_watches() -> None:
    async with camera() as running:
        await asyncio.sleep(0.3)
        assert running.frames == 0
        await receive(running.stream.port, 3)
        await asyncio.sleep(0.4)
        still = running.frames
        assert still > 0
        await asyncio.sleep(0.4)
        assert running.frames == still
        assert packets(await receive(running.stream.port, 3))[0].is_keyframe


async def test_a_receiver_that_does_not_read_is_dropped_and_harms_nobody() -> None:
    noise = np.random.default_rng(1)

    def busy(_at_s: float) -> np.ndarray:
        return noise.integers(0, 255, (HEIGHT * 3 // 2, WIDTH), np.uint8)

    async with camera(kbit_s=60_000, pictures=busy) as running:
        with socket.create_connection(("127.0.0.1", running.stream.port)) as stuck:
            received = len(await receive(running.stream.port, 50))
            assert received > 5 * SLOW_BYTES
            assert 0 < drained(stuck) < received, "it was cut off"


def drained(stuck: socket.socket) -> int:
    """What still comes until the other side ends or resets the connection; TimeoutError if it does neither."""
    stuck.settimeout(30)
    total = 0
    try:
        while chunk := stuck.recv(65536):
            total += len(chunk)
    except ConnectionResetError:
        pass
    return total


async def test_a_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = Camera(Stream("test-cam", other.getsockname()[1], WIDTH, HEIGHT, FPS, 500), draw)
        with pytest.raises(UserError, match=r"test-cam, 127\.0\.0\.1:\d+: the port is taken\. "):
            await taken.serve()
