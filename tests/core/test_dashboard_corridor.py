"""Two aircraft in one corridor are apart in height or in time (F21)."""

from dataclasses import replace
from math import hypot

from hypothesis import given
from hypothesis import strategies as st

from dashboard.corridor import crossings
from dashboard.dispatch import Standing
from dashboard.nearness import any_near
from tests.core.test_dashboard_dispatch import LAUNCH, standing, with_vehicle
from wire.orders import GoTo, Hold, Orbit, Return

OURS = with_vehicle(standing(), alt_rel_m=0.0, alt_amsl_m=15.0, lat=52.2, lon=0.12)
"""LAUNCH takes it 130 m to the north-east, 40 m up: 55 m above the sea."""


def other(lat: float = 52.2, lon: float = 0.1225, alt_amsl_m: float = 55.0, stage: str = "en_route") -> Standing:
    """From a dock 170 m to the east."""
    there = standing("dock-2", "falcon-2", 52.2, 0.1225)
    up = stage != "parked"
    target = {"target_lat": 52.2015, "target_lon": 0.1195} if up else {}
    return with_vehicle(there, lat=lat, lon=lon, alt_amsl_m=alt_amsl_m, stage=stage, airborne=up, armed=up, **target)


def test_a_launch_across_anothers_way_waits() -> None:
    assert crossings(LAUNCH, OURS, [OURS, other()]) == (
        "falcon-2 flies within 60 m of the way, less than 20 m apart in height (F21)",
    )


def test_apart_in_height_both_fly() -> None:
    assert crossings(LAUNCH, OURS, [other(alt_amsl_m=75.0)]) == ()
    assert crossings(LAUNCH, OURS, [other(alt_amsl_m=74.0)])


def test_one_that_climbs_or_comes_home_keeps_no_height() -> None:
    for stage in ("opening", "arming", "climbing", "returning", "landing", "diverting"):
        assert crossings(LAUNCH, OURS, [other(alt_amsl_m=95.0, stage=stage)])


def test_what_is_at_rest_or_far_away_is_in_nobodys_way() -> None:
    assert crossings(LAUNCH, OURS, [other(stage="parked")]) == ()
    far = replace(other(lat=52.25), info=other().info.model_copy(update={"lat": 52.25}))
    far = with_vehicle(far, target_lat=52.251, target_lon=0.12)
    assert crossings(LAUNCH, OURS, [far]) == ()


def test_one_that_fell_silent_in_the_air_is_still_there() -> None:
    assert crossings(LAUNCH, OURS, [replace(other(), vehicle_age_s=90.0)])


def test_a_goto_may_fly_some_way_home_first() -> None:
    """From 445 m to the north to 340 m to the east; the other hovers on neither way, but between them."""
    ours = with_vehicle(OURS, lat=52.2040, lon=0.12, stage="on_scene", airborne=True, armed=True)
    there = {"target_lat": 52.2008, "target_lon": 0.1218}
    other_one = with_vehicle(other(lat=52.2008, lon=0.1218, stage="on_scene"), **there)
    other_one = replace(other_one, info=other_one.info.model_copy(update={"lat": 52.2008, "lon": 0.1218}))
    assert crossings(GoTo(lat=52.2, lon=0.125, alt_rel_m=40), ours, [other_one])


def test_a_ring_keeps_its_radius_more_from_another() -> None:
    """LAUNCH's place is 250 m from where the other hovers."""
    there = {"target_lat": 52.2010, "target_lon": 0.1255}
    hovers = with_vehicle(other(lat=52.2010, lon=0.1255, stage="on_scene"), **there)
    hovers = replace(hovers, info=hovers.info.model_copy(update={"lon": 0.1285}))
    assert crossings(Orbit(lat=52.2010, lon=0.1220, alt_rel_m=40, radius_m=20), OURS, [hovers]) == ()
    assert crossings(Orbit(lat=52.2010, lon=0.1220, alt_rel_m=40, radius_m=200), OURS, [hovers])
    circles = with_vehicle(hovers, stage="orbiting", lat=52.2010, lon=0.1225)
    assert crossings(GoTo(lat=52.2010, lon=0.1210, alt_rel_m=40), OURS, [hovers]) == ()
    assert crossings(GoTo(lat=52.2010, lon=0.1210, alt_rel_m=40), OURS, [circles])


def test_a_goto_is_asked_too_and_a_recall_never() -> None:
    assert crossings(GoTo(lat=52.201, lon=0.121, alt_rel_m=40), OURS, [other()])
    assert crossings(Return(), OURS, [other()]) == crossings(Hold(), OURS, [other()]) == ()


ways = st.lists(st.tuples(st.floats(-300, 300), st.floats(-300, 300)), max_size=12)


@given(ours=ways, theirs=ways, apart_m=st.floats(1, 400))
def test_ways_are_near_where_any_two_points_are(
    ours: list[tuple[float, float]], theirs: list[tuple[float, float]], apart_m: float
) -> None:
    plainly = any(hypot(a[0] - b[0], a[1] - b[1]) < apart_m for a in ours for b in theirs)
    assert any_near(ours, theirs, apart_m) == plainly
