"""The time of a frame: its own stamps where they can be trusted, the clock where they can't. Pure."""

MOST_AHEAD_S = 5.0
MOST_APART_S = 2.0


class Smooth:
    """Stamps onto the monotonic clock: frames arrive in bunches, but vehicles move evenly.

    The stream's stamps count from the first frame's arrival; where they are missing, jump, or have drifted from the
    clock by over two seconds, they are anchored again.
    """

    def __init__(self) -> None:
        self._offset_s: float | None = None
        self._last_t = float("-inf")

    def __call__(self, stamp_s: float | None, arrived_t: float) -> float:
        """Seconds of the monotonic clock; never before the frame that came before."""
        if stamp_s is None:
            self._last_t = max(arrived_t, self._last_t)
            return self._last_t
        if self._offset_s is None or abs(stamp_s + self._offset_s - arrived_t) > MOST_APART_S:
            self._offset_s = arrived_t - stamp_s
        self._last_t = max(stamp_s + self._offset_s, self._last_t)
        return self._last_t


class Backlog:
    """Says which packets to decode where the decoder can't keep up: a live picture is better with gaps than late.

    Once it is `LATE_S` behind it skips to a key frame at which it has caught up. What is late at every key frame alike
    comes late over the network, and skipping would not help.
    """

    LATE_S = 1.0
    DRIFT = 0.001
    """A camera's clock may run so much slower than ours."""

    def __init__(self) -> None:
        self._least_s, self._last = float("inf"), (0.0, float("inf"))
        self._skipping, self._late_at_key_s = False, 0.0

    def __call__(self, stamp_s: float | None, now_t: float, key: bool) -> bool:
        """Whether to decode the packet with this stamp."""
        if stamp_s is None:
            return True
        late_s = self._late_s(now_t - stamp_s, now_t)
        if not self._skipping:
            self._skipping, self._late_at_key_s = late_s > self.LATE_S, late_s
        elif key:
            gained_s, self._late_at_key_s = self._late_at_key_s - late_s, late_s
            self._skipping = late_s > self.LATE_S / 2 and gained_s > 0.1
            if not self._skipping:
                self._least_s += late_s
        return not self._skipping

    def _late_s(self, offset_s: float, now_t: float) -> float:
        """Behind the most punctual packet so far. A backlog grows no faster than time goes: more is another stamp."""
        elapsed_s, grown_s = now_t - self._last[0], offset_s - self._last[1]
        self._last = now_t, offset_s
        self._least_s = min(self._least_s + self.DRIFT * elapsed_s, offset_s)
        if grown_s > elapsed_s + 0.5:
            self._least_s = offset_s
        return offset_s - self._least_s


class Pace:
    """Plays a clip at the speed of its own stamps, as a camera would."""

    def __init__(self) -> None:
        self._start: tuple[float, float] | None = None

    def ahead_s(self, stamp_s: float | None, now_t: float) -> float:
        """How long to wait before the packet with this stamp is due."""
        if stamp_s is None:
            return 0.0
        if self._start is None:
            self._start = now_t, stamp_s
        return max(0.0, min(stamp_s - self._start[1] - (now_t - self._start[0]), MOST_AHEAD_S))
