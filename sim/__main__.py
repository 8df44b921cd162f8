"""`airbeat sim TOWN.toml`: the whole town. One process a roadside camera, one for all docks and aircraft.

`airbeat sim vehicle`: one aircraft alone, for any MAVLink client.
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from sim import story
from sim.town import TownConfig
from wire.children import Child, Family, python
from wire.config import read_config
from wire.errors import UserError
from wire.ports import HOST, port_taken
from wire.process import guarded, on_stop, setup_logging

STOP_S = 1.5


def main(argv: list[str] | None = None) -> int:
    """airbeat sim TOWN.toml [--check] [--go] [--start-at UNIX_SECONDS] | airbeat sim vehicle ..."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == ["vehicle"]:
        from sim import vehicle_alone

        return vehicle_alone.main(words[1:])
    parser = argparse.ArgumentParser(
        prog="airbeat sim", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("town", type=Path, nargs="?")
    parser.add_argument("--check", action="store_true", help="say what is wrong with the file and the ports, and end")
    parser.add_argument("--go", action="store_true", help="the story begins at once; else when the file `go` appears")
    parser.add_argument("--start-at", type=float, metavar="UNIX_SECONDS", help="the story's second zero")
    parser.add_argument("--print-demo", action="store_true", help="print the demo's TOWN.toml and end")
    args = parser.parse_args(words)
    setup_logging("sim")
    return guarded(lambda: _run(args))


def _run(args: argparse.Namespace) -> int:
    if args.print_demo:
        from sim.town import demo_town

        print(demo_town().toml(), end="")
        return 0
    if args.town is None:
        raise UserError("which town?", where="airbeat sim", remedy="Name a TOWN.toml; --print-demo prints one")
    config = read_config(args.town, TownConfig)
    _check_ports(config)
    if args.check:
        print(f"{args.town}: well")
        return 0
    starts_at = time.time() + 5 if args.go else args.start_at
    _prepare(config.out, starts_at)
    return asyncio.run(_live(config, args.town))


async def _live(config: TownConfig, town: Path) -> int:
    family = Family(_children(config, town))
    on_stop(family.stop)
    failed = await family.run()
    return 2 if failed else 0


def _children(config: TownConfig, town: Path) -> list[Child]:
    """Each inherits our output, so that a reason to end is read where the town was started."""
    cameras = [
        Child(camera.name, python("sim.roadside", str(town), "--camera", camera.name), stop_s=STOP_S)
        for camera in config.cameras
    ]
    cameras += [
        Child(camera.name, python("sim.sidestreet", str(town), "--camera", camera.name), stop_s=STOP_S)
        for camera in config.overviews
    ]
    return [*cameras, *([Child("docks", python("sim.air", str(town)), stop_s=STOP_S)] if config.docks else [])]


def _prepare(out: Path, starts_at: float | None) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        if starts_at is not None:
            story.start(out, starts_at)
    except OSError as error:
        raise UserError(f"cannot write here ({error.strerror})", where=str(out)) from error


def _check_ports(config: TownConfig) -> None:
    for port in config.ports():
        if reason := port_taken(port):
            remedy = "Stop what uses it or change the port"
            raise UserError(f"cannot listen ({reason})", where=f"{HOST}:{port}", remedy=remedy)


if __name__ == "__main__":
    raise SystemExit(main())
