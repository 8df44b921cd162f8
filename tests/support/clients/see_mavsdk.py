"""MAVSDK's camera, gimbal and parameter plugins on the simulated aircraft: found, asked, turned, told.

Run as a process: see_mavsdk.py CONNECTION. A line each stage; ends with an assertion where one fails.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from typing import TypeVar

from mavsdk import ComponentType, Configuration
from mavsdk.asyncio import Mavsdk, System
from mavsdk.asyncio.plugins.camera.camera import CameraAsync
from mavsdk.asyncio.plugins.gimbal.gimbal import GimbalAsync
from mavsdk.asyncio.plugins.param.param import ParamAsync
from mavsdk.plugins.gimbal.gimbal import ControlMode, GimbalMode, SendMode

T = TypeVar("T")
WAIT_S = 30


async def main(where: str) -> None:
    async with Mavsdk(Configuration.create_with_component_type(ComponentType.GROUND_STATION)) as mavsdk:
        await mavsdk.add_any_connection(where)
        system = await mavsdk.first_autopilot(timeout_s=WAIT_S)
        assert system is not None, "no autopilot found"
        await turn_the_gimbal(system)
        await use_the_camera(system)
        await read_parameters(system)
        print("done", flush=True)


async def turn_the_gimbal(system: System) -> None:
    gimbal = GimbalAsync(system)
    found = (await when(gimbal.subscribe_gimbal_list(), lambda told: len(told.gimbals) > 0)).gimbals[0]
    assert (found.gimbal_manager_component_id, found.gimbal_device_id) == (1, 154)
    print("gimbal found", flush=True)
    await gimbal.take_control(found.gimbal_id, ControlMode.PRIMARY)
    status = await when(gimbal.subscribe_control_status(), lambda told: told.sysid_primary_control != 0)
    assert status.control_mode == ControlMode.PRIMARY
    await gimbal.set_angles(found.gimbal_id, 0.0, -40.0, 20.0, GimbalMode.YAW_FOLLOW, SendMode.ONCE)
    await when(
        gimbal.subscribe_attitude(),
        lambda told: (
            abs(told.euler_angle_forward.pitch_deg + 40) < 1 and abs(told.euler_angle_forward.yaw_deg - 20) < 1
        ),
    )
    await gimbal.release_control(found.gimbal_id)
    await when(gimbal.subscribe_control_status(), lambda told: told.control_mode == ControlMode.NONE)
    print("gimbal turned and released", flush=True)


async def use_the_camera(system: System) -> None:
    camera = CameraAsync(system)
    found = (await when(camera.subscribe_camera_list(), lambda told: len(told.cameras) > 0)).cameras[0]
    assert (found.vendor_name, found.model_name) == ("Airbeat", "Simulated camera")
    print("camera found", flush=True)
    taken = asyncio.create_task(when(camera.subscribe_capture_info(), lambda told: told.is_success))
    await asyncio.sleep(0.2)
    await camera.take_photo(found.component_id)
    assert (await taken).index >= 1
    await camera.start_video(found.component_id)
    await camera.stop_video(found.component_id)
    print("pictures taken", flush=True)


async def read_parameters(system: System) -> None:
    param = ParamAsync(system)
    told = await param.get_all_params()
    named = {one.name: one.value for one in (*told.int_params, *told.float_params)}
    assert len(named) > 70
    assert named["RTL_ALT"] == await param.get_param_int("RTL_ALT")
    await param.set_param_int("RTL_ALT", 4000)
    assert await param.get_param_int("RTL_ALT") == 4000
    print("parameters read and set", flush=True)


async def when(told: AsyncGenerator[T, None], is_it: Callable[[T], bool]) -> T:
    async with asyncio.timeout(WAIT_S):
        async for one in told:
            if is_it(one):
                return one
    raise AssertionError("the stream ended")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
