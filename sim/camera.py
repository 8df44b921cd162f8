"""A camera on the network: H.264 in MPEG-TS over TCP on loopback, to any number of receivers, in real time.

It draws and encodes only while somebody is connected; the world goes on all the same. A receiver begins at a key frame
that its arrival forces; one that can't keep up is dropped, for a camera has no memory.
"""

import asyncio
import errno
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from sim.h264 import I420, TsEncoder
from wire.errors import UserError

log = structlog.get_logger()

SLOW_BYTES = 400_000
"""About 4 s of video waiting in our buffer: such a receiver is dropped."""

Draw = Callable[[float], I420]
"""The picture at a moment in Unix seconds: uint8 (h * 3 / 2, w), I420. Called in a thread."""


@dataclass(frozen=True)
class Stream:
    """`kbit_s`: mean bit rate."""

    name: str
    port: int
    width: int
    height: int
    fps: int
    kbit_s: int


class Camera:
    """`started_at`: Unix seconds at which the PTS are zero."""

    def __init__(self, stream: Stream, draw: Draw) -> None:
        self.stream, self._draw = stream, draw
        self.started_at = time.time()
        self.frames = 0
        self._encoder = TsEncoder(stream.width, stream.height, stream.fps, stream.kbit_s)
        self._waiting: set[asyncio.StreamWriter] = set()
        self._receivers: set[asyncio.StreamWriter] = set()
        self._meetings: set[asyncio.Task[None]] = set()
        self._somebody = asyncio.Event()

    async def serve(self) -> None:
        """Until cancelled. Raises UserError if the port is taken."""
        server = await self._listen()
        log.info("camera_ready", camera=self.stream.name, port=self.stream.port)
        try:
            await self._film()
        finally:
            server.close()
            for writer in self._receivers | self._waiting:
                writer.transport.abort()
            await asyncio.gather(*self._meetings)  # aborted, they end by themselves; cancelled, asyncio would log them
            self._encoder.close()

    async def _listen(self) -> asyncio.Server:
        try:
            return await asyncio.start_server(self._welcome, "127.0.0.1", self.stream.port)
        except OSError as error:
            what = "the port is taken" if error.errno == errno.EADDRINUSE else f"cannot listen ({error.strerror})"
            where = f"{self.stream.name}, 127.0.0.1:{self.stream.port}"
            raise UserError(what, where=where, remedy="Stop what uses it or change the port") from error

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        meeting = asyncio.create_task(self._meet(reader, writer))
        self._meetings.add(meeting)
        meeting.add_done_callback(self._meetings.discard)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One receiver, until it hangs up; what it says is ignored."""
        writer.transport.set_write_buffer_limits(high=SLOW_BYTES)
        self._waiting.add(writer)
        self._somebody.set()
        try:
            while await reader.read(4096):
                pass
        except ConnectionError:
            pass
        finally:
            self._drop(writer)

    async def _film(self) -> None:
        period = 1 / self.stream.fps
        due = time.time()
        while True:
            await self._somebody.wait()
            due = max(due + period, time.time() - period)
            await asyncio.sleep(max(0.0, due - time.time()))
            joining = set(self._waiting)
            data = await asyncio.to_thread(self._shoot, due, bool(joining))
            self._receivers |= joining & self._waiting
            self._waiting -= joining
            self._send(data)

    def _shoot(self, at_s: float, key: bool) -> bytes:
        self.frames += 1
        return self._encoder.encode(self._draw(at_s), at_s - self.started_at, key=key)

    def _send(self, data: bytes) -> None:
        """To every receiver that keeps up; those who came while the frame was being drawn get the next, a key frame."""
        for writer in [*self._receivers]:
            if writer.transport.get_write_buffer_size() > SLOW_BYTES:
                log.warning("receiver_dropped", camera=self.stream.name, reason="too slow")
                self._drop(writer)
                continue
            writer.write(data)

    def _drop(self, writer: asyncio.StreamWriter) -> None:
        self._receivers.discard(writer)
        self._waiting.discard(writer)
        writer.transport.abort()
        if not self._receivers | self._waiting:
            self._somebody.clear()
