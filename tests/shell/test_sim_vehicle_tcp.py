"""The simulated aircraft over TCP on loopback: clients dial it, `tcpin`; messages may come in pieces."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sim.callers import MOST_PEERS
from sim.clock import Clock
from sim.mavlink import Codec
from sim.mavlink import dialect as m
from sim.vehicle import Vehicle, fly
from tests.support.processes import free_port
from tests.support.sim_pilot import plane
from wire.errors import UserError

ASK_VERSION = m.MAVLink_command_long_message(1, 1, 512, 0, 148, *[0.0] * 6)


@pytest.fixture
async def vehicle() -> AsyncIterator[Vehicle]:
    vehicle = Vehicle(plane(mavlink=f"tcpin:127.0.0.1:{free_port()}"))
    flight = asyncio.create_task(fly(vehicle, Clock()))
    await asyncio.sleep(0.1)
    yield vehicle
    flight.cancel()
    await asyncio.wait([flight])


class Client:
    """One TCP connection and its codec."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer, self.codec = reader, writer, Codec(255, stream=True)

    async def hear(self, kind: str) -> Any:
        """The next message of a kind. A guard against hanging, no bound on speed."""
        async with asyncio.timeout(20):
            while True:
                for message in self.codec.decode(await self.reader.read(4096)):
                    if message.get_type() == kind:
                        return message

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


async def dial(vehicle: Vehicle) -> Client:
    return Client(*await asyncio.open_connection(vehicle.address.host, vehicle.address.port))


async def test_it_speaks_first_and_hears_messages_that_come_in_pieces(vehicle: Vehicle) -> None:
    client = await dial(vehicle)
    await client.hear("HEARTBEAT")
    for byte in client.codec.encode(ASK_VERSION):
        client.writer.write(bytes([byte]))
        await client.writer.drain()
        await asyncio.sleep(0.001)
    assert (await client.hear("COMMAND_ACK")).result == 0
    assert vehicle.callers.garbage == 0
    await client.close()


async def test_garbage_between_messages_is_counted_and_what_follows_is_heard(vehicle: Vehicle) -> None:
    client = await dial(vehicle)
    client.writer.write(b"GET / HTTP/1.1\r\n" + client.codec.encode(ASK_VERSION))
    assert (await client.hear("COMMAND_ACK")).result == 0
    assert vehicle.callers.garbage > 0
    await client.close()


async def test_one_that_hangs_up_makes_room_for_the_next(vehicle: Vehicle) -> None:
    for _ in range(MOST_PEERS + 1):
        client = await dial(vehicle)
        await client.hear("HEARTBEAT")
        await client.close()


async def test_a_taken_port_is_told_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"127.0.0.1:{port}: cannot listen"):
            await fly(Vehicle(plane(mavlink=f"tcpin:127.0.0.1:{port}")), Clock())
