"""`airbeat sim vehicle`: one aircraft alone, for any MAVLink client. It prints `ready` when it can be armed."""

import argparse
import asyncio
import math
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from sim.clock import Clock
from sim.faults import Fault, Faults, read_script
from sim.mavlink import Peer
from sim.radio import Radio
from sim.truth import TruthLog
from sim.vehicle import Air, Vehicle, VehicleConfig, fly
from wire.errors import UserError
from wire.process import guarded, on_stop

FASTEST = 100.0
"""More than one core steps; the vehicle would lag behind its clock."""


class _Parser(argparse.ArgumentParser):
    """One line for a wrong argument, as from every command of ours; argparse's usage would hide it."""

    def error(self, message: str) -> NoReturn:
        raise UserError(
            message.removeprefix("argument ").replace(": ", " ", 1), remedy=f"{self.prog} --help tells more"
        )


def main(argv: list[str] | None = None) -> int:
    """airbeat sim vehicle [--mavlink WHERE] [--home LAT,LON,ALT] [--speed X] [--seed S] ..."""
    return guarded(lambda: _run(argv))


def _run(argv: list[str] | None) -> int:
    args = _arguments().parse_args(argv)
    lat, lon, amsl = args.home
    config = VehicleConfig(
        mavlink=args.mavlink, lat=lat, lon=lon, ground_amsl_m=amsl, seed=args.seed, system_id=args.system_id,
        params=args.params, powered_s=args.powered, camera=True, adsb=True, remote_id=True,
        signing_key=args.signing_key,
    )  # fmt: skip
    script = read_script(args.faults) if args.faults else ()
    asyncio.run(_alone(config, args.speed, args.truth, script))
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = _Parser(prog="airbeat sim vehicle", description=__doc__)
    add = parser.add_argument
    add(
        "--mavlink", default="udpout:127.0.0.1:14550", metavar="WHERE",
        help="udpout:HOST:PORT dials a ground station; udpin:HOST:PORT and tcpin:HOST:PORT wait for clients "
        "(default: %(default)s)",
    )  # fmt: skip
    add(
        "--home", type=_home, default="52.2,0.12,15", metavar="LAT,LON,ALT",
        help="where it stands: degrees, metres above sea level (default: %(default)s)",
    )  # fmt: skip
    add("--speed", type=_number(0.01, FASTEST), default=1.0, metavar="X", help="simulated seconds a second")
    add("--seed", type=int, default=1, metavar="S", help="weather and noise are the same for the same seed")
    add("--system-id", type=_system, default=1, metavar="ID", help="MAVLink system id, 1 to 255")
    add("--powered", type=_number(0, 1e6), default=0.0, metavar="S", help="on for so long already; 42 is armable")
    add("--params", type=Path, metavar="FILE", help="an arducopter.param file to load")
    add("--faults", type=Path, metavar="FILE", help="a script of what breaks when (TOML; docs/runbook.md)")
    add("--signing-key", type=Path, metavar="FILE", help="sign MAVLink with it (airbeat keys NAME --mavlink)")
    add("--truth", type=Path, metavar="FILE", help="write what really happens here (JSON lines)")
    return parser


def _home(text: str) -> tuple[float, float, float]:
    try:
        lat, lon, amsl = (float(word) for word in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text}: expected LAT,LON,ALT") from error
    if not (abs(lat) <= 90 and abs(lon) <= 180 and -500 <= amsl <= 9000):
        raise argparse.ArgumentTypeError(f"{text}: no such place on the ground")
    return lat, lon, amsl


def _number(least: float, most: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text}: expected a number from {least:g} to {most:g}")
        return value

    return number


def _system(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 255):
        raise argparse.ArgumentTypeError(f"{text}: expected a whole number from 1 to 255")
    return int(text)


async def _alone(config: VehicleConfig, speed: float, truth_path: Path | None, script: tuple[Fault, ...]) -> None:
    clock = Clock(speed)
    truth = TruthLog(truth_path, clock)
    vehicle = Vehicle(config, truth.write)
    flight = asyncio.create_task(fly(vehicle, clock, _air(vehicle, script, truth)))
    on_stop(lambda: _end(flight))
    ready = asyncio.create_task(_say_when_ready(vehicle, clock))
    try:
        await flight
    except asyncio.CancelledError:
        pass
    finally:
        ready.cancel()
        truth.close()


def _air(vehicle: Vehicle, script: tuple[Fault, ...], truth: TruthLog) -> Air:
    """The radio, and the script's faults on it; each is told on the screen and in the truth log."""
    up, down = (Radio[tuple[bytes, Peer]](f"{vehicle.config.seed}:{way}") for way in ("up", "down"))
    faults = Faults(script, vehicle, (up, down))

    def disturb(now_s: float) -> None:
        for line in faults.advance(now_s):
            print(line, flush=True)
            truth.write("fault", vehicle=vehicle.config.name, what=line)

    return Air(up, down, disturb)


def _end(flight: "asyncio.Task[None]") -> None:
    flight.cancel()


async def _say_when_ready(vehicle: Vehicle, clock: Clock) -> None:
    print(f"vehicle {vehicle.config.system_id} on {vehicle.config.mavlink}, booting", flush=True)
    while not vehicle.copter.ready:
        await clock.sleep(0.2)
    print("ready", flush=True)
