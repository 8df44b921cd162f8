"""The mission protocol as the vehicle plays it, for missions (0), fences (1) and rally points (2); items int and float.

Upload: MISSION_COUNT -> we ask item by item -> MISSION_ACK. A gap of a second repeats the question, five give up.
Download: MISSION_REQUEST_LIST -> MISSION_COUNT -> the client asks. Item 0 of a mission is home; it is never empty.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sim.autopilot.copter import Copter
from sim.autopilot.fence import Item
from sim.autopilot.targets import waypoint
from sim.mavlink import dialect as m

ACCEPTED, ERROR, UNSUPPORTED, NO_SPACE, INVALID, INVALID_SEQUENCE, CANCELLED = 0, 1, 3, 4, 5, 13, 15
"""MAV_MISSION_RESULT."""
MOST_ITEMS = 700
FLY_NOW = 2
"""`current` of an item that is no part of a plan but a guided goal; dronekit's simple_goto."""
REPEAT_S, TRIES = 1.0, 5


@dataclass(slots=True)
class Upload:
    kind: int
    count: int
    source: tuple[int, int]
    asked_s: float
    tries: int = 1
    items: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Plans:
    """One client's transfers."""

    upload: Upload | None = None

    def receive(self, copter: Copter, message: Any, source: tuple[int, int]) -> list[Any]:
        """What is to be answered."""
        kind = getattr(message, "mission_type", 0)
        if kind not in copter.plans:
            return [_ack(source, UNSUPPORTED, kind)] if message.get_type() != "MISSION_ACK" else []
        return STEPS[message.get_type()](self, copter, message, source)

    def due(self, copter: Copter) -> list[Any]:
        """The question again where the client fell silent."""
        out: list[Any] = []
        if (upload := self.upload) and copter.now_s - upload.asked_s >= REPEAT_S:
            if upload.tries >= TRIES:
                self.upload = None
                return [*out, _ack(upload.source, CANCELLED, upload.kind)]
            upload.tries, upload.asked_s = upload.tries + 1, copter.now_s
            out.append(_question(upload))
        return out


def _ack(source: tuple[int, int], result: int, kind: int) -> Any:
    return m.MAVLink_mission_ack_message(*source, result, kind)


def _question(upload: Upload) -> Any:
    """ArduPilot asks by the old MISSION_REQUEST and takes either form (MissionItemProtocol.cpp)."""
    return m.MAVLink_mission_request_message(*upload.source, len(upload.items), upload.kind)


def items_of(copter: Copter, kind: int) -> tuple[Item, ...]:
    """The plan as a client sees it: a mission begins with home."""
    if kind != 0:
        return copter.plans[kind]
    home = copter.home
    lat, lon = copter.origin.globe(home.north, home.east) if home else (0.0, 0.0)
    alt = copter.origin.amsl_m - home.down if home else 0.0
    return (Item(16, (0, 0, 0, 0), lat, lon, alt, 0), *copter.plans[0][1:])


def _list(_plans: Plans, copter: Copter, message: Any, source: tuple[int, int]) -> list[Any]:
    kind = message.mission_type
    return [m.MAVLink_mission_count_message(*source, len(items_of(copter, kind)), kind)]


def _item(_plans: Plans, copter: Copter, message: Any, source: tuple[int, int]) -> list[Any]:
    items, seq, kind = items_of(copter, message.mission_type), message.seq, message.mission_type
    if seq >= len(items):
        return [_ack(source, INVALID_SEQUENCE, kind)]
    item = items[seq]
    current = int(kind == 0 and seq == copter.current)
    head = (*source, seq, item.frame, item.command, current, item.autocontinue, *item.params)
    if message.get_type() == "MISSION_REQUEST":
        return [m.MAVLink_mission_item_message(*head, item.lat, item.lon, item.alt, kind)]
    return [m.MAVLink_mission_item_int_message(*head, round(item.lat * 1e7), round(item.lon * 1e7), item.alt, kind)]


def _count(plans: Plans, copter: Copter, message: Any, source: tuple[int, int]) -> list[Any]:
    if message.count > MOST_ITEMS:
        return [_ack(source, NO_SPACE, message.mission_type)]
    if message.count == 0:
        copter.adopt(message.mission_type, ())
        return [_ack(source, ACCEPTED, message.mission_type)]
    plans.upload = Upload(message.mission_type, message.count, source, copter.now_s)
    return [_question(plans.upload)]


def _take(plans: Plans, copter: Copter, message: Any, source: tuple[int, int]) -> list[Any]:
    if message.current == FLY_NOW:
        return [_ack(source, ACCEPTED if waypoint(copter, _read(message)) else ERROR, message.mission_type)]
    upload = plans.upload
    if upload is None or message.mission_type != upload.kind:
        return [_ack(source, ERROR, message.mission_type)]
    if message.seq != len(upload.items):
        return [_ack(source, INVALID_SEQUENCE, upload.kind)]
    upload.items.append(_read(message))
    upload.asked_s, upload.tries = copter.now_s, 1
    if len(upload.items) < upload.count:
        return [_question(upload)]
    plans.upload = None
    try:
        copter.adopt(upload.kind, upload.items)
    except ValueError:
        return [_ack(source, INVALID, upload.kind)]
    return [_ack(source, ACCEPTED, upload.kind)]


def _read(message: Any) -> Item:
    params = (message.param1, message.param2, message.param3, message.param4)
    scale = 1e7 if message.get_type() == "MISSION_ITEM_INT" else 1.0
    lat, lon = message.x / scale, message.y / scale
    return Item(message.command, params, lat, lon, message.z, message.frame, message.autocontinue)


def _acked(_plans: Plans, _copter: Copter, _message: Any, _source: tuple[int, int]) -> list[Any]:
    return []


def _clear(plans: Plans, copter: Copter, message: Any, source: tuple[int, int]) -> list[Any]:
    plans.upload = None
    copter.adopt(message.mission_type, ())
    return [_ack(source, ACCEPTED, message.mission_type)]


def _set_current(_plans: Plans, copter: Copter, message: Any, _source: tuple[int, int]) -> list[Any]:
    if 0 <= message.seq < len(copter.plans[0]):
        copter.current, copter.goal = max(1, message.seq), None
    return []


STEPS: dict[str, Callable[[Plans, Copter, Any, tuple[int, int]], list[Any]]] = {
    "MISSION_REQUEST_LIST": _list,
    "MISSION_REQUEST": _item,
    "MISSION_REQUEST_INT": _item,
    "MISSION_COUNT": _count,
    "MISSION_ITEM": _take,
    "MISSION_ITEM_INT": _take,
    "MISSION_ACK": _acked,
    "MISSION_CLEAR_ALL": _clear,
    "MISSION_SET_CURRENT": _set_current,
}
