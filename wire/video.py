"""Live video frames as they travel: a 10-byte header, then one H.264 access unit in Annex B form, untouched."""

import struct
from dataclasses import dataclass

_HEADER = struct.Struct(">BBQ")
VERSION = 1


@dataclass(frozen=True)
class AccessUnit:
    """`key`: begins with SPS, PPS and an IDR picture. `captured_us`: microseconds since 1970 by the box's clock."""

    captured_us: int
    key: bool
    data: bytes


def pack(unit: AccessUnit) -> bytes:
    return _HEADER.pack(VERSION, unit.key, unit.captured_us) + unit.data


def unpack(payload: bytes) -> AccessUnit:
    """Raises ValueError on another version or a payload shorter than its header."""
    if len(payload) < _HEADER.size or payload[0] != VERSION:
        raise ValueError("not a version 1 video payload")
    _, key, captured_us = _HEADER.unpack_from(payload)
    return AccessUnit(captured_us, bool(key), payload[_HEADER.size :])
