"""One roadside camera of the town: films the street, and writes each whole pass of a vehicle into the truth log."""

import argparse
import asyncio
import time
from collections.abc import Coroutine, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.camera import Camera, Stream
from sim.clock import Clock
from sim.scene import Roadside
from sim.scene_sight import HEIGHT, WIDTH, View, legible, passes_near, view
from sim.story import Story
from sim.town import RoadsideCamera, TownConfig
from sim.traffic import Traffic, Trip
from sim.truth import TruthLog
from wire.config import read_config
from wire.errors import UserError
from wire.process import guarded, on_stop, setup_logging

FPS = 12
KBIT_S = 800
LATE_S = 1.0
"""A pass is written down when it is so long past."""


def main(argv: list[str] | None = None) -> int:
    """python -m sim.roadside TOWN.toml --camera NAME"""
    parser = argparse.ArgumentParser(prog="python -m sim.roadside", description=__doc__)
    parser.add_argument("town", type=Path)
    parser.add_argument("--camera", required=True)
    args = parser.parse_args(argv)
    setup_logging(args.camera)
    return guarded(lambda: asyncio.run(_run(read_config(args.town, TownConfig), args.camera)))


async def _run(config: TownConfig, name: str) -> int:
    spec = _spec(config, name)
    story, traffic = Story(config.out), Traffic(config)
    eye = view(spec.lat, spec.lon, spec.heading_deg, spec.sees)
    scene = await asyncio.to_thread(Roadside, eye, traffic, spec.name, config.sky)
    stream = Stream(spec.name, spec.port, WIDTH, HEIGHT, FPS, KBIT_S)
    camera = Camera(stream, lambda wall_s: scene.picture(story.at(wall_s), wall_s))
    truth = TruthLog(config.out / "truth.jsonl", Clock())
    truth.write("stream", camera=spec.name, pts_zero_at=_utc(camera.started_at))
    parts = [camera.serve(), _keep_truth(spec.name, eye, traffic, story, truth)]
    await run_until_stopped(parts)
    truth.close()
    return 0


async def _keep_truth(name: str, eye: View, traffic: Traffic, story: Story, truth: TruthLog) -> None:
    """Each pass when it is over, in the order in which the vehicles leave."""
    for trip, since_s, until_s in passes(eye, traffic):
        while (now_s := story.now_s()) < until_s + LATE_S:
            await asyncio.sleep(min(1.0, until_s + LATE_S - now_s))
        zero = time.time() - story.now_s()
        truth.write("pass", camera=name, vrm=trip.vrm, vehicle=trip.kind, story_s=round(since_s, 2),
                    entered_at=_utc(zero + since_s), left_at=_utc(zero + until_s))  # fmt: skip


def passes(eye: View, traffic: Traffic) -> Iterator[tuple[Trip, float, float]]:
    """Every trip whose plate can be read, with the story times between which it can, by when it comes."""
    near = [(span[0], trip) for trip in traffic.main if (span := passes_near(eye, trip))]
    for _, trip in sorted(near, key=lambda pair: pair[0]):
        if span := legible(eye, traffic, trip):
            yield trip, *span


async def run_until_stopped(parts: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Runs the parts until SIGTERM; the first that fails ends all."""
    stopped = asyncio.Event()
    on_stop(stopped.set)
    tasks = [asyncio.create_task(part) for part in parts]
    stopping = asyncio.create_task(stopped.wait())
    done, _ = await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in {*tasks, stopping} - done:
        task.cancel()
    await asyncio.gather(*tasks, stopping, return_exceptions=True)
    for task in done:
        task.result()


def _spec(config: TownConfig, name: str) -> RoadsideCamera:
    for camera in config.cameras:
        if camera.name == name:
            return camera
    raise UserError("the town has no such camera", where=name)


def _utc(unix_s: float) -> str:
    return datetime.fromtimestamp(unix_s, UTC).isoformat()


if __name__ == "__main__":
    raise SystemExit(main())
