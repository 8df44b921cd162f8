"""Tells the browsers each second who should relieve whom, as relief.py makes it of the fleet; orders nothing (F20)."""

import asyncio
import os
import signal
from datetime import UTC, datetime
from time import monotonic

from dashboard.desk import Desk
from dashboard.live import message
from dashboard.onscene import Key
from dashboard.relief import Advice, advise

EVERY_S = 1.0
REST = 3.0
"""For so many times what the reckoning took it rests: the browsers' loop comes first."""


class Adviser:
    """Start it on the event loop that serves the browsers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._known: dict[Key, Advice] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            while True:
                began_s = monotonic()
                await self._tell()
                await asyncio.sleep(max(EVERY_S, REST * (monotonic() - began_s)))
        finally:
            if not self._desk.stopping.is_set():  # a bug: a console that is silent about a relief must not look well
                self._desk.failed.set()
                os.kill(os.getpid(), signal.SIGTERM)

    async def _tell(self) -> None:
        """Off the loop, as a large fleet has many ways to compare. Leases are asked for when it is ordered: an aircraft
        that is in use is not ready anyway.
        """
        fleet = self._desk.fleet.standings({}, monotonic())
        self._known = await asyncio.to_thread(advise, fleet, datetime.now(UTC), self._known)
        for (edge, aircraft), advice in self._known.items():
            self._desk.hub.publish(message("relief", advice, key=f"relief/{edge}/{aircraft}"))
