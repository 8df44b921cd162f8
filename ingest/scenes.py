"""What the rules of a camera told becomes incidents: one a cause, whatever the order of its two words. Pure.

The box says "opened" once and "over" once; both name the cause. Whichever comes first opens the incident. "Over"
closes one that nobody has taken up; one that a person has acknowledged stays theirs to close, for an aircraft may be
flying for it, and carries the tag "over".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ingest.incidents import Known, Opened, Update
from wire.events import ObjectIncident

KINDS = {
    "person_on_carriageway": ("person on the carriageway", "high"),
    "wrong_way": ("vehicle against traffic", "high"),
    "stopped_vehicle": ("stopped vehicle", "medium"),
    "crowd": ("crowd", "medium"),
    "knife": ("knife", "high"),
}
"""Rule -> the incident's kind in the dispatcher's words, and its priority. A newer box's rule gets its own name."""
OVER = "over"


@dataclass(frozen=True)
class Sight:
    """One word of a box about a cause. `seen_at` by the room's clock, as well as it is known."""

    event_id: UUID
    box: str
    body: ObjectIncident
    seen_at: datetime
    time_verified: bool

    @property
    def key(self) -> str:
        """What the incident is found by; a box can't speak of another box's cause."""
        return f"scene:{self.box}:{self.body.cause_id}"


@dataclass(frozen=True)
class ScenePlan:
    """`links`: (incident, sight). `over`: incidents whose cause has ended, with the reason."""

    opened: tuple[Opened, ...] = ()
    updates: tuple[Update, ...] = ()
    links: tuple[tuple[UUID, Sight], ...] = ()
    over: tuple[tuple[UUID, str], ...] = ()


def plan_scenes(sights: Iterable[Sight], known: Iterable[Known]) -> ScenePlan:
    """`known`: the incidents of these keys."""
    homes = {k.fold: k.id for k in known}
    before = frozenset(homes.values())
    opened: list[Opened] = []
    updates: list[Update] = []
    links: list[tuple[UUID, Sight]] = []
    for sight in sorted(sights, key=lambda s: (s.body.state == OVER, s.seen_at, s.event_id)):
        home = homes.setdefault(sight.key, sight.event_id)
        if home == sight.event_id:
            opened.append(_open(sight))
        elif home in before:
            updates.append(Update(home, sight.seen_at, sight.seen_at, sight.body.lat, sight.body.lon))
        links.append((home, sight))
    over = tuple((home, sight.body.reason) for home, sight in links if sight.body.state == OVER)
    return ScenePlan(tuple(opened), tuple(updates), tuple(links), over)


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
