"""Simulated time: seconds since the start of the world, as fast as wall time or a factor of it."""

import asyncio
import time


class Clock:
    """`speed`: simulated seconds a wall second. The zero is the moment of creation unless `start_s` shifts it."""

    def __init__(self, speed: float = 1.0, start_s: float = 0.0) -> None:
        self.speed = speed
        self._origin = time.monotonic() - start_s / speed

    def now_s(self) -> float:
        return (time.monotonic() - self._origin) * self.speed

    async def sleep(self, seconds: float) -> None:
        """Sleeps so many simulated seconds."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)
