"""A ground station for the simulated aircraft on the test's clock: straight into the core, or over a real UDP socket.

Time goes on by `step`, so a flight of minutes takes a fraction of a second and is the same each time.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from sim.clock import Clock
from sim.mavlink import Codec, Peer, Socket, dialect
from sim.vehicle import Vehicle, VehicleConfig, fly

REPO = Path(__file__).parents[2]
BASELINE = REPO / "firmware-configs" / "demo" / "arducopter.param"
STEP_S = 0.1


class HandClock(Clock):
    """Stands until the test moves it."""

    def __init__(self) -> None:
        super().__init__(speed=10)
        self.t_s = 0.0

    def now_s(self) -> float:
        return self.t_s

    async def sleep(self, seconds: float) -> None:
        until = self.t_s + seconds
        while self.t_s < until:
            await asyncio.sleep(0.001)


class Pilot:
    """Sends commands, keeps what comes back (`seen`) and what really happened (`truth`)."""

    def __init__(self, config: VehicleConfig | None = None) -> None:
        self.truth: list[dict[str, Any]] = []
        self.seen: list[tuple[float, Any]] = []
        self.vehicle = Vehicle(config or plane(), self._tell)
        self.codec = Codec(255, 190)
        self.heartbeats = True
        self._beat_s = 0.0

    def _tell(self, kind: str, **fields: Any) -> None:
        self.truth.append({"kind": kind, "t": self.vehicle.now_s, **fields})

    def transmit(self, data: bytes) -> None:
        self.vehicle.receive(data, ("test", 1))

    def exchange(self, to_s: float) -> list[bytes]:
        self.vehicle.advance(to_s)
        return [data for data, _ in self.vehicle.outgoing()]

    def step(self, seconds: float = STEP_S) -> None:
        """One step of time, with the heartbeat each second while `heartbeats`."""
        now_s = self.vehicle.now_s
        if self.heartbeats and now_s >= self._beat_s:
            self._beat_s = now_s + 1
            self.send(dialect.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3))
        for data in self.exchange(now_s + seconds):
            self.seen += [(self.vehicle.now_s, message) for message in Codec(9).decode(data)]

    def run(self, seconds: float) -> None:
        until = self.vehicle.now_s + seconds
        while self.vehicle.now_s < until - 1e-6:
            self.step()

    def until(self, condition: Callable[[], bool], within_s: float = 120) -> float:
        """Runs till `condition` holds; returns how long it took, in simulated seconds."""
        start = self.vehicle.now_s
        while not condition():
            assert self.vehicle.now_s - start < within_s, f"not within {within_s} s; {self.texts()[-5:]}"
            self.step()
        return self.vehicle.now_s - start

    def send(self, message: Any) -> None:
        self.transmit(self.codec.encode(message))

    def command(self, number: int, *params: float, component: int = 1) -> int:
        """COMMAND_LONG; returns the MAV_RESULT of its acknowledgement."""
        seven = (*params, *[0.0] * (7 - len(params)))
        return self._ask(number, dialect.MAVLink_command_long_message(1, component, number, 0, *seven))

    def command_int(self, number: int, frame: int, params: tuple[float, ...], place: tuple[float, ...]) -> int:
        """`place`: degrees, degrees and metres in `frame`."""
        lat, lon, z = place
        place = (round(lat * 1e7), round(lon * 1e7), z)
        message = dialect.MAVLink_command_int_message(1, 1, frame, number, 0, 0, *params, *place)
        return self._ask(number, message)

    def _ask(self, number: int, message: Any) -> int:
        before = len(self.seen)
        self.send(message)
        self.until(lambda: bool(self._acks(number, before)), within_s=2)
        return self._acks(number, before)[0]

    def _acks(self, number: int, since: int) -> list[int]:
        news = [message for _, message in self.seen[since:]]
        return [m.result for m in news if m.get_type() == "COMMAND_ACK" and m.command == number]

    def all(self, kind: str) -> list[Any]:
        return [message for _, message in self.seen if message.get_type() == kind]

    def texts(self) -> list[str]:
        return [message.text for message in self.all("STATUSTEXT")]

    def kinds(self) -> list[str]:
        return [line["kind"] for line in self.truth]

    def fly_to(self, height: float = 30) -> None:
        """Armed, in GUIDED, at `height` metres."""
        self.until(lambda: self.vehicle.copter.ready, within_s=60)
        assert self.command(176, 1, 4) == 0
        assert self.command(400, 1) == 0
        assert self.command(22, 0, 0, 0, 0, 0, 0, height) == 0
        self.until(lambda: self.vehicle.height_m > height - 1)

    def place(self, north: float, east: float) -> tuple[float, float]:
        """Degrees of a place in metres from the dock."""
        return self.vehicle.copter.origin.globe(north, east)


class UdpPilot(Pilot):
    """The same over loopback: the vehicle runs in its own shell, `fly`, on the test's clock."""

    def __init__(self, runner: asyncio.Runner, *, dials: bool) -> None:
        self._runner, self.clock = runner, HandClock()
        self._inbox: list[bytes] = []
        self._peer: Peer | None = None
        self._socket = runner.run(self._listen(0))
        port = self._socket.port() if dials else free_udp_port(runner)
        super().__init__(plane(mavlink=f"{'udpout' if dials else 'udpin'}:127.0.0.1:{port}"))
        self._peer = None if dials else ("127.0.0.1", port)
        self._flight = runner.run(self._start())

    async def _listen(self, port: int) -> Socket:
        loop = asyncio.get_running_loop()
        where = ("127.0.0.1", port)
        _, opened = await loop.create_datagram_endpoint(lambda: Socket(self._take), where)
        return opened

    async def _start(self) -> "asyncio.Task[None]":
        return asyncio.create_task(fly(self.vehicle, self.clock))

    def _take(self, data: bytes, peer: Peer) -> None:
        self._inbox.append(data)
        self._peer = peer

    def transmit(self, data: bytes) -> None:
        if self._peer is not None:
            self._socket.send(data, self._peer)

    def exchange(self, to_s: float) -> list[bytes]:
        self._runner.run(self._settle(to_s))
        news, self._inbox = self._inbox, []
        return news

    async def _settle(self, to_s: float) -> None:
        self.clock.t_s = to_s
        while self.vehicle.now_s < to_s - 1e-6:
            assert not self._flight.done(), self._flight.exception()
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.001)

    def close(self) -> None:
        self._runner.run(self._end())

    async def _end(self) -> None:
        self._flight.cancel()
        await asyncio.wait([self._flight])
        self._socket.close()


def plane(**changes: Any) -> VehicleConfig:
    """The demo's aircraft, powered for a minute, in still air."""
    calm = {"wind_mps": 0, "gust_mps": 0}
    values = {"mavlink": "udpin:127.0.0.1:0", "powered_s": 60, "params": BASELINE, "weather": calm, **changes}
    return VehicleConfig.model_validate(values)


def free_udp_port(runner: asyncio.Runner) -> int:
    async def find() -> int:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, ("127.0.0.1", 0))
        port = cast(int, transport.get_extra_info("sockname")[1])
        transport.close()
        return port

    return runner.run(find())
