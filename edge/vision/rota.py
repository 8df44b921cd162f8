"""Whose turn it is: each camera process writes its claim, reads those of the others, and works out its own rate.

Nobody hands out turns and nobody waits for one: all work out the same rates from the same claims, and a claim that is
not renewed counts for nothing after `STALE_S`, so a process that dies or hangs holds up no other.
"""

import os
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import psutil

from edge.vision.schedule import Claim, Need, Throttle, rates

EVERY_S = 0.5
STALE_S = 3.0
_RECORD = struct.Struct("<dBdddd")
"""Seconds of the monotonic clock, which all processes share; need, look_s, least, most; share of the budget."""
_SUM = struct.Struct("<I")


class Rota:
    """One camera's part. `folder`: shared by the box's cameras; `cores`: what all looks together may take of them."""

    def __init__(
        self, folder: Path, camera: str, *, cores: float, least: float, most: float,
        busy: Callable[[], float] | None = None,
    ) -> None:  # fmt: skip
        self._folder, self._camera, self._cores = folder, camera, cores
        self._claim = Claim(Need.STILL, 0.01, least, most)
        self._throttle, self._busy = Throttle(), busy or CoresBusy()
        self._due_t = self._measured_t = float("-inf")
        self.rate = least

    def __call__(self, need: Need, look_s: float) -> float:
        """Looks a second from now on; call it with every frame."""
        now_t = time.monotonic()
        if need is not self._claim.need or now_t >= self._due_t:
            self._due_t = now_t + EVERY_S
            self._claim = Claim(need, look_s, self._claim.least, self._claim.most)
            self._exchange(now_t)
        return self.rate

    def _exchange(self, now_t: float) -> None:
        if now_t - self._measured_t >= 1:
            self._measured_t = now_t
            self._throttle.update(self._busy())
        self._tell(now_t)
        others = self._others(now_t)
        shares = [self._throttle.share, *(share for _, share in others.values())]
        claims = {name: claim for name, (claim, _) in others.items()} | {self._camera: self._claim}
        self.rate = rates(claims, self._cores * sum(shares) / len(shares))[self._camera]

    def _tell(self, now_t: float) -> None:
        """In place and without a sync: twice a second must not wear an SD card. A full disk costs fairness, no look."""
        claim = self._claim
        data = _RECORD.pack(now_t, claim.need, claim.look_s, claim.least, claim.most, self._throttle.share)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = os.open(self._folder / self._camera, os.O_WRONLY | os.O_CREAT, 0o644)
            try:
                os.pwrite(file, data + _SUM.pack(zlib.crc32(data)), 0)
            finally:
                os.close(file)
        except OSError:
            return

    def _others(self, now_t: float) -> dict[str, tuple[Claim, float]]:
        """The claims, with each one's share of the budget, of those that live."""
        try:
            paths = [path for path in self._folder.iterdir() if path.name != self._camera]
        except OSError:
            return {}
        known = {path.name: claimed(path, now_t) for path in paths}
        return {name: claim for name, claim in known.items() if claim}


def claimed(path: Path, now_t: float) -> tuple[Claim, float] | None:
    """None where it is old, from before a reboot, torn, or none of ours."""
    try:
        data = path.read_bytes()
        told_t, need, look_s, least, most, share = _RECORD.unpack(data[:-4])
        if _SUM.unpack(data[-4:])[0] != zlib.crc32(data[:-4]) or not 0 <= now_t - told_t < STALE_S:
            return None
        return Claim(Need(need), look_s, least, most), share
    except (OSError, struct.error, ValueError):
        return None


class CoresBusy:
    """The share of all cores that was busy since the last call, without what runs at low priority: that gives way."""

    def __init__(self) -> None:
        psutil.cpu_times_percent()

    def __call__(self) -> float:
        times = psutil.cpu_times_percent()
        return max(0.0, 100 - times.idle - getattr(times, "iowait", 0.0) - times.nice) / 100
