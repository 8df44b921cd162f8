"""Two docks, their aircraft and boxes in lockstep, the control room's fleet and advice above them, and the truth."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import cos, hypot, radians

from bench.lockstep import LIMITS, SCENE, World
from bench.lockstep_orders import T0
from dashboard.corridor import APART_M, APART_UP_M, crossings
from dashboard.dispatch import Scene, judge
from dashboard.eta import Place as RoomPlace
from dashboard.fleet import Fleet
from dashboard.onscene import Key
from dashboard.people import Person, Role
from dashboard.relief import Advice, advise
from edge.flight.geometry import M_PER_DEG, Place
from edge.flight.launch import Stage
from edge.flight.report import dock_state, vehicle_state
from sim.weather import WeatherConfig
from wire.orders import Launch
from wire.states import AircraftInfo, Health, Inventory

NORTH, SOUTH = ("dock-north", "lynx-2"), ("dock-south", "lynx-1")
NORTH_PAD = Place(52.2042, 0.1165)
"""420 m from the scene, 530 m from the southern dock."""
NEAR_M = 10.0
"""An aircraft so near the target, level, looks down on it."""
LOW_M = 20.0
"""Lower than this nobody covers a scene."""
ADA = Person("ada", frozenset({Role.DISPATCHER}), "", "", datetime(2030, 1, 1, tzinfo=UTC))


@dataclass(frozen=True)
class Truth:
    """One second of the simulated world: what each aircraft in the air is away from the target, and from the other."""

    now_s: float
    covering: tuple[str, ...]
    near: bool
    """Nearer to each other than they may come, level and in height."""


class ReliefTown:
    """`world[key]`: one box with its aircraft. `advice`: of the last second, by aircraft on scene."""

    def __init__(self, charge: float, wind_mps: float = 2.0) -> None:
        weather = WeatherConfig(wind_mps=wind_mps, gust_mps=1.0, wind_from_deg=150)
        self.worlds: dict[Key, World] = {
            SOUTH: World(names=SOUTH, charge=charge, weather=weather),
            NORTH: World(names=NORTH, pad=NORTH_PAD, weather=weather),
        }
        self.fleet = Fleet()
        self.advice: dict[Key, Advice] = {}
        self.told: list[tuple[float, Advice]] = []
        self.truth: list[Truth] = []
        self.now_s = 0.0

    def run(self, until: Callable[["ReliefTown"], bool], limit_s: float = 900) -> "ReliefTown":
        """A second at a time: the boxes speak, the room advises, the truth is written down."""
        end_s = self.now_s + limit_s
        while not until(self):
            assert self.now_s < end_s, f"never; {[w.story() for w in self.worlds.values()]} {self.advice}"
            self.now_s += 1.0
            for key, world in self.worlds.items():
                world.run(1)
                self._say(key, world)
            self.advice = advise(self.fleet.standings({}, self.now_s), self.room_now(), self.advice)
            self.told += [(self.now_s, advice) for advice in self.advice.values()]
            self.truth.append(self._look())
        return self

    def room_now(self) -> datetime:
        return T0 + timedelta(seconds=self.now_s)

    def order(self, advice: Advice) -> None:
        """As a dispatcher gives what is advised: by the ordinary checks of the room, then to the box, that judges."""
        assert advice.relief is not None
        assert advice.alt_rel_m is not None
        standings = self.fleet.standings({}, self.now_s)
        launch = Launch(lat=advice.lat, lon=advice.lon, alt_rel_m=advice.alt_rel_m)
        relief = next(one for one in standings if (one.edge, one.info.name) == advice.relief)
        scene = Scene(1, closed=False, place=RoomPlace(advice.lat, advice.lon))
        assert judge(launch, ADA, relief, reason="relief", scene=scene, now=self.room_now()) == ()
        assert crossings(launch, relief, standings) == ()
        world = self.worlds[advice.relief]
        order = world.order(launch)
        assert not world.reasons(order), world.reasons(order)

    def stage(self, key: Key) -> Stage:
        return self.worlds[key].sortie.stage

    def _say(self, key: Key, world: World) -> None:
        at, seen = self.room_now(), world.seen()
        info = AircraftInfo(
            name=key[1], autopilot="arducopter", lat=world.pad.lat, lon=world.pad.lon, cruise_mps=LIMITS.cruise_mps,
            climb_mps=LIMITS.climb_mps, scene_alt_rel_m=LIMITS.scene_alt_rel_m, max_range_m=LIMITS.max_range_m,
            floor_rel_m=8, ceiling_rel_m=LIMITS.ceiling_m,
        )  # fmt: skip
        inventory = Inventory(lat=world.pad.lat, lon=world.pad.lon, aircraft=info)
        self.fleet.hear_health(Health(edge=key[0], at=at, online=True, inventory=inventory), self.now_s)
        self.fleet.hear_vehicle(vehicle_state(world.site, world.sortie, seen, at, world.memory), self.now_s)
        self.fleet.hear_dock(dock_state(world.site, world.reading, world.now_s, at), self.now_s)

    def _look(self) -> Truth:
        places = {key[1]: _flat(world) for key, world in self.worlds.items() if world.vehicle.airborne}
        covering = tuple(name for name, (n, e, up) in places.items() if hypot(n, e) <= NEAR_M and up >= LOW_M)
        near = False
        if len(places) == 2:
            (n1, e1, up1), (n2, e2, up2) = places.values()
            near = hypot(n1 - n2, e1 - e2) < APART_M and abs(up1 - up2) < APART_UP_M
        return Truth(self.now_s, covering, near)


def _flat(world: World) -> tuple[float, float, float]:
    """The truth: metres north and east of the target, and up from the pads, which lie level here."""
    lat, lon, up, _ = world.vehicle.position()
    scale = cos(radians(SCENE.lat)) * M_PER_DEG
    return (lat - SCENE.lat) * M_PER_DEG, (lon - SCENE.lon) * scale, up
