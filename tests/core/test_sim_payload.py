"""The simulated camera and gimbal as clients meet them: components 100 and 154, and the manager in the autopilot."""

import math
from typing import Any

import pytest

from sim.mavlink import Codec
from sim.mavlink import dialect as m
from tests.support.sim_pilot import Pilot, plane

ACCEPTED, DENIED, UNSUPPORTED, FAILED = 0, 2, 3, 4


@pytest.fixture
def pilot() -> Pilot:
    pilot = Pilot(plane(camera=True))
    pilot.run(1.5)
    return pilot


def said(pilot: Pilot, kind: str) -> list[Any]:
    return [message for message in pilot.all(kind) if message.get_srcSystem() == 1]


def test_both_are_announced_by_heartbeats_of_their_own(pilot: Pilot) -> None:
    beats = {message.get_srcComponent(): message.type for message in said(pilot, "HEARTBEAT")}
    assert beats == {1: m.MAV_TYPE_QUADROTOR, 100: m.MAV_TYPE_CAMERA, 154: m.MAV_TYPE_GIMBAL}


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (259, "CAMERA_INFORMATION"),
        (260, "CAMERA_SETTINGS"),
        (261, "STORAGE_INFORMATION"),
        (262, "CAMERA_CAPTURE_STATUS"),
    ],
)
def test_the_camera_tells_of_itself(pilot: Pilot, number: int, kind: str) -> None:
    assert pilot.command(512, number, component=100) == ACCEPTED
    (told,) = said(pilot, kind)
    assert told.get_srcComponent() == 100
    assert said(pilot, "COMMAND_ACK")[-1].get_srcComponent() == 100


def test_pictures_are_counted_and_told(pilot: Pilot) -> None:
    assert pilot.command(521, 1, component=100) == ACCEPTED
    assert [pilot.command(2000, 0, 0, 1, component=100) for _ in range(2)] == [ACCEPTED, ACCEPTED]
    assert [told.image_index for told in said(pilot, "CAMERA_IMAGE_CAPTURED")] == [1, 2]
    assert pilot.command(2500, component=100) == ACCEPTED
    pilot.command(512, 262, component=100)
    status = said(pilot, "CAMERA_CAPTURE_STATUS")[-1]
    assert (status.video_status, status.image_count) == (1, 2)
    assert pilot.command(400, 1, component=100) == UNSUPPORTED
    assert not pilot.vehicle.armed
    assert pilot.command(512, 9999, component=100) == FAILED


def test_the_gimbal_turns_for_whoever_has_taken_it_and_within_its_range(pilot: Pilot) -> None:
    assert pilot.command(512, 280) == ACCEPTED
    (about,) = said(pilot, "GIMBAL_MANAGER_INFORMATION")
    assert about.gimbal_device_id == 154
    assert pilot.command(1001, -2, -2, -1, -1) == ACCEPTED
    assert said(pilot, "GIMBAL_MANAGER_STATUS")[-1].primary_control_sysid == 255
    assert pilot.command(1000, -200, 30, math.nan, math.nan) == ACCEPTED
    assert math.degrees(pilot.vehicle.payload.pitch) == pytest.approx(-90)
    assert math.degrees(pilot.vehicle.payload.yaw) == pytest.approx(30)
    pilot.codec = Codec(200, 190)
    assert pilot.command(1000, 0, 0) == DENIED
    assert math.degrees(pilot.vehicle.payload.yaw) == pytest.approx(30)
    assert pilot.command(1001, -3, -3, -1, -1) == ACCEPTED
    assert pilot.command(1000, -45, 0) == ACCEPTED
    quaternion = said(pilot, "GIMBAL_DEVICE_ATTITUDE_STATUS")[-1].q
    assert quaternion == pytest.approx([math.cos(math.pi / 8), 0, -math.sin(math.pi / 8), 0], abs=1e-6)


def test_without_them_the_autopilot_answers_as_before() -> None:
    pilot = Pilot(plane())
    pilot.run(1.5)
    assert {message.get_srcComponent() for message in said(pilot, "HEARTBEAT")} == {1}
    assert pilot.command(1000, -45, 0) == UNSUPPORTED
    assert pilot.command(195, 0, 0, 0, 0, 0, 0, 0) == ACCEPTED, "measured on ArduCopter: accepted with none fitted"
