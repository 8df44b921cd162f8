"""Keeps child processes alive: a dead one is back within five seconds; none outlives its parent."""

import asyncio
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog

log = structlog.get_logger()

BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Waits before the restarts of a child that keeps dying; the last one repeats (back in 5 s)."""
STEADY_S = 20.0
"""A child that lived so long starts again at the first wait."""
BAD_CONFIG = 2
"""Exit status of a child whose user must act: restarting would only repeat its message."""
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Child:
    """`log`: where its output goes; None inherits ours. `stop_signal`: what makes it leave cleanly."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    log: Path | None = None
    stop_s: float = 5.0
    stop_signal: signal.Signals = signal.SIGTERM


@dataclass
class Family:
    """The children of one supervisor. `run` returns when `stop` was called, or with the name of one that gave up."""

    children: Sequence[Child]
    on_death: Callable[[str, int], None] = lambda _name, _status: None
    """Told the name and exit status of each child that died unasked."""
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    restarts: dict[str, int] = field(default_factory=dict)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> str | None:
        """Starts every child in order and keeps them; the name of the first that exits with BAD_CONFIG, else None."""
        keepers = [asyncio.create_task(self._keep(child)) for child in self.children]
        stopped = asyncio.create_task(self.stopping.wait())
        try:
            return await self._until_stopped(keepers, stopped)
        finally:
            self.stopping.set()
            await asyncio.gather(*keepers, return_exceptions=True)
            stopped.cancel()

    def stop(self) -> None:
        self.stopping.set()

    async def _until_stopped(
        self, keepers: list["asyncio.Task[str | None]"], stopped: "asyncio.Task[bool]"
    ) -> str | None:
        waiting: set[asyncio.Task[str | None] | asyncio.Task[bool]] = {*keepers, stopped}
        while not stopped.done():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopped}:
                if isinstance(name := task.result(), str):
                    return name
        return None

    async def _keep(self, child: Child) -> str | None:
        attempt = 0
        while not self.stopping.is_set():
            started = time.monotonic()
            status = await self._live(child)
            if self.stopping.is_set():
                return None
            self.on_death(child.name, status)
            if status == BAD_CONFIG:
                return child.name
            attempt = 0 if time.monotonic() - started > STEADY_S else attempt + 1
            wait_s = BACKOFF_S[min(attempt, len(BACKOFF_S)) - 1 if attempt else 0]
            self.restarts[child.name] = self.restarts.get(child.name, 0) + 1
            log.warning("child_died", child=child.name, status=status, restart_in_s=wait_s)
            await self._pause(wait_s)
        return None

    async def _live(self, child: Child) -> int:
        """One life of a child; ends it when we stop."""
        process = await _spawn(child)
        self.processes[child.name] = process
        gone = asyncio.create_task(process.wait())
        stopped = asyncio.create_task(self.stopping.wait())
        await asyncio.wait({gone, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not gone.done():
            await _end(process, gone, child)
        return await gone

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return


def python(*argv: str) -> list[str]:
    """The command line of one of our modules in this interpreter."""
    return [sys.executable, "-m", *argv]


def die_with_parent(parent: int, with_signal: signal.Signals = signal.SIGTERM) -> None:
    """Asks the kernel for a signal when the parent goes (prctl(2), PR_SET_PDEATHSIG), so that nobody is left behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)
    if os.getppid() != parent:  # it went between the fork and the line above
        os._exit(1)


async def _spawn(child: Child) -> asyncio.subprocess.Process:
    output = child.log.open("ab") if child.log else None
    try:
        return await asyncio.create_subprocess_exec(
            *child.argv,
            env=child.env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C goes to the supervisor alone, which ends its children in order
            preexec_fn=partial(die_with_parent, os.getpid(), child.stop_signal),
        )
    finally:
        if output:
            output.close()


async def _end(process: asyncio.subprocess.Process, gone: "asyncio.Task[int]", child: Child) -> None:
    process.send_signal(child.stop_signal)
    try:
        await asyncio.wait_for(asyncio.shield(gone), child.stop_s)
    except TimeoutError:
        log.warning("child_killed", pid=process.pid, after_s=child.stop_s)
        process.kill()
