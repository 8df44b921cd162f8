"""The simulator's MAVLink door: pymavlink as codec, and one socket a vehicle: UDP, or TCP that clients dial."""

import asyncio
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, cast

from pymavlink.dialects.v20 import ardupilotmega as dialect

from wire.errors import UserError

__all__ = ["Address", "Codec", "Door", "Kind", "Peer", "Signing", "Socket", "dialect", "open_socket"]

Peer = tuple[str, int]
Receive = Callable[[bytes, Peer], None]
Forget = Callable[[Peer], None]
SIGNING_EPOCH_S = 1420070400
"""2015-01-01 UTC."""
MOST_UNSENT = 256 * 1024
"""Bytes that may wait for a TCP client; one that reads slower loses messages, as on a radio."""


class Signing:
    """MAVLink 2 signing as pymavlink does it, shared by every peer of a vehicle: what is unsigned or old is dropped.

    `utc_s`: the time of its GPS, seconds since 1970.
    """

    def __init__(self, key: bytes, utc_s: Callable[[], float] = time.time) -> None:
        self.state, self._utc_s = dialect.MAVLinkSigning(), utc_s
        self.state.secret_key, self.state.sign_outgoing = key, True

    def renew(self) -> None:
        """Stamps count 10 us since 2015 and never go back."""
        self.state.timestamp = max(self.state.timestamp, int((self._utc_s() - SIGNING_EPOCH_S) * 1e5))


class Codec:
    """Bytes to messages and back, for one peer: sequence numbers are counted a peer.

    `stream`: bytes come as over TCP, where a message may begin in one piece and end in the next.
    """

    def __init__(
        self, system_id: int, component_id: int = 1, *, stream: bool = False, signing: Signing | None = None
    ) -> None:
        self._out, self._signing = dialect.MAVLink(None, srcSystem=system_id, srcComponent=component_id), signing
        self._stream = _parser(signing) if stream else None
        if signing:
            self._out.signing = signing.state
        self.garbage = 0
        """Datagrams, or parts of them, that were no MAVLink."""

    def encode(self, message: Any, component_id: int | None = None) -> bytes:
        """`component_id`: of another device on the same aircraft; its messages share our count."""
        own, self._out.srcComponent = self._out.srcComponent, component_id or self._out.srcComponent
        if self._signing:
            self._signing.renew()
        packed: bytes = message.pack(self._out)
        self._out.seq, self._out.srcComponent = (self._out.seq + 1) % 256, own
        return packed

    def decode(self, datagram: bytes) -> list[Any]:
        """The messages of one datagram. What isn't MAVLink is counted and dropped; nothing is raised."""
        # A parser a datagram: a truncated message must not swallow the beginning of the next datagram.
        parser = self._stream or _parser(self._signing)
        found = parser.parse_buffer(datagram) or []
        good = [message for message in found if message.get_type() != "BAD_DATA"]
        self.garbage += len(found) - len(good) + (1 if parser.buf_len() and parser is not self._stream else 0)
        return good


def _parser(signing: Signing | None) -> Any:
    parser = dialect.MAVLink(None)
    parser.robust_parsing = True
    if signing:
        parser.signing = signing.state
    return parser


class Kind(StrEnum):
    """Who dials: with `udpout` we do; else we listen and answer whoever speaks or, over TCP, connects."""

    UDPOUT = "udpout"
    UDPIN = "udpin"
    TCPIN = "tcpin"


@dataclass(frozen=True, slots=True)
class Address:
    """`udpout:HOST:PORT`, `udpin:HOST:PORT` or `tcpin:HOST:PORT`."""

    kind: Kind
    host: str
    port: int

    @property
    def listens(self) -> bool:
        return self.kind is not Kind.UDPOUT

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Raises UserError if `text` is none of the three."""
        kind, _, rest = text.partition(":")
        host, _, port = rest.rpartition(":")
        if kind not in list(Kind) or not host or not re.fullmatch("[0-9]{1,5}", port) or int(port) > 65535:
            raise UserError("expected udpout:HOST:PORT, udpin:HOST:PORT or tcpin:HOST:PORT", where=text)
        try:
            # An answer comes from a number, so that is what a peer is known by.
            return cls(Kind(kind), socket.gethostbyname(host), int(port))
        except (OSError, UnicodeError) as error:
            raise UserError(f"unknown host {host}", where=text, remedy="Check the name") from error

    def local(self) -> Peer:
        """What to bind: what is listened on, or any port; nobody but this machine reaches what dials a loopback."""
        if self.listens:
            return self.host, self.port
        return "127.0.0.1" if self.host.startswith("127.") else "0.0.0.0", 0


class Door(Protocol):
    """An open socket of whatever kind."""

    def send(self, data: bytes, peer: Peer) -> None: ...
    def port(self) -> int: ...
    def close(self) -> None: ...


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


class Listener:
    """The TCP socket and whoever is connected to it."""

    def __init__(self) -> None:
        self.server: asyncio.Server | None = None
        self.lines: dict[Peer, asyncio.Transport] = {}

    def send(self, data: bytes, peer: Peer) -> None:
        line = self.lines.get(peer)
        if line is not None and line.get_write_buffer_size() < MOST_UNSENT:
            line.write(data)

    def port(self) -> int:
        assert self.server is not None
        return int(self.server.sockets[0].getsockname()[1])

    def close(self) -> None:
        if self.server is not None:
            self.server.close()
        for line in list(self.lines.values()):
            line.close()


class _Line(asyncio.Protocol):
    """One TCP connection. It is met when it connects, since a client may wait for us to speak first."""

    def __init__(self, listener: Listener, receive: Receive, forget: Forget) -> None:
        self._listener, self._receive, self._forget = listener, receive, forget
        self._peer: Peer = ("", 0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._peer = transport.get_extra_info("peername")[:2]
        self._listener.lines[self._peer] = cast(asyncio.Transport, transport)
        self._receive(b"", self._peer)

    def data_received(self, data: bytes) -> None:
        self._receive(data, self._peer)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._listener.lines.pop(self._peer, None)
        self._forget(self._peer)


def _stays(_peer: Peer) -> None:
    """A UDP peer is never known to have gone."""


async def open_socket(address: Address, receive: Receive, forget: Forget = _stays) -> Door:
    """`forget` is told of a TCP client that has gone. Raises UserError if the port is taken or the host unknown."""
    local = address.local()
    loop = asyncio.get_running_loop()
    try:
        match address.kind:
            case Kind.UDPOUT | Kind.UDPIN:
                _, opened = await loop.create_datagram_endpoint(lambda: Socket(receive), local, family=socket.AF_INET)
                return opened
            case Kind.TCPIN:
                listener = Listener()
                listener.server = await loop.create_server(
                    lambda: _Line(listener, receive, forget), *local, family=socket.AF_INET
                )
                return listener
    except OSError as error:
        where = f"{local[0]}:{local[1]}"
        raise UserError(f"cannot listen ({error.strerror})", where=where, remedy="Choose another port") from error
