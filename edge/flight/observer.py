"""A second consumer beside us (QGroundControl): frames pass untouched, by a look at their header.

It sees all that the aircraft says. Of what it says, questions pass; no heartbeat (the dead-man is ours alone, F11), no
order, nothing that writes. With a signing key its frames must be signed with it, by a link id of its own (F19).
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import cast

from edge.flight.frames import HEADER, Frame, frames
from edge.flight.signing import Signing

QUESTIONS = frozenset({20, 21, 40, 43, 51})
"""PARAM_REQUEST_READ, PARAM_REQUEST_LIST, MISSION_REQUEST, MISSION_REQUEST_LIST, MISSION_REQUEST_INT."""
COMMAND_LONG, COMMAND_AT = 76, 28
"""The payload's offset of `command`: seven floats come first."""
REQUEST_MESSAGE = 512


def is_question(frame: Frame) -> bool:
    if frame.message_id == COMMAND_LONG:
        at = HEADER + COMMAND_AT
        return frame.data[1] >= COMMAND_AT + 2 and int.from_bytes(frame.data[at : at + 2], "little") == REQUEST_MESSAGE
    return frame.message_id in QUESTIONS


class Observer(asyncio.DatagramProtocol):
    """The socket; it hears its one peer only. `forward` gets each frame that may pass."""

    def __init__(self, forward: Callable[[bytes], None], signing: Signing | None, counts: Counter[str]) -> None:
        self._forward, self._signing, self._counts = forward, signing, counts
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self, host: str, port: int) -> None:
        """Raises OSError."""
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, remote_addr=(host, port))

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def show(self, frame: bytes | bytearray) -> None:
        if self._transport:
            self._transport.sendto(frame)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, _addr: tuple[str, int]) -> None:
        for frame in frames(data, self._may_pass):
            self._forward(bytes(frame.data))

    def error_received(self, exc: Exception) -> None:
        """Nobody watches now."""

    def _may_pass(self, frame: Frame) -> bool:
        if not is_question(frame):
            self._counts["observer_not_allowed"] += 1
            return False
        if self._signing and (why := self._signing.refusal(frame)):
            self._counts[f"observer_{why}"] += 1
            return False
        return True
