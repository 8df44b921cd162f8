"""What must not be in a scene: tracks and zones in, findings with their reason out. Pure: each rule is one function.

A rule tells what holds in this picture; for how long it must hold before it counts, and when it is over, is told in
`scene_causes`. Only kinds whose precision was measured raise an alarm: `measured`, from the network's model card.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import hypot

from edge.vision.object_track import VEHICLES, ObjectTrack, size
from edge.vision.scene_config import SceneTimes
from edge.vision.zones import Zone, foot

LEAST_WAY = 0.5
"""Of its size: a vehicle must have come so far within the way kept before its direction means anything."""
AGAINST = -0.5
"""Cosine between its way and the allowed one: more than 120 degrees apart is against it, turning across is not."""
STANDS_S = 1.2
"""At rest for so long it stands; a queue that creeps moves on within it, and so never counts (longer than the gap that
a waiting cause bears, see scene_causes)."""
RIDDEN = ("bicycle", "motorcycle")


@dataclass(frozen=True)
class Scene:
    """One picture's firm tracks. `frame`: its width and height in px; `t`: seconds."""

    tracks: tuple[ObjectTrack, ...]
    frame: tuple[int, int]
    t: float


@dataclass(frozen=True)
class Finding:
    """A rule holds in this picture. `alone`: for this one object, else for whatever is in the zone.

    `one` and `many` are the reason in plain words, without how long: of one object, and what follows a number of them.
    """

    rule: str
    zone: str
    one: str
    many: str
    tracks: tuple[ObjectTrack, ...]
    alone: bool = True

    @property
    def what(self) -> str:
        return self.one if len(self.tracks) == 1 else f"{len(self.tracks)} {self.many}"


Rule = Callable[[Scene, Zone], Iterator[Finding]]


def person_on_carriageway(scene: Scene, zone: Zone) -> Iterator[Finding]:
    """People on foot whose feet are on a carriageway; who rides is no walker."""
    if zone.kind != "carriageway":
        return
    rides = [track for track in scene.tracks if track.kind in RIDDEN]
    where = f"on the carriageway {zone.name}"
    for person in _within(scene, zone, "person"):
        if not any(_on(person, ride) for ride in rides):
            yield Finding("person_on_carriageway", zone.name, f"a person {where}", f"people {where}", (person,))


def wrong_way(scene: Scene, zone: Zone) -> Iterator[Finding]:
    """Vehicles that drive against the zone's direction."""
    if zone.direction is None:
        return
    for vehicle in _within(scene, zone, *VEHICLES):
        cosine = _cosine(vehicle.velocity, zone.direction)
        seconds = vehicle.way[-1][0] - vehicle.way[0][0]
        if cosine < AGAINST and hypot(*vehicle.velocity) * seconds > LEAST_WAY * size(vehicle.box):
            against = f"against the direction of {zone.name}"
            one, many = f"a {vehicle.kind} drives {against}", f"vehicles drive {against}"
            yield Finding("wrong_way", zone.name, one, many, (vehicle,))


def stopped_vehicle(scene: Scene, zone: Zone) -> Iterator[Finding]:
    """Vehicles that stand on a carriageway or where nobody may stop."""
    if zone.kind not in ("carriageway", "no_stopping"):
        return
    for vehicle in _within(scene, zone, *VEHICLES):
        if scene.t - vehicle.still_t > STANDS_S:
            one, many = f"a {vehicle.kind} stands in {zone.name}", f"vehicles stand in {zone.name}"
            yield Finding("stopped_vehicle", zone.name, one, many, (vehicle,))


def crowd(scene: Scene, zone: Zone) -> Iterator[Finding]:
    """As many people in a zone as its config calls a crowd."""
    people = _within(scene, zone, "person")
    if zone.crowd_from is not None and len(people) >= zone.crowd_from:
        what = f"people in {zone.name} (a crowd is {zone.crowd_from})"
        yield Finding("crowd", zone.name, what, what, people, alone=False)


def knife(scene: Scene, zone: Zone) -> Iterator[Finding]:
    """A knife in any zone; silent until its precision has been measured (see `findings`)."""
    for seen in _within(scene, zone, "knife"):
        yield Finding("knife", zone.name, f"a knife in {zone.name}", f"knives in {zone.name}", (seen,))


RULES: dict[str, tuple[Rule, Callable[[SceneTimes], float], tuple[str, ...]]] = {
    "person_on_carriageway": (person_on_carriageway, lambda times: times.person_s, ("person",)),
    "wrong_way": (wrong_way, lambda times: times.wrong_way_s, VEHICLES),
    "stopped_vehicle": (stopped_vehicle, lambda times: times.stopped_s, VEHICLES),
    "crowd": (crowd, lambda times: times.crowd_s, ("person",)),
    "knife": (knife, lambda times: times.knife_s, ("knife",)),
}
"""Name -> the rule, for how long it must hold, and the kinds that it rests on."""


def findings(scene: Scene, zones: tuple[Zone, ...], measured: frozenset[str]) -> tuple[Finding, ...]:
    """Everything that holds now. Tracks of kinds outside `measured` can't raise an alarm."""
    heard = Scene(tuple(t for t in scene.tracks if t.firm and t.kind in measured), scene.frame, scene.t)
    return tuple(found for rule, _, _ in RULES.values() for zone in zones for found in rule(heard, zone))


def silent_rules(measured: frozenset[str]) -> tuple[str, ...]:
    """The rules that can't hold, for nobody measured the precision of any kind that they rest on."""
    return tuple(name for name, (_, _, kinds) in RULES.items() if measured.isdisjoint(kinds))


def _within(scene: Scene, zone: Zone, *kinds: str) -> tuple[ObjectTrack, ...]:
    return tuple(t for t in scene.tracks if t.kind in kinds and zone.holds(foot(t.box), scene.frame))


def _on(person: ObjectTrack, ride: ObjectTrack) -> bool:
    """Whether the person's middle is above the ride and their feet are within its height."""
    x, y = foot(person.box)
    x1, y1, x2, y2 = ride.box
    return x1 <= x <= x2 and y1 <= y <= y2 + 0.15 * (y2 - y1)


def _cosine(a: tuple[float, float], b: tuple[float, float]) -> float:
    lengths = hypot(*a) * hypot(*b)
    return (a[0] * b[0] + a[1] * b[1]) / lengths if lengths else 0.0
