"""The dock's door: what it shows and the two movements asked of it; over Modbus TCP by the map in wire/dock.py."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from pydantic import ValidationError
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from edge.config import ModbusDock
from edge.flight.dockside import DockReading, take
from wire.dock import NO_WEATHER, UNIT, Coil, Input, Register
from wire.states import Weather

RECONNECT_S, RECONNECT_MAX_S = 0.3, 5.0
TIMEOUT_S = 1.0


class Dock(Protocol):
    """A dock as the pilot uses it. Nothing here raises: a lost dock is a reading that says so."""

    async def read(self) -> DockReading: ...
    async def open_lid(self) -> None: ...
    async def close_lid(self) -> None: ...
    def close(self) -> None: ...


class ModbusTcpDock:
    """Reconnects by itself, with back-off."""

    def __init__(self, config: ModbusDock) -> None:
        self._client = AsyncModbusTcpClient(
            config.host,
            port=config.port,
            timeout=TIMEOUT_S,
            retries=0,
            reconnect_delay=RECONNECT_S,
            reconnect_delay_max=RECONNECT_MAX_S,
        )
        self._last = DockReading()
        self._dial_at_s, self._pause_s = 0.0, RECONNECT_S

    async def read(self) -> DockReading:
        """Both signals of the lid are fetched by a request each, and dated each."""
        if await self._is_up():
            try:
                inputs = await self._client.read_discrete_inputs(0, count=len(Input), device_id=UNIT)
                registers = await self._client.read_input_registers(0, count=len(Register), device_id=UNIT)
            except (ModbusException, OSError):
                self._last = replace(self._last, connected=False)
                return self._last
            if not inputs.isError() and not registers.isError():
                new = parse(inputs.bits, registers.registers, time.monotonic(), datetime.now(UTC))
                self._last = take(self._last, new, time.monotonic())
                return self._last
        self._last = replace(self._last, connected=False)
        return self._last

    async def open_lid(self) -> None:
        await self._write(Coil.OPEN_LID)

    async def close_lid(self) -> None:
        await self._write(Coil.CLOSE_LID)

    def close(self) -> None:
        self._client.close()

    async def _write(self, coil: Coil) -> None:
        """Unheard wishes are repeated by who wishes."""
        if await self._is_up():
            try:
                await self._client.write_coil(coil, True, device_id=UNIT)
            except (ModbusException, OSError):
                self._last = replace(self._last, connected=False)

    async def _is_up(self) -> bool:
        if self._client.connected:
            self._pause_s = RECONNECT_S
            return True
        now_s = time.monotonic()
        if now_s < self._dial_at_s:
            return False
        self._pause_s = min(self._pause_s * 1.5, RECONNECT_MAX_S)
        self._dial_at_s = now_s + self._pause_s
        return bool(await self._client.connect())


def parse(bits: Sequence[bool], registers: Sequence[int], now_s: float, now: datetime) -> DockReading:
    """The map's raw values as a reading of this moment; the raw scaling dies here."""
    age_s = registers[Register.WEATHER_AGE_S]
    spoken = age_s != NO_WEATHER
    return DockReading(
        connected=True,
        switches_s=now_s,
        open_switch=bits[Input.LID_OPEN_SWITCH],
        closed_switch=bits[Input.LID_CLOSED_SWITCH],
        encoder_s=now_s,
        position_pct=registers[Register.LID_POSITION_PCT],
        heartbeat=registers[Register.HEARTBEAT],
        pad_clear=bits[Input.PAD_CLEAR],
        charging=bits[Input.CHARGING],
        weather=_weather(registers, now - timedelta(seconds=age_s)) if spoken else None,
        weather_s=now_s - age_s if spoken else None,
    )


def _weather(registers: Sequence[int], at: datetime) -> Weather | None:
    """None where a figure is out of its range (a wind from 400 degrees): then nothing of it is believed."""
    celsius = registers[Register.TEMPERATURE_TENTH_C]
    try:
        return Weather(
            at=at,
            wind_mps=registers[Register.WIND_CMPS] / 100,
            gust_mps=registers[Register.GUST_CMPS] / 100,
            wind_from_deg=registers[Register.WIND_FROM_DEG] % 360 if registers[Register.WIND_FROM_DEG] <= 360 else 400,
            rain_mm_h=registers[Register.RAIN_TENTH_MM_H] / 10,
            visibility_m=registers[Register.VISIBILITY_10M] * 10,
            temperature_c=(celsius - 0x10000 if celsius >= 0x8000 else celsius) / 10,
        )
    except ValidationError:
        return None


def make_dock(config: ModbusDock) -> Dock:
    match config.kind:
        case "modbus":
            return ModbusTcpDock(config)
