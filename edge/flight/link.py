"""The aircraft's door: MAVLink 2 over UDP, TCP or serial, by way of the codec; a lost peer is dialled again."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from typing import cast

import structlog

from edge.flight.autopilots import Command
from edge.flight.codec import Codec
from edge.flight.lines import Line, open_serial, open_tcp
from edge.flight.observer import Observer
from edge.flight.say import Say
from edge.flight.signing import Signing
from edge.flight.telemetry import Message
from edge.flight.tlog import Recorder
from wire.errors import UserError

log = structlog.get_logger()
PEER_SILENT_S = 3.0
"""After so long another address may speak for the autopilot."""
RETRY_S = 5.0
MAX_BACKLOG = 4096
MAVLINK_1 = 0xFE


class Link:
    """`address`: udpin:HOST:PORT, udpout:HOST:PORT, tcp:HOST:PORT or serial:DEVICE:BAUD. `counts`: drops by reason.

    `observer`: udpout:HOST:PORT of a second consumer. `signing` None: nothing is signed and everything believed.
    """

    def __init__(
        self,
        address: str,
        system_id: int,
        *,
        signing: Signing | None = None,
        recorder: Recorder | None = None,
        observer: str | None = None,
    ) -> None:
        self._address = address
        self._kind, self._host, port = address.split(":")
        self._port, self._observed = int(port), observer
        self._hear: Callable[[Message], None] = lambda _: None
        self._codec = Codec(system_id, self._heard, signing, passed=self._passed)
        self.counts: Counter[str] = self._codec.counts
        self._signing = signing
        self._observer, self._recorder = Observer(self._forward, signing, self.counts), recorder
        self._datagrams: asyncio.DatagramTransport | None = None
        self._line: Line | None = None
        self._dialler: asyncio.Task[None] | None = None
        self._peer: tuple[str, int] | None = None
        self._peer_s = 0.0

    async def start(self, hear: Callable[[Message], None]) -> None:
        """`hear` gets every message. Raises UserError where the port is taken. What dials keeps dialling: `tasks`."""
        self._hear = hear
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
            if self._observed:
                _, host, port = self._observed.split(":")
                await self._observer.start(host, int(port))
        except OSError as error:
            where = f"flight.link {self._address}"
            raise UserError(f"cannot open the MAVLink link ({error.strerror})", where=where) from error

    @property
    def tasks(self) -> tuple[asyncio.Task[None], ...]:
        """What runs for ever beside whoever started it; one that ends has met a fault of ours, and holds it."""
        return (self._dialler,) if self._dialler else ()

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        if self._datagrams:
            self._datagrams.close()
        self._observer.close()
        await asyncio.sleep(0)  # the sockets close with the loop's next turn

    def heartbeat(self) -> None:
        """Called by the pilot's loop itself: when that hangs, the autopilot hears nobody and comes home (F11)."""
        self._send(self._codec.heartbeat())

    def send(self, out: Command | Say) -> None:
        self._send(self._codec.encode(out))

    def cut(self) -> Callable[[], None]:
        """The recording since the last call, as a write for another thread."""
        return self._recorder.cut() if self._recorder else lambda: None

    @property
    def stamp(self) -> int:
        """The newest stamp of our signatures; 0 where nothing is signed."""
        return self._signing.stamp if self._signing else 0

    def opened(self, transport: asyncio.DatagramTransport) -> None:
        self._datagrams = transport

    def datagram(self, data: bytes, sender: tuple[str, int]) -> None:
        """A datagram holds whole frames: a broken one costs only itself."""
        if self._kind == "udpin" and not self._may_speak(sender):
            self.counts["other_peer"] += 1
            return
        old = self.counts["replayed"]
        if not self._codec.take(data):
            self.counts["mavlink_1" if data[:1] == bytes([MAVLINK_1]) else "garbage"] += 1
            if self._peer is None and self.counts["replayed"] > old:
                self._peer = sender  # it has our key, but its clock is behind: it follows ours once it hears us
        elif self._kind == "udpin":
            self._peer, self._peer_s = sender, asyncio.get_running_loop().time()

    def _may_speak(self, sender: tuple[str, int]) -> bool:
        silent = asyncio.get_running_loop().time() - self._peer_s > PEER_SILENT_S
        return self._peer is None or self._peer == sender or silent

    def _heard(self, message: Message) -> None:
        self._hear(message)

    def _passed(self, frame: bytearray) -> None:
        """A proven frame of the aircraft."""
        self._observer.show(frame)
        if self._recorder:
            self._recorder.add(frame)

    def _send(self, data: bytes) -> None:
        if self._recorder:
            self._recorder.add(data)
        self._forward(data)

    def _forward(self, data: bytes) -> None:
        if self._datagrams and (self._peer or self._kind == "udpout"):
            self._datagrams.sendto(data, self._peer)
        elif self._line and not self._line.write(data):
            self.counts["unsent"] += 1

    async def _dial(self) -> None:
        """TCP and serial: opens, reads until it breaks, again with jitter."""
        while True:
            try:
                self._line = await (open_serial if self._kind == "serial" else open_tcp)(self._host, self._port)
                await self._read(self._line.reader)
            except OSError as error:
                log.warning("autopilot_unreachable", link=self._address, why=error.strerror)
            finally:
                if self._line:
                    self._line.close()
                self._line = None
            await asyncio.sleep(random.uniform(0.2, RETRY_S))

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
