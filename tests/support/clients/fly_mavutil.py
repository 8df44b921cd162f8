"""pymavlink's own mavutil as a plain client: a fence and a mission uploaded and read back, a goto, a return.

Run as a process: fly_mavutil.py CONNECTION LAT LON AMSL. A line each stage; ends with an assertion where one fails.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pymavlink import mavftp, mavutil, mavwp

m = mavutil.mavlink
WAIT_S = 60
NORTH = 0.0003
"""Degrees; 33 m."""


def main(where: str, lat: float, lon: float, amsl: float) -> None:
    link = mavutil.mavlink_connection(where, source_system=255, autoreconnect=False)
    heartbeat = link.wait_heartbeat(timeout=WAIT_S)
    assert (heartbeat.autopilot, heartbeat.type) == (m.MAV_AUTOPILOT_ARDUPILOTMEGA, m.MAV_TYPE_QUADROTOR)
    print("connected", link.target_system, link.target_component, link.flightmode, flush=True)
    link.mav.request_data_stream_send(link.target_system, link.target_component, m.MAV_DATA_STREAM_ALL, 10, 1)
    link.param_fetch_one("RTL_ALT")
    assert expect(link, "PARAM_VALUE", param_id="RTL_ALT").param_value > 0
    fetch(link)
    upload(link, lat, lon)
    fly(link, lat, lon, amsl)
    print("done", flush=True)


def fetch(link: Any) -> None:
    """Every parameter in one file, by pymavlink's own MAVFTP client."""
    ftp = mavftp.MAVFTP(link, link.target_system, link.target_component)
    with TemporaryDirectory() as folder:
        path = Path(folder, "all.parm")
        ftp.cmd_getparams([str(path)])
        ftp.process_ftp_reply("getparams", timeout=WAIT_S)
        told = dict(line.split(",", 1) for line in path.read_text().splitlines())
    assert float(told["RTL_ALT"]) > 0
    assert len(told) > 70
    print("parameters by file", len(told), flush=True)


def upload(link: Any, lat: float, lon: float) -> None:
    """A mission in the old way, item by item as asked; then read back."""
    items = mavwp.MAVWPLoader(link.target_system, link.target_component)
    places = [(m.MAV_CMD_NAV_WAYPOINT, lat, lon, 0), (m.MAV_CMD_NAV_TAKEOFF, 0, 0, 15)]
    places += [(m.MAV_CMD_NAV_WAYPOINT, lat + NORTH, lon, 15), (m.MAV_CMD_NAV_RETURN_TO_LAUNCH, 0, 0, 0)]
    for seq, (command, at_lat, at_lon, alt) in enumerate(places):
        head = (link.target_system, link.target_component, seq, m.MAV_FRAME_GLOBAL_RELATIVE_ALT, command)
        items.add(m.MAVLink_mission_item_message(*head, 0, 1, 0, 0, 0, 0, at_lat, at_lon, alt))
    link.waypoint_count_send(items.count())
    for _ in range(items.count()):
        asked = expect(link, ("MISSION_REQUEST", "MISSION_REQUEST_INT"))
        link.mav.send(items.wp(asked.seq))
    assert expect(link, "MISSION_ACK").type == m.MAV_MISSION_ACCEPTED
    link.waypoint_request_list_send()
    assert expect(link, "MISSION_COUNT").count == items.count()
    for seq, (command, *_) in enumerate(places):
        link.waypoint_request_send(seq)
        assert expect(link, "MISSION_ITEM", seq=seq).command == command
    print("mission uploaded and read back", flush=True)


def fly(link: Any, lat: float, lon: float, amsl: float) -> None:
    """GUIDED: arm, take off, a place to the east; AUTO: the mission; its last item returns, lands and disarms."""
    link.set_mode("GUIDED")
    until(link, lambda: link.flightmode == "GUIDED")
    order(link, m.MAV_CMD_COMPONENT_ARM_DISARM, 1)
    until(link, link.motors_armed)
    print("armed", flush=True)
    order(link, m.MAV_CMD_NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, 12)
    until(link, lambda: height(link) > 11)
    print("airborne", flush=True)
    mask = 0b110111111000
    target = (m.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT, mask, int(lat * 1e7), int((lon + NORTH) * 1e7), 12, *[0] * 8)
    link.mav.set_position_target_global_int_send(0, link.target_system, link.target_component, *target)
    until(link, lambda: link.messages["GLOBAL_POSITION_INT"].lon > (lon + NORTH * 0.95) * 1e7)
    assert abs(link.messages["GLOBAL_POSITION_INT"].alt / 1000 - amsl - 12) < 3
    print("reached the guided place", flush=True)
    link.set_mode("AUTO")
    expect(link, "MISSION_ITEM_REACHED", seq=2)
    print("flew the mission", flush=True)
    until(link, lambda: link.flightmode == "RTL")
    until(link, lambda: not link.motors_armed())
    state = expect(link, "EXTENDED_SYS_STATE")
    assert state.landed_state == m.MAV_LANDED_STATE_ON_GROUND
    print("landed and disarmed", flush=True)


def order(link: Any, command: int, *params: float) -> None:
    """COMMAND_LONG; its acknowledgement must say ACCEPTED."""
    seven = (*params, *[0.0] * (7 - len(params)))
    link.mav.command_long_send(link.target_system, link.target_component, command, 0, *seven)
    assert expect(link, "COMMAND_ACK", command=command).result == m.MAV_RESULT_ACCEPTED


def height(link: Any) -> float:
    """Metres above home, as told last."""
    return float(link.messages["GLOBAL_POSITION_INT"].relative_alt) / 1000


def expect(link: Any, kind: str | tuple[str, ...], **fields: Any) -> Any:
    """The next message of a kind with those fields, while our heartbeat goes on."""
    kinds = (kind,) if isinstance(kind, str) else kind
    return until(link, lambda: None, want=lambda got: got.get_type() in kinds and all(
        getattr(got, name) == value for name, value in fields.items()
    ))  # fmt: skip


def until(link: Any, true: Any, want: Any = lambda _got: False) -> Any:
    """Reads messages until `true()`, or one is wanted."""
    ends = mavutil.time.time() + WAIT_S
    beat = 0.0
    while mavutil.time.time() < ends:
        if mavutil.time.time() > beat:
            beat = mavutil.time.time() + 0.2
            link.mav.heartbeat_send(m.MAV_TYPE_GCS, m.MAV_AUTOPILOT_INVALID, 0, 0, 0)
        got = link.recv_match(blocking=True, timeout=0.2)
        if got is not None and want(got):
            return got
        if true():
            return got
    raise AssertionError("never happened")


if __name__ == "__main__":
    main(sys.argv[1], *map(float, sys.argv[2:5]))
