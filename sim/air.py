"""The docks of the town with their aircraft and the cameras under them: they share where the aircraft is."""

import argparse
import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.aerial import HEIGHT, WIDTH, Aerial
from sim.camera import Camera, Stream
from sim.clock import Clock
from sim.dock import DockConfig, serve_dock
from sim.roadside import run_until_stopped
from sim.story import Story
from sim.town import DockSpec, TownConfig
from sim.traffic import Traffic
from sim.truth import TruthLog
from sim.vehicle import Vehicle, VehicleConfig, fly
from sim.weather import WeatherConfig
from sim.world_plots import plots
from wire.config import read_config
from wire.process import guarded, setup_logging

FPS = 8
KBIT_S = 600


@dataclass(frozen=True)
class _World:
    """What every dock shares."""

    seed: int
    clock: Clock
    story: Story
    traffic: Traffic
    truth: TruthLog


def main(argv: list[str] | None = None) -> int:
    """python -m sim.air TOWN.toml"""
    parser = argparse.ArgumentParser(prog="python -m sim.air", description=__doc__)
    parser.add_argument("town", type=Path)
    args = parser.parse_args(argv)
    setup_logging("docks")
    return guarded(lambda: asyncio.run(_run(read_config(args.town, TownConfig))))


async def _run(config: TownConfig) -> int:
    await asyncio.to_thread(plots)  # before the clock starts: it holds the interpreter for a while
    clock = Clock()
    truth = TruthLog(config.out / "truth.jsonl", clock)
    world = _World(config.seed, clock, Story(config.out), Traffic(config), truth)
    await run_until_stopped([part for spec in config.docks for part in _dock(spec, world)])
    truth.close()
    return 0


def _dock(spec: DockSpec, world: "_World") -> Iterator[Coroutine[Any, Any, None]]:
    vehicle = Vehicle(_vehicle(spec, world.seed), world.truth.write)
    aerial = Aerial(
        world.traffic,
        vehicle.position,
        lambda: vehicle.lid_open,
        spec.camera.name,
        pitch_deg=vehicle.looks_deg,
        pad=vehicle.pad,
    )
    stream = Stream(spec.camera.name, spec.camera.port, WIDTH, HEIGHT, FPS, KBIT_S)
    yield fly(vehicle, world.clock)
    yield serve_dock(DockConfig(name=spec.edge, modbus_port=spec.modbus_port), vehicle, world.clock, world.truth)
    yield Camera(stream, lambda wall_s: aerial.picture(world.story.at(wall_s), wall_s)).serve()


def _vehicle(spec: DockSpec, seed: int) -> VehicleConfig:
    return VehicleConfig(
        name=spec.aircraft, mavlink=spec.mavlink, system_id=spec.system_id, lat=spec.lat, lon=spec.lon,
        ground_amsl_m=spec.amsl_m, heading_deg=spec.heading_deg, seed=seed, powered_s=spec.powered_for_s,
        weather=WeatherConfig(seed=seed), camera=True, adsb=True, remote_id=True,
        signing_key=spec.signing_key,
    )  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
