"""A Modbus TCP server from the specification, so that the product's client library meets other code than its own.

Source: Modbus Application Protocol V1.1b3 and Messaging on TCP/IP V1.0b. `answer` is pure; `serve` holds the socket.
"""

import asyncio
import struct
from collections.abc import Sequence
from typing import Protocol, cast

from wire.errors import UserError

READ_COILS, READ_INPUTS, READ_INPUT_REGISTERS, WRITE_COIL, WRITE_COILS = 1, 2, 4, 5, 15
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, NO_SUCH_UNIT = 1, 2, 3, 11
HEADER = struct.Struct(">HHHB")
"""Transaction, protocol (0), length of what follows it, unit."""
LONGEST = 254


class Bank(Protocol):
    """What a device shows and takes; addresses count from 0."""

    def coils(self) -> Sequence[bool]: ...
    def inputs(self) -> Sequence[bool]: ...
    def registers(self) -> Sequence[int]: ...
    def write_coil(self, address: int, value: bool) -> None: ...


class Refused(Exception):
    """A request that is answered with an exception code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"Modbus exception {code}")
        self.code = code


def answer(pdu: bytes, bank: Bank) -> bytes:
    """The response to a request (function code first); an exception response where it can't be served."""
    if not pdu:
        return bytes([0x80, ILLEGAL_FUNCTION])
    try:
        return bytes([pdu[0]]) + _serve(pdu[0], pdu[1:], bank)
    except Refused as refusal:
        return bytes([pdu[0] | 0x80, refusal.code])
    except struct.error:
        return bytes([pdu[0] | 0x80, ILLEGAL_VALUE])


def _serve(function: int, body: bytes, bank: Bank) -> bytes:
    match function:
        case 1:
            return _bits(bank.coils(), body)
        case 2:
            return _bits(bank.inputs(), body)
        case 4:
            return _words(bank.registers(), body)
        case 5:
            return _write_one(bank, body)
        case 15:
            return _write_many(bank, body)
    raise Refused(ILLEGAL_FUNCTION)


def _span(have: int, body: bytes, most: int) -> slice:
    start, count = struct.unpack(">HH", body)
    if not 1 <= count <= most:
        raise Refused(ILLEGAL_VALUE)
    if start + count > have:
        raise Refused(ILLEGAL_ADDRESS)
    return slice(start, start + count)


def _bits(values: Sequence[bool], body: bytes) -> bytes:
    chosen = values[_span(len(values), body, 2000)]
    packed = sum(bit << place for place, bit in enumerate(chosen)).to_bytes((len(chosen) + 7) // 8, "little")
    return bytes([len(packed)]) + packed


def _words(values: Sequence[int], body: bytes) -> bytes:
    chosen = values[_span(len(values), body, 125)]
    return bytes([2 * len(chosen)]) + struct.pack(f">{len(chosen)}H", *chosen)


def _write_one(bank: Bank, body: bytes) -> bytes:
    address, value = struct.unpack(">HH", body)
    if value not in (0x0000, 0xFF00):
        raise Refused(ILLEGAL_VALUE)
    if address >= len(bank.coils()):
        raise Refused(ILLEGAL_ADDRESS)
    bank.write_coil(address, value == 0xFF00)
    return body


def _write_many(bank: Bank, body: bytes) -> bytes:
    chosen = _span(len(bank.coils()), body[:4], 1968)
    bits = int.from_bytes(body[5:], "little")
    if len(body) < 5 or body[4] != len(body) - 5 or body[4] != (chosen.stop - chosen.start + 7) // 8:
        raise Refused(ILLEGAL_VALUE)
    for place, address in enumerate(range(chosen.start, chosen.stop)):
        bank.write_coil(address, bool(bits >> place & 1))
    return body[:4]


class Link(asyncio.Protocol):
    """One client: requests are answered in the order they come; what is no Modbus TCP ends the connection."""

    def __init__(self, bank: Bank, unit: int) -> None:
        self._bank, self._unit = bank, unit
        self._waiting = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._waiting += data
        while len(self._waiting) >= HEADER.size:
            transaction, protocol, length, unit = HEADER.unpack_from(self._waiting)
            if protocol != 0 or not 2 <= length <= LONGEST:
                self._transport.close()
                return
            end = HEADER.size - 1 + length
            if len(self._waiting) < end:
                return
            pdu, self._waiting = self._waiting[HEADER.size : end], self._waiting[end:]
            response = self._respond(pdu, unit)
            self._transport.write(HEADER.pack(transaction, 0, len(response) + 1, unit) + response)

    def _respond(self, pdu: bytes, unit: int) -> bytes:
        # A device answers for its own unit only; 0 and 255 are what TCP clients use when there is but one.
        return answer(pdu, self._bank) if unit in (self._unit, 0, 255) else bytes([pdu[0] | 0x80, NO_SUCH_UNIT])


async def serve(bank: Bank, host: str, port: int, unit: int) -> asyncio.Server:
    """Starts listening. Raises UserError if the port is taken."""
    try:
        return await asyncio.get_running_loop().create_server(lambda: Link(bank, unit), host, port)
    except OSError as error:
        where = f"{host}:{port}"
        raise UserError(f"cannot listen ({error.strerror})", where=where, remedy="Choose another port") from error
