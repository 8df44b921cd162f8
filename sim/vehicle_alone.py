"""One aircraft alone, for any MAVLink client: `python -m sim.vehicle --mavlink udpout:HOST:PORT --home LAT,LON,ALT`."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from sim.clock import Clock
from sim.truth import TruthLog
from sim.vehicle import Vehicle, VehicleConfig, fly
from wire.errors import UserError


def main(argv: list[str] | None = None) -> int:
    """`python -m sim.vehicle`: one aircraft alone, for any MAVLink client."""
    args = _arguments().parse_args(argv)
    try:
        lat, lon, amsl = (float(word) for word in args.home.split(","))
    except ValueError:
        print(f"--home {args.home}: expected LAT,LON,ALT", file=sys.stderr)
        return 2
    try:
        config = VehicleConfig(
            mavlink=args.mavlink, lat=lat, lon=lon, ground_amsl_m=amsl, seed=args.seed, system_id=args.system_id,
            params=args.params, powered_s=args.powered,
        )  # fmt: skip
        asyncio.run(_alone(config, args.speed, args.truth))
    except (UserError, ValueError) as error:
        print(str(error).splitlines()[0], file=sys.stderr)
        return 2
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sim.vehicle", description="One simulated aircraft over MAVLink.")
    parser.add_argument("--mavlink", default="udpout:127.0.0.1:14550", help="udpout:HOST:PORT or udpin:HOST:PORT")
    parser.add_argument("--home", default="52.2,0.12,15", help="LAT,LON,ALT (degrees, metres above sea level)")
    parser.add_argument("--speed", type=float, default=1.0, help="simulated seconds a second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--system-id", type=int, default=1)
    parser.add_argument("--powered", type=float, default=0.0, help="seconds it has been on already")
    parser.add_argument("--params", type=Path, help="an arducopter.param file to load")
    parser.add_argument("--truth", type=Path, help="write the truth log here (JSON lines)")
    return parser


async def _alone(config: VehicleConfig, speed: float, truth_path: Path | None) -> None:
    clock = Clock(speed)
    truth = TruthLog(truth_path, clock)
    vehicle = Vehicle(config, truth.write)
    flight = asyncio.create_task(fly(vehicle, clock))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, flight.cancel)
    ready = asyncio.create_task(_say_when_ready(vehicle, clock))
    try:
        await flight
    except asyncio.CancelledError:
        pass
    finally:
        ready.cancel()
        truth.close()


async def _say_when_ready(vehicle: Vehicle, clock: Clock) -> None:
    print(f"vehicle {vehicle.config.system_id} on {vehicle.config.mavlink}, booting", flush=True)
    while not vehicle.copter.ready:
        await clock.sleep(0.2)
    print("ready", flush=True)
