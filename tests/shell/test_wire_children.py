"""Supervision with real processes: the dead come back, the wrong give up, none outlives its parent."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

from wire.children import Child, Family, python


def sleeper(name: str) -> Child:
    return Child(name, [sys.executable, "-c", "import time; time.sleep(60)"])


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


async def until(condition: object, what: str) -> None:
    for _ in range(500):
        if condition():  # type: ignore[operator]
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"never: {what}")


async def test_a_killed_child_is_back_and_the_others_are_untouched() -> None:
    deaths: list[tuple[str, int]] = []
    family = Family([sleeper("a"), sleeper("b")], on_death=lambda name, status: deaths.append((name, status)))
    running = asyncio.create_task(family.run())
    await until(lambda: len(family.processes) == 2, "both up")
    first, other = family.processes["a"].pid, family.processes["b"].pid
    os.kill(first, signal.SIGKILL)
    await until(lambda: family.processes["a"].pid != first, "a is back")
    assert family.processes["b"].pid == other
    assert deaths == [("a", -signal.SIGKILL)]
    family.stop()
    assert await running is None
    assert not alive(other)


async def test_a_child_with_a_wrong_config_gives_up_and_names_itself() -> None:
    family = Family([sleeper("a"), Child("b", [sys.executable, "-c", "raise SystemExit(2)"])])
    assert await asyncio.wait_for(family.run(), 20) == "b"
    assert not alive(family.processes["a"].pid)


def test_no_child_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import asyncio, sys
        from wire.children import Child, Family
        async def main():
            family = Family([Child("a", [sys.executable, "-c", "import time; time.sleep(60)"])])
            task = asyncio.create_task(family.run())
            while not family.processes: await asyncio.sleep(0.01)
            print(family.processes["a"].pid, flush=True)
            await task
        asyncio.run(main())
    """)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        pid = int(supervisor.stdout.readline())
        supervisor.kill()
        supervisor.wait()
    deadline = time.monotonic() + 10
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(pid)


def test_python_names_our_interpreter() -> None:
    assert python("edge.uplink", "x")[0] == sys.executable
