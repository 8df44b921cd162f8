"""`airbeat bench fleet --n N --flying M`: N simulated aircraft in one process, M in the air: how fast is their time?

Each is stepped as its shell does it and speaks MAVLink with a ground station that asks for a box's streams. Counted
in CPU seconds of this one process, so that a busy machine changes little.
"""

import argparse
import json
import time
from collections.abc import Sequence

from edge.flight import streams
from edge.flight.autopilots import Cmd, Command, interval
from edge.flight.codec import Codec
from sim.vehicle import Vehicle, VehicleConfig
from wire.process import guarded

PEER = ("127.0.0.1", 14550)
WARM_S = 12.0
"""Until whoever flies is in the air."""
STEP_S = 0.2
"""What the shell steps at once at ten times real time: `sim.vehicle.SHELL_S` of wall time."""
UP = (
    Command(Cmd.DO_SET_MODE, (1, 4, 0, 0, 0, 0, 0)),
    Command(Cmd.COMPONENT_ARM_DISARM, (1, 0, 0, 0, 0, 0, 0)),
    Command(Cmd.NAV_TAKEOFF, (0, 0, 0, 0, 0, 0, 30)),
)


def main(argv: list[str] | None = None) -> int:
    """airbeat bench fleet [--n N] [--flying M] [--seconds S] [--json]"""
    parser = argparse.ArgumentParser(prog="airbeat bench fleet", description=__doc__)
    parser.add_argument("--n", type=int, default=100, help="how many aircraft (default 100)")
    parser.add_argument("--flying", type=int, help="how many of them fly (default: all)")
    parser.add_argument("--seconds", type=float, default=10, help="simulated seconds that are measured (default 10)")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args))


def measure(n: int, flying: int, seconds: float) -> dict[str, float]:
    """`factor`: simulated seconds of the whole fleet a CPU second."""
    fleet = [Vehicle(VehicleConfig(mavlink="udpin:127.0.0.1:14550", powered_s=60, seed=seed)) for seed in range(n)]
    codec = Codec(1, lambda _: None)
    for vehicle in fleet:
        for stream in (streams.HEARTBEAT, *streams.STREAMS.values(), streams.ESTIMATORS["arducopter"]):
            vehicle.receive(codec.encode(interval(*stream)), PEER)
    for at_s, command in enumerate(UP, start=1):
        _advance(fleet, codec, at_s - 1, at_s)
        for vehicle in fleet[:flying]:
            vehicle.receive(codec.encode(command), PEER)
    _advance(fleet, codec, len(UP), WARM_S)
    began_s, before_s = time.monotonic(), time.process_time()
    _advance(fleet, codec, WARM_S, WARM_S + seconds)
    cpu_s, wall_s = time.process_time() - before_s, time.monotonic() - began_s
    airborne = sum(vehicle.airborne for vehicle in fleet)
    return {
        "vehicles": n, "airborne": airborne, "factor": round(seconds / cpu_s, 2), "cpu_s": round(cpu_s, 2),
        "wall_factor": round(seconds / wall_s, 2), "vehicle_s_per_cpu_s": round(n * seconds / cpu_s),
    }  # fmt: skip


def _advance(fleet: Sequence[Vehicle], codec: Codec, from_s: float, to_s: float) -> None:
    for tick in range(1, round((to_s - from_s) / STEP_S) + 1):
        beats = tick % round(1 / STEP_S) == 0
        for vehicle in fleet:
            if beats:
                vehicle.receive(codec.heartbeat(), PEER)
            vehicle.advance(from_s + tick * STEP_S)
            vehicle.outgoing()


def _run(args: argparse.Namespace) -> int:
    told = measure(args.n, args.n if args.flying is None else args.flying, args.seconds)
    if args.json:
        print(json.dumps(told))
    else:
        print(
            f"{told['vehicles']} aircraft, {told['airborne']} in the air: {told['factor']} times real time by CPU time"
        )
        print(f"({told['vehicle_s_per_cpu_s']} aircraft seconds a CPU second; {told['wall_factor']} by the wall clock)")
    return 0
