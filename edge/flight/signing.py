"""MAVLink 2 signing (F19, pure): is a frame signed by our key, newer than every one before it? And our own stamp.

Rules
- The signature is proven before anything is remembered: a forged stamp can't shut the true sender out.
- A stamp is used once a stream (link, system, component); a new stream may be a minute behind, no more.
- Our stamp never goes back, not over a restart either, and runs ahead with what was heard: an autopilot without a
  clock follows us, and we follow it.
Source: mavlink.io, Message Signing; stamps count 10 us since 2015-01-01 UTC in 48 bits.
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from edge.flight.frames import SIGNATURE, SIGNED, Frame

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=10)
SECOND = 100_000
NEW_STREAM_BEHIND = 60 * SECOND
RESERVE = 60 * SECOND
"""How far ahead of use a stamp is kept on disk; more than passes between two writes."""
Stream = tuple[int, int, int]


def stamp_of(at: datetime) -> int:
    return max(0, (at - EPOCH) // TICK)


class Signing:
    """One secret key's streams. `stamp`: at least what was used before (kept over a restart)."""

    def __init__(self, key: bytes, stamp: int) -> None:
        self.key, self.stamp = key, stamp
        self._last: dict[Stream, int] = {}

    def next_stamp(self, now: datetime) -> int:
        """For the next frame of ours."""
        self.stamp = max(self.stamp + 1, stamp_of(now))
        return self.stamp

    def refusal(self, frame: Frame) -> str:
        """Why the frame is not to be believed, a word to count by; "" and remembered where it is."""
        data = frame.data
        if not data[2] & SIGNED:
            return "unsigned"
        if not hmac.compare_digest(hashlib.sha256(self.key + data[:-6]).digest()[:6], data[-6:]):
            return "bad_signature"
        stamp, stream = int.from_bytes(data[-12:-6], "little"), (data[-SIGNATURE], frame.system_id, frame.component_id)
        last = self._last.get(stream, self.stamp - NEW_STREAM_BEHIND)
        if stamp <= last:
            return "replayed"
        self._last[stream] = stamp
        self.stamp = max(self.stamp, stamp)
        return ""
