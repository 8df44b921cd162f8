"""What the boxes say over MQTT: states go to the fleet and the browsers, answers to the store; what
flying cameras see and their pictures go to viewers.

Handlers run on the MQTT client's thread and only hand over to the event loop.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import monotonic
from typing import TypeVar

import structlog
from pydantic import ValidationError

from dashboard.desk import Desk
from dashboard.live import message
from dashboard.placed import MARK, Ground
from ingest.store import orders
from ingest.store.notices import Notice, notify
from ingest.store.pool import Away
from wire.events import decode_event, split_lines
from wire.orders import OrderAnswer
from wire.states import DockState, Health, VehicleState
from wire.topics import ANSWER, DOCK, EVENT, HEALTH, VEHICLE, Topic

log = structlog.get_logger()
M = TypeVar("M", VehicleState, DockState, Health, OrderAnswer)


class Ear:
    """Start it on the event loop that serves the browsers. `malformed`: payloads dropped, by topic name (D9)."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._clerk = ThreadPoolExecutor(1, "answers")  # one, so that answers are stored in the order they came
        self._watching: asyncio.Task[None] | None = None
        self._ground = Ground()
        self.malformed: dict[str, int] = {}

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._hear(VEHICLE, VehicleState, self._vehicle)
        self._hear(DOCK, DockState, self._dock)
        self._hear(HEALTH, Health, self._health)
        self._hear(ANSWER, OrderAnswer, self._answer)
        self._desk.mqtt.subscribe(EVENT.filter(), 0, self._events)
        self._desk.mqtt.start()
        self._watching = asyncio.create_task(self._desk.relay.keep_watching())

    async def stop(self) -> None:
        if self._watching:
            self._watching.cancel()
        await asyncio.to_thread(self._desk.mqtt.stop)
        await asyncio.to_thread(self._clerk.shutdown)

    def _hear(self, topic: Topic, model: type[M], handle: Callable[[M], None]) -> None:
        def take(name: str, payload: bytes) -> None:
            said = self._decode(topic, model, name, payload)
            if said is not None:
                handle(said)

        def hand_over(name: str, payload: bytes) -> None:
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(take, name, payload)

        self._desk.mqtt.subscribe(topic.filter(), topic.qos, hand_over)

    def _decode(self, topic: Topic, model: type[M], name: str, payload: bytes) -> M | None:
        """None for what is no message of the topic, or speaks for another box than the topic's."""
        try:
            said = model.model_validate_json(payload)
        except ValidationError as error:
            self._put_by(topic, name, f"{error.error_count()} wrong: {error.errors()[0]['msg']}")
            return None
        if (topic.match(name) or {}).get("edge") != said.edge:
            self._put_by(topic, name, f"speaks for {said.edge}")
            return None
        return said

    def _put_by(self, topic: Topic, name: str, reason: str) -> None:
        self.malformed[topic.name] = self.malformed.get(topic.name, 0) + 1
        log.warning("malformed_message", topic=name, reason=reason)

    def _events(self, name: str, payload: bytes) -> None:
        """Only what flying cameras see; the rest is ingest's."""
        if MARK in payload and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._placed, name, payload)

    def _placed(self, name: str, payload: bytes) -> None:
        edge = (EVENT.match(name) or {}).get("edge")
        for line in split_lines(payload):
            try:
                event = decode_event(line)
            except ValidationError:
                continue  # ingest counts it and puts it aside
            if event.box == edge and (below := self._ground.hear(event, datetime.now(UTC))):
                self._desk.hub.publish(message("below", below, key=f"below/{below.edge}/{below.camera}"))

    def _vehicle(self, state: VehicleState) -> None:
        self._desk.fleet.hear_vehicle(state, monotonic())
        self._desk.hub.publish(message("vehicle", state, key=f"vehicle/{state.edge}/{state.aircraft}"))

    def _dock(self, state: DockState) -> None:
        self._desk.fleet.hear_dock(state, monotonic())
        self._desk.hub.publish(message("dock", state, key=f"dock/{state.edge}"))

    def _health(self, state: Health) -> None:
        state = self._desk.fleet.hear_health(state, monotonic())
        self._desk.hub.publish(message("health", state, key=f"health/{state.edge}"))

    def _answer(self, answer: OrderAnswer) -> None:
        self._clerk.submit(self._store_answer, answer)

    def _store_answer(self, answer: OrderAnswer) -> None:
        """The database's notice then tells the browsers, whoever stored it first: we, or ingest from the event."""
        try:
            with self._desk.database.transaction() as db:
                order = orders.find_order(db, answer.order_id)
                if order is None or (order.edge, order.aircraft) != (answer.edge, answer.aircraft):
                    log.warning("answer_to_no_order", order=str(answer.order_id), edge=answer.edge)
                elif orders.put_answer(db, answer):
                    notify(db, Notice(orders=(answer.order_id,)))
        except Away:
            log.warning("answer_not_stored", order=str(answer.order_id), state=answer.state.value)
