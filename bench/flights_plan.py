"""What happens in one random sortie (pure): a seed in; a site, a day, orders and faults at random times out."""

import math
import random
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bench.lockstep import DOCK, LIMITS
from bench.lockstep_orders import T0
from edge.config import Limits, MarkerConfig, ViewConfig
from edge.flight.geometry import M_PER_DEG, Place
from edge.flight.zones import Limit, Period, Zone
from sim.weather import WeatherConfig
from wire.orders import Act, GoTo, Hold, Land, Launch, Orbit, Return


class Trick(StrEnum):
    """What is wrong with an order; every one of them must move nothing."""

    NONE = "none"
    STALE = "stale"
    FUTURE = "future"
    LONG_LIVED = "long_lived"
    REPLAYED = "replayed"
    REORDERED = "reordered"
    LOWER_EPOCH = "lower_epoch"
    OTHER_HOLDER = "other_holder"
    OTHER_AIRCRAFT = "other_aircraft"
    NO_REASON = "no_reason"
    NO_INCIDENT = "no_incident"


class Fault(StrEnum):
    LINK_LOSS = "link_loss"
    LID_STUCK = "lid_stuck"
    LID_SIGNALS_DISAGREE = "lid_signals_disagree"
    DOCK_LOST = "dock_lost"
    WEATHER_STALE = "weather_stale"
    WIND_STEP = "wind_step"
    CLOCK_STEP = "clock_step"
    BATTERY_SAG = "battery_sag"
    AGENT_KILLED = "agent_killed"
    ROOM_LOST = "room_lost"
    GPS_LOSS = "gps_loss"
    GPS_GLITCH = "gps_glitch"
    LATENCY = "latency"
    DUPLICATES = "duplicates"
    REORDERING = "reordering"
    MOTOR_FAIL = "motor_fail"
    AUTOPILOT_REBOOT = "autopilot_reboot"
    GUST = "gust"
    TRAFFIC = "traffic"
    RECEIVER_SILENT = "receiver_silent"
    REMOTE_ID_SILENT = "remote_id_silent"
    MARKER_HIDDEN = "marker_hidden"
    HOME_MOVED = "home_moved"


FIRST_S = 12.0
BY_OWN_DICE = (Fault.MARKER_HIDDEN, Fault.HOME_MOVED)
"""A marker is hidden where there is one; home is moved seldom, as it ends a flight at once."""
ANYWHERE = tuple(fault for fault in Fault if fault not in BY_OWN_DICE)
LAUNCH_TRICKS = tuple(Trick)
OTHER_TRICKS = tuple(trick for trick in Trick if trick not in (Trick.NO_REASON, Trick.NO_INCIDENT))
"""F20 asks for a reason and an incident for a launch; the contract's types do for the others."""


@dataclass(frozen=True)
class Say:
    """An order is sent. `take_over`: by another operator, with a higher epoch of the lease."""

    at_s: float
    act: Act
    trick: Trick = Trick.NONE
    take_over: bool = False


@dataclass(frozen=True)
class Break:
    """A fault, for `for_s` seconds. `size`: 0..1, how bad, of which kind; `way`: -1 or 1."""

    at_s: float
    fault: Fault
    for_s: float
    size: float
    way: int


@dataclass(frozen=True)
class Eye:
    """The camera under the aircraft and the pad's marker, where there are such."""

    view: ViewConfig | None = None
    marker: MarkerConfig | None = None
    off_m: tuple[float, float] = (0.0, 0.0)
    """North and east: how far satellites are off once it is up; a dock knows nothing of it."""


@dataclass(frozen=True)
class Plan:
    """One sortie before it is flown; `events` in the order of their times."""

    seed: int
    limits: Limits
    weather: WeatherConfig
    charge: float
    powered_s: float
    clock_offset_ms: float
    landing_places: tuple[Place, ...]
    events: tuple[Say | Break, ...]
    eye: Eye = Eye()
    zones: tuple[Zone, ...] = ()
    zones_s: float = 0.0
    """When the box comes to know them: a file may change in flight."""


def make_plan(seed: int, faults: frozenset[Fault]) -> Plan:
    """Every fault is drawn and those not asked for are left out: the rest of a seed's sortie stays the same."""
    dice = random.Random(seed)
    limits = _limits(dice)
    first = Say(dice.uniform(6, FIRST_S), _launch(dice, limits) if dice.random() < 0.08 else _easy_launch(dice, limits))
    events = [first, *(_event(dice, limits) for _ in range(dice.randrange(2, 11)))]
    home = [Say(max(e.at_s for e in events) + dice.uniform(1, 20), Return())] if dice.random() < 0.7 else []
    eye, hidden = make_eye(random.Random(f"{seed}:eye"))
    moved = move_home(random.Random(f"{seed}:home"))
    zones, zones_s = make_zones(random.Random(f"{seed}:zones"))
    kept = [e for e in (*events, *home, *hidden, *moved) if isinstance(e, Say) or e.fault in faults]
    return Plan(
        seed,
        limits,
        _weather(dice, limits),
        charge=dice.choice((1.0, dice.uniform(0.6, 1.0))),
        powered_s=dice.choice((60.0,) * 14 + (dice.uniform(0, 60),)),
        clock_offset_ms=dice.choice((3.0,) * 9 + (dice.uniform(-700, 700),)),
        landing_places=tuple(_place(dice.uniform(0, math.tau), dice.uniform(25, 70)) for _ in range(dice.randrange(3))),
        events=tuple(sorted(kept, key=lambda e: e.at_s)),
        eye=eye,
        zones=zones,
        zones_s=zones_s,
    )


def make_eye(dice: random.Random) -> tuple[Eye, list[Break]]:
    """By dice of its own: half of the sorties have a camera, half of these a marker to come down on."""
    kind = dice.choice(("none", "none", "marker", "gimbal", "fixed", "none", "marker", "gimbal"))
    if kind == "none":
        return Eye(), []
    view = ViewConfig(
        in_transit="blanked" if kind == "fixed" else dice.choice(("blanked", "level")),
        radius_m=dice.uniform(60, 250), mount="fixed" if kind == "fixed" else "gimbal",
        pitch_deg=dice.choice((-90, -82, -60)), fov_deg=dice.uniform(40, 80), fov_up_deg=dice.uniform(30, 55),
        height_error_m=dice.uniform(1, 10),
    )  # fmt: skip
    if kind != "marker":
        return Eye(view), []
    marker = MarkerConfig(
        number=7, side_m=0.4, unseen=dice.choice(("divert", "divert", "land")), decision_m=dice.uniform(2.5, 6),
        tries=dice.randrange(1, 4),
    )  # fmt: skip
    turn, off_m = dice.uniform(0, math.tau), dice.uniform(0, 2.4)
    hidden = [
        Break(dice.uniform(20, 260), Fault.MARKER_HIDDEN, dice.choice((5, 15, 40, 120, 1e6)), dice.random(), 1)
        for _ in range(dice.choice((0, 1, 1, 2)))
    ]
    return Eye(view, marker, (off_m * math.cos(turn), off_m * math.sin(turn))), hidden


def move_home(dice: random.Random) -> list[Break]:
    """By dice of its own: in each tenth sortie, before the launch or in flight."""
    if dice.random() >= 0.1:
        return []
    return [Break(dice.choice((4.0, dice.uniform(4, 240))), Fault.HOME_MOVED, 1e6, dice.random(), 1)]


def make_zones(dice: random.Random) -> tuple[tuple[Zone, ...], float]:
    """By dice of its own: none closed for half of the sorties, else one or two circles, none over the dock. Half of
    them are known only in flight.
    """
    return tuple(_zone(dice, number) for number in range(dice.choice((0, 0, 1, 2)))), dice.choice(
        (0.0, dice.uniform(20, 200))
    )


def _zone(dice: random.Random, number: int) -> Zone:
    radius_m = dice.uniform(15, 80)
    middle = _place(dice.uniform(0, math.tau), radius_m + dice.uniform(20, 220))
    low, high = (
        Limit(metres, "AMSL") for metres in dice.choice(((0.0, 600.0), (0.0, 600.0), (0.0, 40.0), (80.0, 600.0)))
    )
    begins = T0 + timedelta(seconds=dice.uniform(30, 300))
    hours = Period(begins, begins + timedelta(seconds=dice.uniform(30, 600)))
    return Zone(f"Z{number}", (middle,), radius_m, low, high, dice.choice(((), (), (hours,))))


def _limits(dice: random.Random) -> Limits:
    """A site of its own: the dock is seen from every corner of the fence, but in a corner's nook the way may not be."""
    turns = sorted(dice.uniform(0, math.tau / 6) + side * math.tau / 6 for side in range(6))
    reach_m = dice.choice((1050, 1050, 320))  # tight sites bring the aircraft near their fence
    corners = tuple(_place(turn, dice.uniform(reach_m / 4, reach_m)) for turn in turns)
    return LIMITS.model_copy(
        update={
            "fence": tuple((corner.lat, corner.lon) for corner in corners),
            "max_wind_mps": dice.uniform(7, 14),
            "max_gust_mps": dice.uniform(9, 17),
            "weather_max_age_s": dice.uniform(30, 300),
            "ceiling_m": dice.uniform(45, 110),
            "ground_amsl_m": dice.uniform(5, 25),
            "min_on_scene_s": dice.uniform(30, 120),
            "reserve_pct": dice.uniform(20, 35),
            "max_flight_s": dice.uniform(200, 900),
            "max_range_m": dice.uniform(300, 1500),
        }
    )


def _weather(dice: random.Random, limits: Limits) -> WeatherConfig:
    fair = dice.random() < 0.94
    return WeatherConfig(
        seed=dice.randrange(1 << 30),
        wind_mps=dice.uniform(0, limits.max_wind_mps * (0.9 if fair else 1.1)),
        wind_from_deg=dice.uniform(0, 359),
        gust_mps=dice.uniform(0, 2 if fair else 6),
        rain_mm_h=0 if fair else dice.choice((0, 1, 1.5, 3)),
        visibility_m=20_000 if fair else dice.choice((9_000, 2_500, 1_500)),
        temperature_c=14 if fair else dice.choice((14, 30, -4, -12)),
    )


def _event(dice: random.Random, limits: Limits) -> Say | Break:
    at_s = dice.uniform(4, 30) if dice.random() < 0.15 else dice.triangular(26, 240, 60)  # lid and arming are short
    if dice.random() < 0.45:
        fault = dice.choice(ANYWHERE)
        return Break(at_s, fault, dice.choice((2, 6, 15, 40, 1e6)), dice.random(), dice.choice((-1, 1)))
    at_s = max(at_s, FIRST_S)  # the first order of all is honest: before it there is no lease to steal
    act = _act(dice, limits)
    tricks = LAUNCH_TRICKS if isinstance(act, Launch) else OTHER_TRICKS
    trick = dice.choice(tricks) if dice.random() < 0.4 else Trick.NONE
    return Say(at_s, act, trick, take_over=trick is Trick.NONE and dice.random() < 0.15)


def _act(dice: random.Random, limits: Limits) -> Act:
    match dice.randrange(12):
        case 0 | 1:
            return Hold()
        case 2 | 3:
            return Return()
        case 4:
            return Land()
        case 5:
            there = _somewhere(dice)
            height_m, radius_m = dice.uniform(8, limits.ceiling_m * 1.2), dice.uniform(20, 90)
            clockwise = dice.random() < 0.5
            return Orbit(lat=there.lat, lon=there.lon, alt_rel_m=height_m, radius_m=radius_m, clockwise=clockwise)
        case 6 | 7:
            there = _somewhere(dice)
            return GoTo(lat=there.lat, lon=there.lon, alt_rel_m=dice.uniform(8, limits.ceiling_m * 1.2))
        case _:
            return _launch(dice, limits)


def _launch(dice: random.Random, limits: Limits) -> Launch:
    there = _somewhere(dice)
    return Launch(lat=there.lat, lon=there.lon, alt_rel_m=dice.uniform(15, limits.ceiling_m * 1.03))


def _easy_launch(dice: random.Random, limits: Limits) -> Launch:
    """Near and low enough for most sites: a sortie that stays on the ground tells little."""
    there = _place(dice.uniform(0, math.tau), dice.uniform(5, 140))
    return Launch(lat=there.lat, lon=there.lon, alt_rel_m=dice.uniform(20, limits.ceiling_m * 0.9))


def _somewhere(dice: random.Random) -> Place:
    """Most are near, some outside the fence."""
    far = dice.random() < 0.15
    return _place(dice.uniform(0, math.tau), dice.triangular(5, 900 if far else 280, 60))


def _place(turn: float, metres: float) -> Place:
    north, east = metres * math.cos(turn), metres * math.sin(turn)
    return Place(DOCK.lat + north / M_PER_DEG, DOCK.lon + east / M_PER_DEG / math.cos(math.radians(DOCK.lat)))
