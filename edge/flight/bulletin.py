"""What the pilot's loop has to tell: states and health at their rates, and every move, refusal and lid as an event."""

from collections import Counter
from datetime import UTC, datetime

import structlog

from edge.flight.dockside import DockReading, lid
from edge.flight.gate import Memory
from edge.flight.launch import Stage
from edge.flight.report import dock_state, inputs, vehicle_state
from edge.flight.rhythm import RHYTHM, Due
from edge.flight.seen import Seen, Site
from edge.flight.sortie import Moved
from edge.flight.state import Sortie
from edge.flight.voice import Voice
from wire.events import DockEvent, FlightEvent
from wire.orders import Order
from wire.states import Lid, PartState
from wire.topics import DOCK, VEHICLE

log = structlog.get_logger()


class Bulletin:
    """Through `voice`, which waits for nothing."""

    def __init__(self, site: Site, voice: Voice) -> None:
        self._site, self._voice = site, voice
        self._due = Due()
        self._lid_told: Lid | None = None

    def say_what_is_due(self, sortie: Sortie, seen: Seen, memory: Memory, counts: Counter[str]) -> None:
        """Once a tick. `counts`: of the loop and its link, for the health."""
        at = datetime.now(UTC)
        if self._due("vehicle", RHYTHM.vehicle, seen.now_s):
            self._voice.state(VEHICLE, vehicle_state(self._site, sortie, seen, at, memory))
        if self._due("dock", RHYTHM.dock, seen.now_s):
            self._voice.state(DOCK, dock_state(self._site, seen.dock, seen.now_s, at))
        if self._due("health", RHYTHM.health, seen.now_s):
            self._say_health(sortie, seen, counts)

    def moved(self, moved: Moved, sortie: Sortie, seen: Seen) -> None:
        """`sortie`: after it."""
        log.info("stage", before=str(moved.before), now=str(moved.after), why=moved.cause.text)
        self.flight(str(moved.cause.happened), moved.cause.text, sortie, seen)

    def flight(self, what: str, text: str, sortie: Sortie, seen: Seen, order: Order | None = None) -> None:
        """A decision with its inputs (F26)."""
        place = seen.telemetry.place
        event = FlightEvent(
            aircraft=self._site.aircraft,
            stage=sortie.stage,
            what=what,
            text=text,
            order_id=order.id if order else sortie.launch_id,
            incident_id=order.incident_id if order else sortie.incident_id,
            lat=place.lat if place else None,
            lon=place.lon if place else None,
            alt_rel_m=seen.telemetry.alt_rel_m,
            inputs=inputs(self._site, sortie, seen),
        )
        self._voice.event(event, datetime.now(UTC))

    def dock(self, reading: DockReading, now_s: float) -> None:
        """Ends of the lid's way, and its loss; not the way itself."""
        now = lid(reading, now_s)
        if now in (self._lid_told, Lid.MOVING):
            return
        self._lid_told = now
        log.info("lid", state=str(now))
        self._voice.event(DockEvent(what=f"lid_{now}", lid=now), datetime.now(UTC))

    def _say_health(self, sortie: Sortie, seen: Seen, counts: Counter[str]) -> None:
        well = seen.link_ok() and sortie.stage is not Stage.FAULT and not self._voice.stuck
        detail = "" if seen.link_ok() else "no link to the aircraft"
        detail = "cannot write to the disk" if self._voice.stuck else detail or sortie.failure
        figures = {name: float(count) for name, count in (counts + self._voice.lost).items()}
        self._voice.health("flight", PartState.OK if well else PartState.DEGRADED, detail, figures)
        connected = seen.dock.connected
        detail = "" if connected else "no connection to the dock"
        self._voice.health("dock", PartState.OK if connected else PartState.DOWN, detail, {})
