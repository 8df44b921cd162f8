"""Time-ordered identifiers: UUIDv7 (RFC 9562, section 5.7), whose index pages stay hot in the database."""

import os
import time
import uuid


def uuid7(unix_ms: int, random: bytes) -> uuid.UUID:
    """The UUIDv7 of `unix_ms` (milliseconds since 1970) and 10 random bytes."""
    value = (unix_ms & (2**48 - 1)) << 80 | int.from_bytes(random[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def fresh_uuid7() -> uuid.UUID:
    """A new identifier from the machine's clock and random source; for shells only."""
    return uuid7(time.time_ns() // 1_000_000, os.urandom(10))
