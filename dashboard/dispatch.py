"""May this person ask this of this aircraft now, and which aircraft is best? (pure)

Laws: a launch needs a commander, a reason and a living incident (F20); one commander an aircraft (F8); a silent or
unknown aircraft never launches (F25); hold, return and land are never refused for the aircraft's state (F12).
Every reason is told, not only the first; the box judges again by its own rules and has the last word.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dashboard.eta import Place, distance_m, eta_s, plain_distance
from dashboard.people import COMMANDERS, Person
from wire.orders import MAX_LIFE_S, Act, GoTo, Hold, Land, Launch, Orbit, Return
from wire.states import AircraftInfo, DockState, VehicleState, Weather

VEHICLE_SILENT_S = 3.0
"""15 beats of the vehicle state missed: what we knew is no ground for a launch."""
LEASE_GRACE_S = 2 * MAX_LIFE_S
"""After an order its lease stands, whatever the vehicle shows: the order may still be on its way."""


@dataclass(frozen=True)
class Scene:
    """The incident that an order serves. `place`: None while nobody knows where it is."""

    number: int
    closed: bool
    place: Place | None


@dataclass(frozen=True)
class Tenure:
    """Who commands an aircraft, and since which order."""

    holder: str
    epoch: int
    used_at: datetime


@dataclass(frozen=True)
class Standing:
    """One aircraft as the room knows it just now. `vehicle_age_s`: since its state arrived, by our own clock."""

    edge: str
    info: AircraftInfo
    online: bool
    vehicle: VehicleState | None = None
    vehicle_age_s: float = 0.0
    dock: DockState | None = None
    tenure: Tenure | None = None

    @property
    def heard(self) -> VehicleState | None:
        """The vehicle's state while it is fresh enough to rest on."""
        return self.vehicle if self.vehicle and self.vehicle_age_s <= VEHICLE_SILENT_S else None


@dataclass(frozen=True)
class Candidate:
    """One aircraft for one scene; `why`: for an able one, its place in the ranking in plain words."""

    edge: str
    aircraft: str
    able: bool
    eta_s: float | None
    distance_m: float | None
    reasons: tuple[str, ...]
    suggested: bool
    why: str


def judge(
    act: Act, person: Person, standing: Standing | None, *, reason: str, scene: Scene | None, now: datetime
) -> tuple[str, ...]:
    """Every reason against the act; empty = go. `standing`: None where no such aircraft has told of itself."""
    if standing is None:
        return ("No box has told of such an aircraft",)
    reasons = [*_person(person), *_tenure(standing, person, now)]
    match act:
        case Launch():
            reasons += [*_grounds(reason, scene), *_launchable(standing)]
            reasons += _reach(standing, Place(act.lat, act.lon))
        case GoTo() | Orbit():
            reasons += [*_grounds(reason, scene), *_in_flight(standing)]
        case Hold() | Return() | Land():
            pass
    return tuple(reasons)


def rank(scene: Scene, person: Person, fleet: Sequence[Standing], now: datetime) -> tuple[Candidate, ...]:
    """Able aircraft first, soonest there first; the first able one is suggested. Unable ones tell every reason."""
    drafts = [_draft(scene, person, standing, now) for standing in fleet]
    drafts.sort(key=lambda c: (not c.able, c.eta_s is None, c.eta_s or 0.0, c.edge, c.aircraft))
    nearest = min((c.distance_m for c in drafts if c.able and c.distance_m is not None), default=0.0)
    return tuple(_placed(candidate, position == 0, nearest) for position, candidate in enumerate(drafts))


def may_follow(standing: Standing, person: Person, now: datetime) -> bool:
    """Whether the next order may stand under this person's name without taking over by hand (F8)."""
    return not _tenure(standing, person, now)


def _draft(scene: Scene, person: Person, standing: Standing, now: datetime) -> Candidate:
    reasons = [*_person(person), *_tenure(standing, person, now), *_launchable(standing)]
    if scene.closed:
        reasons.append(f"Incident {scene.number} is closed")
    if scene.place is None:
        reasons.append("The incident has no place yet")
        return _candidate(standing, None, None, reasons)
    reasons += _reach(standing, scene.place)
    far = distance_m(Place(standing.info.lat, standing.info.lon), scene.place)
    return _candidate(standing, eta_s(standing.info, scene.place, _weather(standing)), far, reasons)


def _candidate(standing: Standing, eta: float | None, far: float | None, reasons: list[str]) -> Candidate:
    return Candidate(standing.edge, standing.info.name, not reasons, eta, far, tuple(reasons), False, "")


def _placed(c: Candidate, first: bool, nearest_m: float) -> Candidate:
    if not c.able or c.distance_m is None or c.eta_s is None:
        return c
    word = "able" if not first else "nearest able" if c.distance_m <= nearest_m else "soonest able"
    why = f"{word}: {plain_distance(c.distance_m)}, {c.eta_s:.0f} s"
    return replace(c, reasons=(why,), suggested=first, why=why)


def _person(person: Person) -> list[str]:
    return [] if person.has_any(COMMANDERS) else [f"{person.name} has no role that may command aircraft"]


def _grounds(reason: str, scene: Scene | None) -> list[str]:
    """F20: a reason and an incident that is not over."""
    reasons = [] if reason.strip() else ["A reason is missing"]
    if scene is None:
        return [*reasons, "There is no such incident"]
    return [*reasons, f"Incident {scene.number} is closed"] if scene.closed else reasons


def _tenure(standing: Standing, person: Person, now: datetime) -> list[str]:
    """F8: another's lease stands while its aircraft is in use or unheard of, or an order of his may be on its way."""
    tenure = standing.tenure
    if tenure is None or tenure.holder == person.name:
        return []
    recent = now - tenure.used_at < timedelta(seconds=LEASE_GRACE_S)
    if recent or _in_use(standing):
        return [f"{standing.info.name} is under the command of {tenure.holder}: take it over first"]
    return []


def _in_use(standing: Standing) -> bool:
    state = standing.heard
    return state is None or state.airborne or state.armed or state.stage != "parked"


def _launchable(standing: Standing) -> list[str]:
    name, state = standing.info.name, standing.heard
    reasons = [] if standing.online else [f"{standing.edge} is offline"]
    if state is None:
        return [*reasons, _silence(standing)]
    if standing.dock and not standing.dock.connected:
        reasons.append(f"The dock of {name} does not answer")
    if state.airborne:
        reasons.append(f"{name} is airborne already ({state.stage.replace('_', ' ')})")
    reasons += state.not_ready
    if not state.ready and not reasons:
        reasons.append(f"{name} is not ready and does not say why")
    return list(dict.fromkeys(reasons))


def _silence(standing: Standing) -> str:
    if standing.vehicle is None:
        return f"Nothing heard from {standing.info.name} yet"
    return f"Nothing heard from {standing.info.name} for {standing.vehicle_age_s:.0f} s"


def _in_flight(standing: Standing) -> list[str]:
    state = standing.heard
    if state is None:
        return [_silence(standing)]
    return [] if state.airborne else [f"{standing.info.name} is not airborne"]


def _reach(standing: Standing, place: Place) -> list[str]:
    info = standing.info
    far = distance_m(Place(info.lat, info.lon), place)
    reasons = []
    if far > info.max_range_m:
        reasons.append(f"{plain_distance(far)} away, over the range of {plain_distance(info.max_range_m)}")
    if eta_s(info, place, _weather(standing)) is None:
        reasons.append("The wind is too strong to get there")
    return reasons


def _weather(standing: Standing) -> Weather | None:
    return standing.dock.weather if standing.dock else None
