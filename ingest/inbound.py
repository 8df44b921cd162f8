"""MQTT messages become items to store, or lie aside with the reason. Pure: one function a topic."""

import hashlib
import re
from collections.abc import Callable

from pydantic import TypeAdapter, ValidationError

from ingest.accept import Aside, Fresh, read_line, why_invalid
from ingest.store.media import Picture
from wire.events import split_lines
from wire.frozen import Name
from wire.orders import OrderAnswer
from wire.states import Health
from wire.topics import ANSWER, EVENT, HEALTH, MEDIA, find_topic

Item = Fresh | Aside | Picture | OrderAnswer | Health

MAX_PICTURE = 64 * 1024
"""Bytes; a plate patch has up to 3 KB, an overview up to 25."""
_NAME: TypeAdapter[str] = TypeAdapter(Name)
_JPEG = b"\xff\xd8\xff"


def read_message(topic: str, payload: bytes) -> list[Item]:
    """Everything that the message holds."""
    found = find_topic(topic)
    if found is None or found[0].name not in _READERS:
        return [Aside(topic, payload[:MAX_PICTURE], "not a topic that boxes send events on")]
    row, fields = found
    try:
        _NAME.validate_python(fields["edge"])
    except ValidationError:
        return [Aside(topic, payload[:MAX_PICTURE], "the topic's box has no valid name")]
    return _READERS[row.name](topic, fields, payload)


def _events(topic: str, fields: dict[str, str], payload: bytes) -> list[Item]:
    lines = split_lines(payload)
    if not lines:
        return [Aside(topic, payload, "empty")]
    return [read_line(fields["edge"], topic, line) for line in lines]


def _picture(topic: str, fields: dict[str, str], payload: bytes) -> list[Item]:
    """One that is what its name says, yet no picture of ours, is receipted: it lies aside, and would come for ever."""
    edge, sha256 = fields["edge"], fields["sha256"]
    if not re.fullmatch(r"[0-9a-f]{64}", sha256) or hashlib.sha256(payload).hexdigest() != sha256:
        return [Aside(topic, payload[:MAX_PICTURE], "the picture's hash is not its name")]
    if len(payload) > MAX_PICTURE or not payload.startswith(_JPEG):
        reason = f"not a JPEG of {MAX_PICTURE} bytes at most but {len(payload)} bytes of something"
        return [Aside(topic, payload[:MAX_PICTURE], reason, picture=(edge, sha256))]
    return [Picture(sha256=sha256, box=edge, jpeg=payload)]


def _answer(topic: str, fields: dict[str, str], payload: bytes) -> list[Item]:
    return _state(OrderAnswer, topic, fields, payload)


def _health(topic: str, fields: dict[str, str], payload: bytes) -> list[Item]:
    return _state(Health, topic, fields, payload)


def _state(model: type[OrderAnswer] | type[Health], topic: str, fields: dict[str, str], payload: bytes) -> list[Item]:
    try:
        message = model.model_validate_json(payload)
    except ValidationError as error:
        return [Aside(topic, payload[:MAX_PICTURE], why_invalid(error))]
    if message.edge != fields["edge"]:
        return [Aside(topic, payload[:MAX_PICTURE], f"a message of {message.edge} on the topic of {fields['edge']}")]
    return [message]


_READERS: dict[str, Callable[[str, dict[str, str], bytes], list[Item]]] = {
    EVENT.name: _events,
    MEDIA.name: _picture,
    ANSWER.name: _answer,
    HEALTH.name: _health,
}
