"""Tracks that were read and not told, on their way to the room: a few held in memory, sent when the line allows.

They are no events: nobody waits for them, the outbox does not keep them, and after a day nothing of them may be left.
"""

from base64 import b64encode
from collections import deque
from collections.abc import Callable
from datetime import datetime

from edge.vision.vehicle import Rejected
from wire.rejected import KEPT_S, RejectedRead
from wire.topics import REJECTED

HELD = 300
A_TURN = 20
Publish = Callable[[str, bytes, int], bool]
"""Topic, payload, qos; whether it was handed over."""


class Rejects:
    """`publish`: the camera's line to the room."""

    def __init__(self, box: str, camera: str, publish: Publish) -> None:
        self._box, self._camera, self._publish = box, camera, publish
        self._waiting: deque[RejectedRead] = deque(maxlen=HELD)

    def add(self, rejected: Rejected) -> None:
        """The oldest goes where there are too many."""
        consensus = rejected.consensus
        read = RejectedRead(
            edge=self._box,
            camera=self._camera,
            at=rejected.at,
            text=consensus.vrm[:32] if consensus else "",
            reason=rejected.reason[:160],
            confidence=consensus.share if consensus else 0.0,
            frames=consensus.readings if consensus else 0,
            patch=b64encode(rejected.patch).decode(),
        )
        self._waiting.append(read)

    def send(self, now: datetime) -> None:
        """Call it every second or two: some of what waits goes out; what is past its day goes nowhere."""
        while self._waiting and (now - self._waiting[0].at).total_seconds() > KEPT_S:
            self._waiting.popleft()
        for _ in range(min(A_TURN, len(self._waiting))):
            if not self._publish(REJECTED.of(self._box), self._waiting[0].encode(), REJECTED.qos):
                return
            self._waiting.popleft()
