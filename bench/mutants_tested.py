"""Mutants that a test shows: a rule's code removed, and the tests that must fail with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.mutants_cut import Cut, always, entries, method, nothing, swap
from edge.config import FlightConfig, Limits, SiteConfig
from edge.flight import launch, state, tape
from edge.flight.autopilots import Do
from edge.flight.frames import Frame
from edge.flight.launch import Happened, Stage
from edge.flight.signing import Signing
from edge.flight.telemetry import Telemetry

CORE = "tests/core/test_flight_"


@dataclass(frozen=True)
class Tested:
    """`tests`: what pytest is given; a failure catches the mutant."""

    rules: tuple[str, ...]
    tests: tuple[str, ...]
    cut: Cut


def _of_rules(name: str = "") -> tuple[str, ...]:
    return (f"{CORE}rules.py", *(("-k", name) if name else ()))


@contextmanager
def _of_limits(name: str, **changes: object) -> Iterator[None]:
    """One limit of a site's file is declared otherwise."""
    field = Limits.model_fields[name]
    before = {key: getattr(field, key) for key in changes}
    for values in (changes, before):
        for key, value in values.items():
            setattr(field, key, value)
        for model in (Limits, FlightConfig, SiteConfig):
            model.model_rebuild(force=True)
        if values is changes:
            yield


def _but(why: str) -> Callable[[Signing, Frame], str]:
    """What is refused, without one of the reasons."""
    whole = Signing.refusal
    return lambda signing, frame: "" if (said := whole(signing, frame)) == why else said


FLAT = tape._flat
LOADS = ("tests/core/test_docs_examples.py", "-k", "dock_without or dock_with")
REFUSED = (f"{CORE}signing.py", "-k", "of_yesterday")
TELLS = _of_rules("breach_is_told")
RULES = "edge.flight.rules"
TESTED: dict[str, Tested] = {
    "the last door stands open": Tested(
        ("F1",), (f"{CORE}sorties.py", "-k", "neither_arm"), swap("edge.flight.sortie", "may_send", always(True))
    ),
    "the lid closes on any doubt": Tested(
        ("F2",), (f"{CORE}sorties.py", "-k", "no_single_doubt"), swap("edge.flight.sortie", "may_close", always(True))
    ),
    "a heartbeat from before the arm command proves it disarmed": Tested(
        ("F2",), (f"{CORE}sorties.py", "-k", "disarm_is_lost"),
        swap("edge.flight.notice", "proven_down", lambda _sortie, seen: seen.telemetry.on_ground(seen.now_s)),
    ),
    "a refused order is forgotten": Tested(
        ("F8", "F9"), (f"{CORE}gate.py", "-k", "too_late"), swap("edge.flight.gate", "heard", lambda memory, *_: memory)
    ),
    "a hold outlives its order": Tested(
        ("F9",), (f"{CORE}sorties.py", "-k", "past_its_expiry"),
        swap("edge.flight.sortie", "_while_it_lives", lambda sortie, *_: sortie),
    ),
    "the way home is flown through traffic": Tested(
        ("F14",), (f"{CORE}traffic.py", "-k", "its_way_home"),
        entries(launch.STEPS, {(Stage.RETURNING, way): None for way in (Happened.AVOID_DOWN, Happened.AVOID_HOLD)}),
    ),
    "a second one is not given way to": Tested(
        ("F14",), (f"{CORE}traffic.py", "-k", "second_one"),
        entries(launch.STEPS, {(Stage.YIELDING, way): None for way in (Happened.AVOID_DOWN, Happened.AVOID_HOLD)}),
    ),
    "an aircraft that does not say whether it flies is waited for": Tested(
        ("F25",), (f"{CORE}sorties.py", "-k", "beneath"),
        entries(launch.STEPS, {(Stage.STARTING, Happened.FOUND_UNJUDGED): None}),
    ),
    "a box that begins anew forgets that it was on its way home": Tested(
        ("F28",), (f"{CORE}sorties.py", "-k", "though_no_order"), entries(state.WAYS, dict.fromkeys(state.WAYS))
    ),
    "the last of the charge is flown away": Tested(
        ("F22",), (f"{CORE}landing.py", "-k", "charge"), swap("edge.flight.landing", "_reaches", always(True))
    ),
    "it takes off wherever a return would go": Tested(
        ("F22",), (f"{CORE}home.py", "-k", "does_not_take_off"), swap("edge.flight.home", "proven", always(()))
    ),
    "what is closed to us is flown through": Tested(
        ("F5",), (f"{CORE}zones.py", "-k", "a_launch_through_one"), swap(RULES, "f5_zones", nothing)
    ),
    "what closes in flight is no matter": Tested(
        ("F5",), (f"{CORE}zones.py", "-k", "closes_in_flight"), swap("edge.flight.closures", "in_flight", nothing)
    ),
    "a ring is flown wherever it leads": Tested(
        ("F5", "F16"), (f"{CORE}orbit.py", "-k", "breaks_a_rule"), swap("edge.flight.detour", "around", nothing)
    ),
    "the pad is believed clear": Tested(("F2",), TELLS, swap("edge.flight.dockside", "pad_clear", always(True))),
    "a return that is left is no matter": Tested(
        ("F4",), (f"{CORE}sorties.py", "-k", "asked_for_again"), swap("edge.flight.notice", "_strayed", nothing)
    ),
    "energy is no matter": Tested(("F3",), TELLS, swap(RULES, "f3_energy", nothing)),
    "the fence is not read back": Tested(
        ("F6",), (f"{CORE}inspection.py", "-k", "drops_or_alters"), swap(RULES, "f6_fence_held", nothing)
    ),
    "a lost link is no matter": Tested(("F11",), TELLS, method(Telemetry, "link_ok", always(True))),
    "the control room is never lost": Tested(
        ("F11",), (f"{CORE}sorties.py", "-k", "without_the_control_room"),
        entries(launch.STEPS, {(stage, Happened.ROOM_LOST): None for stage in launch.FLYING}),
    ),
    "a deaf box still says that it lives": Tested(
        ("F11",), (f"{CORE}sorties.py", "-k", "hears_nothing"),
        swap("edge.flight.deadman", "beat", always(("heartbeat", 1.0))),
    ),
    "a forced disarming leaves the box": Tested(
        ("F13",), (f"{CORE}sorties.py", "-k", "forced_disarming"), swap("edge.flight.sortie", "may_send", always(True))
    ),
    "the position is not looked at": Tested(("F17",), TELLS, swap(RULES, "f17_position", nothing)),
    "an unknown position in flight is no matter": Tested(
        ("F17",), _of_rules("in_flight_only"), swap("edge.flight.homeward", "out_of_bounds", nothing)
    ),
    "parameters are not compared": Tested(
        ("F18",), (f"{CORE}inspection.py", "-k", "parameter_that_differs"), swap(RULES, "f18_baseline_held", nothing)
    ),
    "unsigned frames are heard": Tested(("F19",), REFUSED, method(Signing, "refusal", _but("unsigned"))),
    "no signature is checked": Tested(("F19",), REFUSED, method(Signing, "refusal", _but("bad_signature"))),
    "a frame of yesterday is heard": Tested(("F19",), REFUSED, method(Signing, "refusal", _but("replayed"))),
    "the autopilot's fence is not compared": Tested(
        ("F6",), (f"{CORE}inspection.py", "-k", "drops_or_alters"),
        swap("edge.flight.inspection", "difference", always("")),
    ),
    "a baseline may allow more than the site": Tested(
        ("F6",), ("tests/core/test_wire_baseline.py", "-k", "does_not_hold"),
        swap("edge.flight.guards", "guard", nothing),
    ),
    "nothing is read back anew for a launch": Tested(
        ("F6", "F18"), (f"{CORE}inspection.py", "-k", "before_the_order"), swap(RULES, "f18_anew", nothing)
    ),
    "any firmware will do": Tested(
        ("F18",), (f"{CORE}inspection.py", "-k", "firmware"), swap("edge.flight.inspection", "_firmware", nothing)
    ),
    "what the dock showed is not on the tape": Tested(
        ("F26",), (f"{CORE}tape.py", "-k", "byte_for_byte"),
        swap("edge.flight.tape", "_flat", lambda seen: {k: v for k, v in FLAT(seen).items() if k[:4] != "dock"}),
    ),
    "a decision is told without its inputs": Tested(
        ("F26",), (f"{CORE}report.py", "-k", "rested_on"), swap("edge.flight.report", "inputs", always({}))
    ),
    "crossing ways are no matter": Tested(
        ("F21",), ("tests/core/test_dashboard_corridor.py",), swap("dashboard.corridor", "crossings", nothing)
    ),
    "a lying position in flight is no matter": Tested(
        ("F17",), _of_rules("in_flight_only"), swap("edge.flight.homeward", "position_lies", nothing)
    ),
    "a limit has a hidden default": Tested(("F27",), LOADS, lambda: _of_limits("ceiling_m", default=120.0)),
    "a limit may be anything": Tested(("F27",), LOADS, lambda: _of_limits("reserve_pct", metadata=[])),
    "range is no matter": Tested(("F23",), _of_rules("ceiling_range"), swap(RULES, "f23_range", nothing)),
    "an unknown charge counts as full": Tested(
        ("F25",), TELLS, swap("edge.flight.seen", "battery_pct", always(100.0))
    ),
    "the autopilot's own checks are no matter": Tested(("F25",), TELLS, swap(RULES, "aircraft_waits", nothing)),
    "the camera may show the way": Tested(
        ("F24",), (f"{CORE}view.py", "-k", "nothing_on_the_way"), swap("edge.flight.view", "_inside", always(True))
    ),
    "the camera may show what it likes": Tested(
        ("F24",), (f"{CORE}view.py", "-k", "withheld"), swap("edge.flight.view", "withheld", always(""))
    ),
    "nobody draws the veil": Tested(
        ("F24",), (f"{CORE}view.py", "-k", "judged_just_now"), swap("edge.vision.veil", "may_show", always(True))
    ),
    "what is not seen is landed on": Tested(
        ("F22",), (f"{CORE}marker.py", "-k", "lands_elsewhere"), swap("edge.flight.marker", "unseen", always(""))
    ),
    "what is armed on the pad at a restart flies": Tested(
        ("F28",), (f"{CORE}launch_table.py",),
        entries(launch.STEPS, {(Stage.STARTING, Happened.FOUND_ARMED): (Stage.ARMING, Do.ARM)}),
    ),
}  # fmt: skip
"""What is taken away -> the tests that notice."""
