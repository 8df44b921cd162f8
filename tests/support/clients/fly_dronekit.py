"""dronekit as an application uses it: connect and wait until ready, take off, go to a place, a mission, return.

Run as a process: fly_dronekit.py CONNECTION LAT LON AMSL. A line each stage; ends with an assertion where one fails.
"""

import sys
import time
from collections.abc import Callable

from dronekit import Command, LocationGlobalRelative, Vehicle, VehicleMode, connect
from pymavlink import mavutil

m = mavutil.mavlink
WAIT_S = 60
NORTH = 0.0003
"""Degrees; 33 m."""


def main(where: str, lat: float, lon: float, amsl: float) -> None:
    vehicle = connect(where, wait_ready=True, timeout=WAIT_S, heartbeat_timeout=WAIT_S)
    until(lambda: vehicle.is_armable)
    version = vehicle.version
    print("connected", version, len(vehicle.parameters), "parameters", flush=True)
    upload(vehicle, lat, lon)
    fly(vehicle, lat, lon, amsl)
    vehicle.close()
    print("done", flush=True)


def upload(vehicle: Vehicle, lat: float, lon: float) -> None:
    """A mission, downloaded again; dronekit takes home from its first item."""
    places = [(m.MAV_CMD_NAV_TAKEOFF, 0.0, 0.0, 15.0), (m.MAV_CMD_NAV_WAYPOINT, lat + NORTH, lon, 15.0)]
    places.append((m.MAV_CMD_NAV_RETURN_TO_LAUNCH, 0.0, 0.0, 0.0))
    plan = vehicle.commands
    plan.download()
    plan.wait_ready(timeout=WAIT_S)
    plan.clear()
    for command, at_lat, at_lon, alt in places:
        frame = m.MAV_FRAME_GLOBAL_RELATIVE_ALT
        plan.add(Command(0, 0, 0, frame, command, 0, 1, 0, 0, 0, 0, at_lat, at_lon, alt))
    plan.upload(timeout=WAIT_S)
    plan.download()
    plan.wait_ready(timeout=WAIT_S)
    assert [plan[n].command for n in range(plan.count)] == [place[0] for place in places]
    assert vehicle.home_location is not None
    assert abs(vehicle.home_location.lat - lat) < 1e-4
    print("mission uploaded and read back", flush=True)


def fly(vehicle: Vehicle, lat: float, lon: float, amsl: float) -> None:
    vehicle.mode = VehicleMode("GUIDED")
    until(lambda: vehicle.mode.name == "GUIDED")
    vehicle.armed = True
    until(lambda: vehicle.armed)
    print("armed", flush=True)
    vehicle.simple_takeoff(12)
    until(lambda: vehicle.location.global_relative_frame.alt > 11)
    print("airborne", flush=True)
    vehicle.simple_goto(LocationGlobalRelative(lat, lon + NORTH, 12), groundspeed=8)
    until(lambda: vehicle.location.global_frame.lon > lon + NORTH * 0.95)
    assert abs(vehicle.location.global_frame.alt - amsl - 12) < 3
    print("reached the guided place", flush=True)
    vehicle.commands.next = 0
    vehicle.mode = VehicleMode("AUTO")
    until(lambda: vehicle.commands.next >= 2)
    until(lambda: vehicle.location.global_frame.lat > lat + NORTH * 0.9)
    print("flew the mission", flush=True)
    until(lambda: vehicle.mode.name == "RTL")
    until(lambda: not vehicle.armed)
    assert vehicle.battery.level > 50
    print("landed and disarmed", flush=True)


def until(true: Callable[[], object]) -> None:
    """A guard against hanging, no bound on speed."""
    ends = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < ends, "never happened"
        time.sleep(0.02)


if __name__ == "__main__":
    main(sys.argv[1], *map(float, sys.argv[2:5]))
