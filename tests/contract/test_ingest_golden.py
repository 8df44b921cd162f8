"""One message of every kind as it was first released: it decodes for ever, and a newer sender's does too."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from wire.events import Event
from wire.frozen import Frozen
from wire.orders import Order, OrderAnswer
from wire.rejected import RejectedRead
from wire.signing import BadSeal, load_public, unseal
from wire.states import ClockAnswer, ClockAsk, DockState, EdgeConfig, Health, Receipt, VehicleState, Watch
from wire.topics import TOPICS

GOLDEN = Path(__file__).parent / "golden"
MODELS: dict[str, type[Frozen]] = {
    "order_answer": OrderAnswer,
    "receipt": Receipt,
    "vehicle_state": VehicleState,
    "vehicle_state_on_scene": VehicleState,
    "dock_state": DockState,
    "health": Health,
    "health_heights": Health,
    "clock_ask": ClockAsk,
    "clock_answer": ClockAnswer,
    "watch": Watch,
    "edge_config": EdgeConfig,
    "rejected_read": RejectedRead,
}
FILES = sorted(path for path in GOLDEN.glob("*.json") if path.stem != "sealed_order")


def model_of(path: Path) -> type[Frozen]:
    if path.stem in MODELS:
        return MODELS[path.stem]
    return Event if path.stem.startswith("event_") else Order


def newer(value: Any) -> Any:
    """The same with a field that we don't know in every object of the contract; maps of names stay as they are."""
    if isinstance(value, list):
        return [newer(each) for each in value]
    if not isinstance(value, dict):
        return value
    maps = {"parts", "figures", "inputs"}
    return {key: each if key in maps else newer(each) for key, each in value.items()} | {"added_later": {"x": [1]}}


def holds(now: Any, released: Any) -> bool:
    """Whether all that a released message said is still said; fields that came later have their defaults."""
    if isinstance(released, dict):
        return isinstance(now, dict) and all(key in now and holds(now[key], each) for key, each in released.items())
    return bool(now == released)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_released_message_decodes_to_what_it_says(path: Path) -> None:
    message = model_of(path).model_validate_json(path.read_bytes())
    assert holds(json.loads(message.encode()), json.loads(path.read_bytes()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_fields_of_a_newer_sender_are_dropped(path: Path) -> None:
    model = model_of(path)
    grown = json.dumps(newer(json.loads(path.read_bytes())))
    assert model.model_validate_json(grown) == model.model_validate_json(path.read_bytes())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_truncation_is_refused_and_nothing_worse(path: Path) -> None:
    model, whole = model_of(path), path.read_bytes().strip()
    for length in range(len(whole)):
        with pytest.raises(ValidationError):
            model.model_validate_json(whole[:length])


def test_every_message_and_every_event_has_its_golden_file() -> None:
    shown = {model_of(path) for path in FILES}
    assert {row.message for row in TOPICS if row.message} <= shown
    kinds = {json.loads(path.read_bytes())["body"]["kind"] for path in FILES if path.stem.startswith("event_")}
    bodies = json.loads(json.dumps(Event.model_json_schema()))["properties"]["body"]["discriminator"]["mapping"]
    assert kinds == set(bodies)


def test_a_sealed_order_opens_for_ever_and_one_flipped_bit_is_found() -> None:
    key, sealed = load_public(GOLDEN / "sealed_order.pub"), (GOLDEN / "sealed_order.json").read_bytes().strip()
    assert Order.model_validate_json(unseal("order", sealed, key)).seq == 17
    with pytest.raises(BadSeal):
        unseal("receipt", sealed, key)
    body = unseal("order", sealed, key)
    for at in range(0, len(sealed), 7):
        flipped = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        try:
            assert unseal("order", flipped, key) == body
        except BadSeal:
            continue
