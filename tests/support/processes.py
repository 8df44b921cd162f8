"""Our own modules as processes, free ports for them, and patience."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parents[2]
T = TypeVar("T")


def until(find: Callable[[], T | None], what: str = "what was waited for", seconds: float = 60) -> T:
    """The first true value of `find`. A generous guard against hanging, no bound on speed."""
    deadline = time.monotonic() + seconds
    while not (value := find()):
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.02)
    return value


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(type=kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """A module of ours as a process that a test can kill and start again."""

    def __init__(self, *argv: str) -> None:
        self.argv = argv
        self.start()

    def start(self) -> None:
        self.running = subprocess.Popen([sys.executable, "-m", *self.argv], cwd=ROOT)

    def kill(self) -> None:
        self.running.kill()
        self.running.wait()

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 20) -> int:
        """The exit status; killed where it does not leave."""
        self.running.send_signal(number)
        try:
            return self.running.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
