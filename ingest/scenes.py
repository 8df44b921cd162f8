"""What the rules of a camera told becomes incidents: one a cause, whatever the order of its words (SAFETY.md D6). Pure.

The box says "opened" once and "over" once; both name the cause. Whichever comes first opens the incident. "Over"
closes one that nobody has taken up; one that a person has acknowledged stays theirs to close, for an aircraft may be
flying for it, and carries the tag "over".

A box that lost its power, or a camera's process that died, never says "over". What the box says instead, that it began
anew or that the process died, ends every cause told before it, late ones too (`End`); an "over" that comes late after
all has the last word.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from ingest.incidents import Known, Opened, Update
from wire.events import PROCESS_DIED, Event, Fault, ObjectIncident, Started

KINDS = {
    "person_on_carriageway": ("person on the carriageway", "high"),
    "wrong_way": ("vehicle against traffic", "high"),
    "stopped_vehicle": ("stopped vehicle", "medium"),
    "crowd": ("crowd", "medium"),
    "knife": ("knife", "high"),
}
"""Rule -> the incident's kind in the dispatcher's words, and its priority. A newer box's rule gets its own name."""
OVER = "over"
UNWATCHED = "the camera no longer watches: its process or its box had to begin anew"


@dataclass(frozen=True)
class End:
    """What `camera` of `box` told before (boot, seq) nobody watches any more; an empty camera: what any of it told."""

    box: str
    camera: str
    boot: int
    seq: int


@dataclass(frozen=True)
class Sight:
    """One word of a box about a cause. `seen_at` by the room's clock, as well as it is known."""

    event_id: UUID
    box: str
    boot: int
    seq: int
    body: ObjectIncident
    seen_at: datetime
    time_verified: bool

    @property
    def key(self) -> str:
        """What the incident is found by; a box can't speak of another box's cause."""
        return f"scene:{self.box}:{self.body.cause_id}"


@dataclass(frozen=True)
class ScenePlan:
    """`links`: (incident, sight). `over`: incidents whose cause has ended, with the reason; `ended`: those that nobody
    watches any more."""

    opened: tuple[Opened, ...] = ()
    updates: tuple[Update, ...] = ()
    links: tuple[tuple[UUID, Sight], ...] = ()
    over: tuple[tuple[UUID, str], ...] = ()
    ended: tuple[UUID, ...] = ()


def ends_of(events: Iterable[Event]) -> tuple[End, ...]:
    """The newest of each camera and of each box."""
    newest: dict[tuple[str, str], End] = {}
    for event in sorted(events, key=lambda event: (event.box, event.boot, event.seq)):
        match event.body:
            case Started():
                newest[event.box, ""] = End(event.box, "", event.boot, event.seq)
            case Fault(what=what, part=part) if what == PROCESS_DIED:
                newest[event.box, part] = End(event.box, part, event.boot, event.seq)
    return tuple(newest.values())


def plan_scenes(sights: Iterable[Sight], known: Iterable[Known]) -> ScenePlan:
    """`known`: the incidents of these keys."""
    homes = {k.fold: k.id for k in known}
    opened: dict[UUID, Opened] = {}
    updates: list[Update] = []
    links: list[tuple[UUID, Sight]] = []
    for sight in sorted(sights, key=lambda s: (s.body.state == OVER, s.seen_at, s.event_id)):
        home = homes.setdefault(sight.key, sight.event_id)
        if home == sight.event_id:
            opened[home] = _open(sight)
        elif home in opened:
            opened[home] = _widened(opened[home], sight)
        else:
            updates.append(Update(home, sight.seen_at, sight.seen_at, sight.body.lat, sight.body.lon))
        links.append((home, sight))
    over = tuple((home, sight.body.reason) for home, sight in links if sight.body.state == OVER)
    return ScenePlan(tuple(opened.values()), tuple(updates), tuple(links), over)


def _widened(opened: Opened, sight: Sight) -> Opened:
    first, last = min(opened.first_seen_at, sight.seen_at), max(opened.last_seen_at, sight.seen_at)
    return replace(opened, first_seen_at=first, last_seen_at=last)


def _open(sight: Sight) -> Opened:
    body = sight.body
    kind, priority = KINDS.get(body.rule, (body.rule.replace("_", " "), "medium"))
    return Opened(
        id=sight.event_id,
        fold=sight.key,
        vrm="",
        kind=kind,
        priority=priority,
        title=f"{kind[:1].upper()}{kind[1:]}, {body.zone} ({body.camera})",
        hotlist_version=0,
        first_seen_at=sight.seen_at,
        last_seen_at=sight.seen_at,
        lat=body.lat,
        lon=body.lon,
        tags=(body.label, body.zone),
    )
