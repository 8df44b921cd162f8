"""How often somebody may fail to sign in: failures in a sliding window (pure; the clock is an argument)."""

from collections import deque
from dataclasses import dataclass, field


@dataclass
class Limiter:
    """At most `failures` in `window_s` a key. Bounded: `keys` at most, the longest quiet forgotten first."""

    failures: int
    window_s: float
    keys: int = 10_000
    _times: dict[str, deque[float]] = field(default_factory=dict)

    def wait_s(self, key: str, now_s: float) -> float:
        """Seconds until `key` may try again; 0 when it may now. `now_s`: monotonic."""
        times = self._times.get(key)
        if times is None:
            return 0.0
        while times and now_s - times[0] >= self.window_s:
            times.popleft()
        if not times:
            del self._times[key]
            return 0.0
        return self.window_s - (now_s - times[0]) if len(times) >= self.failures else 0.0

    def failed(self, key: str, now_s: float) -> None:
        times = self._times.pop(key, None) or deque(maxlen=self.failures)
        times.append(now_s)
        self._times[key] = times
        while len(self._times) > self.keys:
            del self._times[next(iter(self._times))]

    def forgive(self, key: str) -> None:
        """Takes the latest failure of `key` back."""
        times = self._times.get(key)
        if times:
            times.pop()
        if not times:
            self._times.pop(key, None)

    def passed(self, key: str) -> None:
        self._times.pop(key, None)
