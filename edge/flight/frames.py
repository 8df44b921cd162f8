"""MAVLink 2 frames out of bytes (F19, pure): version 1, strangers and unknown messages never reach the decoder."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

MAGIC = 0xFD
HEADER, CHECKSUM, SIGNATURE = 10, 2, 13
SIGNED = 0x01
"""Incompatibility flag; every other one makes a frame that we can't read."""


@dataclass(frozen=True)
class Frame:
    """A whole frame; its checksum is not yet proven. `end`: where the bytes after it begin."""

    message_id: int
    system_id: int
    component_id: int
    data: bytearray
    end: int


def next_frame(data: bytes | bytearray, start: int) -> Frame | None:
    """The first frame that begins at or after `start`; None where none is whole."""
    at = data.find(MAGIC, start)
    while at >= 0:
        if len(data) - at >= HEADER and not data[at + 2] & ~SIGNED:
            end = at + HEADER + data[at + 1] + CHECKSUM + (SIGNATURE if data[at + 2] & SIGNED else 0)
            if end <= len(data):
                message_id = int.from_bytes(data[at + 7 : at + 10], "little")
                return Frame(message_id, data[at + 5], data[at + 6], bytearray(data[at:end]), end)
        at = data.find(MAGIC, at + 1)
    return None


def frames(data: bytes | bytearray, proven: Callable[[Frame], bool]) -> Iterator[Frame]:
    """Every frame that is `proven`; after one that isn't, the search goes on at its second byte."""
    start = 0
    while frame := next_frame(data, start):
        good = proven(frame)
        if good:
            yield frame
        start = frame.end if good else frame.end - len(frame.data) + 1
