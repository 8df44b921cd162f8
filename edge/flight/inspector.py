"""The inspection's place in the pilot's loop: keeps it, sends what it says, logs what it found."""

from collections.abc import Callable

import structlog

from edge.flight.autopilots import Command
from edge.flight.inspection import CONVERSED, NONE, Inspection, Sends, Wanted, heard, look
from edge.flight.say import Say
from edge.flight.state import Sortie
from edge.flight.telemetry import Message, Telemetry

log = structlog.get_logger()


class Inspector:
    """`known`: the inspection as it stands."""

    def __init__(self, wanted: Wanted, send: Callable[[Say | Command], None]) -> None:
        self.known: Inspection = NONE
        self._wanted, self._send = wanted, send

    def look(self, sortie: Sortie, telemetry: Telemetry, now_s: float) -> None:
        """Once a tick, before the step of the launch table."""
        self._take(*look(self._wanted, self.known, sortie, telemetry, now_s))

    def hear(self, message: Message, now_s: float) -> bool:
        """Whether the inspection has ended with it."""
        if message.get_type() not in CONVERSED or not self.known.talks:
            return False
        self._take(*heard(self._wanted, self.known, message, now_s))
        return not self.known.talks

    def _take(self, known: Inspection, sends: Sends) -> None:
        if known.result is not None and known.ended_s not in (None, self.known.ended_s):
            log.info("inspected", found="; ".join(known.result) or "all as the site wants it")
        self.known = known
        for send in sends:
            self._send(send)
