"""Commands to MAVLink 2 bytes and bytes to messages: the one door of pymavlink, used as codec only; no socket here."""

from collections import Counter
from collections.abc import Callable

from pymavlink.dialects.v20 import ardupilotmega as dialect

from edge.flight.autopilots import Command
from edge.flight.frames import Frame, frames
from edge.flight.telemetry import HEARD, Message

GCS_SYSTEM, GCS_COMPONENT = 255, 190
"""ArduPilot's failsafe listens to the ground station of SYSID_MYGCS, 255 by default."""
AUTOPILOT_COMPONENT = 1
HEARD_IDS = frozenset(number for number, kind in dialect.mavlink_map.items() if kind.msgname in HEARD)


class Codec:
    """For one autopilot. `hear` gets each decoded message of it; `counts`: what was dropped, by reason."""

    def __init__(self, system_id: int, hear: Callable[[Message], None]) -> None:
        self._system_id, self._hear = system_id, hear
        self._mavlink = dialect.MAVLink(None, srcSystem=GCS_SYSTEM, srcComponent=GCS_COMPONENT)
        self.counts: Counter[str] = Counter()

    def heartbeat(self) -> bytes:
        kind, none = dialect.MAV_TYPE_GCS, dialect.MAV_AUTOPILOT_INVALID
        return self._pack(dialect.MAVLink_heartbeat_message(kind, none, 0, 0, dialect.MAV_STATE_ACTIVE, 3))

    def encode(self, command: Command) -> bytes:
        target, p = (self._system_id, AUTOPILOT_COMPONENT), command.params
        if command.frame is None:
            return self._pack(dialect.MAVLink_command_long_message(*target, command.cmd, 0, *p))
        place = (round(p[4] * 1e7), round(p[5] * 1e7), p[6])
        return self._pack(
            dialect.MAVLink_command_int_message(*target, command.frame, command.cmd, 0, 0, *p[:4], *place)
        )

    def take(self, data: bytes | bytearray) -> int:
        """Hears every good frame; returns where the last one of our autopilot ended, 0 where there is none."""
        end = 0
        for frame in frames(data, self._is_proven):
            end = frame.end
        return end

    def _is_proven(self, frame: Frame) -> bool:
        """Ours, allowed and with a good checksum, and heard; what we may not read at all counts by its reason."""
        if (frame.system_id, frame.component_id) != (self._system_id, AUTOPILOT_COMPONENT):
            self.counts["stranger"] += 1
            return False
        try:
            message = self._mavlink.decode(frame.data)
        except dialect.MAVError:
            self.counts["bad_checksum"] += 1
            return False
        if frame.message_id not in HEARD_IDS:
            self.counts["not_allowed"] += 1
            return frame.message_id in dialect.mavlink_map
        self._hear(message)
        return True

    def _pack(self, message: dialect.MAVLink_message) -> bytes:
        data: bytes = message.pack(self._mavlink)
        self._mavlink.seq = (self._mavlink.seq + 1) % 256
        return data
