"""The aircraft's stream doors: a TCP connection, or a serial port that is set raw at its speed."""

import asyncio
import os
import termios
import tty
from collections.abc import Callable
from dataclasses import dataclass

MOST_UNSENT = 64 * 1024
"""Bytes that may wait for a stuck peer; what comes after is dropped: an old command must not be sent late."""


@dataclass(frozen=True)
class Line:
    """`write` returns False where the bytes were dropped."""

    reader: asyncio.StreamReader
    write: Callable[[bytes], bool]
    close: Callable[[], None]


async def open_tcp(host: str, port: int) -> Line:
    """Raises OSError."""
    reader, writer = await asyncio.open_connection(host, port)

    def write(data: bytes) -> bool:
        if writer.is_closing() or writer.transport.get_write_buffer_size() > MOST_UNSENT:
            return False
        writer.write(data)
        return True

    return Line(reader, write, writer.close)


async def open_serial(device: str, baud: int) -> Line:
    """8N1 without flow control. Raises OSError where the device is missing, is no terminal or has no such speed."""
    speed = getattr(termios, f"B{baud}", None)
    if speed is None:
        raise OSError(0, f"no serial speed of {baud} baud")
    port = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        _set_raw(port, speed)
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(port, "rb", 0))
    except OSError:
        os.close(port)
        raise

    def write(data: bytes) -> bool:
        try:
            return os.write(port, data) == len(data)
        except OSError:
            return False

    return Line(reader, write, transport.close)


def _set_raw(port: int, speed: int) -> None:
    try:
        tty.setraw(port)
        settings = termios.tcgetattr(port)
        settings[2] |= termios.CLOCAL | termios.CREAD
        settings[2] &= ~(termios.CSTOPB | termios.CRTSCTS)
        settings[4] = settings[5] = speed
        termios.tcsetattr(port, termios.TCSANOW, settings)
    except termios.error as error:
        raise OSError(*error.args) from error
