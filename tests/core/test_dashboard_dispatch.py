"""May this person launch this aircraft now? Every law of dispatch.py, at its edges and over random fleets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.dispatch import (
    LEASE_GRACE_S,
    VEHICLE_SILENT_S,
    Scene,
    Standing,
    Tenure,
    judge,
    may_follow,
    rank,
)
from dashboard.eta import Place
from dashboard.people import Person, Role
from wire.orders import Act, GoTo, Hold, Land, Launch, Orbit, Return
from wire.states import AircraftInfo, DockState, Lid, VehicleState, Weather

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LAUNCH = Launch(lat=52.201, lon=0.121, alt_rel_m=40)
SCENE = Scene(7, closed=False, place=Place(52.201, 0.121))
IN_FLIGHT: tuple[Act, ...] = (Hold(), Return(), Land())
SENT_ON: tuple[Act, ...] = (
    GoTo(lat=52.2, lon=0.12, alt_rel_m=30), Orbit(lat=52.2, lon=0.12, alt_rel_m=30, radius_m=40),
)  # fmt: skip


def person(name: str = "ada", *roles: Role) -> Person:
    return Person(name, frozenset(roles or (Role.DISPATCHER,)), "digest", "csrf", NOW + timedelta(hours=1))


def standing(edge: str = "dock-1", aircraft: str = "falcon-1", lat: float = 52.2, lon: float = 0.12) -> Standing:
    info = AircraftInfo(
        name=aircraft,
        autopilot="arducopter",
        lat=lat,
        lon=lon,
        cruise_mps=14,
        climb_mps=3.5,
        scene_alt_rel_m=35,
        max_range_m=3000,
    )
    vehicle = VehicleState(
        edge=edge,
        aircraft=aircraft,
        at=NOW,
        stage="parked",
        airborne=False,
        armed=False,
        mode="GUIDED",
        link_ok=True,
        ready=True,
    )
    return Standing(edge, info, online=True, vehicle=vehicle, vehicle_age_s=0.2)


def with_vehicle(one: Standing, **changes: object) -> Standing:
    assert one.vehicle
    return replace(one, vehicle=one.vehicle.model_copy(update=changes))


def dock(wind_mps: float, wind_from_deg: float, connected: bool = True) -> DockState:
    weather = Weather(
        at=NOW,
        wind_mps=wind_mps,
        gust_mps=wind_mps,
        wind_from_deg=wind_from_deg,
        rain_mm_h=0,
        visibility_m=9000,
        temperature_c=12,
    )
    return DockState(
        edge="dock-1", at=NOW, lid=Lid.CLOSED, pad_clear=True, charging=True, weather=weather, connected=connected
    )


def verdict(act: Act, who: Person, reason: str, scene: Scene | None, one: Standing | None) -> tuple[str, ...]:
    return judge(act, who, one, reason=reason, scene=scene, now=NOW)


def test_a_ready_aircraft_launches_for_a_dispatcher_with_a_reason_and_an_incident() -> None:
    assert verdict(LAUNCH, person(), "stolen vehicle", SCENE, standing()) == ()


@pytest.mark.parametrize("act", [LAUNCH, *SENT_ON, *IN_FLIGHT])
def test_a_viewer_commands_nothing(act: Act) -> None:
    assert any("no role" in r for r in verdict(act, person("eve", Role.VIEWER), "why", SCENE, standing()))


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_a_launch_needs_a_reason(reason: str) -> None:
    assert verdict(LAUNCH, person(), reason, SCENE, standing()) == ("A reason is missing",)


def test_a_launch_needs_a_living_incident() -> None:
    assert verdict(LAUNCH, person(), "why", None, standing()) == ("There is no such incident",)
    closed = replace(SCENE, closed=True)
    assert verdict(LAUNCH, person(), "why", closed, standing()) == ("Incident 7 is closed",)


def test_every_reason_is_told_at_once() -> None:
    one = replace(with_vehicle(standing(), ready=False, not_ready=("battery 20 %", "wind 14.2 m/s")), online=False)
    reasons = verdict(LAUNCH, person("eve", Role.VIEWER), "", None, one)
    wanted = ("no role", "reason is missing", "no such incident", "offline", "battery 20 %", "wind 14.2")
    assert all(any(want in reason for reason in reasons) for want in wanted)


@pytest.mark.parametrize("age_s", [VEHICLE_SILENT_S + 0.01, 60.0])
def test_a_silent_aircraft_does_not_launch(age_s: float) -> None:
    reasons = verdict(LAUNCH, person(), "why", SCENE, replace(standing(), vehicle_age_s=age_s))
    assert len(reasons) == 1
    assert "Nothing heard" in reasons[0]


def test_an_aircraft_that_never_spoke_or_does_not_exist_does_not_launch() -> None:
    assert verdict(LAUNCH, person(), "why", SCENE, replace(standing(), vehicle=None))
    assert verdict(LAUNCH, person(), "why", SCENE, None)


def test_unready_without_a_reason_is_still_unready() -> None:
    assert verdict(LAUNCH, person(), "why", SCENE, with_vehicle(standing(), ready=False))


def test_an_airborne_aircraft_is_sent_elsewhere_but_not_launched_again() -> None:
    flying = with_vehicle(standing(), airborne=True, armed=True, stage="on_scene")
    assert verdict(LAUNCH, person(), "why", SCENE, flying)
    for act in SENT_ON:
        assert verdict(act, person(), "why", SCENE, flying) == ()
        assert verdict(act, person(), "why", SCENE, standing()) == ("falcon-1 is not airborne",)
        assert verdict(act, person(), "", SCENE, flying) == ("A reason is missing",)


@given(
    age_s=st.floats(0, 1e6),
    flags=st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans()),
    stage=st.sampled_from(["parked", "climbing", "on_scene", "returning", "fault"]),
)
def test_the_commander_is_never_refused_hold_return_or_land(
    age_s: float, flags: tuple[bool, bool, bool, bool], stage: str
) -> None:
    online, ready, closed, known = flags
    one = with_vehicle(standing(), ready=ready, stage=stage, airborne=stage != "parked")
    mine = Tenure("ada", 3, NOW - timedelta(seconds=1))
    one = replace(one, online=online, vehicle_age_s=age_s, tenure=mine)
    one = one if known else replace(one, vehicle=None)
    for act in IN_FLIGHT:
        assert verdict(act, person(), "", replace(SCENE, closed=closed), one) == ()


def test_another_commander_keeps_an_aircraft_in_use() -> None:
    theirs = Tenure("bob", 2, NOW - timedelta(minutes=10))
    flying = replace(with_vehicle(standing(), airborne=True, armed=True, stage="on_scene"), tenure=theirs)
    for act in (*IN_FLIGHT, *SENT_ON):
        (reason,) = verdict(act, person(), "why", SCENE, flying)
        assert "under the command of bob" in reason
    silent = replace(standing(), tenure=theirs, vehicle_age_s=60)
    assert not may_follow(silent, person(), NOW)


@pytest.mark.parametrize(("ago_s", "free"), [(0, False), (LEASE_GRACE_S - 0.01, False), (LEASE_GRACE_S, True)])
def test_a_parked_aircraft_is_free_once_its_last_order_can_no_longer_arrive(ago_s: float, free: bool) -> None:
    one = replace(standing(), tenure=Tenure("bob", 2, NOW - timedelta(seconds=ago_s)))
    assert may_follow(one, person(), NOW) is free


def test_out_of_range_and_head_wind_are_told_with_figures() -> None:
    far = Launch(lat=52.3, lon=0.12, alt_rel_m=40)
    (reason,) = verdict(far, person(), "why", SCENE, standing())
    assert "11.1 km away" in reason
    windy = replace(standing(), dock=dock(14.5, 33))
    assert verdict(LAUNCH, person(), "why", SCENE, windy) == ("The wind is too strong to get there",)
    mute = replace(standing(), dock=dock(2, 33, connected=False))
    assert verdict(LAUNCH, person(), "why", SCENE, mute) == ("The dock of falcon-1 does not answer",)


def test_the_soonest_able_aircraft_is_suggested_and_says_why() -> None:
    near, far = standing("dock-2", "falcon-2", 52.2005), standing("dock-1", "falcon-1", 52.195)
    best, second = rank(SCENE, person(), [far, near], NOW)
    assert (best.aircraft, best.suggested, second.suggested) == ("falcon-2", True, False)
    assert best.why.startswith("nearest able: ")
    grounded = with_vehicle(near, ready=False, not_ready=("no satellites",))
    best, last = rank(SCENE, person(), [far, grounded], NOW)
    assert best.aircraft == "falcon-1"
    assert best.why.startswith("nearest able: ")
    assert (last.able, last.suggested, last.reasons) == (False, False, ("no satellites",))


def test_nearer_but_against_the_wind_is_second() -> None:
    """Falcon-1 stands 300 m south with 12 m/s on its nose; falcon-2 stands 400 m north in still air."""
    near = replace(standing("dock-1", "falcon-1", 52.201 - 300 / 111_320, 0.121), dock=dock(12, 0))
    far = standing("dock-2", "falcon-2", 52.201 + 400 / 111_320, 0.121)
    best, _ = rank(SCENE, person(), [near, far], NOW)
    assert best.aircraft == "falcon-2"
    assert best.why.startswith("soonest able: ")


@given(
    places=st.lists(
        st.tuples(st.floats(52.19, 52.21), st.floats(0.11, 0.13), st.booleans(), st.floats(0, 16)), max_size=8
    ),
    closed=st.booleans(),
)
def test_ranking_is_able_first_then_by_time_and_agrees_with_the_verdict(
    places: list[tuple[float, float, bool, float]], closed: bool
) -> None:
    fleet = [
        replace(with_vehicle(standing(f"dock-{i}", f"falcon-{i}", lat, lon), ready=ready), dock=dock(wind, 200))
        for i, (lat, lon, ready, wind) in enumerate(places)
    ]
    scene = replace(SCENE, closed=closed)
    ranked = rank(scene, person(), fleet, NOW)
    assert sorted(c.aircraft for c in ranked) == sorted(one.info.name for one in fleet)
    able = [c for c in ranked if c.able]
    assert list(ranked[: len(able)]) == able
    assert [c.eta_s for c in able] == sorted(c.eta_s or 0 for c in able)
    assert sum(c.suggested for c in ranked) == bool(able)
    by_name = {one.info.name: one for one in fleet}
    for candidate in ranked:
        found = verdict(LAUNCH, person(), "why", scene, by_name[candidate.aircraft])
        assert candidate.able == (found == ())
        assert candidate.able or set(found) == set(candidate.reasons)


def test_nobody_is_able_where_the_incident_has_no_place() -> None:
    (only,) = rank(replace(SCENE, place=None), person(), [standing()], NOW)
    assert not only.able
    assert only.reasons == ("The incident has no place yet",)
