"""Random flights with a camera (F24): whatever is ordered or breaks, no picture shows ground outside the area."""

import math
import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace

from bench.lockstep import DOCK, World
from edge.config import MarkerConfig, ViewConfig
from edge.flight.geometry import Place, distance_m
from edge.flight.launch import Stage
from edge.flight.state import resume, save
from edge.flight.view import withheld
from edge.vision.ground import Lens, Pose, meets
from sim.faults import Fault, Kind, strike
from sim.weather import WeatherConfig
from wire.orders import Launch

VIEW = ViewConfig(
    in_transit="blanked", radius_m=120, mount="gimbal", pitch_deg=-82, fov_deg=78, fov_up_deg=49, height_error_m=5
)
LENS = Lens(VIEW.fov_deg, 780, round(780 * math.tan(math.radians(24.5)) / math.tan(math.radians(39))))
MARKER = MarkerConfig(number=7, side_m=0.4, unseen="divert", decision_m=4, tries=1)
FAULTS = (Kind.LINK_LOSS, Kind.LATENCY, Kind.GPS_LOSS, Kind.GPS_GLITCH, Kind.WIND_STEP)
CARRIES_S = 1.0
"""A judgement counts for so long: the kindest of that time, and the place of any order of it."""


def a_world(rng: random.Random) -> World:
    weather = WeatherConfig(wind_mps=rng.uniform(0, 7), gust_mps=2, seed=rng.randrange(1000))
    world = World(weather=weather, landing_places=(Place(DOCK.lat + 0.0006, DOCK.lon),))
    world.vehicle.payload.fitted = True
    changes = {"in_transit": rng.choice(["blanked", "level"]), "pitch_deg": rng.choice([-90, -82, -60])}
    world.site = replace(world.site, view=VIEW.model_copy(update=changes), marker=rng.choice([MARKER, None]))
    return world


def flown(world: World, rng: random.Random) -> Iterator[World]:
    """Each tick of 200 s with orders and faults at random."""

    def place() -> Place:
        return Place(DOCK.lat + rng.uniform(-0.005, 0.005), DOCK.lon + rng.uniform(-0.007, 0.007))

    def breaks() -> None:
        fault = Fault(at_s=0, kind=rng.choice(FAULTS), size=0.5)
        mends.append((world.now_s + rng.uniform(2, 12), strike(fault, world.vehicle, (world.up, world.down))))

    acts = (lambda: world.go_to(place(), rng.uniform(15, 60)), world.hold, world.come_home, world.land, breaks)
    mends: list[tuple[float, Callable[[], None]]] = []
    first, next_s = place(), rng.uniform(20, 60)
    world.launch(Launch(lat=first.lat, lon=first.lon, alt_rel_m=rng.uniform(15, 60)))
    for _ in range(20 * 200):
        if world.now_s > next_s:
            next_s = world.now_s + rng.uniform(8, 50)
            rng.choices(acts, (4, 1, 1, 1, 2))[0]()
        for mend in [mend for mend in mends if mend[0] <= world.now_s]:
            mend[1]()
            mends.remove(mend)
        yield world.run(0.05)


def test_no_picture_that_may_be_shown_reaches_out_of_the_area() -> None:
    assert sum(_shown(random.Random(f"view:{seed}")) for seed in range(4)) > 2000


def test_a_box_that_begins_anew_shows_nothing_of_its_gimbals_turn() -> None:
    """It had been down all the way home, was raised within the first second, and what came before was shown."""
    world = World()
    world.vehicle.payload.fitted = True
    world.site = replace(world.site, view=VIEW.model_copy(update={"in_transit": "level", "radius_m": 20}))
    world.launch()
    world.until_stage(Stage.ON_SCENE).run(3)
    kept, world.alive = save(world.sortie), False
    world.run(14).restart(resume(kept, world.now_s))
    began_s = world.now_s
    world.until(lambda world: world.vehicle.looks_deg() > -1, limit_s=20)
    raised_s = world.now_s
    world.until(lambda world: withheld(world.site, world.sortie, world.seen()) == "", limit_s=30)
    assert world.now_s > max(began_s, raised_s) + 0.95


def _shown(rng: random.Random) -> int:
    """Ticks in the air with a picture; each is held against the truth."""
    world, shown = a_world(rng), 0
    told: deque[str] = deque(maxlen=round(CARRIES_S / 0.2))
    scenes: deque[Place | None] = deque(maxlen=round(CARRIES_S / 0.05) + 1)
    for tick, _ in enumerate(flown(world, rng)):
        if tick % 4 == 0:
            told.append(withheld(world.site, world.sortie, world.seen()))
        scenes.append(world.sortie.scene)
        if not world.vehicle.airborne or min(told):
            continue
        shown += 1
        level = world.site.view is not None and world.site.view.in_transit == "level"
        assert (level and world.vehicle.looks_deg() > -3.1) or _outside_m(world, scenes) <= 0, world.story()
    return shown


def _outside_m(world: World, scenes: deque[Place | None]) -> float:
    """By the truth; by what satellites are off nobody can know where it is."""
    lat, lon, height_m, heading_deg = world.vehicle.position()
    pose = Pose(heading_deg, world.vehicle.looks_deg(), 0, max(height_m, 0.01))
    corners = [meets(u, v, pose, LENS) for u in (0, LENS.width) for v in (0, LENS.height)]
    reach_m = max(math.inf if corner is None else math.hypot(*corner) for corner in corners)
    away_m = min((distance_m(Place(lat, lon), scene) for scene in scenes if scene), default=math.inf)
    lies_m = math.hypot(*world.vehicle.gps.off_m) + world.vehicle.gps.drift_m
    return away_m + reach_m - VIEW.radius_m - lies_m
