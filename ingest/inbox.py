"""Between MQTT's thread and ours: what came and is not yet stored, bounded in bytes.

When it is full the newest message is let go and counted; nothing is lost, for no receipt leaves for it and its box
sends it again (SAFETY.md D1).
"""

import threading
import time
from collections import deque


class Inbox:
    """Thread-safe."""

    def __init__(self, max_bytes: int = 64 * 1024 * 1024) -> None:
        self._max_bytes = max_bytes
        self._messages: deque[tuple[str, bytes]] = deque()
        self._bytes = 0
        self._some = threading.Condition()
        self.refused = 0
        """Messages let go because it was full."""

    def put(self, topic: str, payload: bytes) -> None:
        with self._some:
            if self._bytes + len(payload) > self._max_bytes:
                self.refused += 1
                return
            self._messages.append((topic, payload))
            self._bytes += len(payload)
            self._some.notify()

    def take(self, *, wait_s: float, gather_s: float, max_messages: int, max_bytes: int) -> list[tuple[str, bytes]]:
        """Waits up to `wait_s` for a first message, then `gather_s` for company; empty where none came."""
        with self._some:
            if not self._some.wait_for(lambda: self._messages, wait_s):
                return []
            deadline = time.monotonic() + gather_s
            full = lambda: len(self._messages) >= max_messages or self._bytes >= max_bytes  # noqa: E731
            self._some.wait_for(full, max(0.0, deadline - time.monotonic()))
            taken: list[tuple[str, bytes]] = []
            size = 0
            while self._messages and len(taken) < max_messages and (not taken or size < max_bytes):
                taken.append(self._messages.popleft())
                size += len(taken[-1][1])
            self._bytes -= size
            return taken
