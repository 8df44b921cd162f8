"""The box's MAVLink doors against the simulated aircraft: UDP, TCP, a serial port, a recorder and a second consumer."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from edge.flight.aircraft_key import give
from edge.flight.link import Link
from edge.flight.say import Said, Say
from edge.flight.signing import Signing, stamp_of
from edge.flight.tlog import Recorder
from sim import mavlink as sim
from sim.clock import Clock
from sim.mavlink import dialect as m
from sim.vehicle import Vehicle, VehicleConfig, fly
from tests.support.processes import free_port
from tests.support.sim_pilot import plane
from wire.errors import UserError
from wire.mavlink_key import create_mavlink_key, load_mavlink_key

LIMIT_S = 20
"""Only ends a hopeless wait."""


class Heard(list[Any]):
    def kinds(self) -> set[str]:
        return {message.get_type() for message in self}


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def linked(link: Link, config: VehicleConfig | None) -> AsyncIterator[tuple[Vehicle | None, Heard]]:
    """The link with a heartbeat ten times a second, and the aircraft in its own shell."""
    heard = Heard()
    vehicle = Vehicle(config) if config else None
    tasks = [asyncio.create_task(fly(vehicle, Clock()))] if vehicle else []
    await link.start(heard.append)

    async def beat() -> None:
        while True:
            link.heartbeat()
            await asyncio.sleep(0.1)

    tasks.append(asyncio.create_task(beat()))
    try:
        yield vehicle, heard
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await link.close()


async def converses(link: Link, heard: Heard) -> None:
    """An answer shows that both ways work."""
    await until(lambda: "HEARTBEAT" in heard.kinds())
    link.send(Say(Said.PARAM_REQUEST_READ, (b"RTL_ALT", -1)))
    await until(lambda: "PARAM_VALUE" in heard.kinds())
    assert next(x.param_value for x in heard if x.get_type() == "PARAM_VALUE") == 3500


@pytest.mark.parametrize(("door", "kind"), [("udpin", "udpout"), ("udpout", "udpin"), ("tcp", "tcpin")])
def test_each_network_door_hears_and_is_heard_signed(tmp_path: Path, door: str, kind: str) -> None:
    create_mavlink_key(tmp_path / "key")
    port = free_port(socket.SOCK_STREAM if door == "tcp" else socket.SOCK_DGRAM)

    async def run() -> None:
        link = Link(f"{door}:127.0.0.1:{port}", 1, signing=Signing(load_mavlink_key(tmp_path / "key"), 0))
        config = plane(mavlink=f"{kind}:127.0.0.1:{port}", signing_key=tmp_path / "key")
        async with linked(link, config) as (_, heard):
            await converses(link, heard)
            assert not set(link.counts) & {"unsigned", "bad_signature", "replayed", "garbage"}

    asyncio.run(run())


@pytest.mark.parametrize(("door", "kind"), [("udpin", "udpout"), ("udpout", "udpin")])
def test_a_box_that_is_ahead_in_time_and_its_aircraft_find_each_other(tmp_path: Path, door: str, kind: str) -> None:
    """Begun anew after its clock was wrong by an hour, or met by an autopilot that has no time yet."""
    create_mavlink_key(tmp_path / "key")
    port = free_port(socket.SOCK_DGRAM)
    ahead = stamp_of(datetime.now(UTC) + timedelta(hours=1))

    async def run() -> None:
        link = Link(f"{door}:127.0.0.1:{port}", 1, signing=Signing(load_mavlink_key(tmp_path / "key"), ahead))
        config = plane(mavlink=f"{kind}:127.0.0.1:{port}", signing_key=tmp_path / "key")
        async with linked(link, config) as (_, heard):
            await converses(link, heard)

    asyncio.run(run())


def test_a_serial_port_hears_is_heard_and_is_opened_again(tmp_path: Path) -> None:
    async def run() -> None:
        near, far = os.openpty()
        door = tmp_path / "tty"
        door.symlink_to(os.ttyname(far))
        vehicle = Vehicle(plane(mavlink="udpin:127.0.0.1:0"))
        clock = Clock()

        async def cable() -> None:
            os.set_blocking(near, False)
            while True:
                with suppress(BlockingIOError):
                    vehicle.receive(os.read(near, 4096), ("cable", 1))
                vehicle.advance(clock.now_s())
                for data, _ in vehicle.outgoing():
                    os.write(near, data[:5])
                    os.write(near, data[5:])
                await asyncio.sleep(0.02)

        wire = asyncio.create_task(cable())
        link = Link(f"serial:{door}:57600", 1)
        async with linked(link, None) as (_, heard):
            await converses(link, heard)
        wire.cancel()
        await asyncio.gather(wire, return_exceptions=True)

    asyncio.run(run())


@pytest.mark.parametrize("address", ["serial:/dev/null:57600", "serial:/nowhere/tty:57600", "serial:/dev/null:12345"])
def test_a_wrong_serial_port_is_tried_again_and_said(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    async def run() -> None:
        async with linked(Link(address, 1), None):
            await asyncio.sleep(0.2)

    asyncio.run(run())
    assert "autopilot_unreachable" in "".join(capfd.readouterr())


def test_garbage_strangers_and_old_versions_are_counted_and_the_talk_goes_on() -> None:
    port = free_port(socket.SOCK_DGRAM)
    beat = m.MAVLink_heartbeat_message(2, 3, 0, 4, 3, 3)
    whole = sim.Codec(1).encode(beat)
    bad = {
        b"\x00" * 40: "garbage",
        whole[:-3]: "garbage",
        whole[:-1] + bytes([whole[-1] ^ 1]): "bad_checksum",
        sim.Codec(9).encode(beat): "stranger",
        beat.pack(m.MAVLink(None, srcSystem=1, srcComponent=1), force_mavlink1=True): "mavlink_1",
        sim.Codec(1).encode(m.MAVLink_vfr_hud_message(0, 0, 0, 0, 0, 0)): "not_allowed",
    }

    async def run() -> None:
        link = Link(f"udpin:127.0.0.1:{port}", 1)
        here = ("127.0.0.1", 5)
        async with linked(link, plane(mavlink=f"udpout:127.0.0.1:{port}")) as (_, heard):
            await converses(link, heard)
            link.datagram(whole, here)
            assert link.counts["other_peer"] == 1
            peer = link._peer
            assert peer
            for data, why in bad.items():
                before = link.counts[why]
                link.datagram(data, peer)
                assert link.counts[why] == before + 1, why
            heard.clear()
            await converses(link, heard)

    asyncio.run(run())


def test_the_recording_is_read_by_mavlogdump(tmp_path: Path) -> None:
    port = free_port(socket.SOCK_DGRAM)
    create_mavlink_key(tmp_path / "key")

    async def run() -> None:
        recorder = Recorder(tmp_path / "tlog", "falcon-1")
        signing = Signing(load_mavlink_key(tmp_path / "key"), 0)
        link = Link(f"udpin:127.0.0.1:{port}", 1, signing=signing, recorder=recorder)
        config = plane(mavlink=f"udpout:127.0.0.1:{port}", signing_key=tmp_path / "key")
        async with linked(link, config) as (_, heard):
            await converses(link, heard)
            link.cut()()
            heard.clear()
            await converses(link, heard)
            link.cut()()

    asyncio.run(run())
    (log,) = (tmp_path / "tlog").glob("falcon-1-*.tlog")
    dump = [str(Path(sys.executable).parent / "mavlogdump.py"), "--show-source", str(log)]
    text = subprocess.run(dump, capture_output=True, text=True, check=True).stdout
    rows = text.splitlines()
    assert sum("PARAM_REQUEST_READ" in row and "srcSystem=255" in row for row in rows) == 2
    assert sum("PARAM_VALUE" in row and "RTL_ALT" in row and "srcSystem=1 " in row for row in rows) == 2
    assert "BAD_DATA" not in text
    assert rows == sorted(rows, key=lambda row: row[:22]), "in the order of their times"


def test_a_full_disk_costs_the_recording_only(tmp_path: Path) -> None:
    (tmp_path / "tlog").write_text("a file where the folder should be")
    recorder = Recorder(tmp_path / "tlog", "falcon-1")
    recorder.add(b"frame")
    recorder.cut()()
    assert recorder.lost == 1


def test_old_recordings_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.flight.tlog.FILE_BYTES", 27)
    monkeypatch.setattr("edge.flight.tlog.KEPT_BYTES", 28 * 4)
    recorder = Recorder(tmp_path, "falcon-1")
    for number in range(8):
        recorder.add(bytes([number]) * 20)
        recorder.cut()()
    kept = sorted(tmp_path.glob("*.tlog"))
    assert [file.read_bytes()[-1] for file in kept] == [4, 5, 6, 7]


@pytest.mark.parametrize("signed", [False, True])
def test_a_second_consumer_sees_all_and_asks_but_neither_orders_nor_keeps_the_link_alive(
    tmp_path: Path, signed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[bytes] = []
    take = Vehicle.receive
    monkeypatch.setattr(Vehicle, "receive", lambda self, data, peer: reached.append(data) or take(self, data, peer))  # type: ignore[func-returns-value]
    create_mavlink_key(tmp_path / "key")
    key = load_mavlink_key(tmp_path / "key")
    port, watching = free_port(socket.SOCK_DGRAM), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    watching.bind(("127.0.0.1", 0))
    watching.setblocking(False)
    station = sim.Codec(254, 190, signing=sim.Signing(key) if signed else None)
    if signed:
        station._out.signing.link_id = 7
    plain = sim.Codec(254, 190)

    async def run() -> None:
        link = Link(
            f"udpin:127.0.0.1:{port}", 1, signing=Signing(key, 0) if signed else None,
            observer=f"udpout:127.0.0.1:{watching.getsockname()[1]}",
        )  # fmt: skip
        config = plane(mavlink=f"udpout:127.0.0.1:{port}", signing_key=tmp_path / "key" if signed else None)
        async with linked(link, config) as (_, heard):
            await until(lambda: "HEARTBEAT" in heard.kinds())
            loop = asyncio.get_running_loop()
            first, box = await loop.sock_recvfrom(watching, 2048)
            assert station.decode(first), "as the aircraft signed it"
            bad = [
                station.encode(m.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3)),
                station.encode(m.MAVLink_command_long_message(1, 1, 400, 0, 1, *[0.0] * 6)),
                station.encode(m.MAVLink_param_set_message(1, 1, b"FENCE_ENABLE", 0, 2)),
                station.encode(m.MAVLink_mission_clear_all_message(1, 1, 1)),
                *([plain.encode(m.MAVLink_param_request_read_message(1, 1, b"RTL_ALT", -1))] if signed else []),
            ]
            good = [
                station.encode(m.MAVLink_param_request_read_message(1, 1, b"WPNAV_SPEED", -1)),
                station.encode(m.MAVLink_command_long_message(1, 1, 512, 0, 148, *[0.0] * 6)),
            ]
            for data in (*bad, *good):
                watching.sendto(data, box)
            answers: set[str] = set()
            while not {"PARAM_VALUE", "AUTOPILOT_VERSION"} <= answers:
                data = await asyncio.wait_for(loop.sock_recv(watching, 2048), LIMIT_S)
                answers |= {message.get_type() for message in station.decode(data)}
            assert [data for data in good if data not in reached] == [], "untouched"
            assert not set(bad) & set(reached)
            assert link.counts["observer_not_allowed"] == 4
            assert link.counts["observer_unsigned"] == int(signed)

    with watching:
        asyncio.run(run())


@pytest.mark.parametrize(("armed", "said"), [(False, ""), (True, "does not sign with the key")])
def test_an_aircraft_is_given_its_key_on_the_ground_only(armed: bool, said: str) -> None:
    port, key = free_port(socket.SOCK_DGRAM), bytes(range(32))

    async def run() -> None:
        vehicle = Vehicle(plane(mavlink=f"udpout:127.0.0.1:{port}"))
        vehicle.copter.armed = armed
        vehicle.copter.parameters["DISARM_DELAY"] = 0
        flying = asyncio.create_task(fly(vehicle, Clock()))
        try:
            await give(f"udpin:127.0.0.1:{port}", 1, key, limit_s=2.5)
            assert vehicle.callers.signing is not None
        finally:
            flying.cancel()

    with pytest.raises(UserError, match=said) if said else nullcontext():
        asyncio.run(run())


def test_no_aircraft_on_the_cable_is_said() -> None:
    with pytest.raises(UserError, match="nothing is heard"):
        asyncio.run(give(f"udpin:127.0.0.1:{free_port(socket.SOCK_DGRAM)}", 1, bytes(32), limit_s=0.3))
