"""SIGKILLs each process of the product once, spread over the story; the lab and the simulated world are spared."""

import asyncio
from collections.abc import Iterator

import psutil
import structlog

log = structlog.get_logger()

_MARKS = ("ingest", "edge", "dashboard")


async def kill_each_once(root_pid: int, seconds: float) -> int:
    """One after the other over `seconds`; returns how many were killed."""
    victims = {label(process): process.pid for process in product_processes(root_pid)}
    killed = 0
    for name in sorted(victims):
        await asyncio.sleep(seconds / len(victims))
        current = {label(process): process for process in product_processes(root_pid)}
        if process := current.get(name):
            log.info("killing", process=name, pid=process.pid)
            process.kill()
            killed += 1
    return killed


def product_processes(root_pid: int) -> Iterator[psutil.Process]:
    """Every descendant that is ours, and the database's first process."""
    for process in psutil.Process(root_pid).children(recursive=True):
        try:
            if _is_product(process):
                yield process
        except psutil.NoSuchProcess:
            continue


def label(process: psutil.Process) -> str:
    """A name that outlives a restart: the command line without its boot number."""
    try:
        words = process.cmdline()
    except psutil.NoSuchProcess:
        return "gone"
    return " ".join(word for word in words[1:] if not word.isdigit()) or process.name()


def _is_product(process: psutil.Process) -> bool:
    words = process.cmdline()
    if process.name() == "postgres":
        parent = process.parent()
        return parent is not None and parent.name() != "postgres"
    return len(words) > 2 and words[1] == "-m" and words[2].split(".")[0] in _MARKS
