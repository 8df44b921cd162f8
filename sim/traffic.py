"""Who drives where: a pure function of the seed and the story's time. One random stream for each kind of traffic.

Every vehicle keeps its speed on the High Street. A follower's speed is chosen so that it never comes closer to the one
ahead than `_gap_m`, which also keeps the plate of each in a kerbside camera's sight: lines of sight are straight,
speeds constant, so a gap that holds at both ends of the street holds all along.
"""

import bisect
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from sim.plates import random_vrm
from sim.town import LANE_LEFT_M, ListedCar, TownConfig
from sim.world import Path, crossings, from_grid, to_geo
from wire.vrm import fold

Kind = Literal["car", "van", "bus"]
LENGTH_M: dict[Kind, float] = {"car": 4.3, "van": 5.4, "bus": 10.8}

ENTRY_U = -300.0
"""Where traffic enters the High Street: behind the first camera's back."""
EXIT_U = 520.0
FILLED_U = (-105.0, 35.0)
"""Where vehicles stand when the story starts: in no camera's sight."""
GAP_M, BUS_GAP_M = 14.5, 22.0
"""From tail to nose, at least: less, and one hides the other's plate from a camera 2.8 m beside the lane."""
LEAST_HEADWAY_S = 1.6
BRAKING_MPS2 = 2.0
PULL_IN_M, KERB_M = 20.0, 0.4
"""Who parks moves so far to the left over its last metres: half a wheel on the kerb of a 7 m street."""
PARKING_M = 590.0
"""Driven from the entry to the scene in Mill Lane."""

COLOURS = ("black", "white", "grey", "silver", "blue", "red", "green", "navy")
_SHARES = (20, 17, 26, 10, 13, 8, 2, 4)
"""New cars in the UK by colour, about (SMMT, 2023)."""


@dataclass(frozen=True)
class Car:
    """One vehicle at one moment. Local frame of sim/world.py: metres, the middle of its nose; degrees from north."""

    id: int
    vrm: str
    x_m: float
    y_m: float
    heading_deg: float
    speed_mps: float
    colour: str
    kind: Kind


@dataclass(frozen=True)
class Trip:
    """One vehicle's whole way: it is at `from_m` of `path` at `starts_s` and drives `speed_mps` from then on."""

    id: int
    vrm: str
    colour: str
    kind: Kind
    path: Path
    starts_s: float
    from_m: float
    speed_mps: float
    left_m: float
    parks_m: float | None = None

    def ends_s(self) -> float:
        return math.inf if self.parks_m else self.starts_s + (self.path.length_m - self.from_m) / self.speed_mps

    def passes_s(self, at_m: float) -> float:
        return self.starts_s + (at_m - self.from_m) / self.speed_mps

    def at(self, t_s: float) -> Car:
        driven, speed = self._driven(t_s - self.starts_s)
        s_m = self.from_m + driven
        to_kerb = 0.0 if self.parks_m is None else min(max(1 - (self.parks_m - s_m) / PULL_IN_M, 0.0), 1.0) * KERB_M
        x, y, heading = self.path.at(s_m, self.left_m + to_kerb)
        return Car(self.id, self.vrm, x, y, heading, speed, self.colour, self.kind)

    def _driven(self, since_s: float) -> tuple[float, float]:
        """Metres and speed; before a parking place it brakes evenly to a stop."""
        if self.parks_m is None:
            return self.speed_mps * since_s, self.speed_mps
        brake_s = self.speed_mps / BRAKING_MPS2
        cruise_s = (self.parks_m - self.from_m) / self.speed_mps - brake_s / 2
        braking = min(max(since_s - cruise_s, 0.0), brake_s)
        driven = self.speed_mps * (min(since_s, cruise_s) + braking) - BRAKING_MPS2 * braking**2 / 2
        return driven, self.speed_mps - BRAKING_MPS2 * braking


class Traffic:
    """`at(t)`: every vehicle on the move, or parked by the story, at story time `t` in seconds; none before 0."""

    def __init__(self, config: TownConfig) -> None:
        marks = _marks(config)
        main = _main_street(config, marks)
        self.main = tuple(main)
        """Trips on the High Street by the time they start, those of a listed car included."""
        self._starts = [trip.starts_s for trip in main]
        self._lasts_s = max((trip.ends_s() - trip.starts_s for trip in main if trip.parks_m is None), default=0.0)
        self._parking = tuple(trip for trip in main if trip.parks_m is not None)
        self._around = _side_streets(config.seed, marks, len(main))

    def at(self, t_s: float) -> list[Car]:
        if t_s < 0:
            return []
        return [trip.at(t_s) for trip in self.on_main(t_s)] + [_circling(trip, t_s) for trip in self._around]

    def on_main(self, t_s: float) -> list[Trip]:
        """The trips under way on the High Street, or parked after it."""
        first = bisect.bisect_left(self._starts, t_s - self._lasts_s)
        last = bisect.bisect_right(self._starts, t_s)
        moving = [trip for trip in self.main[first:last] if trip.parks_m is None and trip.ends_s() >= t_s]
        return moving + [trip for trip in self._parking if trip.starts_s <= t_s]


@lru_cache(maxsize=1)
def through() -> Path:
    return Path([from_grid(ENTRY_U, 0), from_grid(EXIT_U, 0)])


@lru_cache(maxsize=1)
def mill_lane() -> Path:
    return Path([from_grid(ENTRY_U, 0), crossings()[6, 3], crossings()[6, 2], crossings()[6, 1]])


@lru_cache(maxsize=1)
def bridge_street() -> Path:
    """Leaves the High Street between the two cameras of the demo."""
    return Path([from_grid(ENTRY_U, 0), crossings()[4, 3], crossings()[4, 2], crossings()[4, 1], crossings()[4, 0]])


class Marks:
    """VRMs from `draw`, each given once; none looks like the listed one."""

    def __init__(self, draw: Callable[[], str], listed: str = "") -> None:
        self._draw, self._listed = draw, fold(listed)
        self._given = {self._listed}

    def next(self) -> str:
        while True:
            vrm = self._draw()
            same = sum(a == b for a, b in zip(fold(vrm), self._listed, strict=False))
            if fold(vrm) not in self._given and same < 5:
                self._given.add(fold(vrm))
                return vrm


def _marks(config: TownConfig) -> Marks:
    rng = np.random.default_rng(random.Random(f"{config.seed}:vrm").getrandbits(64))
    return Marks(lambda: random_vrm(rng, "current"), config.listed.vrm if config.listed else "")


def _gap_m(ahead: Kind, behind: Kind) -> float:
    """Nose to nose."""
    return LENGTH_M[ahead] + (BUS_GAP_M if "bus" in {ahead, behind} else GAP_M)


def _headway_s(ahead: Trip, behind: Trip) -> float:
    """At the slower one's speed, for that is how fast the gap passes a camera."""
    return max(LEAST_HEADWAY_S, _gap_m(ahead.kind, behind.kind) / min(ahead.speed_mps, behind.speed_mps))


def _main_street(config: TownConfig, marks: Marks) -> list[Trip]:
    rng = random.Random(f"{config.seed}:main")
    trips = _standing(rng, marks)
    listed = _listed(config.listed, len(trips)) if config.listed else None
    if listed:
        trips = [trip for trip in trips if _clears(trip, listed)] + [listed]
    ahead = listed
    entry_s = listed.starts_s if listed else 0.0
    while True:
        trip = _draw(rng, marks, len(trips), rng.uniform(8.0, 13.0))
        need_s = _headway_s(ahead, trip) if ahead else 0.0
        entry_s += max(need_s, rng.expovariate(1 / max(config.headway_s - 2.6, 0.1)) + 2.6) if ahead else 1.0
        if entry_s > config.duration_s:
            return sorted(trips, key=lambda trip: trip.starts_s)
        ahead = _behind(ahead, trip, entry_s)
        trips.append(ahead)


def _draw(rng: random.Random, marks: Marks, number: int, speed_mps: float) -> Trip:
    """A vehicle with its looks and its way; when it starts is for the caller to say."""
    kind: Kind = rng.choices(("car", "van", "bus"), (82, 14, 4))[0]
    path = bridge_street() if rng.random() < 0.12 else through()
    colour = "red" if kind == "bus" else "white" if kind == "van" and rng.random() < 0.6 else _colour(rng)
    left_m = LANE_LEFT_M + rng.uniform(-0.2, 0.2)
    return Trip(number, marks.next(), colour, kind, path, 0.0, 0.0, speed_mps, left_m)


def _behind(ahead: Trip | None, trip: Trip, entry_s: float) -> Trip:
    """The trip with a speed at which it never comes too near to the one ahead on the street."""
    length_m = through().length_m
    speed = trip.speed_mps
    if ahead:
        free_s = ahead.passes_s(length_m) + _headway_s(ahead, trip) - entry_s
        speed = min(speed, length_m / free_s)
    return _moved(trip, entry_s, 0.0, speed)


def _moved(trip: Trip, starts_s: float, from_m: float, speed_mps: float) -> Trip:
    return Trip(trip.id, trip.vrm, trip.colour, trip.kind, trip.path, starts_s, from_m, speed_mps, trip.left_m)


def _standing(rng: random.Random, marks: Marks) -> list[Trip]:
    """Those between the cameras when the story starts, front one first; all at one speed, so none catches up."""
    trips: list[Trip] = []
    speed, u = rng.uniform(9.5, 11.0), FILLED_U[1]
    while u > FILLED_U[0]:
        trip = _draw(rng, marks, len(trips), speed)
        trips.append(_moved(trip, 0.0, u - ENTRY_U, speed))
        u -= _gap_m(trip.kind, trip.kind) + rng.uniform(3, 12)
    return trips


def _listed(config: ListedCar, number: int) -> Trip:
    path, parks_m = (mill_lane(), PARKING_M) if config.route == "mill-lane" else (through(), None)
    return Trip(number, config.vrm, "blue", "car", path, config.starts_after_s, 0.0, 14.0, LANE_LEFT_M, parks_m)


def _clears(trip: Trip, listed: Trip) -> bool:
    """Whether it is off the street before the listed car would be on its tail."""
    at_m = PARKING_M - 60
    return trip.passes_s(at_m) + _headway_s(trip, listed) < listed.passes_s(at_m)


def _colour(rng: random.Random) -> str:
    return rng.choices(COLOURS, _SHARES)[0]


def _side_streets(seed: int, marks: Marks, first_id: int) -> tuple[Trip, ...]:
    """Vehicles that go round blocks away from the High Street, for pictures from above."""
    rng = random.Random(f"{seed}:side")
    blocks = [_block(column, row) for column, row in ((0, 1), (2, 1), (4, 1), (6, 1), (0, 4), (5, 4), (6, 4), (5, 5))]
    return tuple(
        Trip(first_id + i, marks.next(), _colour(rng), "car", blocks[i % len(blocks)], 0.0, rng.uniform(0, 400),
             rng.uniform(7, 9), 1.7)
        for i in range(12)
    )  # fmt: skip


def _circling(trip: Trip, t_s: float) -> Car:
    s_m = (trip.from_m + trip.speed_mps * t_s) % trip.path.length_m
    x, y, heading = trip.path.at(s_m, trip.left_m)
    return Car(trip.id, trip.vrm, x, y, heading, trip.speed_mps, trip.colour, trip.kind)


def _block(column: int, row: int) -> Path:
    at = crossings()
    corners = [(column, row), (column, row + 1), (column + 1, row + 1), (column + 1, row)]
    return Path([at[cell] for cell in corners], loop=True)


def scene() -> tuple[float, float]:
    """(lat, lon) where the listed car of route mill-lane parks."""
    return to_geo(*mill_lane().at(PARKING_M, LANE_LEFT_M + KERB_M)[:2])
