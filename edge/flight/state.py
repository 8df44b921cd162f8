"""One sortie (pure values): the stage of the launch table and what belongs to it; what of it outlives a restart."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from edge.flight.geometry import Place, Target
from edge.flight.launch import Stage
from edge.flight.life import Open
from edge.flight.talk import Talk
from wire.frozen import Frozen

S = Stage
WAYS: Mapping[Stage, str] = {
    **dict.fromkeys((S.RETURNING, S.LANDING, S.GOING_AROUND, S.YIELDING, S.DIVERTING), "return"),
    S.LANDING_HERE: "land",
}
"""Stages that end on the ground, as the act of an order; by whose word they began is no matter."""


NEVER_S = -1e9


@dataclass(frozen=True)
class Eye:
    """The camera: when its picture was shown last in flight, when its gimbal may have moved, or was told to, and when
    the aircraft was in the air last."""

    lit_s: float = NEVER_S
    turning_s: float = NEVER_S
    aimed_s: float = NEVER_S
    up_s: float = NEVER_S


@dataclass(frozen=True)
class Ring:
    """Around the target's place, metres."""

    radius_m: float
    clockwise: bool


@dataclass(frozen=True)
class Sortie:
    """From order to closed lid. Times `*_s` are of the monotonic clock."""

    stage: Stage = Stage.STARTING
    since_s: float = 0.0
    talk: Talk | None = None
    """What the autopilot was asked and has not done yet."""
    gave_up: str = ""
    """Why the last talk was given up; for one tick."""
    target: Target | None = None
    ring: Ring | None = None
    """While it circles around the target."""
    via: tuple[Place, ...] = ()
    """The corner by way of which it flies to the target, where the straight way is closed (F5)."""
    steered_s: float = NEVER_S
    """When its last point on the ring was sent."""
    opened: tuple[Open, ...] = ()
    launch_id: UUID | None = None
    incident_id: UUID | None = None
    forced: tuple[str, ...] = ()
    """Why it must return (F3, F4); stays until it has landed."""
    took_off_s: float | None = None
    failure: str = ""
    """Why the sortie went another way than ordered."""
    lid_asked_s: float = NEVER_S
    arming_s: float = NEVER_S
    """When ARM or DISARM was sent last, or may have been: an older heartbeat proves nothing about it (F2)."""
    climb_m: float | None = None
    """The height of the take-off, where a goto on the way up asks for another."""
    avoided: tuple[int, ...] = ()
    """Traffic (ICAO addresses) that it has given way to and that is still near: a person's word then counts (F14)."""
    scene: Place | None = None
    """The incident's place, as ordered; `target` may be another: a landing place, a way out."""
    eye: Eye = Eye()
    rounds: int = 0
    """How often it has climbed again because the pad's marker was not to be seen (F22)."""
    blind: bool = False
    """It was not to be seen at all: the dock is no landing place any more."""
    shut_s: float | None = None
    """Since when, in the air, the lid has not been proven open (F22)."""
    way: str = ""
    """Before the box restarted: of WAYS, "" where it was on none of them."""

    @property
    def flew(self) -> bool:
        return self.took_off_s is not None


class Saved(Frozen):
    """What is kept on disk at each change of stage."""

    target: tuple[float, float, float] | None = None
    """Degrees, degrees, metres above the pad."""
    ring: tuple[float, bool] | None = None
    """Radius in metres, and whether it turns clockwise."""
    via: tuple[tuple[float, float], ...] = ()
    opened: tuple[Open, ...] = ()
    scene: tuple[float, float] | None = None
    launch_id: UUID | None = None
    incident_id: UUID | None = None
    forced: tuple[str, ...] = ()
    took_off_s: float | None = None
    way: str = ""


def save(sortie: Sortie) -> Saved:
    target = sortie.target
    return Saved(
        target=(target.place.lat, target.place.lon, target.alt_rel_m) if target else None,
        ring=(sortie.ring.radius_m, sortie.ring.clockwise) if sortie.ring else None,
        via=tuple((place.lat, place.lon) for place in sortie.via),
        opened=sortie.opened,
        scene=(sortie.scene.lat, sortie.scene.lon) if sortie.scene else None,
        launch_id=sortie.launch_id,
        incident_id=sortie.incident_id,
        forced=sortie.forced,
        took_off_s=sortie.took_off_s,
        way=sortie.way if sortie.stage is Stage.STARTING else WAYS.get(sortie.stage, ""),
    )


def resume(saved: Saved, now_s: float) -> Sortie:
    """A sortie whose stage the autopilot has yet to tell. A take-off time of an earlier boot of the machine is void."""
    flown = None if saved.took_off_s is None else min(saved.took_off_s, now_s)
    return Sortie(
        since_s=now_s,
        arming_s=now_s,
        eye=Eye(turning_s=now_s, aimed_s=now_s, up_s=now_s),
        target=Target(Place(*saved.target[:2]), saved.target[2]) if saved.target else None,
        ring=Ring(*saved.ring) if saved.ring else None,
        via=tuple(Place(*place) for place in saved.via),
        opened=saved.opened,
        scene=Place(*saved.scene) if saved.scene else None,
        launch_id=saved.launch_id,
        incident_id=saved.incident_id,
        forced=saved.forced,
        took_off_s=flown,
        way=saved.way,
        failure="the box restarted" if saved.opened else "",
    )
