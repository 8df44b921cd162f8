"""The pilot's loop, 20 times a second: orders, telemetry and dock in; a pure step; commands, lid wishes, words out.

An order, a HEARTBEAT (armed and mode show only there) and the end of an inspection are acted on at once.
"""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError

from edge.flight import streams
from edge.flight.bulletin import Bulletin
from edge.flight.deadman import beat
from edge.flight.disk import Disk
from edge.flight.dock import Dock
from edge.flight.dockside import DockReading
from edge.flight.gate import Go, Memory, Refusal, Repeat, gate, heard, life
from edge.flight.hearing import hear
from edge.flight.inspector import Inspector
from edge.flight.launch import Stage
from edge.flight.life import Answered
from edge.flight.link import Link
from edge.flight.lookdown import Lookdown
from edge.flight.rhythm import RHYTHM, Due
from edge.flight.roomclock import RoomClock, found_flying, room_lives, tick
from edge.flight.seen import Seen, Site
from edge.flight.sortie import Step, advance, may_close, obey
from edge.flight.state import Sortie, resume, save
from edge.flight.tape import Tape
from edge.flight.telemetry import Message, Telemetry
from edge.flight.voice import Voice
from edge.flight.zones_file import ZonesFile
from edge.health import clock_age_s, read_clock_offset_ms
from wire.mqtt import Mqtt
from wire.orders import Going, Order, OrderState
from wire.signing import BadSeal, unseal
from wire.states import Lid
from wire.topics import ORDER

log = structlog.get_logger()
TICK_S = 0.05
ZONES_S = 5.0
"""How often the file of closed zones is looked at."""
LOOK_S, WATCH_S = 0.25, 0.05
"""How often the dock is read; and while a launch waits for its lid."""


class Pilot:
    """One aircraft. `run` until cancelled; every method runs in the loop's thread."""

    def __init__(self, site: Site, link: Link, *, voice: Voice, dock: Dock, disk: Disk, zones: ZonesFile) -> None:
        self._site, self._link, self._voice, self._dock = site, link, voice, dock
        self._memory: Memory = disk.memory()
        self._sortie: Sortie = resume(disk.saved(), time.monotonic())
        self._telemetry, self._inspector = Telemetry(), Inspector(site.wanted, link.send)
        self._lookdown, self._reading = Lookdown(site, link.send), DockReading()
        self._zones = zones
        self._clock = RoomClock()
        self._room_s = time.monotonic()
        self._tape, self._taped = Tape(), list[str]()
        self._due, self._bulletin = Due(), Bulletin(site, voice)
        self._streams_asked_s: float | None = None
        self._lid_wish: Lid | None = None
        self._wake, self._wake_dock = asyncio.Event(), asyncio.Event()
        self._waiting: set[asyncio.Task[None]] = set()
        self.counts: Counter[str] = Counter()

    @property
    def stage(self) -> Stage:
        return self._sortie.stage

    async def run(self, mqtt: Mqtt, room_key: Ed25519PublicKey, data_dir: Path) -> None:
        """Opens the doors and flies. Raises UserError where the MAVLink port is taken."""
        await self._link.start(self._heard)
        loop = asyncio.get_running_loop()

        def receive(_topic: str, payload: bytes) -> None:
            loop.call_soon_threadsafe(self.order, payload, room_key)

        mqtt.subscribe(ORDER.of(self._site.edge), ORDER.qos, receive)
        mqtt.start()
        helpers = [asyncio.create_task(work) for work in (self._voice.run(), self._watch_dock(), self._watch_zones())]
        helpers += self._link.tasks  # none may end unseen
        try:
            while not any(helper.done() for helper in helpers):
                self._wake.clear()
                self._beat(mqtt.connected, data_dir)
                with suppress(TimeoutError):
                    async with asyncio.timeout(TICK_S):
                        await self._wake.wait()
            await asyncio.gather(*helpers)
        finally:
            await self._close(mqtt, helpers)

    def order(self, payload: bytes, room_key: Ed25519PublicKey) -> None:
        """A sealed order. Hold, return and land reach the link before this returns (F12)."""
        try:
            order = Order.model_validate_json(unseal(ORDER.name, payload, room_key))
        except (BadSeal, ValidationError) as error:
            self.counts["bad_orders"] += 1
            log.warning("order_dropped", why=str(error).splitlines()[0])
            return
        seen, box = self._seen(), (self._site.edge, self._site.aircraft)
        verdict, before = gate(order, self._memory, *box, seen.room_now), self._memory
        self._memory = heard(before, order, *box)
        match verdict:
            case Repeat():
                self.counts["repeated_orders"] += 1
                self._voice.repeat(order.id)
            case Refusal(reasons):
                self._refuse(order, reasons, seen)
                if self._memory is not before:
                    self._voice.keep_memory(self._memory)
            case Go():
                self._admit(order, seen)

    def _admit(self, order: Order, seen: Seen) -> None:
        if isinstance(order.act, Going):
            later = asyncio.create_task(self._obey_once_kept(order))
            self._waiting.add(later)
            later.add_done_callback(self._waiting.discard)
        else:
            self._obey(order, seen)
            self._voice.keep_memory(self._memory)

    async def _obey_once_kept(self, order: Order) -> None:
        """A launch must not be repeated by a restart, nor its open lid forgotten: both are on the disk before anything
        moves. A disk may take longer than an order lives.
        """
        memory = self._memory
        intended = obey(self._site, self._sortie, self._seen(), order).sortie
        kept = await self._voice.keep_now(memory, save(intended))
        seen = self._seen()
        self._voice.keep_sortie(save(self._sortie))
        if not kept:
            self._refuse(order, ("the box cannot write to its disk (F9)",), seen)
        elif self._memory is not memory:
            self._refuse(order, ("overtaken by a newer order (F9)",), seen)
        elif late := life(order, seen.room_now):
            self._refuse(order, late, seen)
        else:
            self._obey(order, seen)

    def _obey(self, order: Order, seen: Seen) -> None:
        step = obey(self._site, self._sortie, seen, order)
        self._taped += self._tape.turn(self._sortie, seen, order, step)
        self._wake.set()
        first = step.answers[0]
        if first.state is OrderState.REFUSED:
            self._refuse(order, first.reasons, seen)
        else:
            self._take(step, seen)

    def _refuse(self, order: Order, reasons: tuple[str, ...], seen: Seen) -> None:
        self._voice.answer(Answered(order.id, OrderState.REFUSED, reasons))
        self._bulletin.flight(f"{order.act.act}_refused", "; ".join(reasons), self._sortie, seen, order)

    def _beat(self, room: bool, data_dir: Path) -> None:
        """One turn of the loop; the heartbeat is sent from nowhere else."""
        now_s = time.monotonic()
        if self._due("clock", RHYTHM.clock, now_s):
            self._room_s = now_s if room_lives(room, clock_age_s(data_dir)) else self._room_s
            offset_ms = read_clock_offset_ms(data_dir)
            self._clock = tick(self._clock, datetime.now(UTC), now_s, offset_ms, self._telemetry.airborne)
        if self._due(*beat(self._sortie, self._telemetry, now_s), now_s):
            self._link.heartbeat()
        if self._due("record", RHYTHM.record, now_s):
            self._voice.keep_record(self._link.cut, self._link.stamp)
            taped, self._taped = self._taped, []
            self._voice.keep_tape(taped)
        self._ask_streams(now_s)
        self._inspector.look(self._sortie, self._telemetry, now_s)
        self._telemetry = self._lookdown.telemetry(self._sortie, self._seen(), data_dir)
        seen = self._seen()
        step = advance(self._site, self._sortie, seen)
        self._taped += self._tape.turn(self._sortie, seen, None, step)
        self._take(step, seen)
        self._bulletin.say_what_is_due(self._sortie, seen, self._memory, self.counts + self._link.counts)

    def _take(self, step: Step, seen: Seen) -> None:
        """Carries a step out: commands first, words after."""
        for command in step.sends:
            self._link.send(command)
        if step.lid:
            self._lid_wish = step.lid
            self._wake_dock.set()
        changed = save(step.sortie) != save(self._sortie)
        self._sortie = step.sortie
        for word in step.answers:
            self._voice.answer(word)
        if step.moved:
            self._clock = RoomClock() if found_flying(step.moved.before, step.moved.after) else self._clock
            self._bulletin.moved(step.moved, step.sortie, seen)
        if changed:
            self._voice.keep_sortie(save(step.sortie))

    def _seen(self) -> Seen:
        now_s = time.monotonic()
        room_now, lost_s = self._clock.room_now(now_s), now_s - self._room_s
        offset_ms = self._clock.offset_ms
        known, zones = self._inspector.known, self._zones.zones
        return Seen(now_s, self._telemetry, self._reading, offset_ms, room_now, lost_s, known, zones)

    def _heard(self, message: Message) -> None:
        before, now_s = self._telemetry.texts, time.monotonic()
        self._telemetry = hear(self._telemetry, message, now_s)
        ended = self._inspector.hear(message, now_s)
        if ended or message.get_type() == "HEARTBEAT":
            self._wake.set()
        if self._telemetry.texts is not before:
            text = self._telemetry.texts[-1]
            log.info("autopilot_says", severity=text.severity, text=text.text)

    def _ask_streams(self, now_s: float) -> None:
        commands = streams.due(self._telemetry, self._site.profile.name, self._streams_asked_s, now_s, self._site.view)
        for command in commands:
            self._link.send(command)
        self._streams_asked_s = now_s if commands else self._streams_asked_s

    async def _watch_dock(self) -> None:
        """Reads the dock, and passes a wish on as soon as there is one; a closing only if it is right still (F2)."""
        while True:
            wish, self._lid_wish = self._lid_wish, None
            if wish is Lid.OPEN:
                await self._dock.open_lid()
            elif wish is Lid.CLOSED and may_close(self._sortie, self._seen()):
                await self._dock.close_lid()
            self._reading = await self._dock.read()
            self._bulletin.dock(self._reading, time.monotonic())
            self._wake_dock.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake_dock.wait(), WATCH_S if self.stage is Stage.OPENING else LOOK_S)

    async def _watch_zones(self) -> None:
        """On a thread: a country's file takes longer to read than a heartbeat may wait."""
        while True:
            await asyncio.to_thread(self._zones.look)
            await asyncio.sleep(ZONES_S)

    async def _close(self, mqtt: Mqtt, helpers: list[asyncio.Task[None]]) -> None:
        """The aircraft is left as it is: its own failsafe brings it home if nobody takes over (F11)."""
        await self._voice.finish(1.0)
        while not all(helper.done() for helper in helpers):
            for helper in helpers:
                helper.cancel()
            await asyncio.wait(helpers, timeout=0.5)  # again: 3.11's wait_for may swallow one (cpython 86296)
        self._dock.close()
        await self._link.close()
        mqtt.stop()
