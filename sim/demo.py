"""`airbeat demo`: everything at work on this machine; --headless lets a scripted dispatcher play the console's part."""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from sim import judge, lab, sites, story
from sim.dispatcher import Dispatcher
from sim.killer import kill_each_once
from sim.lab import Lab
from sim.tally import order_figures, shortfalls, tally, whole_passes
from wire.children import Family
from wire.errors import UserError
from wire.process import guarded, on_stop, setup_logging

log = structlog.get_logger()
CONSOLE_PORT = 8800
READY_S = 120.0
DRAIN_S = 45.0
EYES = Path("var/models/centernet.onnx")
"""Where `airbeat models fetch` puts the network that finds people and vehicles."""
LEAD_S = 2.0
"""From "everything is ready" to second zero of the story."""
WATCHED = "In Church Street somebody stands on the carriageway, then a car comes the wrong way, then one stands."
UNWATCHED = f"No camera watches people and vehicles, for there is no {EYES}: `airbeat models fetch` gets it."


def main(argv: list[str] | None = None) -> int:
    """airbeat demo [--headless --seconds N --json] [--seed N] [--kill]"""
    parser = argparse.ArgumentParser(prog="airbeat demo", description=__doc__)
    parser.add_argument("--headless", action="store_true", help="no console needed: a scripted dispatcher plays")
    parser.add_argument("--seconds", type=float, default=120, help="length of the headless story (default 120)")
    parser.add_argument("--json", action="store_true", help="print the summary as one JSON object, the last line")
    parser.add_argument("--kill", action="store_true", help="SIGKILL every process of the product once")
    parser.add_argument("--seed", type=int, default=1, help="one seed, one story")
    parser.add_argument("--port", type=int, help=f"of the console (default {CONSOLE_PORT}; headless: any free one)")
    parser.add_argument("--dir", type=Path, default=Path("var/demo"), help="made afresh at each start")
    args = parser.parse_args(argv)
    setup_logging("demo")
    return guarded(lambda: asyncio.run(_run(args)))


async def _run(args: argparse.Namespace) -> int:
    port = args.port or (None if args.headless else CONSOLE_PORT)
    eyes = EYES if EYES.is_file() and not args.headless else None
    demo = lab.lay_out(args.dir, args.seed, port, eyes)
    family = Family(demo.children())
    on_stop(family.stop)
    running = asyncio.create_task(family.run())
    play = _headless(demo, args) if args.headless else _interactive(demo)
    playing = asyncio.create_task(play)
    await asyncio.wait({running, playing}, return_when=asyncio.FIRST_COMPLETED)
    if not playing.done():
        playing.cancel()
    family.stop()
    failed = await running
    if failed:
        remedy = f"The reason is in {demo.places.logs / failed}.log"
        raise UserError(f"{failed} could not start", where=str(demo.places.run), remedy=remedy)
    return await _status(playing)


async def _status(playing: "asyncio.Task[int]") -> int:
    try:
        return await playing
    except asyncio.CancelledError:
        return 0


async def _interactive(demo: Lab) -> int:
    """Prints the address, starts the story, and goes on until Ctrl-C."""
    person = await _open(demo)
    print(
        f"\nAirbeat is running: {demo.address}\n  name      {lab.DISPATCHER}\n  password  {demo.password}\n", flush=True
    )
    listening = asyncio.create_task(person.listen())
    await _until(lambda: _all_ready(demo, person), READY_S, "every box to be ready")
    story.start(demo.places.town, time.time() + LEAD_S)
    vrm = demo.town.listed.vrm if demo.town.listed else "none"
    print(f"The story has begun: a stolen car ({vrm}) drives through the town. Ctrl-C ends everything.", flush=True)
    print(WATCHED if demo.town.overviews else UNWATCHED, flush=True)
    await listening
    return 0


async def _headless(demo: Lab, args: argparse.Namespace) -> int:
    """Plays the story for `args.seconds`, lets everything drain, and prints what it came to."""
    person = await _open(demo)
    listening = asyncio.create_task(person.listen())
    await _until(lambda: _all_ready(demo, person), READY_S, "every box to be ready")
    start_s = time.time() + LEAD_S
    story.start(demo.places.town, start_s)
    killing = asyncio.create_task(kill_each_once(os.getpid(), args.seconds)) if args.kill else None
    playing = asyncio.create_task(person.play())
    await asyncio.sleep(start_s + args.seconds - time.time())
    await asyncio.wait({playing}, timeout=DRAIN_S)
    end = datetime.fromtimestamp(start_s + args.seconds, UTC)
    result = await _count(demo, person, datetime.fromtimestamp(start_s, UTC), end)
    if killing:
        result["killed"] = await killing
    for task in (listening, playing):
        task.cancel()
    await person.close()
    return _tell(result, args.json)


async def _count(demo: Lab, person: Dispatcher, start: datetime, end: datetime) -> dict[str, Any]:
    """Waits until the boxes have nothing left to send, then counts."""
    outboxes = [(box, demo.places.data(box) / "outbox.db") for box in sites.boxes(demo.town)]
    await _until(lambda: _nothing(judge.waiting(outboxes)), DRAIN_S, "the outboxes to drain", fatal=False)
    database = demo.places.database
    return tally(
        passes=whole_passes(judge.read_passes(demo.places.town / "truth.jsonl"), start, end),
        reads=judge.stored_reads(database),
        books=judge.books(database, judge.sent(outboxes)),
        figures=order_figures(person.seen.orders.values(), person.seen.clicked_at),
        alarm_ms=person.seen.alarm_ms,
        console_ms=person.seen.read_ms,
        seed=demo.town.seed,
    )


async def _open(demo: Lab) -> Dispatcher:
    """The control room is up, its people and hotlist are in, and one of them has signed in."""
    person = Dispatcher(demo.address, lab.DISPATCHER, demo.password)
    await _until(person.console_is_well, READY_S, "the console")
    await asyncio.to_thread(lab.sign_people_up, demo)
    await person.sign_in()
    return person


async def _all_ready(demo: Lab, person: Dispatcher) -> bool:
    """Every box online with each part well, every aircraft ready for a launch; the side street may come later."""
    later = {camera.edge for camera in demo.town.overviews}
    boxes = [person.seen.boxes.get(box) for box in sites.boxes(demo.town) if box not in later]
    aircraft = [person.seen.vehicles.get(dock.aircraft) for dock in demo.town.docks]
    healths = [row["health"] for row in boxes if row and row.get("health")]
    well = all(part["state"] == "ok" for health in healths for part in health["parts"].values())
    return well and len(healths) == len(boxes) and all(row is not None and row["ready"] for row in aircraft)


async def _nothing(count: int) -> bool:
    return count == 0


async def _until(condition: Callable[[], Awaitable[bool]], seconds: float, what: str, fatal: bool = True) -> None:
    deadline_s = time.monotonic() + seconds
    while not await condition():
        if time.monotonic() > deadline_s:
            if fatal:
                raise UserError(f"waited {seconds:.0f} s in vain for {what}", remedy="See var/demo/log")
            return
        await asyncio.sleep(0.3)


def _tell(result: dict[str, Any], as_json: bool) -> int:
    failed = shortfalls(result)
    for what in failed:
        print(f"airbeat demo: {what}", file=sys.stderr)
    if as_json:
        print(json.dumps(result), flush=True)
    else:
        print("\n".join(f"{key:<22}{value}" for key, value in result.items()), flush=True)
    return 1 if failed else 0
