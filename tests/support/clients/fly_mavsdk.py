"""MAVSDK's asyncio interface (its C++ library inside): health, arm, take off, go, a mission, return.

Run as a process: fly_mavsdk.py CONNECTION LAT LON AMSL. A line each stage; ends with an assertion where one fails.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from typing import TypeVar

from mavsdk import ComponentType, Configuration
from mavsdk.asyncio import Mavsdk, System
from mavsdk.asyncio.plugins.action.action import ActionAsync
from mavsdk.asyncio.plugins.mission_raw.mission_raw import MissionRawAsync
from mavsdk.asyncio.plugins.telemetry.telemetry import TelemetryAsync
from mavsdk.plugins.mission_raw.mission_raw import MissionItem
from mavsdk.plugins.telemetry.telemetry import HomePosition, LandedState

T = TypeVar("T")
WAIT_S = 60
NORTH = 0.0003
"""Degrees; 33 m."""


async def main(where: str, lat: float, lon: float, amsl: float) -> None:
    async with Mavsdk(Configuration.create_with_component_type(ComponentType.GROUND_STATION)) as mavsdk:
        await mavsdk.add_any_connection(where)
        system = await mavsdk.first_autopilot(timeout_s=WAIT_S)
        assert system is not None, "no autopilot found"
        telemetry = TelemetryAsync(system)
        for set_rate in (telemetry.set_rate_health, telemetry.set_rate_position, telemetry.set_rate_landed_state):
            await set_rate(20)
        await when(telemetry.subscribe_health(), lambda health: health.is_armable and health.is_home_position_ok)
        home = await telemetry.home()
        assert abs(home.latitude_deg - lat) < 1e-4
        assert abs(home.absolute_altitude_m - amsl) < 3
        print("connected", await mavsdk.version(), flush=True)
        mission = MissionRawAsync(system)
        await upload(mission, lat, lon)
        await fly(system, telemetry, mission, home)
        print("done", flush=True)


async def upload(mission: MissionRawAsync, lat: float, lon: float) -> None:
    """ArduPilot's form: item 0 is home. Then downloaded again."""
    places = [(16, lat, lon, 0.0, 0), (22, 0.0, 0.0, 15.0, 3), (16, lat + NORTH, lon, 15.0, 3), (20, 0.0, 0.0, 0.0, 3)]
    items = [
        MissionItem(seq, frame, command, int(seq == 0), 1, 0, 0, 0, 0, int(at_lat * 1e7), int(at_lon * 1e7), alt, 0)
        for seq, (command, at_lat, at_lon, alt, frame) in enumerate(places)
    ]
    await mission.upload_mission(items)
    read = await mission.download_mission()
    assert [item.command for item in read] == [item.command for item in items]
    print("mission uploaded and read back", flush=True)


async def fly(system: System, telemetry: TelemetryAsync, mission: MissionRawAsync, home: HomePosition) -> None:
    lat, lon = home.latitude_deg, home.longitude_deg
    action = ActionAsync(system)
    await action.set_takeoff_altitude(12)
    await action.arm()
    print("armed", flush=True)
    await action.takeoff()
    await when(telemetry.subscribe_position(), lambda at: at.relative_altitude_m > 11)
    print("airborne", flush=True)
    await action.goto_location(lat, lon + NORTH, home.absolute_altitude_m + 12, float("nan"))
    await when(telemetry.subscribe_position(), lambda at: at.longitude_deg > lon + NORTH * 0.95)
    print("reached the guided place", flush=True)
    await mission.start_mission()
    await when(mission.subscribe_mission_progress(), lambda progress: progress.current >= 3)
    print("flew the mission", flush=True)
    await action.return_to_launch()
    await when(telemetry.subscribe_landed_state(), lambda state: state == LandedState.ON_GROUND)
    await when(telemetry.subscribe_armed(), lambda armed: not armed)
    print("landed and disarmed", flush=True)


async def when(stream: AsyncGenerator[T, None], true: Callable[[T], bool]) -> T:
    """The first value of a stream that is as wanted. A guard against hanging, no bound on speed."""
    async with asyncio.timeout(WAIT_S):
        async for value in stream:
            if true(value):
                return value
    raise AssertionError("the stream ended")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *map(float, sys.argv[2:5])))
