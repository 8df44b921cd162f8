"""Mutants that a sortie shows: a rule's code removed, the sortie, and the judges of whom one must speak."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bench.flights_fly import fly
from bench.flights_judges import judge
from bench.flights_plan import Break, Eye, Fault, Plan, Say, Trick
from bench.lockstep import DOCK, LIMITS
from bench.lockstep_orders import T0
from bench.mutants_cut import Cut, all_of, always, entries, method, nothing, swap
from edge.config import Limits, MarkerConfig, ViewConfig
from edge.flight import launch, marker
from edge.flight.gate import Memory
from edge.flight.geometry import M_PER_DEG, Place
from edge.flight.landing import Landing
from edge.flight.launch import AIRBORNE, FLYING, Happened, Stage
from edge.flight.zones import Limit, Period, Zone
from sim.weather import WeatherConfig
from wire.orders import Act, GoTo, Hold, Launch, Return
from wire.states import Lid

NEAR = Launch(lat=DOCK.lat + 60 / M_PER_DEG, lon=DOCK.lon, alt_rel_m=20)
FAR = Launch(lat=DOCK.lat + 850 / M_PER_DEG, lon=DOCK.lon, alt_rel_m=35)
AHEAD_S = 8.0
"""When the first order comes: the autopilot's parameters and fence have been read back by then."""
FOR_EVER = 1e6


@dataclass(frozen=True)
class Flown:
    """`rules`: at least one of them must be judged broken by the mutant, and none at all without it."""

    rules: tuple[str, ...]
    plan: Plan
    cut: Cut

    def caught(self) -> bool:
        with self.cut():
            return bool({breach.rule for breach in judge(fly(self.plan))} & set(self.rules))

    def sound(self) -> bool:
        return judge(fly(self.plan)) == ()


def a_plan(*events: Say | Break, limits: Limits = LIMITS, wind_mps: float = 3, **changes: Any) -> Plan:
    """A launch to somewhere near, and what else happens."""
    told = tuple(sorted((Say(AHEAD_S, NEAR), *events), key=lambda event: event.at_s))
    plan = Plan(
        7, limits, WeatherConfig(wind_mps=wind_mps), charge=1.0, powered_s=60, clock_offset_ms=3, landing_places=(),
        events=told,
    )  # fmt: skip
    return replace(plan, **changes)


def ordered(act: Act, trick: Trick = Trick.NONE, at_s: float = 45, **plan: Any) -> Plan:
    return a_plan(Say(at_s, act, trick), Say(at_s + 20, Return()), **plan)


def broken(fault: Fault, at_s: float, size: float = 0.5, for_s: float = FOR_EVER, **plan: Any) -> Plan:
    return a_plan(Break(at_s, fault, for_s, size, 1), Say(70, Return()), **plan)


def narrow() -> Limits:
    """A fence 40 m to the north of the dock."""
    fence = tuple((min(lat, DOCK.lat + 40 / M_PER_DEG), lon) for lat, lon in LIMITS.fence)
    return LIMITS.model_copy(update={"fence": fence})


def no_limit(*_args: object) -> Iterator[str]:
    return iter(())


HIGH_RESERVE = LIMITS.model_copy(update={"reserve_pct": 35})
SHORT_FLIGHT = LIMITS.model_copy(update={"max_flight_s": 90, "min_on_scene_s": 30})
LOW_CEILING = LIMITS.model_copy(update={"ceiling_m": 45})
HIGH = GoTo(lat=NEAR.lat, lon=NEAR.lon, alt_rel_m=60)
CLOSES = Zone(
    "Z", (Place(NEAR.lat, NEAR.lon),), 50, Limit(0, "AMSL"), Limit(500, "AMSL"), (Period(T0 + timedelta(seconds=130)),)
)
ISLAND = Zone("I", (Place(DOCK.lat + 130 / M_PER_DEG, DOCK.lon),), 40, Limit(0, "AMSL"), Limit(500, "AMSL"))
WEST = Launch(lat=DOCK.lat + 130 / M_PER_DEG, lon=DOCK.lon - 0.0018, alt_rel_m=30)
EAST = GoTo(lat=WEST.lat, lon=DOCK.lon + 0.0018, alt_rel_m=30)
SAG = Break(41, Fault.BATTERY_SAG, FOR_EVER, 1.0, 1)
JAM = Break(60, Fault.LID_STUCK, FOR_EVER, 0.9, 1)
VIEW = ViewConfig(
    in_transit="blanked", radius_m=80, mount="gimbal", pitch_deg=-82, fov_deg=77.3, fov_up_deg=48.5, height_error_m=5
)
FIXED = VIEW.model_copy(update={"mount": "fixed", "radius_m": 70})
LEANLESS = lambda view, known: (view.pitch_deg, 0.0, 3.0 + known.lean_deg)  # noqa: E731
MARKER = MarkerConfig(number=7, side_m=0.4, unseen="divert", decision_m=4, tries=2)
MARKED = Eye(VIEW, MARKER, (1.7, -1.2))
BY_SATELLITES = replace(MARKED, marker=MARKER.model_copy(update={"unseen": "land"}))
BAG = Break(30, Fault.MARKER_HIDDEN, FOR_EVER, 0.5, 1)
TELL = marker.landing_target
RULES, GATE, AIR = "edge.flight.rules", "edge.flight.gate", "edge.flight.airspace"
VERDICT = "edge.flight.verdict"
FLOWN: dict[str, Flown] = {
    "the lid is not looked at": Flown(
        ("F1",), ordered(Return(), at_s=25), swap("edge.flight.dockside", "lid", always(Lid.OPEN))
    ),
    "one lid signal is enough": Flown(
        ("F1",), broken(Fault.LID_SIGNALS_DISAGREE, 2, 0.9),
        swap("edge.flight.dockside", "combine", lambda is_open, *_: Lid.OPEN if is_open else Lid.CLOSED),
    ),
    "the lid closes before the landing": Flown(
        ("F2",), ordered(Return()),
        all_of(
            entries(launch.LID_WANTED, {Stage.LANDING: Lid.CLOSED}),
            swap("edge.flight.sortie", "may_close", always(True)),
        ),
    ),
    "the reserve is not looked at": Flown(
        ("F3", "F4"), a_plan(limits=HIGH_RESERVE, charge=0.62), swap("edge.flight.homeward", "reserve", nothing)
    ),
    "hold is taken during a forced return": Flown(
        ("F4",), a_plan(SAG, Say(50, Hold()), limits=HIGH_RESERVE, charge=0.72), swap(VERDICT, "_f4_forced", nothing)
    ),
    "the fence is not looked at": Flown(
        ("F5",), ordered(Return(), limits=narrow()), swap(RULES, "path_inside", nothing)
    ),
    "who is in a zone as it closes stays there": Flown(
        ("F5",), a_plan(Say(200, Return()), zones=(CLOSES,), zones_s=60),
        swap("edge.flight.closures", "in_flight", nothing),
    ),
    "a goto is flown straight through a zone": Flown(
        ("F5",), replace(a_plan(zones=(ISLAND,)), events=(Say(AHEAD_S, WEST), Say(90, EAST), Say(150, Return()))),
        all_of(swap("edge.flight.closures", "way_there", nothing), swap("edge.flight.closures", "in_flight", nothing)),
    ),
    "the weather is not looked at": Flown(("F7",), ordered(Return(), wind_mps=13), swap(RULES, "f7_weather", nothing)),
    "a deposed operator is heard": Flown(("F8",), ordered(Hold(), Trick.OTHER_HOLDER), swap(GATE, "_lease", nothing)),
    "a late order is heard": Flown(("F9",), ordered(Hold(), Trick.STALE), swap(GATE, "life", nothing)),
    "the clock is not looked at": Flown(
        ("F10",), ordered(Return(), clock_offset_ms=900), swap(RULES, "f10_clock", nothing)
    ),
    "hold is not in the table": Flown(
        ("F12",), ordered(Hold()), entries(launch.STEPS, {(stage, Happened.HOLD): None for stage in AIRBORNE})
    ),
    "traffic is launched into": Flown(
        ("F14",), replace(a_plan(), events=(Break(1, Fault.TRAFFIC, 200, 1.0, 1), Say(38, NEAR), Say(70, Return()))),
        all_of(swap(AIR, "way_clear", nothing), swap(AIR, "near", nothing)),
    ),
    "traffic is not given way to": Flown(
        ("F14",),
        replace(a_plan(), events=(Say(AHEAD_S, FAR), Break(20, Fault.TRAFFIC, 200, 0.9, 1), Say(170, Return()))),
        swap(AIR, "near", nothing),
    ),
    "a silent receiver is no matter": Flown(
        ("F14",), replace(broken(Fault.RECEIVER_SILENT, 1), events=(
            Break(1, Fault.RECEIVER_SILENT, FOR_EVER, 0.5, 1), Say(30, NEAR), Say(70, Return()))),
        swap(AIR, "receiver", nothing),
    ),
    "Remote ID is not looked at": Flown(("F15",), broken(Fault.REMOTE_ID_SILENT, 1), swap(AIR, "remote_id", nothing)),
    "the ceiling is not looked at": Flown(
        ("F16",), ordered(HIGH, limits=LOW_CEILING), swap(RULES, "f16_ceiling", no_limit)
    ),
    "no reason is needed": Flown(
        ("F20",), replace(a_plan(), events=(Say(AHEAD_S, NEAR, Trick.NO_REASON), Say(40, Return()))),
        swap(VERDICT, "f20_person", nothing),
    ),
    "no other landing place is looked for": Flown(
        ("F22",), a_plan(JAM, Say(66, Return())),
        swap("edge.flight.landing", "landing", lambda _seen, site, _shut_s, **_: Landing(site.dock)),
    ),
    "a return goes wherever home was set": Flown(
        ("F22",), broken(Fault.HOME_MOVED, 45, size=1), swap("edge.flight.home", "astray", always(""))
    ),
    "a marker that is not seen is no matter": Flown(
        ("F22",), a_plan(BAG, Say(60, Return()), eye=MARKED), swap("edge.flight.marker", "unseen", always(""))
    ),
    "the marker is told above the aircraft": Flown(
        ("F22",), a_plan(Say(60, Return()), eye=BY_SATELLITES),
        swap("edge.flight.marker", "landing_target", lambda number, m, at_s: TELL(number, (m[0], m[1], -m[2]), at_s)),
    ),
    "the picture is shown wherever it is": Flown(
        ("F24",), a_plan(Say(60, Return()), eye=Eye(VIEW)), swap("edge.flight.view", "_inside", always(True))
    ),
    "a fixed camera is shown though its airframe will lean": Flown(
        ("F24",), a_plan(Say(60, Return()), eye=Eye(FIXED)), swap("edge.flight.view", "_looks", LEANLESS)
    ),
    "the time in the air is not counted": Flown(
        ("F23",), a_plan(Say(150, Return()), limits=SHORT_FLIGHT), swap("edge.flight.homeward", "too_long", nothing)
    ),
    "must return is not in the table": Flown(
        ("F4", "F23"), a_plan(Say(150, Return()), limits=SHORT_FLIGHT),
        entries(launch.STEPS, {(stage, Happened.MUST_RETURN): None for stage in FLYING}),
    ),
    "an order may be repeated": Flown(
        ("F9",), a_plan(Say(36, Hold()), Say(41, Return()), Say(46, Hold(), Trick.REPLAYED)),
        all_of(method(Memory, "admit", lambda memory, _order: memory), swap(GATE, "life", nothing)),
    ),
}  # fmt: skip
"""What is taken away -> how it shows."""
