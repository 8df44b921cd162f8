"""One conversation partner: its own stream rates, queue and unfinished uploads. Messages in and out; no socket."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sim.autopilot import failsafes, precland, targets
from sim.autopilot.commands import (
    ACCEPTED,
    DENIED,
    FAILED,
    UNSUPPORTED,
    Command,
    change_mode,
    obey,
)
from sim.autopilot.copter import Copter
from sim.autopilot.files import Files
from sim.autopilot.mavcmd import Cmd
from sim.autopilot.modes import Mode
from sim.autopilot.plans import Plans
from sim.autopilot.streams import GROUPS, HEARTBEAT, MAKERS, STARTING
from sim.mavlink import dialect as m
from sim.payload import Payload

PARAMETERS_AT_ONCE = 5
"""PARAM_VALUEs a call of `due`: a list takes a second or so, as over a real link."""
LOCATED = (Cmd.NAV_TAKEOFF, Cmd.DO_SET_HOME, Cmd.DO_REPOSITION, Cmd.DO_SET_ROI_LOCATION, Cmd.DO_SET_ROI)
"""Commands whose param 5 to 7 are a place."""


@dataclass(slots=True)
class Channel:
    copter: Copter
    intervals: dict[int, float] = field(default_factory=lambda: {HEARTBEAT: 1.0})
    """Message number to seconds."""
    next_s: dict[int, float] = field(default_factory=dict)
    queue: deque[Any] = field(default_factory=deque)
    plans: Plans = field(default_factory=Plans)
    files: Files = field(default_factory=Files)
    listing: int | None = None
    """The next parameter of a PARAM_REQUEST_LIST under way."""
    reboot: bool = False
    payload: Payload = field(default_factory=Payload)
    beside: deque[tuple[int, Any]] = field(default_factory=deque)
    """What other components of the aircraft have to answer: (component, message)."""
    key: bytes | None = None
    """A signing key that was set and is not in use yet."""
    heard_s: float = 0.0
    source: tuple[int, int] = (0, 0)
    mode: Mode | None = None
    """The mode that was told last: a change is told at once, as ArduCopter does."""

    def __post_init__(self) -> None:
        for name in STARTING:
            if self.copter.parameters[name]:
                self.set_group(name)

    def receive(self, message: Any) -> None:
        """Takes one message. One that isn't meant for us or isn't known changes nothing."""
        handler = HANDLERS.get(message.get_type())
        mine = int(self.copter.parameters["SYSID_THISMAV"])
        if handler is None or getattr(message, "target_system", 0) not in (0, mine):
            return
        if (answer := self.payload.answer(message, self.copter.now_s)) is not None:
            self.beside.extend(answer)
            return
        if getattr(message, "target_component", 0) not in (0, 1):
            return
        self.heard_s = self.copter.now_s
        self.source = (message.get_srcSystem(), message.get_srcComponent())
        handler(self, message)

    def due(self) -> list[Any]:
        """What is to be sent now."""
        out = list(self.queue)
        self.queue.clear()
        out += self._list_parameters()
        now_s = self.copter.now_s
        if self.mode is not self.copter.mode:
            self.mode, self.next_s[HEARTBEAT] = self.copter.mode, now_s
        for number, interval in self.intervals.items():
            if now_s >= self.next_s.get(number, 0.0):
                late = now_s - self.next_s.get(number, 0.0)
                self.next_s[number] = now_s + interval - (late if late < interval else 0.0)
                out.append(MAKERS[number](self.copter))
        out += self.plans.due(self.copter)
        return [message for message in out if message is not None]

    def set_group(self, name: str) -> None:
        """Starts or stops a group at the rate of its SR0 parameter."""
        hz = self.copter.parameters[name]
        for number in GROUPS[STARTING[name]]:
            self.set_rate(number, 1 / hz if hz > 0 else None)

    def set_rate(self, number: int, seconds: float | None) -> None:
        """`seconds` None stops the stream; HEARTBEAT can't be stopped."""
        if seconds is not None:
            self.intervals[number] = max(seconds, 0.01)
        elif number != HEARTBEAT:
            self.intervals.pop(number, None)
        self.next_s[number] = self.copter.now_s

    def parameter(self, name: str) -> Any:
        copter = self.copter
        return m.MAVLink_param_value_message(
            name.encode(), copter.parameters[name], copter.parameters.kind(name), len(copter.parameters.names),
            copter.parameters.names.index(name),
        )  # fmt: skip

    def _list_parameters(self) -> list[Any]:
        if self.listing is None:
            return []
        names = self.copter.parameters.names[self.listing : self.listing + PARAMETERS_AT_ONCE]
        self.listing = self.listing + len(names) if names else None
        return [self.parameter(name) for name in names]


def _heartbeat(channel: Channel, message: Any) -> None:
    if message.get_srcSystem() == int(channel.copter.parameters["SYSID_MYGCS"]):
        failsafes.heard(channel.copter)


def _command_long(channel: Channel, message: Any) -> None:
    lat, lon = (message.param5, message.param6) if message.command in LOCATED else (None, None)
    frame = 0 if message.command == Cmd.DO_SET_HOME else 3
    params = (message.param1, message.param2, message.param3, message.param4)
    _command(channel, Command(message.command, params, _degrees(lat), _degrees(lon), message.param7, frame))


def _command_int(channel: Channel, message: Any) -> None:
    params = (message.param1, message.param2, message.param3, message.param4)
    lat, lon = message.x / 1e7, message.y / 1e7
    known = abs(lat) <= 90 and abs(lon) <= 180
    place = (_degrees(lat), _degrees(lon)) if known else (None, None)
    _command(channel, Command(message.command, params, *place, message.z, message.frame))


def _degrees(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) and value != 0 else None


def _command(channel: Channel, command: Command) -> None:
    before = len(channel.queue)
    if any(map(math.isinf, command.params)):
        result = DENIED
    else:
        handler = ABOUT_THE_LINK.get(command.number)
        clean = command._replace(params=tuple(0.0 if math.isnan(p) else p for p in command.params))  # type: ignore[arg-type]
        result = handler(channel, clean) if handler else obey(channel.copter, clean)
    # The acknowledgement goes ahead of what the command asked for.
    channel.queue.insert(before, m.MAVLink_command_ack_message(command.number, result, 0, 0, *channel.source))


def _set_interval(channel: Channel, command: Command) -> int:
    number, micros = int(command.params[0]), command.params[1]
    if number not in MAKERS:
        return FAILED
    # 0 asks for the default rate: off for all but HEARTBEAT, as the SRx_ parameters are 0.
    channel.set_rate(number, micros / 1e6 if micros > 0 else 1.0 if number == HEARTBEAT else None)
    return ACCEPTED


def _get_interval(channel: Channel, command: Command) -> int:
    number = int(command.params[0])
    if number not in MAKERS:
        return FAILED
    seconds = channel.intervals.get(number)
    channel.queue.append(m.MAVLink_message_interval_message(number, int(seconds * 1e6) if seconds else -1))
    return ACCEPTED


def _request(channel: Channel, command: Command) -> int:
    return _send(channel, int(command.params[0]))


def _send(channel: Channel, number: int) -> int:
    made = MAKERS[number](channel.copter) if number in MAKERS else None
    if made is None:
        return FAILED
    channel.queue.append(made)
    return ACCEPTED


def _reboot(channel: Channel, command: Command) -> int:
    if channel.copter.armed:
        return FAILED
    channel.reboot = command.params[0] in (1, 3)
    return ACCEPTED if channel.reboot else UNSUPPORTED


ABOUT_THE_LINK: dict[int, Callable[[Channel, Command], int]] = {
    Cmd.PREFLIGHT_REBOOT_SHUTDOWN: _reboot,
    Cmd.GET_HOME_POSITION: lambda channel, _: _send(channel, 242),
    Cmd.GET_MESSAGE_INTERVAL: _get_interval,
    Cmd.SET_MESSAGE_INTERVAL: _set_interval,
    Cmd.REQUEST_MESSAGE: _request,
    # The compatibility list wants it here too; ArduCopter says what it speaks in the capability bits alone.
    Cmd.REQUEST_PROTOCOL_VERSION: lambda channel, _: _send(channel, 148),
    Cmd.REQUEST_AUTOPILOT_CAPABILITIES: lambda channel, _: _send(channel, 148),
}


def _set_mode(channel: Channel, message: Any) -> None:
    result = change_mode(channel.copter, message.custom_mode) if message.base_mode & 1 else DENIED
    channel.queue.append(m.MAVLink_command_ack_message(11, result, 0, 0, *channel.source))


def _data_stream(channel: Channel, message: Any) -> None:
    groups = GROUPS.values() if message.req_stream_id == 0 else [GROUPS.get(message.req_stream_id, ())]
    on = message.start_stop and message.req_message_rate
    for number in (number for group in groups for number in group):
        channel.set_rate(number, 1.0 / message.req_message_rate if on else None)


def _param_list(channel: Channel, _message: Any) -> None:
    channel.listing = 0


def _param_read(channel: Channel, message: Any) -> None:
    names = channel.copter.parameters.names
    if message.param_index >= 0:
        name = names[message.param_index] if message.param_index < len(names) else ""
    else:
        name = message.param_id.strip("\0")
    if name in channel.copter.parameters:
        channel.queue.append(channel.parameter(name))


def _param_set(channel: Channel, message: Any) -> None:
    name, value = message.param_id.strip("\0"), message.param_value
    if name not in channel.copter.parameters:
        return
    if math.isfinite(value):
        channel.copter.parameters[name] = value
        if name in STARTING:
            channel.set_group(name)
    channel.queue.append(channel.parameter(name))


def _timesync(channel: Channel, message: Any) -> None:
    if message.tc1 == 0:
        channel.queue.append(m.MAVLink_timesync_message(int(channel.copter.now_s * 1e9), message.ts1))


def _plan(channel: Channel, message: Any) -> None:
    channel.queue.extend(channel.plans.receive(channel.copter, message, channel.source))


def _ping(channel: Channel, message: Any) -> None:
    if (message.target_system, message.target_component) == (0, 0):
        channel.queue.append(m.MAVLink_ping_message(message.time_usec, message.seq, *channel.source))


def _file(channel: Channel, message: Any) -> None:
    for payload in channel.files.answer(bytes(message.payload), channel.copter.parameters):
        channel.queue.append(m.MAVLink_file_transfer_protocol_message(0, *channel.source, list(payload)))


def _setup_signing(channel: Channel, message: Any) -> None:
    """Not in flight (GCS_Signing.cpp)."""
    if not channel.copter.armed:
        channel.key = bytes(message.secret_key)


HANDLERS: dict[str, Callable[[Channel, Any], None]] = {
    "HEARTBEAT": _heartbeat,
    "COMMAND_LONG": _command_long,
    "COMMAND_INT": _command_int,
    "SET_MODE": _set_mode,
    "REQUEST_DATA_STREAM": _data_stream,
    "PARAM_REQUEST_LIST": _param_list,
    "PARAM_REQUEST_READ": _param_read,
    "PARAM_SET": _param_set,
    "TIMESYNC": _timesync,
    "PING": _ping,
    "FILE_TRANSFER_PROTOCOL": _file,
    "SET_POSITION_TARGET_GLOBAL_INT": lambda channel, message: targets.globe(channel.copter, message),
    "SET_POSITION_TARGET_LOCAL_NED": lambda channel, message: targets.local(channel.copter, message),
    "SETUP_SIGNING": _setup_signing,
    "LANDING_TARGET": lambda channel, message: precland.hear(channel.copter, message),
    "MISSION_REQUEST_LIST": _plan,
    "MISSION_REQUEST": _plan,
    "MISSION_REQUEST_INT": _plan,
    "MISSION_COUNT": _plan,
    "MISSION_ITEM": _plan,
    "MISSION_ITEM_INT": _plan,
    "MISSION_ACK": _plan,
    "MISSION_CLEAR_ALL": _plan,
    "MISSION_SET_CURRENT": _plan,
}
