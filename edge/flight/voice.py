"""What the pilot tells: states and answers over MQTT at once, events through the outbox on a thread of their own."""

import asyncio
import sqlite3
import time
from collections import Counter
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
from edge.flight.tape import BEGIN
from edge.outbox import Outbox
from wire.events import Body, OrderOutcome
from wire.frozen import Frozen
from wire.mqtt import Mqtt
from wire.orders import OrderAnswer
from wire.states import PartHealth, PartState, VehicleState
from wire.topics import ANSWER, Topic

log = structlog.get_logger()
RETRY_S = 1.0
MOST_EVENTS = 5000
"""That may wait for a disk; a week of a parked aircraft's."""
MOST_TAPE_WRITES = 600
"""Of a second each: a flight's ten minutes, about 8 MB."""
Write = tuple[str, Callable[[], object]]
"""What is written, and how."""
REST_SHARED_S = 2.0
"""How often a resting aircraft's state is left for its camera, which believes it for a while (F24)."""


def moves(state: VehicleState) -> bool:
    return state.airborne or state.armed


class Voice:
    """Nothing here waits for a disk or a network: writing is queued and done in order, and tried until it is done.

    What waits is bounded: of a state the newest, of events and tapes so many; what that costs is counted.
    """

    def __init__(self, edge: str, aircraft: str, data_dir: Path, *, outbox: Outbox, disk: Disk, mqtt: Mqtt) -> None:
        self._edge, self._aircraft, self._data_dir = edge, aircraft, data_dir
        self._outbox, self._disk, self._mqtt = outbox, disk, mqtt
        self._words, self._evidence = asyncio.Queue[Write](), asyncio.Queue[Write]()
        self._waiting: Counter[str] = Counter()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="flight-writer")
        self._memory, self._saved, self._stamp = Memory(), Saved(), 0
        self._last: dict[UUID, OrderAnswer] = {}
        self._parts: dict[str, PartHealth] = {}
        self._shared: VehicleState | None = None
        self._moved, self._share_s = False, 0.0
        self._tape_ended = False
        self._stuck: set[asyncio.Queue[Write]] = set()
        self.lost: Counter[str] = Counter()
        """What a disk that was full for too long has cost, by kind."""

    @property
    def stuck(self) -> bool:
        """The last write failed: the disk is full or gone."""
        return bool(self._stuck)

    async def run(self) -> None:
        """Writes what waits, for ever. Evidence that can't be written holds no event up, which has a reserve (D4)."""
        await asyncio.gather(self._drain(self._words), self._drain(self._evidence))

    async def finish(self, limit_s: float) -> None:
        """Waits until all is written, so long at most; `run` must be running."""
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(self._words.join(), self._evidence.join()), limit_s)
        self._thread.shutdown(wait=False)

    def state(self, topic: Topic, state: Frozen) -> None:
        self._mqtt.publish(topic.of(self._edge), state.encode(), topic.qos)
        if isinstance(state, VehicleState) and (moves(state) or self._moved or time.monotonic() >= self._share_s):
            self._share(state)

    def _share(self, state: VehicleState) -> None:
        """For the camera under it; one write waits at most, and it writes the newest. At rest seldom: disks wear."""
        self._moved, self._share_s = moves(state), time.monotonic() + REST_SHARED_S
        if self._shared is None:
            self._put("aircraft", self._write_aircraft)
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
        if not self._put("event", lambda: self._outbox.put(body, at), MOST_EVENTS):
            self.lost["events"] += 1

    def keep_sortie(self, saved: Saved) -> None:
        self._saved = saved
        self._put("sortie", self._write_sortie)

    def keep_tape(self, lines: list[str]) -> None:
        """What was decided, and on what (F26). A tape that waits too long ends; the next flight begins another."""
        begins = next((at for at, line in enumerate(lines) if line.startswith(BEGIN)), None)
        if self._tape_ended and begins is not None:
            self._tape_ended, lines = False, lines[begins:]
        if not self._tape_ended and lines:
            kept = self._put("tape", lambda: self._disk.keep_tape(lines), MOST_TAPE_WRITES, self._evidence)
            self._tape_ended, self.lost["tapes"] = not kept, self.lost["tapes"] + (not kept)

    def keep_record(self, cut: Callable[[], Callable[[], None]], stamp: int) -> None:
        """The flight recorder's share, and the newest stamp of our MAVLink signatures (F19).

        `cut` is not called while one waits: what the recorder holds is bounded.
        """
        self._stamp = stamp
        self._put("stamp", self._write_stamp)
        if not self._waiting["record"]:
            self._put("record", cut(), queue=self._evidence)

    def keep_memory(self, memory: Memory) -> None:
        self._memory = memory
        self._put("memory", self._write_memory)

    async def keep_now(self, memory: Memory, saved: Saved) -> bool:
        """Both ahead of the queue; whether they are on the disk."""
        self._memory, self._saved = memory, saved
        return await self._done(self._write_memory) and await self._done(self._write_sortie)

    def health(self, part: str, state: PartState, detail: str, figures: dict[str, float]) -> None:
        before = self._parts.get(part)
        since = before.since if before and before.state is state else datetime.now(UTC)
        said = PartHealth(state=state, detail=detail, since=since, figures=figures)
        self._parts[part] = said
        self._put(f"health of {part}", lambda: health.report(self._data_dir, part, self._parts[part]))

    def _write_aircraft(self) -> None:
        state, self._shared = self._shared, None
        if state:
            health.write_aircraft(self._data_dir, state)

    def _write_memory(self) -> None:
        """Always the newest: a write that waited in the queue must not undo one that went ahead of it."""
        self._disk.keep_memory(self._memory)

    def _write_sortie(self) -> None:
        self._disk.keep_sortie(self._saved)

    def _write_stamp(self) -> None:
        self._disk.keep_stamp(self._stamp)

    def _put(
        self, what: str, write: Callable[[], object], most: int = 1, queue: asyncio.Queue[Write] | None = None
    ) -> bool:
        """Whether there was room. Where one may wait, it writes the newest when its turn comes."""
        if self._waiting[what] >= most:
            return False
        self._waiting[what] += 1
        (queue or self._words).put_nowait((what, write))
        return True

    async def _drain(self, queue: asyncio.Queue[Write]) -> None:
        while True:
            what, write = await queue.get()
            self._waiting[what] -= 1
            while not await self._done(write):
                self._stuck.add(queue)
                await asyncio.sleep(RETRY_S)
            self._stuck.discard(queue)
            queue.task_done()

    async def _done(self, write: Callable[[], object]) -> bool:
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, write)
        except (OSError, sqlite3.Error) as error:
            log.warning("write_failed", why=str(error))
            return False
        return True
