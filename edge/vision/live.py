"""Live video while somebody watches: H.264 access units go out as they came in, nothing is decoded or encoded.

A watcher gets the units since the last key frame at once, so that a picture appears without waiting for the next one.
"""

import threading
import time
from collections.abc import Callable

from pydantic import ValidationError

from wire.states import Watch
from wire.video import AccessUnit, pack

GROUP_BYTES = 2_000_000
"""A camera without key frames must not fill the memory: past this the group is let go until the next one."""


class Live:
    """`publish`: sends one payload to the video topic, False when it could not."""

    def __init__(self, camera: str, publish: Callable[[bytes], bool]) -> None:
        self._camera, self._publish = camera, publish
        self._lock = threading.Lock()
        self._group: list[AccessUnit] = []
        self._group_bytes = 0
        self._until_t = 0.0
        self._caught_up = False
        self.malformed = 0
        self.sent = 0

    def on_watch(self, _topic: str, payload: bytes) -> None:
        """A message of the watch topic; those for other cameras of the box are not ours."""
        try:
            watch = Watch.model_validate_json(payload)
        except ValidationError:
            self.malformed += 1
            return
        if watch.camera == self._camera:
            with self._lock:
                self._until_t = max(self._until_t, time.monotonic() + watch.ttl_s)

    @property
    def watched(self) -> bool:
        return time.monotonic() < self._until_t

    def unit(self, unit: AccessUnit) -> None:
        """The next access unit; called on the reader's thread."""
        with self._lock:
            self._keep(unit)
            if not self.watched:
                self._caught_up = False
                return
            due = [unit] if self._caught_up else list(self._group)
            self._caught_up = self._caught_up or bool(due)
        for each in due:
            self.sent += self._publish(pack(each))

    def _keep(self, unit: AccessUnit) -> None:
        if unit.key:
            self._group, self._group_bytes = [], 0
        if unit.key or self._group:
            self._group.append(unit)
            self._group_bytes += len(unit.data)
        if self._group_bytes > GROUP_BYTES:
            self._group, self._group_bytes = [], 0
