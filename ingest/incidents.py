"""Sightings of listed vehicles become incidents: one a vehicle while it keeps being seen. Pure.

A sighting joins the newest incident of its mark whose span, widened by `join_s` at both ends, holds it. A closed one is
joined only by what was seen before it was closed (a straggler raises no alarm). Otherwise it opens a new incident.
Sightings are taken in the order in which they were seen, so that a batch out of order ends in the same incidents.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from wire.states import HotlistEntry
from wire.vrm import spaced


@dataclass(frozen=True)
class Sighting:
    """A hit. `seen_at` by the room's clock, as well as it is known."""

    event_id: UUID
    vrm: str
    fold: str
    seen_at: datetime
    lat: float
    lon: float
    entry: HotlistEntry


@dataclass(frozen=True)
class Known:
    """An incident that exists."""

    id: UUID
    fold: str
    first_seen_at: datetime
    last_seen_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Opened:
    """A new incident."""

    id: UUID
    fold: str
    vrm: str
    kind: str
    priority: str
    title: str
    hotlist_version: int
    first_seen_at: datetime
    last_seen_at: datetime
    lat: float
    lon: float
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Update:
    """The span and the newest place of sightings that joined a known incident."""

    id: UUID
    first_seen_at: datetime
    last_seen_at: datetime
    lat: float
    lon: float


@dataclass(frozen=True)
class Plan:
    """`links`: (incident, event). An incident opened here is not among the updates."""

    opened: tuple[Opened, ...] = ()
    updates: tuple[Update, ...] = ()
    links: tuple[tuple[UUID, UUID], ...] = ()


def plan(sightings: Iterable[Sighting], known: Iterable[Known], *, join_s: float, version: int) -> Plan:
    """`known`: every incident of these marks, oldest first. A new incident takes the id of the event that opens it."""
    near = timedelta(seconds=join_s)
    spans = {k.id: k for k in known}
    opened: dict[UUID, Opened] = {}
    updates: dict[UUID, Update] = {}
    links: list[tuple[UUID, UUID]] = []
    for s in sorted(sightings, key=lambda s: (s.seen_at, s.event_id)):
        home = next((k.id for k in reversed(spans.values()) if _joins(s, k, near)), None)
        if home is None:
            home = s.event_id
            opened[home] = _open(s, version)
            spans[home] = Known(home, s.fold, s.seen_at, s.seen_at)
        elif home in opened:
            opened[home] = replace(opened[home], last_seen_at=s.seen_at, lat=s.lat, lon=s.lon)
        else:
            first = updates[home].first_seen_at if home in updates else s.seen_at
            updates[home] = Update(home, first, s.seen_at, s.lat, s.lon)
        spans[home] = _widen(spans[home], s.seen_at)
        links.append((home, s.event_id))
    return Plan(tuple(opened.values()), tuple(updates.values()), tuple(links))


def kind_of(category: str) -> str:
    """The incident's kind in the dispatcher's words."""
    match category.strip().lower():
        case "stolen":
            return "stolen vehicle"
        case "cloned":
            return "cloned plates"
        case other:
            return other or "vehicle of interest"


def _joins(s: Sighting, k: Known, near: timedelta) -> bool:
    within = k.fold == s.fold and k.first_seen_at - near <= s.seen_at <= k.last_seen_at + near
    return within and (k.closed_at is None or s.seen_at <= k.closed_at)


def _widen(k: Known, seen_at: datetime) -> Known:
    return replace(k, first_seen_at=min(k.first_seen_at, seen_at), last_seen_at=max(k.last_seen_at, seen_at))


def _open(s: Sighting, version: int) -> Opened:
    kind = kind_of(s.entry.category)
    return Opened(
        id=s.event_id,
        fold=s.fold,
        vrm=s.entry.vrm,
        kind=kind,
        priority=s.entry.priority,
        title=f"{kind[:1].upper()}{kind[1:]} {spaced(s.entry.vrm)}",
        hotlist_version=version,
        first_seen_at=s.seen_at,
        last_seen_at=s.seen_at,
        lat=s.lat,
        lon=s.lon,
        tags=(s.entry.category,),
    )
