"""The one table of topics. Liveness, broker ACLs and the protocol's pages are derived from it."""

import re
from dataclasses import dataclass
from typing import Literal

from wire.events import Event
from wire.frozen import Frozen
from wire.orders import Order, OrderAnswer
from wire.rejected import RejectedRead
from wire.states import ClockAnswer, ClockAsk, DockState, EdgeConfig, Health, Receipt, VehicleState, Watch

ROOT = "airbeat/v1"
Sender = Literal["edge", "room"]


@dataclass(frozen=True)
class Topic:
    """`path` has {edge} and may have further {fields}; `form`: json, lines (one event a line), sealed or binary."""

    name: str
    path: str
    message: type[Frozen] | None
    sender: Sender
    qos: int
    doc: str
    form: Literal["json", "lines", "sealed", "binary"] = "json"
    retain: bool = False
    hz: float | None = None

    def of(self, edge: str, **fields: str) -> str:
        """The topic to publish on."""
        return self.path.format(edge=edge, **fields)

    def filter(self, edge: str = "+") -> str:
        """The filter to subscribe to; every edge's by default."""
        return re.sub(r"\{\w+\}", "+", self.path.replace("{edge}", edge))

    def match(self, topic: str) -> dict[str, str] | None:
        """The fields of a topic that is this one's, else None."""
        pattern = re.sub(r"\\?\{(\w+)\\?\}", r"(?P<\1>[^/]+)", re.escape(self.path))
        found = re.fullmatch(pattern, topic)
        return found.groupdict() if found else None

    @property
    def silent_after_s(self) -> float | None:
        """Missing three beats means silence; None for topics without a rhythm."""
        return 3 / self.hz if self.hz else None


EVENT = Topic("event", f"{ROOT}/{{edge}}/event", Event, "edge", 1, "Durable events, one a line", form="lines")
MEDIA = Topic("media", f"{ROOT}/{{edge}}/media/{{sha256}}", None, "edge", 1, "A JPEG, named by its hash", form="binary")
RECEIPT = Topic("receipt", f"{ROOT}/{{edge}}/receipt", Receipt, "room", 1, "What is committed", form="sealed")
VEHICLE = Topic("vehicle", f"{ROOT}/{{edge}}/state/vehicle", VehicleState, "edge", 0, "The aircraft now", hz=5)
DOCK = Topic("dock", f"{ROOT}/{{edge}}/state/dock", DockState, "edge", 0, "The dock now", hz=1)
HEALTH = Topic(
    "health",
    f"{ROOT}/{{edge}}/state/health",
    Health,
    "edge",
    1,
    "The box now; its will says offline",
    retain=True,
    hz=0.1,
)
REJECTED = Topic(
    "rejected", f"{ROOT}/{{edge}}/rejected", RejectedRead, "edge", 1, "Read but not told; kept for a day, no event"
)
ORDER = Topic(
    "order", f"{ROOT}/{{edge}}/order", Order, "room", 1, "Never retained: an old order must not fly", form="sealed"
)
ANSWER = Topic("answer", f"{ROOT}/{{edge}}/answer", OrderAnswer, "edge", 1, "Where an order stands, at once")
CONFIG = Topic("config", f"{ROOT}/{{edge}}/config", EdgeConfig, "room", 1, "Hotlist", form="sealed", retain=True)
CLOCK_ASK = Topic("clock_ask", f"{ROOT}/{{edge}}/clock/ask", ClockAsk, "edge", 0, "Asks the room's time", hz=0.2)
CLOCK_ANSWER = Topic("clock_answer", f"{ROOT}/{{edge}}/clock/answer", ClockAnswer, "room", 0, "The room's time")
WATCH = Topic("watch", f"{ROOT}/{{edge}}/watch", Watch, "room", 0, "Somebody looks at a camera")
VIDEO = Topic(
    "video", f"{ROOT}/{{edge}}/video/{{camera}}", None, "edge", 0, "H.264 access units (see video.py)", form="binary"
)

TOPICS = (
    EVENT, MEDIA, REJECTED, RECEIPT, VEHICLE, DOCK, HEALTH, ORDER, ANSWER, CONFIG, CLOCK_ASK, CLOCK_ANSWER, WATCH,
    VIDEO,
)  # fmt: skip


def find_topic(topic: str) -> tuple[Topic, dict[str, str]] | None:
    """The table's row and the fields of a concrete topic; None for a stranger."""
    for row in TOPICS:
        fields = row.match(topic)
        if fields is not None:
            return row, fields
    return None
