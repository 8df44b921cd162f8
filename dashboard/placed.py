"""What flying cameras see on the ground, for the map: lines of the event topic in, what the browsers draw out. Pure.

It is shown as it passes, like the aircraft themselves: a place is worth showing for a minute, and a camera tells what
it still sees every five seconds. What lasts is what ingest stores.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from wire.events import Event, ObjectPlaced
from wire.frozen import Frozen

MARK = b'"object_placed"'
"""Payloads without it are not looked at."""
SHOWN_S = 60.0
MOST = 50
"""Objects of one camera; the newest."""
MOST_CAMERAS = 16
"""Names that one box may bring up: a box is believed in what it sees, not in how many eyes it has."""


class Placed(Frozen):
    """`error_m`: 95 of 100 such objects are no farther from the place. `seen_at`: by the room's clock."""

    track: int
    label: str
    confidence: float
    seen_at: datetime
    lat: float
    lon: float
    error_m: float


class Below(Frozen):
    """All that one camera saw in the last minute, newest first."""

    edge: str
    camera: str
    objects: tuple[Placed, ...]


@dataclass
class Ground:
    """By (edge, camera), MOST_CAMERAS a box."""

    _seen: dict[tuple[str, str], dict[int, Placed]] = field(default_factory=dict)

    def hear(self, event: Event, now: datetime) -> Below | None:
        """What its camera saw, this included; None for other events, and for one from a backlog."""
        body = event.body
        if not isinstance(body, ObjectPlaced):
            return None
        seen_at = min(now, body.captured_at - timedelta(milliseconds=event.clock_offset_ms or 0.0))
        if now - seen_at > timedelta(seconds=SHOWN_S):
            return None
        placed = Placed(
            track=body.track, label=body.label, confidence=body.confidence, seen_at=seen_at, lat=body.lat, lon=body.lon,
            error_m=body.error_m,
        )  # fmt: skip
        cameras = {camera for box, camera in self._seen if box == event.box}
        if body.camera not in cameras and len(cameras) >= MOST_CAMERAS:
            return None
        known = self._seen.get((event.box, body.camera), {}) | {body.track: placed}
        fresh = [one for one in known.values() if now - one.seen_at <= timedelta(seconds=SHOWN_S)]
        newest = sorted(fresh, key=lambda one: one.seen_at, reverse=True)[:MOST]
        self._seen[event.box, body.camera] = {one.track: one for one in newest}
        return Below(edge=event.box, camera=body.camera, objects=tuple(newest))
