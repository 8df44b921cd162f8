"""The flight process as on a box: real UDP to the simulated aircraft, real Modbus TCP to its dock, a real broker."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from pymodbus.client import ModbusTcpClient

from bench.lockstep import BASELINE, DOCK, LIMITS
from bench.lockstep_orders import AIRCRAFT, EDGE
from edge.health import write_clock_offset
from edge.outbox import Outbox
from sim.clock import Clock
from sim.dock import DockConfig, serve_dock
from sim.truth import TruthLog
from sim.vehicle import Vehicle, VehicleConfig, fly
from sim.weather import WeatherConfig
from wire.baseline import write_sealed
from wire.dock import UNIT, Coil
from wire.events import Event, decode_event
from wire.mavlink_key import create_mavlink_key
from wire.mqtt import Mqtt
from wire.orders import Act, Lease, Order, OrderAnswer, OrderState
from wire.signing import create_key, load_private, seal
from wire.states import DockState, Lid, VehicleState
from wire.topics import ANSWER, ORDER, VEHICLE
from wire.topics import DOCK as DOCK_TOPIC

SITE = """
[box]
name = "{edge}"
data_dir = "{folder}/data"
lat = {lat}
lon = {lon}
private_key = "{folder}/box.key"
room_public_key = "{folder}/room.pub"
[uplink]
host = "127.0.0.1"
port = {broker}
[flight]
aircraft = "{aircraft}"
autopilot = "arducopter"
link = "udpin:127.0.0.1:{mavlink}"
system_id = 1
signing_key = "{folder}/aircraft.mavlink"
baseline = "{folder}/aircraft.baseline"
traffic = "adsb"
remote_id = "mavlink"
zones = "none"
[flight.limits]
{limits}
[dock]
kind = "modbus"
host = "127.0.0.1"
port = {modbus}
lat = {lat}
lon = {lon}
"""


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(type=kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def limits_toml() -> str:
    values = LIMITS.model_dump()
    fence = [list(corner) for corner in values.pop("fence")]
    return "\n".join([*(f"{name} = {value}" for name, value in values.items()), f"fence = {fence}"])


class Rig:
    """Use it as a context. `weather`: of the simulated station and air. `supervised`: the box, not flight alone."""

    def __init__(
        self,
        folder: Path,
        broker_port: int,
        weather: WeatherConfig | None = None,
        *,
        supervised: bool = False,
        lid_s: float = 4.0,
    ) -> None:
        self._supervised = supervised
        self.folder, self.data = folder, folder / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        create_key(folder / "box.key", folder / "box.pub")
        create_key(folder / "room.key", folder / "room.pub")
        self._key = load_private(folder / "room.key")
        create_mavlink_key(folder / "aircraft.mavlink")
        write_sealed(BASELINE, folder / "aircraft.baseline", self._key)
        self._ports = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
        self.site = folder / "site.toml"
        self.site.write_text(
            SITE.format(
                edge=EDGE, aircraft=AIRCRAFT, folder=folder, lat=DOCK.lat, lon=DOCK.lon, broker=broker_port,
                mavlink=self._ports[0], modbus=self._ports[1], limits=limits_toml(),
            )
        )  # fmt: skip
        self._town = _Town(self._ports, weather or WeatherConfig(), folder, lid_s)
        self.answers: list[OrderAnswer] = []
        self.vehicle: VehicleState | None = None
        self.vehicles = 0
        self.dock: DockState | None = None
        self.seq = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.room = Mqtt("127.0.0.1", broker_port, f"test-room-{folder.name}")
        self.room.subscribe(ANSWER.of(EDGE), 1, lambda _, p: self.answers.append(OrderAnswer.model_validate_json(p)))
        self.room.subscribe(VEHICLE.of(EDGE), 0, self._vehicle)
        self.room.subscribe(DOCK_TOPIC.of(EDGE), 0, self._dock)

    def __enter__(self) -> "Rig":
        self._town.start()
        self.room.start()
        self.until(lambda: self.room.connected, "the room is connected")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.room.stop()
        self._town.stop()

    @property
    def truth(self) -> list[dict[str, Any]]:
        return self._town.truth.lines

    @property
    def mavlink_port(self) -> int:
        """The box listens there, UDP."""
        return self._ports[0]

    @property
    def aircraft(self) -> Vehicle:
        return self._town.vehicle

    def start(self, boot: int = 1) -> None:
        flight = ["edge.flight", str(self.site), "--boot", str(boot)]
        command = [sys.executable, "-m", *(["edge", str(self.site)] if self._supervised else flight)]
        log = (self.folder / "flight.log").open("ab")
        self.process = subprocess.Popen(command, stderr=log, env={**os.environ, "PYTHONUNBUFFERED": "1"})
        log.close()

    def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=10)

    def order(self, act: Act, **changes: Any) -> UUID:
        """A sealed order, as the room sends it."""
        order = self.make(act, **changes)
        self.send(seal(ORDER.name, order.encode(), self._key))
        return order.id

    def make(self, act: Act, **changes: Any) -> Order:
        self.seq += 1
        now = datetime.now(UTC)
        fields: dict[str, Any] = {
            "id": uuid4(), "edge": EDGE, "aircraft": AIRCRAFT, "lease": Lease(holder="anna", epoch=1), "seq": self.seq,
            "issued_at": now, "expires_at": now + timedelta(seconds=5), "incident_id": uuid4(),
            "reason": "stolen car seen twice", "issued_by": "anna", "role": "dispatcher", "act": act,
        }  # fmt: skip
        return Order(**{**fields, **changes})

    def sealed(self, order: Order) -> bytes:
        return seal(ORDER.name, order.encode(), self._key)

    def send(self, payload: bytes) -> None:
        self.room.publish(ORDER.of(EDGE), payload, 1)

    def states(self, order_id: UUID) -> list[OrderState]:
        return [answer.state for answer in self.answers if answer.order_id == order_id]

    def open_lid(self) -> None:
        """As somebody at the dock does; it stands open then, and is shown so. Needs a parked aircraft."""
        with ModbusTcpClient("127.0.0.1", port=self._ports[1]) as client:
            client.write_coil(Coil.OPEN_LID, True, device_id=UNIT)
        self.until(lambda: self.dock is not None and self.dock.lid is Lid.OPEN, "open")

    def until_ready(self) -> None:
        self.until(lambda: self.vehicle is not None and self.vehicle.ready, "ready")

    def until_state(self, order_id: UUID, state: OrderState, seconds: float = 90) -> None:
        self.until(lambda: state in self.states(order_id), f"{state}", seconds)

    def until_stage(self, stage: str, seconds: float = 90) -> None:
        self.until(lambda: self.vehicle is not None and self.vehicle.stage == stage, stage, seconds)

    def until(self, condition: Callable[[], object], what: str, seconds: float = 60) -> None:
        """`seconds` only ends a hopeless wait."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"never {what}: {self.vehicle} {self.answers} {self.tail()}"
            time.sleep(0.02)

    def events(self) -> list[Event]:
        outbox = Outbox(self.data / "outbox.db", box=EDGE, boot=0)
        lines = [pending.line for pending in outbox.pending(1000)]
        outbox.close()
        return [decode_event(line) for line in lines]

    def tail(self) -> str:
        """The end of the processes' log."""
        return (self.folder / "flight.log").read_text()[-3000:]

    def _vehicle(self, _topic: str, payload: bytes) -> None:
        self.vehicle = VehicleState.model_validate_json(payload)
        self.vehicles += 1

    def _dock(self, _topic: str, payload: bytes) -> None:
        self.dock = DockState.model_validate_json(payload)


class Surroundings(threading.Thread, ABC):
    """What is about the box: its dock and other parts in a loop of their own, and the uplink's clock file."""

    def __init__(self, data: Path, dock: DockConfig) -> None:
        super().__init__(daemon=True)
        self.clock, self._data, self._dock = Clock(), data, dock
        self.truth = TruthLog(None, self.clock)
        self._leave: Callable[[], object] = lambda: None

    @abstractmethod
    def parts(self) -> list[Coroutine[Any, Any, object]]:
        """What runs in it beside the clock file."""

    def run(self) -> None:
        with suppress(asyncio.CancelledError):
            asyncio.run(self._live())

    def stop(self) -> None:
        self._leave()
        self.join()

    async def _live(self) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task
        self._leave = lambda: loop.call_soon_threadsafe(task.cancel)
        await asyncio.gather(*self.parts(), self._measure_clock())

    async def _measure_clock(self) -> None:
        while True:
            write_clock_offset(self._data, 2.0)
            await asyncio.sleep(1)


class _Town(Surroundings):
    """Aircraft and dock."""

    def __init__(self, ports: tuple[int, int], weather: WeatherConfig, folder: Path, lid_s: float) -> None:
        super().__init__(folder / "data", DockConfig(name=EDGE, modbus_port=ports[1], lid_s=lid_s))
        url = f"udpout:127.0.0.1:{ports[0]}"
        config = VehicleConfig(name=AIRCRAFT, mavlink=url, powered_s=60, weather=weather, lat=DOCK.lat, lon=DOCK.lon,
            adsb=True, remote_id=True, signing_key=folder / "aircraft.mavlink")  # fmt: skip
        self.vehicle = Vehicle(config, self.truth.write)

    def parts(self) -> list[Coroutine[Any, Any, object]]:
        return [fly(self.vehicle, self.clock), serve_dock(self._dock, self.vehicle, self.clock, self.truth)]
