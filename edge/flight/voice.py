"""What the pilot tells: states and answers over MQTT at once, events through the outbox on a thread of their own."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import structlog

from edge import health
from edge.flight.disk import Disk
from edge.flight.gate import Memory
from edge.flight.life import Answered
from edge.flight.state import Saved
from edge.outbox import Outbox
from wire.events import Body, OrderOutcome
from wire.frozen import Frozen
from wire.mqtt import Mqtt
from wire.orders import OrderAnswer
from wire.states import PartHealth, PartState, VehicleState
from wire.topics import ANSWER, Topic

log = structlog.get_logger()
RETRY_S = 1.0


class Voice:
    """Nothing here waits for a disk or a network: writing is queued and done in order, and tried until it is done."""

    def __init__(self, edge: str, aircraft: str, data_dir: Path, *, outbox: Outbox, disk: Disk, mqtt: Mqtt) -> None:
        self._edge, self._aircraft, self._data_dir = edge, aircraft, data_dir
        self._outbox, self._disk, self._mqtt = outbox, disk, mqtt
        self._queue: asyncio.Queue[Callable[[], object]] = asyncio.Queue()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="flight-writer")
        self._memory, self._saved = Memory(), Saved()
        self._last: dict[UUID, OrderAnswer] = {}
        self._parts: dict[str, PartHealth] = {}
        self._shared: VehicleState | None = None
        self._flew = False
        self.stuck = False
        """The last write failed: the disk is full or gone."""

    async def run(self) -> None:
        """Writes what is queued, for ever."""
        while True:
            write = await self._queue.get()
            while not await self._done(write):
                await asyncio.sleep(RETRY_S)
            self._queue.task_done()

    async def finish(self, limit_s: float) -> None:
        """Waits for the queue to drain, so long at most; `run` must be running."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._queue.join(), limit_s)
        self._thread.shutdown(wait=False)

    def state(self, topic: Topic, state: Frozen) -> None:
        self._mqtt.publish(topic.of(self._edge), state.encode(), topic.qos)
        if isinstance(state, VehicleState) and (state.airborne or self._flew):
            self._share(state)

    def _share(self, state: VehicleState) -> None:
        """For the camera under it; one write waits at most, and it writes the newest."""
        self._flew = state.airborne
        if self._shared is None:
            self._queue.put_nowait(self._write_aircraft)
        self._shared = state

    def answer(self, word: Answered) -> None:
        """At once to the console, and for ever to the database."""
        at = datetime.now(UTC)
        answer = OrderAnswer(
            order_id=word.order_id,
            edge=self._edge,
            aircraft=self._aircraft,
            at=at,
            state=word.state,
            reasons=word.reasons,
        )
        self._mqtt.publish(ANSWER.of(self._edge), answer.encode(), ANSWER.qos)
        self._last = {**dict(list(self._last.items())[-50:]), word.order_id: answer}
        log.info("order_answered", order=str(word.order_id), state=str(word.state), reasons="; ".join(word.reasons))
        self.event(
            OrderOutcome(order_id=word.order_id, aircraft=self._aircraft, state=word.state, reasons=word.reasons), at
        )

    def repeat(self, order_id: UUID) -> None:
        """Says the last word on an order again; changes nothing (F9)."""
        if answer := self._last.get(order_id):
            self._mqtt.publish(ANSWER.of(self._edge), answer.encode(), ANSWER.qos)

    def event(self, body: Body, at: datetime) -> None:
        self._queue.put_nowait(lambda: self._outbox.put(body, at))

    def keep_sortie(self, saved: Saved) -> None:
        self._saved = saved
        self._queue.put_nowait(self._write_sortie)

    def keep_tape(self, lines: list[str]) -> None:
        """What was decided, and on what (F26)."""
        self._queue.put_nowait(lambda: self._disk.keep_tape(lines))

    def keep_record(self, write: Callable[[], None], stamp: int) -> None:
        """The flight recorder's share, and the newest stamp of our MAVLink signatures (F19)."""
        self._queue.put_nowait(write)
        self._queue.put_nowait(lambda: self._disk.keep_stamp(stamp))

    def keep_memory(self, memory: Memory) -> None:
        self._memory = memory
        self._queue.put_nowait(self._write_memory)

    async def keep_now(self, memory: Memory, saved: Saved) -> bool:
        """Both ahead of the queue; whether they are on the disk."""
        self._memory, self._saved = memory, saved
        return await self._done(self._write_memory) and await self._done(self._write_sortie)

    def health(self, part: str, state: PartState, detail: str, figures: dict[str, float]) -> None:
        before = self._parts.get(part)
        since = before.since if before and before.state is state else datetime.now(UTC)
        said = PartHealth(state=state, detail=detail, since=since, figures=figures)
        self._parts[part] = said
        self._queue.put_nowait(lambda: health.report(self._data_dir, part, said))

    def _write_aircraft(self) -> None:
        state, self._shared = self._shared, None
        if state:
            health.write_aircraft(self._data_dir, state)

    def _write_memory(self) -> None:
        """Always the newest: a write that waited in the queue must not undo one that went ahead of it."""
        self._disk.keep_memory(self._memory)

    def _write_sortie(self) -> None:
        self._disk.keep_sortie(self._saved)

    async def _done(self, write: Callable[[], object]) -> bool:
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, write)
        except (OSError, sqlite3.Error) as error:
            log.warning("write_failed", why=str(error))
            self.stuck = True
            return False
        self.stuck = False
        return True
