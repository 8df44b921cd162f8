"""The dock over Modbus TCP, asked by the client library that the product uses."""

import asyncio
import socket

import pytest
from pymodbus.client import AsyncModbusTcpClient

from sim.clock import Clock
from sim.dock import DockConfig, serve_dock
from sim.truth import TruthLog
from sim.vehicle import Vehicle
from tests.support.processes import free_port
from tests.support.sim_pilot import plane
from wire.dock import UNIT, Coil, Input, Register
from wire.errors import UserError


async def serving(port: int, truth: TruthLog, clock: Clock) -> "asyncio.Task[None]":
    dock = asyncio.create_task(serve_dock(DockConfig(modbus_port=port), Vehicle(plane()), clock, truth))
    await asyncio.sleep(0.1)
    return dock


async def test_the_lid_opens_and_closes_over_the_wire() -> None:
    clock, port = Clock(speed=20), free_port()
    truth = TruthLog(None, clock)
    dock = await serving(port, truth, clock)
    client = AsyncModbusTcpClient("127.0.0.1", port=port)
    assert await client.connect()
    await client.write_coil(Coil.OPEN_LID, True, device_id=UNIT)
    while not (await client.read_discrete_inputs(0, count=len(Input), device_id=UNIT)).bits[Input.LID_OPEN_SWITCH]:
        await asyncio.sleep(0.01)
    registers = (await client.read_input_registers(0, count=len(Register), device_id=UNIT)).registers
    assert registers[Register.LID_POSITION_PCT] >= 99
    assert registers[Register.WIND_CMPS] < 100, "the weather is the aircraft's own: calm"
    while (await client.read_discrete_inputs(0, count=len(Input), device_id=UNIT)).bits[Input.LID_MOVING]:
        await asyncio.sleep(0.01)
    await client.write_coils(0, [False, True], device_id=UNIT)
    while not (await client.read_discrete_inputs(0, count=len(Input), device_id=UNIT)).bits[Input.LID_CLOSED_SWITCH]:
        await asyncio.sleep(0.01)
    assert (await client.read_holding_registers(0, count=1, device_id=UNIT)).isError()
    assert (await client.read_coils(0, count=3, device_id=9)).isError(), "another unit is not ours"
    client.close()
    dock.cancel()
    await asyncio.wait([dock])
    assert [line["state"] for line in truth.lines][:3] == ["opening", "open", "closing"]


async def test_what_is_no_modbus_ends_the_connection_and_nothing_else() -> None:
    clock, port = Clock(), free_port()
    dock = await serving(port, TruthLog(None, clock), clock)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    assert await reader.read() == b""
    writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for byte in bytes.fromhex("000100000006010100000003"):
        writer.write(bytes([byte]))
        await asyncio.sleep(0)
    assert (await reader.readexactly(10)).hex() == "00010000000401010104"
    writer.close()
    dock.cancel()
    await asyncio.wait([dock])


async def test_a_taken_port_is_told_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        clock = Clock()
        with pytest.raises(UserError, match=f"127.0.0.1:{port}: cannot listen"):
            await serve_dock(DockConfig(modbus_port=port), Vehicle(plane()), clock, TruthLog(None, clock))
