"""The simulator's MAVLink door: pymavlink as codec, and one UDP socket a vehicle."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from pymavlink.dialects.v20 import ardupilotmega as dialect

from wire.errors import UserError

__all__ = ["Address", "Codec", "Peer", "Socket", "dialect", "open_socket"]

Peer = tuple[str, int]
Receive = Callable[[bytes, Peer], None]


class Codec:
    """Bytes to messages and back, for one peer: sequence numbers are counted a peer."""

    def __init__(self, system_id: int, component_id: int = 1) -> None:
        self._out = dialect.MAVLink(None, srcSystem=system_id, srcComponent=component_id)
        self.garbage = 0
        """Datagrams, or parts of them, that were no MAVLink."""

    def encode(self, message: Any) -> bytes:
        packed: bytes = message.pack(self._out)
        self._out.seq = (self._out.seq + 1) % 256
        return packed

    def decode(self, datagram: bytes) -> list[Any]:
        """The messages of one datagram. What isn't MAVLink is counted and dropped; nothing is raised."""
        # A parser a datagram: a truncated message must not swallow the beginning of the next datagram.
        parser = dialect.MAVLink(None)
        parser.robust_parsing = True
        found = parser.parse_buffer(datagram) or []
        good = [message for message in found if message.get_type() != "BAD_DATA"]
        self.garbage += len(found) - len(good) + (1 if parser.buf_len() else 0)
        return good


@dataclass(frozen=True, slots=True)
class Address:
    """`udpout:HOST:PORT`: we dial; `udpin:HOST:PORT`: we listen and answer whoever speaks."""

    listens: bool
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Raises UserError if `text` is neither."""
        kind, _, rest = text.partition(":")
        host, _, port = rest.rpartition(":")
        if kind not in ("udpin", "udpout") or not host or not port.isdigit() or int(port) > 65535:
            raise UserError("expected udpout:HOST:PORT or udpin:HOST:PORT", where=text)
        return cls(kind == "udpin", host, int(port))


class Socket(asyncio.DatagramProtocol):
    """The datagram socket. An unreachable peer is no error: the other end may start later."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Peer) -> None:
        self._receive(data, addr)

    def error_received(self, exc: Exception) -> None:
        """ICMP port unreachable: nobody listens yet."""

    def send(self, data: bytes, peer: Peer) -> None:
        if self._transport is not None:
            self._transport.sendto(data, peer)

    def port(self) -> int:
        assert self._transport is not None
        return int(self._transport.get_extra_info("sockname")[1])

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def open_socket(address: Address, receive: Receive) -> Socket:
    """Raises UserError if the port is taken."""
    local = (address.host, address.port) if address.listens else ("127.0.0.1", 0)
    loop = asyncio.get_running_loop()
    try:
        _, opened = await loop.create_datagram_endpoint(lambda: Socket(receive), local, family=socket.AF_INET)
    except OSError as error:
        where = f"{local[0]}:{local[1]}"
        raise UserError(f"cannot listen ({error.strerror})", where=where, remedy="Choose another port") from error
    return opened
