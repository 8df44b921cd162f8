"""A camera over a side street: the round of sim/walkers.py, again and again, from the story's second zero on."""

import argparse
import asyncio
from pathlib import Path

import cv2
import numpy as np

from sim.camera import Camera, Stream
from sim.h264 import I420
from sim.roadside import run_until_stopped
from sim.scene import stamp
from sim.scene_street import paint_street
from sim.story import Story
from sim.town import TownConfig
from sim.walkers import OVERVIEW, ROUND, ROUND_S, picture
from wire.config import read_config
from wire.errors import UserError
from wire.process import guarded, setup_logging

FPS = 6
KBIT_S = 700


def main(argv: list[str] | None = None) -> int:
    """python -m sim.sidestreet TOWN.toml --camera NAME"""
    parser = argparse.ArgumentParser(prog="python -m sim.sidestreet", description=__doc__)
    parser.add_argument("town", type=Path)
    parser.add_argument("--camera", required=True)
    args = parser.parse_args(argv)
    setup_logging(args.camera)
    return guarded(lambda: asyncio.run(_run(read_config(args.town, TownConfig), args.camera)))


async def _run(config: TownConfig, name: str) -> int:
    spec = next((camera for camera in config.overviews if camera.name == name), None)
    if spec is None:
        raise UserError("the town has no such camera", where=name)
    story = Story(config.out)
    stream = Stream(name, spec.port, OVERVIEW.width, OVERVIEW.height, FPS, KBIT_S)
    camera = Camera(stream, lambda wall_s: frame(story.at(wall_s), wall_s, name))
    await run_until_stopped([camera.serve()])
    return 0


def frame(story_s: float, wall_s: float, label: str) -> I420:
    """uint8 (h * 3 / 2, w); an empty street before the story's second zero."""
    street = paint_street(OVERVIEW, 1, label)
    shown = picture(ROUND if story_s >= 0 else (), story_s % ROUND_S, street)
    stamp(shown, wall_s, label)
    return cv2.cvtColor(shown, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)


if __name__ == "__main__":
    raise SystemExit(main())
