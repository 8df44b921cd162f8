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
