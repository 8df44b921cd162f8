"""The aircraft's camera (component 100) and gimbal (154) with its manager in the autopilot: gimbal protocol v2 (pure).

Not fitted, nothing here speaks, and the autopilot answers for itself as ArduCopter does. Source: mavlink.io, Camera
Protocol and Gimbal Protocol v2.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sim.mavlink import dialect as m

AUTOPILOT, CAMERA, GIMBAL = 1, 100, 154
ACCEPTED, DENIED, UNSUPPORTED, FAILED = 0, 2, 3, 4
"""MAV_RESULT."""
REQUEST_MESSAGE, REQUEST_CAMERA_INFORMATION = 512, 521
SET_CAMERA_MODE, IMAGE_START_CAPTURE, IMAGE_STOP_CAPTURE = 530, 2000, 2001
VIDEO_START_CAPTURE, VIDEO_STOP_CAPTURE = 2500, 2501
PITCHYAW, CONFIGURE = 1000, 1001
"""DO_GIMBAL_MANAGER_PITCHYAW and _CONFIGURE."""
INFORMATION, STATUS = 280, 281
PITCH_RANGE, YAW_RANGE = (math.radians(-90), math.radians(20)), (math.radians(-180), math.radians(180))
CAPTURES_VIDEO_AND_IMAGES = 1 | 2
TURNS = 1 | 2 | 8 | 32 | 256
"""GIMBAL_MANAGER_CAP_FLAGS: retract, neutral, roll axis, pitch axis, yaw axis."""
EVERY_S, ATTITUDE_EVERY_S = 1.0, 0.2
HORIZON_LOCKED, YAW_FROM_NOSE = 4 | 8, 32
"""GIMBAL_DEVICE_FLAGS: roll and pitch count from the horizon; the yaw from the nose."""
Said = list[tuple[int, Any]]
"""(component, message)."""


@dataclass
class Payload:
    """`pitch`, `yaw`: rad, down is negative; `holder`: (system, component) in control of the gimbal."""

    fitted: bool = False
    pitch: float = 0.0
    yaw: float = 0.0
    holder: tuple[int, int] = (0, 0)
    images: int = 0
    video: bool = False
    mode: int = 0
    next_s: float = 0.0
    next_attitude_s: float = 0.0

    def due(self, now_s: float) -> Said:
        """Heartbeats and who holds the gimbal once a second, where it looks five times."""
        if not self.fitted or now_s < self.next_attitude_s:
            return []
        self.next_attitude_s = now_s + ATTITUDE_EVERY_S
        return [*self._heartbeats(now_s), (GIMBAL, self._attitude(now_s))]

    def _heartbeats(self, now_s: float) -> Said:
        if now_s < self.next_s:
            return []
        self.next_s = now_s + EVERY_S
        return [
            (CAMERA, m.MAVLink_heartbeat_message(m.MAV_TYPE_CAMERA, m.MAV_AUTOPILOT_INVALID, 0, 0, 4, 3)),
            (GIMBAL, m.MAVLink_heartbeat_message(m.MAV_TYPE_GIMBAL, m.MAV_AUTOPILOT_INVALID, 0, 0, 4, 3)),
            (AUTOPILOT, self._status(int(now_s * 1000))),
        ]

    def answer(self, message: Any, now_s: float) -> Said | None:
        """What it says to that; None where the message is not for it."""
        if not self.fitted or message.get_type() not in ("COMMAND_LONG", "COMMAND_INT"):
            return None
        number, at = message.command, message.target_component
        if at == CAMERA:
            result, more = self._camera(message, now_s)
        elif at in (0, AUTOPILOT) and (number in (PITCHYAW, CONFIGURE) or _asks(message) in (INFORMATION, STATUS)):
            at, (result, more) = AUTOPILOT, self._manager(message, now_s)
        else:
            return None
        asker = (message.get_srcSystem(), message.get_srcComponent())
        return [(at, m.MAVLink_command_ack_message(number, result, 0, 0, *asker)), *((at, one) for one in more)]

    def _camera(self, message: Any, now_s: float) -> tuple[int, list[Any]]:
        asked = 259 if message.command == REQUEST_CAMERA_INFORMATION else _asks(message)
        if asked is not None:
            make = TELLS.get(asked)
            return (ACCEPTED, [make(self, int(now_s * 1000))]) if make else (FAILED, [])
        match message.command:
            case number if number == IMAGE_START_CAPTURE:
                self.images += 1
                return ACCEPTED, [_captured(int(now_s * 1000), self.images)]
            case number if number in (VIDEO_START_CAPTURE, VIDEO_STOP_CAPTURE):
                self.video = number == VIDEO_START_CAPTURE
                return ACCEPTED, []
            case number if number == SET_CAMERA_MODE:
                self.mode = int(message.param2)
                return ACCEPTED, []
            case number if number == IMAGE_STOP_CAPTURE:
                return ACCEPTED, []
        return UNSUPPORTED, []

    def _manager(self, message: Any, now_s: float) -> tuple[int, list[Any]]:
        asker = (message.get_srcSystem(), message.get_srcComponent())
        boot_ms = int(now_s * 1000)
        if _asks(message) == INFORMATION:
            ranges = (0.0, 0.0, *PITCH_RANGE, *YAW_RANGE)
            return ACCEPTED, [m.MAVLink_gimbal_manager_information_message(boot_ms, TURNS, GIMBAL, *ranges)]
        if _asks(message) == STATUS:
            return ACCEPTED, [self._status(boot_ms)]
        if message.command == CONFIGURE:
            wanted = (int(message.param1), int(message.param2))
            self.holder = {(-2, -2): asker, (-3, -3): (0, 0), (-1, -1): self.holder}.get(wanted, wanted)
            return ACCEPTED, [self._status(boot_ms)]
        if self.holder not in ((0, 0), asker):
            return DENIED, []
        self.pitch = _within(self.pitch, math.radians(message.param1), PITCH_RANGE)
        self.yaw = _within(self.yaw, math.radians(message.param2), YAW_RANGE)
        return ACCEPTED, [self._attitude(now_s)]

    def _status(self, boot_ms: int) -> Any:
        return m.MAVLink_gimbal_manager_status_message(boot_ms, 0, GIMBAL, *self.holder, 0, 0)

    def _attitude(self, now_s: float) -> Any:
        """Level in roll."""
        cp, sp, cy, sy = (
            math.cos(self.pitch / 2),
            math.sin(self.pitch / 2),
            math.cos(self.yaw / 2),
            math.sin(self.yaw / 2),
        )
        turn = [cp * cy, -sp * sy, sp * cy, cp * sy]
        return m.MAVLink_gimbal_device_attitude_status_message(
            0, 0, int(now_s * 1000), HORIZON_LOCKED | YAW_FROM_NOSE, turn, 0, 0, 0, 0
        )  # fmt: skip


def _asks(message: Any) -> int | None:
    """The message that REQUEST_MESSAGE is for."""
    return int(message.param1) if message.command == REQUEST_MESSAGE else None


def _within(now: float, wanted: float, limits: tuple[float, float]) -> float:
    """NaN leaves it where it is."""
    return now if math.isnan(wanted) else min(max(wanted, limits[0]), limits[1])


def _information(_payload: Payload, boot_ms: int) -> Any:
    vendor, model = (list(name.encode().ljust(32, b"\0")) for name in ("Airbeat", "Simulated camera"))
    lens = (8.0, 6.4, 4.8, 1280, 720, 0)
    return m.MAVLink_camera_information_message(
        boot_ms, vendor, model, 1 << 24, *lens, CAPTURES_VIDEO_AND_IMAGES, 0, b"", GIMBAL
    )


def _settings(payload: Payload, boot_ms: int) -> Any:
    return m.MAVLink_camera_settings_message(boot_ms, payload.mode)


def _storage(_payload: Payload, boot_ms: int) -> Any:
    return m.MAVLink_storage_information_message(boot_ms, 1, 1, 2, 32768.0, 0.0, 32768.0, 50.0, 20.0)


def _capture(payload: Payload, boot_ms: int) -> Any:
    return m.MAVLink_camera_capture_status_message(boot_ms, 0, int(payload.video), 0.0, 0, 32768.0, payload.images)


def _captured(boot_ms: int, index: int) -> Any:
    return m.MAVLink_camera_image_captured_message(boot_ms, 0, 0, 0, 0, 0, 0, [1.0, 0.0, 0.0, 0.0], index, 1, b"")


TELLS: dict[int, Callable[[Payload, int], Any]] = {259: _information, 260: _settings, 261: _storage, 262: _capture}
"""CAMERA_INFORMATION, CAMERA_SETTINGS, STORAGE_INFORMATION, CAMERA_CAPTURE_STATUS."""
