"""Which unreceipted events to send now (pure): a window of them is under way, each again if no receipt came (D1)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from edge.outbox import Pending
from wire.states import Range

WINDOW = 1000
"""Unreceipted events under way at most: the flow control of the whole line."""
RESEND_S = 4.0
MEDIA_WINDOW = 8
"""Pictures under way at most."""
BATCH_LINES = 100
BATCH_BYTES = 60_000


@dataclass
class Window:
    """Remembers what was sent and when, by the caller's monotonic clock."""

    sent_at: dict[tuple[int, int], float] = field(default_factory=dict)
    media_sent_at: dict[str, float] = field(default_factory=dict)

    def due(self, pending: Iterable[Pending], now_s: float) -> list[list[Pending]]:
        """Batches to publish, in the order given; marks nothing."""
        fresh = [row for row in pending if now_s - self.sent_at.get((row.boot, row.seq), -RESEND_S) >= RESEND_S]
        return list(_batches(fresh))

    def sent(self, batch: Iterable[Pending], now_s: float) -> None:
        for row in batch:
            self.sent_at[row.boot, row.seq] = now_s

    def due_media(self, pending: Iterable[tuple[str, bytes]], now_s: float) -> list[tuple[str, bytes]]:
        """The pictures (sha256, jpeg) to publish; marks nothing."""
        return [row for row in pending if now_s - self.media_sent_at.get(row[0], -RESEND_S) >= RESEND_S]

    def sent_media(self, sha256: str, now_s: float) -> None:
        self.media_sent_at[sha256] = now_s

    def receipted(self, ranges: Iterable[Range], media: Iterable[str]) -> None:
        for r in ranges:
            for key in [key for key in self.sent_at if key[0] == r.boot and r.first <= key[1] <= r.last]:
                del self.sent_at[key]
        for sha256 in media:
            self.media_sent_at.pop(sha256, None)

    def lost(self) -> None:
        """The connection broke: everything under way may be sent again at once."""
        self.sent_at.clear()
        self.media_sent_at.clear()


def _batches(rows: list[Pending]) -> Iterable[list[Pending]]:
    batch: list[Pending] = []
    size = 0
    for row in rows:
        if batch and (len(batch) >= BATCH_LINES or size + len(row.line) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += len(row.line)
    if batch:
        yield batch
