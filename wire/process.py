"""What every process of ours does first and last: quiet structured logs, one line for a user's error, exit status 2."""

import argparse
import asyncio
import logging
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import structlog

from wire.config import Section, read_config
from wire.errors import UserError

S = TypeVar("S", bound=Section)


def setup_logging(name: str) -> None:
    """Structured lines on stderr, with the process's name in each."""
    structlog.configure(
        processors=[
            lambda _logger, _method, entry: {"process": name, **entry},
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "process", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def guarded(run: Callable[[], int]) -> int:
    """The exit status: a UserError becomes one line on stderr and 2; Ctrl-C becomes 130."""
    try:
        return run()
    except UserError as error:
        print(f"airbeat: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def run_configured(
    argv: list[str] | None,
    *,
    prog: str,
    doc: str | None,
    model: type[S],
    check: Callable[[S], str],
    serve: Callable[[S, Path], int],
) -> int:
    """The door of a process with a config: `prog FILE.toml [--check]`. `check` returns one line; `serve` the status."""
    parser = argparse.ArgumentParser(prog=prog, description=doc)
    parser.add_argument("config", type=Path, metavar="FILE.toml")
    parser.add_argument("--check", action="store_true", help="say what is wrong with the config, then stop")
    args = parser.parse_args(argv)

    def run() -> int:
        config = read_config(args.config, model)
        if args.check:
            print(check(config))
            return 0
        return serve(config, args.config)

    return guarded(run)


def stop_event() -> threading.Event:
    """Set by SIGTERM and SIGINT, for a process whose loop is a thread's; called on the main thread."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # from a thread: the handler may interrupt this very event's wait while it holds the lock that `set` needs
        signal.signal(number, lambda _number, _frame: threading.Thread(target=stopping.set).start())
    return stopping


def on_stop(stop: Callable[[], None]) -> None:
    """SIGTERM and SIGINT call `stop` in the running asyncio loop."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
