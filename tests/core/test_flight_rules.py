"""Each rule at its limit, with its reason in plain words; and all reasons at once."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.lockstep import DOCK, LIMITS, SCENE, make_site
from bench.lockstep_orders import T0, make_order
from edge.flight import energy
from edge.flight.dockside import DockReading, combine
from edge.flight.gate import Go, Refusal
from edge.flight.geometry import M_PER_DEG, Place, Target
from edge.flight.homeward import must_return
from edge.flight.inspection import Inspection
from edge.flight.launch import AIRBORNE, Stage
from edge.flight.rules import Case, arming, preflight
from edge.flight.seen import Seen
from edge.flight.telemetry import Landed, Telemetry, Text
from edge.flight.verdict import judge
from wire.orders import GoTo, Hold, Land, Launch, Return
from wire.states import Lid, Weather

NOW = 1000.0
SITE = make_site()
SCENE_TARGET = Target(Place(SCENE.lat, SCENE.lon), SCENE.alt_rel_m)
AIR = Weather(
    at=T0, wind_mps=4, gust_mps=6, wind_from_deg=240, rain_mm_h=0, visibility_m=9000, temperature_c=12
)  # fmt: skip
PARKED = Telemetry(
    heard_s=NOW, heartbeat_s=NOW, custom_mode=4, position_s=NOW, place=DOCK, alt_rel_m=0, alt_amsl_m=15, gps_s=NOW,
    gps_fix=3, satellites=12, battery_s=NOW, battery_pct=98, battery_v=24, landed_s=NOW, landed=Landed.ON_GROUND,
    health_s=NOW, prearm_ok=True, ekf_s=NOW, ekf_ok=True, traffic_s=NOW, remote_id_s=NOW,
)  # fmt: skip
SHUT = DockReading(
    connected=True, switches_s=NOW, closed_switch=True, encoder_s=NOW, position_pct=0, alive_s=NOW, heartbeat=7,
    pad_clear=True, weather=AIR, weather_s=NOW - 1, agreed=Lid.CLOSED, agreed_since_s=NOW - 60,
)  # fmt: skip
OPEN = replace(SHUT, open_switch=True, closed_switch=False, position_pct=100, agreed=Lid.OPEN)
READY = Seen(NOW, PARKED, SHUT, clock_offset_ms=3.0, room_now=T0, inspection=Inspection(ended_s=NOW, result=()))


def why(seen: Seen = READY, target: Target = SCENE_TARGET, **limits: Any) -> str:
    return "; ".join(preflight(Case(seen, make_site(LIMITS.model_copy(update=limits)), target)))


def air(**changes: Any) -> Seen:
    """READY in another air; model_construct lets NaN through, as a wild sensor would."""
    weather = Weather.model_construct(**{**AIR.model_dump(), **changes})
    return replace(READY, dock=replace(SHUT, weather=weather))


def plane(**changes: Any) -> Seen:
    return replace(READY, telemetry=replace(PARKED, **changes))


def box(**changes: Any) -> Seen:
    return replace(READY, dock=replace(SHUT, **changes))


def north(metres: float, alt_rel_m: float = 35) -> Target:
    return Target(Place(DOCK.lat + metres / M_PER_DEG, DOCK.lon), alt_rel_m)


def test_on_a_good_day_nothing_speaks_against_it() -> None:
    assert why() == ""
    assert arming(Case(replace(READY, dock=OPEN), SITE, SCENE_TARGET)) == ()


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (air(wind_mps=12.01), "wind 12.0 m/s is over the limit of 12 (F7)"),
        (air(wind_mps=math.nan), "wind is unknown (F7)"),
        (air(wind_mps=-1), "wind -1.0 m/s is under the limit of 0 (F7)"),
        (air(gust_mps=15.5), "gusts 15.5 m/s is over the limit of 15 (F7)"),
        (air(rain_mm_h=2.1), "rain 2.1 mm/h is over the limit of 2 (F7)"),
        (air(visibility_m=1999), "visibility 1999.0 m is under the limit of 2000 (F7)"),
        (air(visibility_m=math.inf), "visibility is unknown (F7)"),
        (air(temperature_c=-5.1), "temperature -5.1 degrees C is under the limit of -5 (F7)"),
        (air(temperature_c=40.1), "is over the limit of 40 (F7)"),
        (box(weather=None), "no weather observation (F7)"),
        (box(weather_s=NOW - 121), "the weather observation is 121 s old, 120 s at most (F7)"),
        (box(weather_s=NOW + 2), "the weather observation is -2 s old"),
        (box(connected=False), "no connection to the dock (F1)"),
        (box(switches_s=NOW - 2), "signals are over 2 s old (F1)"),
        (box(encoder_s=NOW - 2), "signals are over 2 s old (F1)"),
        (box(alive_s=NOW - 2), "signals are over 2 s old (F1)"),
        (box(alive_s=None), "signals are over 2 s old (F1)"),
        (box(agreed=Lid.UNKNOWN), "contradict each other (F1)"),
        (box(pad_clear=False), "the pad is not proven clear (F2)"),
        (box(pad_clear=None), "the pad is not proven clear (F2)"),
        (plane(battery_pct=None), "the battery's charge is unknown (F3)"),
        (plane(battery_pct=math.nan), "the battery's charge is unknown (F3)"),
        (plane(battery_s=NOW - 11), "the battery's charge is unknown (F3)"),
        (plane(battery_pct=30.0), "the battery holds 54 Wh, the flight needs"),
        (replace(READY, clock_offset_ms=None), "the offset to the control room's clock is unknown (F10)"),
        (replace(READY, clock_offset_ms=math.nan), "is unknown (F10)"),
        (replace(READY, clock_offset_ms=501), "the clock is 501 ms off the control room's, 500 ms at most (F10)"),
        (replace(READY, clock_offset_ms=-501), "the clock is -501 ms off"),
        (plane(gps_fix=2), "no 3D position fix (F17)"),
        (plane(ekf_ok=False), "no position estimate yet (F17)"),
        (plane(ekf_s=NOW - 4), "no position estimate yet (F17)"),
        (plane(position_s=NOW - 4), "the aircraft's position is unknown (F17)"),
        (plane(place=Place(DOCK.lat + 20 / M_PER_DEG, DOCK.lon)), "the aircraft stands 20 m from its pad (F17)"),
        (plane(traffic_s=NOW - 10), "the traffic receiver is silent for over 10 s (F14)"),
        (plane(traffic_s=None), "the traffic receiver is silent"),
        (plane(remote_id_s=NOW - 3), "Remote ID is silent (F15)"),
        (plane(remote_id_fault="no operator"), "Remote ID is not fit to fly: no operator (F15)"),
        (plane(heard_s=NOW - 2.1), "no link to the aircraft (F11)"),
        (plane(armed=True), "the aircraft is armed already (F28)"),
        (plane(landed=Landed.IN_AIR), "does not report that it stands on the ground (F28)"),
        (plane(landed=Landed.UNDEFINED), ""),
        (plane(landed_s=None), "does not report that it stands on the ground (F28)"),
        (plane(prearm_ok=False), "the autopilot's own checks are not passed (F25)"),
        (plane(prearm_ok=None), "the autopilot's own checks are not passed (F25)"),
        (plane(prearm_ok=False, texts=(Text(3, "PreArm: Compass", NOW - 9),)), "not passed (F25): PreArm: Compass"),
    ],
)
def test_a_breach_is_told_in_plain_words(seen: Seen, words: str) -> None:
    assert words in why(seen)
    assert (why(seen) == "") is (words == "")


@pytest.mark.parametrize(
    "seen",
    [
        air(wind_mps=12), air(gust_mps=15), air(rain_mm_h=2), air(visibility_m=2000), air(temperature_c=-5),
        box(weather_s=NOW - 120), box(switches_s=NOW - 1.99), replace(READY, clock_offset_ms=500),
    ],
)  # fmt: skip
def test_at_the_limit_it_still_goes(seen: Seen) -> None:
    assert why(seen) == ""


def test_the_lid_must_be_open_to_arm() -> None:
    for reading in (SHUT, replace(OPEN, agreed_since_s=NOW - 0.1), replace(OPEN, encoder_s=NOW - 2)):
        assert any("(F1)" in reason for reason in arming(Case(replace(READY, dock=reading), SITE, SCENE_TARGET)))


@given(st.booleans(), st.booleans(), st.none() | st.integers(-5, 110))
def test_the_lid_is_open_only_when_both_signals_say_so(open_: bool, closed: bool, pct: int | None) -> None:
    if combine(open_, closed, pct) is Lid.OPEN:
        assert open_
        assert not closed
        assert pct is not None
        assert 95 <= pct <= 100


def test_ceiling_range_and_ground() -> None:
    assert why(target=north(200, 100)) == ""
    assert "a height of 101 m is over the ceiling of 100 m (F16)" in why(target=north(200, 101))
    assert "ceiling of 120 m" in why(target=north(200, 121), ceiling_m=500)
    assert "passes the highest ground by 3 m only (F16)" in why(target=north(200, 8))
    assert "is over the ceiling" in why(target=north(200, math.nan))
    assert "600 m away is over the range of 500 m (F23)" in why(target=north(600), max_range_m=500)
    assert "s at most (F23)" in why(max_flight_s=100)


def test_the_fences_buffer_is_speed_times_latency_and_error() -> None:
    """18 m/s x 0.5 s + 3 m = 12 m off the northern side, 1,113.2 m away."""
    assert why(target=north(1101.0), max_range_m=5000) == ""
    assert "the way out passes the fence at 12 m, 12 m are needed (F5)" in why(target=north(1101.5), max_range_m=5000)
    assert "the way out leaves the fence (F5)" in why(target=north(1114), max_range_m=5000)


def test_every_reason_is_told_at_once() -> None:
    seen = replace(air(wind_mps=14.2), clock_offset_ms=None, telemetry=replace(PARKED, battery_pct=10, gps_fix=0))
    told = why(seen, north(3000, 300))
    for rule in ("F3", "F5", "F7", "F10", "F16", "F17", "F23"):
        assert f"({rule})" in told


@given(
    pct=st.floats(0, 100), metres=st.floats(0, 1400), wind=st.floats(0, 20), bearing=st.floats(0, 359.9)
)  # fmt: skip
def test_what_is_launched_has_the_reserve_at_the_end(pct: float, metres: float, wind: float, bearing: float) -> None:
    """By a model of its own: each leg against the whole wind costs at least what still air does."""
    seen = replace(air(wind_mps=wind, wind_from_deg=bearing), telemetry=replace(PARKED, battery_pct=pct))
    if why(seen, north(metres), max_wind_mps=20, max_range_m=5000, max_flight_s=7200):
        return
    still_s = 2 * metres / LIMITS.cruise_mps + 35 / LIMITS.climb_mps
    hover_s = LIMITS.min_on_scene_s + 35 / LIMITS.descent_mps
    least_wh = (still_s * LIMITS.cruise_w + hover_s * LIMITS.hover_w) / 3600
    assert pct / 100 * LIMITS.battery_wh - least_wh >= 0.2 * LIMITS.battery_wh - 1e-6


@given(st.floats(0, 40), st.floats(0, 359.9), st.floats(0, 359.9))
def test_out_and_back_in_wind_never_costs_less_than_in_still_air(wind: float, from_deg: float, bearing: float) -> None:
    there = Place(DOCK.lat + 500 * math.cos(bearing) / M_PER_DEG, DOCK.lon + 500 * math.sin(bearing) / M_PER_DEG)
    windy, still = energy.Wind(wind, from_deg), energy.Wind(0, 0)

    def both(air: energy.Wind) -> float:
        return (energy.leg(DOCK, there, 30, air, LIMITS) + energy.leg(there, DOCK, 30, air, LIMITS)).wh

    assert both(windy) >= both(still) - 1e-9


def test_a_wind_stronger_than_the_aircraft_can_not_be_flown() -> None:
    assert "the wind is too strong to get there and back (F3)" in why(air(wind_mps=15, gust_mps=15), max_wind_mps=20)


FLYING = replace(
    PARKED, armed=True, landed=Landed.IN_AIR, place=north(500).place, alt_rel_m=35, battery_pct=60
)  # fmt: skip


def flying(**changes: Any) -> Seen:
    return replace(READY, telemetry=replace(FLYING, **changes), dock=OPEN)


def forced(seen: Seen, flown_s: float = 100) -> str:
    return "; ".join(must_return(seen, SITE, flown_s, DOCK))


def test_in_flight_only_what_must_return_returns() -> None:
    assert forced(flying()) == ""
    assert "the reserve is reached: 25 % left" in forced(flying(battery_pct=25))
    assert "unknown in flight (F3, F25)" in forced(flying(battery_s=NOW - 11))
    assert "outside the fence (F5)" in forced(flying(place=north(1200).place))
    assert "over the ceiling of 100 m (F16)" in forced(flying(alt_rel_m=103.1))
    assert "the position is unknown in flight" in forced(flying(position_s=NOW - 6))
    assert "Remote ID is silent (F15)" in forced(flying(remote_id_s=NOW - 10))
    assert forced(flying(remote_id_s=NOW - 9)) == ""
    assert "no 3D position fix in flight (F17)" in forced(flying(gps_fix=2))
    assert "has lost its position estimate (F17)" in forced(flying(ekf_ok=False))
    assert "the position jumped" in forced(flying(jumped_s=NOW - 4))
    assert forced(flying(jumped_s=NOW - 6)) == ""
    assert "901 s in the air, 900 s at most (F23)" in forced(flying(), 901)


@given(st.floats(0, 1000))
def test_without_a_station_the_way_home_is_reckoned_against_the_limits_wind(metres: float) -> None:
    silent = replace(flying(place=north(metres).place), dock=replace(OPEN, weather=None))
    calm = flying(place=north(metres).place)
    assert len(must_return(silent, SITE, 0, DOCK)) >= len(must_return(calm, SITE, 0, DOCK))


@pytest.mark.parametrize("stage", AIRBORNE)
def test_at_the_reserve_nobody_holds_or_goes_on_but_return_and_land_stay(stage: Stage) -> None:
    why_home = ("the reserve is reached",)
    held = judge(make_order(Hold()), stage, why_home, flying(), SITE)
    assert isinstance(held, Refusal)
    assert "nobody can postpone it (F4): the reserve is reached" in held.reasons[0]
    assert isinstance(judge(make_order(_goto(300), role="admin"), stage, why_home, flying(), SITE), Refusal)
    assert judge(make_order(Return()), stage, why_home, flying(), SITE) == Go()
    assert judge(make_order(Land()), stage, why_home, flying(), SITE) == Go()


@pytest.mark.parametrize("stage", AIRBORNE)
@pytest.mark.parametrize("act", [Hold(), Return(), Land()])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda seen: seen,
        lambda seen: replace(seen, clock_offset_ms=None, room_now=None),
        lambda seen: replace(seen, dock=DockReading()),
        lambda seen: replace(seen, telemetry=Telemetry()),
        lambda seen: replace(seen, now_s=NOW + 60),
    ],
    ids=["all well", "no clock", "no dock", "no telemetry", "all stale"],
)
def test_hold_return_and_land_go_in_every_airborne_stage_whatever_is_broken(
    stage: Stage, act: Hold | Return | Land, spoil: Callable[[Seen], Seen]
) -> None:
    assert judge(make_order(act), stage, (), spoil(flying()), SITE) == Go()


def test_a_goto_is_judged_by_fence_ceiling_range_and_energy() -> None:
    assert judge(make_order(_goto(300)), Stage.ON_SCENE, (), flying(), SITE) == Go()
    for act, words in ((_goto(1110), "(F5)"), (_goto(300, 101), "(F16)"), (_goto(1600), "(F23)")):
        verdict = judge(make_order(act), Stage.ON_SCENE, (), flying(), SITE)
        assert isinstance(verdict, Refusal)
        assert words in "; ".join(verdict.reasons)
    low = judge(make_order(_goto(900)), Stage.ON_SCENE, (), flying(battery_pct=27), SITE)
    assert isinstance(low, Refusal)
    assert "the battery holds" in low.reasons[0]


def test_a_launch_needs_a_person_a_reason_and_an_incident() -> None:
    for changes in ({"reason": "  "}, {"issued_by": " "}, {"incident_id": UUID(int=0)}):
        verdict = judge(make_order(SCENE, **changes), Stage.PARKED, (), READY, SITE)
        assert isinstance(verdict, Refusal)
        assert "(F20)" in verdict.reasons[0]
    assert judge(make_order(SCENE), Stage.PARKED, (), READY, SITE) == Go()


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.PARKED])
def test_a_launch_is_refused_in_every_other_stage(stage: Stage) -> None:
    verdict = judge(make_order(SCENE), stage, (), READY, SITE)
    assert isinstance(verdict, Refusal)
    assert "launch is not possible while" in verdict.reasons[0]


def _goto(metres: float, alt_rel_m: float = 35) -> GoTo:
    place = north(metres).place
    return GoTo(lat=place.lat, lon=place.lon, alt_rel_m=alt_rel_m)


def test_a_launch_to_nowhere_is_refused_whatever_it_says() -> None:
    verdict = judge(make_order(Launch(lat=-52, lon=170, alt_rel_m=400)), Stage.PARKED, (), READY, SITE)
    assert isinstance(verdict, Refusal)
    told = "; ".join(verdict.reasons)
    assert all(rule in told for rule in ("(F3)", "(F5)", "(F16)", "(F23)"))
