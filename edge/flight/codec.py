"""Commands to MAVLink 2 bytes and bytes to messages: the one door of pymavlink, used as codec only; no socket here."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from pymavlink.dialects.v20 import ardupilotmega as dialect

from edge.flight.autopilots import Command
from edge.flight.frames import Frame, frames
from edge.flight.hearing import COMPONENTS
from edge.flight.inspection import CONVERSED
from edge.flight.say import TO_ALL, Say
from edge.flight.signing import Signing
from edge.flight.telemetry import Message

GCS_SYSTEM, GCS_COMPONENT = 255, 190
"""ArduPilot's failsafe listens to the ground station of SYSID_MYGCS, 255 by default."""
AUTOPILOT_COMPONENT = 1
LINK_ID = 1
"""Of our signatures; a second consumer beside us signs with another."""
SPEAKS = {
    component: frozenset(number for number, kind in dialect.mavlink_map.items() if kind.msgname in names)
    for component, names in {**COMPONENTS, AUTOPILOT_COMPONENT: COMPONENTS[1] | CONVERSED}.items()
}
"""The allow-list inwards: component -> message numbers."""


def wall_clock() -> datetime:
    return datetime.now(UTC)


class Codec:
    """For one aircraft. `hear` gets each message that we may read; `counts`: what was dropped, by reason.

    `passed` gets each proven frame of the aircraft as it came, what we may not read ourselves too.

    With `signing` every frame out is signed by `clock`, and nothing unsigned, forged or replayed is decoded (F19).
    """

    def __init__(
        self,
        system_id: int,
        hear: Callable[[Message], None],
        signing: Signing | None = None,
        clock: Callable[[], datetime] = wall_clock,
        passed: Callable[[bytearray], None] = lambda _: None,
    ) -> None:
        self._system_id, self._hear, self._signing = system_id, hear, signing
        self._clock, self._passed = clock, passed
        # Not one for both: pymavlink remembers a stamp before it has proven the signature (2.4.50, check_signature).
        self._in = dialect.MAVLink(None)
        self._out = dialect.MAVLink(None, srcSystem=GCS_SYSTEM, srcComponent=GCS_COMPONENT)
        if signing:
            self._out.signing.secret_key, self._out.signing.link_id = signing.key, LINK_ID
            self._out.signing.sign_outgoing = True
        self.counts: Counter[str] = Counter()

    def heartbeat(self) -> bytes:
        kind, none = dialect.MAV_TYPE_GCS, dialect.MAV_AUTOPILOT_INVALID
        return self._pack(dialect.MAVLink_heartbeat_message(kind, none, 0, 0, dialect.MAV_STATE_ACTIVE, 3))

    def encode(self, out: Command | Say) -> bytes:
        target = (self._system_id, AUTOPILOT_COMPONENT)
        match out:
            case Say(said, fields) if said in TO_ALL:
                return self._pack(dialect.mavlink_map[said](*fields))
            case Say(said, fields):
                return self._pack(dialect.mavlink_map[said](*target, *fields))
            case Command() as command:
                return self._command(target, command)

    def take(self, data: bytes | bytearray) -> int:
        """Hears every good frame; returns where the last one of our autopilot ended, 0 where there is none."""
        end = 0
        for frame in frames(data, self._is_proven):
            end = frame.end
        return end

    def _command(self, target: tuple[int, int], command: Command) -> bytes:
        p = command.params
        if command.frame is None:
            return self._pack(dialect.MAVLink_command_long_message(*target, command.cmd, 0, *p))
        place = (round(p[4] * 1e7), round(p[5] * 1e7), p[6])
        return self._pack(
            dialect.MAVLink_command_int_message(*target, command.frame, command.cmd, 0, 0, *p[:4], *place)
        )

    def _is_proven(self, frame: Frame) -> bool:
        """Our aircraft's, signed, with a good checksum; heard where that is allowed, counted by reason where not."""
        if frame.system_id != self._system_id:
            self.counts["stranger"] += 1
            return False
        if self._signing and (why := self._signing.refusal(frame)):
            self.counts[why] += 1
            return False
        try:
            message = self._in.decode(frame.data)
        except dialect.MAVError:
            self.counts["bad_checksum"] += 1
            return False
        if frame.message_id not in dialect.mavlink_map:
            self.counts["unknown"] += 1
            return False
        self._passed(frame.data)
        if frame.message_id in SPEAKS.get(frame.component_id, ()):
            self._hear(message)
        else:
            self.counts["not_allowed"] += 1
        return True

    def _pack(self, message: dialect.MAVLink_message) -> bytes:
        if self._signing:
            self._out.signing.timestamp = self._signing.next_stamp(self._clock())
        data: bytes = message.pack(self._out)
        self._out.seq = (self._out.seq + 1) % 256
        return data
