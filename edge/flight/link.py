"""The aircraft's door: MAVLink 2 over UDP or TCP. What comes in passes the codec; a lost peer is dialled again."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import cast

import structlog

from edge.flight.autopilots import Command
from edge.flight.codec import Codec
from edge.flight.telemetry import Message
from wire.errors import UserError

log = structlog.get_logger()
PEER_SILENT_S = 3.0
"""After so long another address may speak for the autopilot."""
TCP_RETRY_S = 5.0
MAX_BACKLOG = 4096


class Link:
    """`address`: udpin:HOST:PORT, udpout:HOST:PORT or tcp:HOST:PORT. `counts`: what was dropped, by reason."""

    def __init__(self, address: str, system_id: int, hear: Callable[[Message], None]) -> None:
        self._kind, self._host, port = address.split(":")
        self._port, self._codec = int(port), Codec(system_id, hear)
        self._datagrams: asyncio.DatagramTransport | None = None
        self._stream: asyncio.StreamWriter | None = None
        self._dialler: asyncio.Task[None] | None = None
        self._peer: tuple[str, int] | None = None
        self._peer_s = 0.0
        self.counts: Counter[str] = self._codec.counts

    async def start(self) -> None:
        """Raises UserError where the port is taken. What dials keeps dialling."""
        loop = asyncio.get_running_loop()
        address = (self._host, self._port)
        try:
            match self._kind:
                case "udpin":
                    await loop.create_datagram_endpoint(lambda: _Datagrams(self), local_addr=address)
                case "udpout":
                    await loop.create_datagram_endpoint(lambda: _Datagrams(self), remote_addr=address)
                case _:
                    self._dialler = asyncio.create_task(self._dial())
        except OSError as error:
            where = f"flight.link {self._kind}:{self._host}:{self._port}"
            raise UserError(f"cannot open the MAVLink link ({error.strerror})", where=where) from error

    async def close(self) -> None:
        if self._dialler:
            self._dialler.cancel()
            with suppress(asyncio.CancelledError):
                await self._dialler
        if self._datagrams:
            self._datagrams.close()

    def heartbeat(self) -> None:
        """Called by the pilot's loop itself: when that hangs, the autopilot hears nobody and comes home (F11)."""
        self._send(self._codec.heartbeat())

    def send(self, command: Command) -> None:
        self._send(self._codec.encode(command))

    def opened(self, transport: asyncio.DatagramTransport) -> None:
        self._datagrams = transport

    def datagram(self, data: bytes, sender: tuple[str, int]) -> None:
        """A datagram holds whole frames: a broken one costs only itself."""
        if self._kind == "udpin" and not self._may_speak(sender):
            self.counts["other_peer"] += 1
            return
        if not self._codec.take(data):
            self.counts["garbage"] += 1
        elif self._kind == "udpin":
            self._peer, self._peer_s = sender, asyncio.get_running_loop().time()

    def _may_speak(self, sender: tuple[str, int]) -> bool:
        silent = asyncio.get_running_loop().time() - self._peer_s > PEER_SILENT_S
        return self._peer is None or self._peer == sender or silent

    def _send(self, data: bytes) -> None:
        if self._datagrams and (self._peer or self._kind == "udpout"):
            self._datagrams.sendto(data, self._peer)
        elif self._stream and not self._stream.is_closing():
            self._stream.write(data)

    async def _dial(self) -> None:
        """TCP: connects, reads until it breaks, again with jitter."""
        while True:
            try:
                reader, self._stream = await asyncio.open_connection(self._host, self._port)
                await self._read(reader)
            except OSError as error:
                log.warning("autopilot_unreachable", host=self._host, port=self._port, why=error.strerror)
            finally:
                if self._stream:
                    self._stream.close()
            await asyncio.sleep(random.uniform(0.2, TCP_RETRY_S))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Frames may lie across reads; a tail that never becomes one is let go."""
        tail = bytearray()
        while data := await reader.read(4096):
            tail += data
            del tail[: self._codec.take(tail)]
            if len(tail) > MAX_BACKLOG:
                self.counts["garbage"] += 1
                tail.clear()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, link: Link) -> None:
        self._link = link

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._link.opened(cast(asyncio.DatagramTransport, transport))  # 3.11's is none by inheritance

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._link.datagram(data, addr)

    def error_received(self, exc: Exception) -> None:
        """Nobody listens at the other end yet: silence says it already."""
