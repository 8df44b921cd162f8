"""`airbeat bench orders --n N`: how long a click takes through console, database, broker, box and pilot, under a flood.

Counted: from the console's POST, as its button sends it, to the arm command at the aircraft's socket, the inspection
anew and the GUIDED mode in it, under a lid that stands open; and from the POST of a hold or return to the autopilot's
COMMAND_ACK. Of both the part until the sealed order is heard from the broker is told too. A launch in EACH is flown,
and begins under a shut lid that opens at once, to show what F1 adds: both of its signals must have agreed for 0.4 s.
The others are called off on the pad. The peer is an echo by the same broker.

The flood: pictures at the broker; at the box's MAVLink port all of the aircraft's telemetry at 50 Hz, and datagrams of
strangers, unsigned and broken.
"""

import argparse
import json
import socket
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.kills_real import NEAR
from bench.lockstep_orders import EDGE
from bench.rig import Rig, free_port
from bench.room import Person, control_room
from sim.mavlink import Codec, dialect
from wire.mqtt import Mqtt
from wire.orders import Act, Hold, OrderState, Return
from wire.process import guarded
from wire.topics import ORDER, VIDEO

LID_S = 0.05
EACH = 10
ABORTS = 12
"""A flight."""
COMMAND_LONG, COMMAND_ACK, ARM = 76, 77, 400
PICTURE, PICTURES_HZ = b"\0" * 20_000, 100
TELEMETRY, TELEMETRY_HZ = (1, 24, 30, 31, 32, 33, 42, 74, 147, 162, 193, 245), 50.0
"""Message numbers; half of them is what the box asks for, at 1 and 5 Hz."""
STRANGERS_HZ = 500
FLOOD = (
    f"asked: {PICTURES_HZ} pictures of 20 kB, {len(TELEMETRY) * TELEMETRY_HZ:.0f} messages of the aircraft, "
    f"{STRANGERS_HZ} datagrams of strangers a second"
)


def main(argv: list[str] | None = None) -> int:
    """airbeat bench orders [--n N] [--calm] [--json]"""
    parser = argparse.ArgumentParser(prog="airbeat bench orders", description=__doc__)
    parser.add_argument("--n", type=int, default=10, help="how many launches (default 10)")
    parser.add_argument("--calm", action="store_true", help="no flood of video beside it")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args))


def _run(args: argparse.Namespace) -> int:
    port = free_port(socket.SOCK_STREAM)
    with tempfile.TemporaryDirectory(prefix="airbeat-bench-") as name:
        rig = Rig(Path(name), port, lid_s=LID_S, supervised=True)
        with control_room(Path(name), port, NEAR) as person, rig:
            told = _Bench(rig, person, port).measure(args.n, calm=args.calm)
    print(json.dumps(told) if args.json else "\n".join(f"{name:<28}{value}" for name, value in told.items()))
    return 0


class _Bench:
    """One run. Times are of the monotonic clock, seconds."""

    def __init__(self, rig: Rig, person: Person, port: int) -> None:
        self.rig, self.person, self.port = rig, person, port
        self.wire = _Wire(rig)
        self.launches, self.shut, self.aborts = list[float](), list[float](), list[float]()
        self.issued, self.echoes = list[float](), list[float]()

    def measure(self, n: int, *, calm: bool) -> dict[str, Any]:
        over = threading.Event()
        if not calm:
            for flood in (_flood_broker, _flood_box):
                threading.Thread(target=flood, args=(self.rig, self.port, over), daemon=True).start()
        for number in range(n):
            self._launch_once(flies=number % EACH == 0, calm=calm)
        over.set()
        return {
            "post_to_arm_command_ms": _quantiles(self.launches),
            "the_same_from_a_shut_lid_ms": _quantiles(self.shut),
            "abort_post_to_ack_ms": _quantiles(self.aborts),
            "of_both_post_to_order_ms": _quantiles(self.issued),
            "broker_echo_ms": _quantiles(self.echoes),
            "flood": "none" if calm else FLOOD,
        }

    def _launch_once(self, *, flies: bool, calm: bool) -> None:
        rig = self.rig
        rig.until_ready()
        if not calm:
            for message in TELEMETRY:
                rig.aircraft.callers.stream(message, TELEMETRY_HZ)
        if not flies:
            rig.open_lid()
        self.person.until_able(NEAR)
        launch, took_s = self._timed(NEAR, self.wire.armed)
        (self.shut if flies else self.launches).append(took_s)
        last = launch
        if flies:
            rig.until_state(launch, OrderState.AIRBORNE)
            self._abort_often()
        else:
            last = self.person.order(Return())
        rig.until(lambda: {OrderState.DONE, OrderState.FAILED} & {*rig.states(last)}, "over", 120)
        rig.until_stage("parked", 120)

    def _abort_often(self) -> None:
        """From each hold or return to its COMMAND_ACK; the last is a return."""
        for number in range(ABORTS):
            _, took_s = self._timed(Return() if number % 2 else Hold(), self.wire.acked)
            self.aborts.append(took_s)
            self.echoes.append(_echo(self.rig, self.port))
            time.sleep(0.5)

    def _timed(self, act: Act, moments: list[float]) -> tuple[UUID, float]:
        """The order, and the seconds from its POST to what it shows on the wire."""
        moments.clear()
        self.wire.ordered.clear()
        at_s = time.monotonic()
        order_id = self.person.order(act)
        took_s = self.wire.wait(moments, self.rig) - at_s
        self.issued.append(self.wire.wait(self.wire.ordered, self.rig) - at_s)
        return order_id, took_s


class _Wire:
    """What passes the aircraft's socket: when an arm command came in, when a COMMAND_ACK went out; and when an order
    passed the broker."""

    def __init__(self, rig: Rig) -> None:
        self.ordered: list[float] = []
        rig.room.subscribe(ORDER.of(EDGE), ORDER.qos, lambda *_: self.ordered.append(time.monotonic()))
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


def _flood_box(rig: Rig, _port: int, over: threading.Event) -> None:
    """Every other datagram is a whole HEARTBEAT of the aircraft's number without a signature, the others are noise."""
    whole = Codec(1).encode(dialect.MAVLink_heartbeat_message(2, 3, 81, 4, 4, 3))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        number = 0
        while not over.wait(1 / STRANGERS_HZ):
            number += 1
            stranger.sendto(whole if number % 2 else whole[number % 20 :][::-1], ("127.0.0.1", rig.mavlink_port))


def _flood_broker(_rig: Rig, port: int, over: threading.Event) -> None:
    client = Mqtt("127.0.0.1", port, "bench-flood")
    client.start()
    while not over.wait(1 / PICTURES_HZ):
        client.publish(VIDEO.of(EDGE, camera="bench-cam"), PICTURE)
    client.stop()


def _quantiles(seconds: list[float]) -> dict[str, float]:
    if not seconds:
        return {"n": 0}
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return {"n": len(ordered), "p50": round(statistics.median(ordered) * 1e3), "p95": round(p95 * 1e3)}
