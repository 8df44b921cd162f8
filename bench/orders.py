"""`airbeat bench orders --n N`: how long an order takes through broker, box and pilot to the aircraft, under a flood.

Counted: from the publishing of the sealed order to the arm command at the aircraft's socket (the inspection anew and
the GUIDED mode in it; the dock's lid opens at once, since a lid's way is the dock's), and from a hold or return to the
autopilot's COMMAND_ACK. Not counted: the console's POST before it. The peer is an echo through the same broker.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from socket import SOCK_STREAM
from typing import Any

from bench.kills_real import NEAR
from bench.lockstep import EDGE
from bench.rig import Rig, free_port
from wire.mqtt import Mqtt
from wire.orders import Hold, OrderState, Return
from wire.process import guarded
from wire.topics import VIDEO

LID_S = 0.05
ABORTS = 6
"""A flight."""
COMMAND_LONG, COMMAND_ACK, ARM = 76, 77, 400
PICTURE, PICTURES_HZ = b"\0" * 20_000, 100


def main(argv: list[str] | None = None) -> int:
    """airbeat bench orders [--n N] [--calm] [--json]"""
    parser = argparse.ArgumentParser(prog="airbeat bench orders", description=__doc__)
    parser.add_argument("--n", type=int, default=10, help="how many launches (default 10)")
    parser.add_argument("--calm", action="store_true", help="no flood of video beside it")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args))


def _run(args: argparse.Namespace) -> int:
    port = free_port(SOCK_STREAM)
    broker = subprocess.Popen([sys.executable, "-m", "ingest.broker", str(port)], stderr=subprocess.DEVNULL)
    try:
        with tempfile.TemporaryDirectory() as folder, Rig(Path(folder), port, lid_s=LID_S) as rig:
            told = _measure(rig, port, args.n, calm=args.calm)
    finally:
        broker.kill()
        broker.wait()
    print(json.dumps(told) if args.json else "\n".join(f"{name:<28}{value}" for name, value in told.items()))
    return 0


def _measure(rig: Rig, port: int, n: int, *, calm: bool) -> dict[str, Any]:
    wire, over = _Wire(rig), threading.Event()
    flood = threading.Thread(target=_flood, args=(port, over), daemon=True)
    if not calm:
        flood.start()
    launches, aborts, echoes = list[float](), list[float](), list[float]()
    for _ in range(n):
        rig.until_ready()
        wire.armed.clear()
        at_s = time.monotonic()
        launch = rig.order(NEAR)
        launches.append(wire.wait(wire.armed, rig) - at_s)
        rig.until_state(launch, OrderState.AIRBORNE)
        for number in range(ABORTS):
            wire.acked.clear()
            at_s = time.monotonic()
            rig.order(Return() if number % 2 else Hold())
            aborts.append(wire.wait(wire.acked, rig) - at_s)
            echoes.append(_echo(rig, port))
            time.sleep(1.0)
        rig.until_stage("parked", 120)
    over.set()
    return {
        "order_to_arm_command_ms": _quantiles(launches), "abort_to_ack_ms": _quantiles(aborts),
        "broker_echo_ms": _quantiles(echoes), "flood": "none" if calm else f"{PICTURES_HZ} pictures/s of 20 kB asked",
    }  # fmt: skip


class _Wire:
    """What passes the aircraft's socket: when an arm command came in, when a COMMAND_ACK went out."""

    def __init__(self, rig: Rig) -> None:
        self.armed: list[float] = []
        self.acked: list[float] = []
        vehicle = rig.aircraft
        receive, outgoing = vehicle.receive, vehicle.outgoing

        def came(datagram: bytes, peer: tuple[str, int]) -> None:
            if _number(datagram, 7, 3) == COMMAND_LONG and _number(datagram, 38, 2) == ARM:
                self.armed.append(time.monotonic())
            receive(datagram, peer)

        def went() -> list[tuple[bytes, tuple[str, int]]]:
            out = outgoing()
            if any(_number(data, 7, 3) == COMMAND_ACK for data, _ in out):
                self.acked.append(time.monotonic())
            return out

        vehicle.receive, vehicle.outgoing = came, went  # type: ignore[method-assign]

    @staticmethod
    def wait(moments: list[float], rig: Rig) -> float:
        rig.until(lambda: moments, "on the wire", 60)
        return moments[0]


def _number(frame: bytes, at: int, size: int) -> int:
    """The message's number lies at 7, COMMAND_LONG's command at 38 (mavlink.io, Serialization)."""
    return int.from_bytes(frame[at : at + size], "little")


def _echo(rig: Rig, port: int) -> float:
    """Published and heard again by one client: what the broker alone takes now."""
    heard = threading.Event()
    peer = Mqtt("127.0.0.1", port, "bench-echo")
    peer.subscribe("bench/echo", 1, lambda *_: heard.set())
    peer.start()
    rig.until(lambda: peer.connected, "the echo is connected")
    time.sleep(0.2)
    at_s = time.monotonic()
    peer.publish("bench/echo", b"x", 1)
    heard.wait(10)
    took_s = time.monotonic() - at_s
    peer.stop()
    return took_s


def _flood(port: int, over: threading.Event) -> None:
    client = Mqtt("127.0.0.1", port, "bench-flood")
    client.start()
    while not over.wait(1 / PICTURES_HZ):
        client.publish(VIDEO.of(EDGE, camera="bench-cam"), PICTURE)
    client.stop()


def _quantiles(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return {"n": len(ordered), "p50": round(statistics.median(ordered) * 1e3), "p95": round(p95 * 1e3)}
