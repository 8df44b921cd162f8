"""Which process dies when in a flight (pure): a seed in, a case out."""

import math
import random
from dataclasses import dataclass
from enum import StrEnum

from bench.lockstep import DOCK
from edge.flight.geometry import M_PER_DEG
from edge.flight.launch import Stage
from sim.weather import WeatherConfig
from wire.orders import Act, Hold, Land, Launch, Orbit, Return


class Victim(StrEnum):
    """A process of ours, with what dies with it."""

    FLIGHT = "flight"
    SUPERVISOR = "supervisor"
    """Flight and uplink are its children."""
    UPLINK = "uplink"
    """No clock and no word of the room."""
    BROKER = "broker"
    """No orders and no word of the room."""


class Errand(StrEnum):
    """What the dispatcher does once it is on the scene; `ABORT` while it is being armed."""

    RETURN = "return"
    HOLD = "hold"
    LAND = "land"
    ORBIT = "orbit"
    ABORT = "abort"
    NOTHING = "nothing"


S = Stage
SPANS = {
    S.PARKED: 2.0, S.OPENING: 5.0, S.ARMING: 0.5, S.ABORTING: 0.2, S.CLIMBING: 8.0, S.EN_ROUTE: 6.0, S.ON_SCENE: 5.0,
    S.ORBITING: 12.0, S.HOLDING: 4.0, S.RETURNING: 8.0, S.LANDING: 8.0, S.LANDING_HERE: 10.0, S.CLOSING: 4.0,
}  # fmt: skip
"""Stage -> within so many seconds of its beginning the process dies."""
ERRANDS = {S.ORBITING: Errand.ORBIT, S.HOLDING: Errand.HOLD, S.LANDING_HERE: Errand.LAND, S.ABORTING: Errand.ABORT}
NEVER_S = math.inf
SLOWEST_WRITE_S = 0.3
"""How far the disk may be behind what was decided (SAFETY.md D2's group commit, a busy flash card)."""


@dataclass(frozen=True)
class Case:
    """`lag_s`: so old is what the disk holds when the process dies; `again_s`: a second death, after it was back."""

    seed: int
    victim: Victim
    stage: Stage
    after_s: float
    back_s: float
    again_s: float | None
    lag_s: float
    errand: Errand
    scene: Launch
    weather: WeatherConfig


def make_case(seed: int) -> Case:
    dice = random.Random(seed)
    victim = dice.choices(tuple(Victim), weights=(6, 2, 1, 1))[0]
    stage = dice.choice(tuple(SPANS))
    errand = ERRANDS.get(stage) or dice.choice((Errand.RETURN, Errand.HOLD, Errand.LAND, Errand.NOTHING))
    return Case(
        seed=seed,
        victim=victim,
        stage=stage,
        after_s=dice.uniform(0, SPANS[stage]),
        back_s=_back_s(victim, dice),
        again_s=dice.uniform(0, 8) if dice.random() < 0.4 else None,
        lag_s=dice.uniform(0, SLOWEST_WRITE_S),
        errand=errand,
        scene=_scene(dice),
        weather=WeatherConfig(seed=seed, wind_mps=dice.uniform(0, 7), wind_from_deg=dice.uniform(0, 359), gust_mps=2),
    )


def on_scene(case: Case) -> Act | None:
    """What it is told there."""
    scene = case.scene
    match case.errand:
        case Errand.RETURN:
            return Return()
        case Errand.HOLD:
            return Hold()
        case Errand.LAND:
            return Land()
        case Errand.ORBIT:
            return Orbit(lat=scene.lat, lon=scene.lon, alt_rel_m=scene.alt_rel_m, radius_m=30)
        case _:
            return None


def _back_s(victim: Victim, dice: random.Random) -> float:
    """Seconds until it is back: soon, as its supervisor does it; late; never."""
    if victim in (Victim.UPLINK, Victim.BROKER):
        return dice.uniform(1, 90)
    return dice.choices((dice.uniform(0.3, 5), dice.uniform(5, 60), NEVER_S), weights=(5, 3, 2))[0]


def _scene(dice: random.Random) -> Launch:
    away_m, way = dice.uniform(15, 150), dice.uniform(0, 2 * math.pi)
    north, east = away_m * math.cos(way), away_m * math.sin(way)
    lon = DOCK.lon + east / (M_PER_DEG * math.cos(math.radians(DOCK.lat)))
    return Launch(lat=DOCK.lat + north / M_PER_DEG, lon=lon, alt_rel_m=dice.uniform(12, 40))
