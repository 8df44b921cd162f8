"""Who relieves whom, at what height and by when: the advice of relief.py at its edges, and that it does not flicker."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.apart import SWING_M, joining
from dashboard.corridor import APART_UP_M, crossings
from dashboard.dispatch import Standing
from dashboard.eta import Place, eta_s
from dashboard.onscene import Key, late_s
from dashboard.relief import LATER_S, MARGIN_S, NOW_S, SETTLE_S, SOON_S, Advice, Need, advise
from tests.core.test_dashboard_dispatch import NOW, standing, with_vehicle
from wire.orders import Launch

SCENE = Place(52.2015, 0.121)
INCIDENT = UUID(int=7)
FIRST: Key = ("dock-1", "falcon-1")


def flying(stay_s: float | None = 600.0, alt_rel_m: float = 35.0, **changes: object) -> Standing:
    """Falcon-1 over the scene, 15 m + its height above the sea; it would come home no lower than 35 m."""
    told: dict[str, object] = {
        "stage": "on_scene", "airborne": True, "armed": True, "ready": False, "lat": SCENE.lat, "lon": SCENE.lon,
        "target_lat": SCENE.lat, "target_lon": SCENE.lon, "alt_rel_m": alt_rel_m, "alt_amsl_m": 15 + alt_rel_m,
        "home_alt_rel_m": max(alt_rel_m, 35.0), "stay_s": stay_s, "incident_id": INCIDENT, "lease_holder": "ada",
    }  # fmt: skip
    return replace(with_limits(with_vehicle(standing(), **(told | changes))), vehicle_age_s=0.0)


def parked(edge: str = "dock-2", aircraft: str = "falcon-2", lat: float = 52.2, **changes: object) -> Standing:
    told: dict[str, object] = {"lat": lat, "lon": 0.123, "alt_rel_m": 0.0, "alt_amsl_m": 15.0}
    return with_limits(with_vehicle(standing(edge, aircraft, lat, 0.123), **(told | changes)))


def with_limits(one: Standing, floor_m: float | None = 8.0, ceiling_m: float | None = 100.0) -> Standing:
    limits = {"floor_rel_m": floor_m, "ceiling_rel_m": ceiling_m}
    return replace(one, info=one.info.model_copy(update=limits))


def told(*fleet: Standing, before: Mapping[Key, Advice] | None = None, after_s: float = 0.0) -> Advice:
    return advise(fleet, NOW + timedelta(seconds=after_s), before or {})[FIRST]


def takes_s(relief: Standing, alt_rel_m: float) -> float:
    eta = eta_s(relief.info, SCENE, None)
    assert eta is not None
    return late_s(eta, relief, alt_rel_m)


def test_the_order_is_due_before_it_leaves_by_the_slowest_way_and_a_margin() -> None:
    advice = told(flying(600), parked())
    assert (advice.relief, advice.alt_rel_m, advice.need) == (("dock-2", "falcon-2"), 60, Need.NOT_YET)
    assert advice.leave_at == NOW + timedelta(seconds=600)
    assert advice.order_by == advice.leave_at - timedelta(seconds=takes_s(parked(), 60) + MARGIN_S)
    assert (advice.lat, advice.lon, advice.incident_id) == (SCENE.lat, SCENE.lon, INCIDENT)


@pytest.mark.parametrize(
    ("left_s", "need", "uncovered_s"),
    [
        (SOON_S + 1, Need.NOT_YET, 0), (SOON_S, Need.ORDER_BY, 0), (NOW_S + 1, Need.ORDER_BY, 0),
        (NOW_S, Need.ORDER_NOW, 0), (1 - MARGIN_S, Need.ORDER_NOW, 0), (-MARGIN_S - 7, Need.TOO_LATE, 7),
    ],
)  # fmt: skip
def test_what_is_said_by_the_time_that_is_left(left_s: float, need: Need, uncovered_s: float) -> None:
    advice = told(flying(takes_s(parked(), 60) + MARGIN_S + left_s), parked())
    assert (advice.need, advice.uncovered_s) == (need, pytest.approx(uncovered_s, abs=1e-3))


def test_nobody_can_tells_everybodys_reasons() -> None:
    grounded = parked(ready=False, not_ready=("battery 20 %", "wind 14.2 m/s"))
    advice = told(flying(), grounded)
    assert (advice.need, advice.relief) == (Need.NOBODY, None)
    assert advice.reasons == ("falcon-2: battery 20 %", "falcon-2: wind 14.2 m/s")
    assert told(flying()).reasons == ("There is no other aircraft",)
    (why,) = told(flying(incident_id=None), parked()).reasons
    assert "no incident" in why


def test_the_choice_is_dispatchs_own_and_the_soonest_there_at_its_height() -> None:
    near, far = parked("dock-3", "falcon-3", 52.201), parked()
    assert told(flying(), far, near).relief == ("dock-3", "falcon-3")
    blocked = with_vehicle(near, ready=False, not_ready=("no satellites",))
    assert told(flying(), far, blocked).relief == ("dock-2", "falcon-2")


def test_no_advice_for_what_is_not_on_scene_or_does_not_say_how_long() -> None:
    for changes in (
        {"stage": "en_route"},
        {"stage": "returning"},
        {"stay_s": None},
        {"lat": 52.21},
        {"airborne": False},
    ):
        assert advise([flying(**changes), parked()], NOW, {}) == {}  # type: ignore[arg-type]


def test_one_that_circles_is_on_scene_wherever_on_its_ring() -> None:
    assert told(flying(stage="orbiting", lat=SCENE.lat + 0.001), parked()).relief == ("dock-2", "falcon-2")


def test_one_that_fell_silent_stands_by_its_word() -> None:
    silent = replace(flying(600), vehicle_age_s=40.0)
    assert told(silent, parked()).leave_at == NOW + timedelta(seconds=560)


def test_one_that_is_ordered_is_on_its_way_and_then_there() -> None:
    bound = {"target_lat": SCENE.lat, "target_lon": SCENE.lon, "armed": True, "ready": False}
    climbing = parked(stage="climbing", airborne=True, eta_s=50.0, **bound)
    advice = told(flying(300), climbing)
    assert (advice.need, advice.relief, advice.uncovered_s) == (Need.ON_ITS_WAY, ("dock-2", "falcon-2"), 0)
    assert told(flying(20), climbing).uncovered_s == pytest.approx(30)
    there = replace(flying(700, 60), edge="dock-2", info=parked().info)
    both = advise([flying(100), there, parked("dock-3", "falcon-3")], NOW, {})
    assert both[FIRST].need is Need.THERE
    assert both["dock-2", "falcon-2"].need is Need.NOT_YET
    deaf = replace(there, vehicle_age_s=30.0)
    assert told(flying(100), deaf, parked("dock-3", "falcon-3")).need is not Need.THERE


def test_charge_in_whole_percent_does_not_move_the_times_to_and_fro() -> None:
    """What is told falls by 11 s each 11 s: its end would swing by as much."""
    before: dict[Key, Advice] = {}
    seen = []
    for second in range(120):
        before = advise([flying(600.0 - second // 11 * 11), parked()], NOW + timedelta(seconds=second), before)
        seen.append(before[FIRST])
    assert all(b.leave_at <= a.leave_at and (b.order_by or NOW) <= (a.order_by or NOW) for a, b in pairwise(seen))
    needs = [advice.need for advice in seen]
    assert sum(a is not b for a, b in pairwise(needs)) <= 1


def test_a_later_time_counts_only_if_it_is_much_later() -> None:
    first = advise([flying(400), parked()], NOW, {})
    little = advise([flying(400 + LATER_S - 1), parked()], NOW, first)
    much = advise([flying(400 + LATER_S), parked()], NOW, first)
    assert little[FIRST].leave_at == first[FIRST].leave_at
    assert much[FIRST].leave_at > first[FIRST].leave_at


def test_the_advised_aircraft_stays_until_another_is_clearly_sooner() -> None:
    near, far = parked("dock-3", "falcon-3", 52.2005), parked()
    before = {FIRST: told(flying(), far)}
    assert told(flying(), far, near, before=before).relief == ("dock-2", "falcon-2")
    grounded = with_vehicle(far, ready=False, not_ready=("no satellites",))
    assert told(flying(), grounded, near, before=before).relief == ("dock-3", "falcon-3")


def test_one_that_is_ready_now_and_not_ready_then_is_named_once_in_a_while() -> None:
    unready = parked(ready=False, not_ready=("no satellites",))
    before = advise([flying(), unready], NOW, {})
    soon = advise([flying(), parked()], NOW + timedelta(seconds=SETTLE_S - 1), before)
    assert soon[FIRST].need is Need.NOBODY
    later = advise([flying(), parked()], NOW + timedelta(seconds=SETTLE_S), soon)
    assert later[FIRST].relief == ("dock-2", "falcon-2")


def test_heights_above_the_first_and_its_way_home_or_below_it() -> None:
    assert joining(flying(alt_rel_m=35), parked(), SCENE, [flying()]) == (60, ())
    assert joining(flying(alt_rel_m=60), parked(), SCENE, [flying(alt_rel_m=60)]) == (35, ())
    low = flying(alt_rel_m=20)
    assert joining(low, parked(), SCENE, [low]) == (60, ())
    mute = flying(alt_rel_m=35, home_alt_rel_m=None)
    assert joining(mute, parked(), SCENE, [mute]) == (10, ())


def test_no_height_is_said_so_and_untold_limits_allow_the_scene_height_only() -> None:
    height, (why,) = joining(flying(), with_limits(parked(), 15, 55), SCENE, [flying()])
    assert (height, why) == (None, "No allowed height is 25 m from falcon-1 (F21)")
    assert joining(flying(), with_limits(parked(), None, None), SCENE, [flying()])[0] is None
    high = flying(alt_rel_m=60)
    assert joining(high, with_limits(parked(), None, None), SCENE, [high])[0] == 35


def test_a_third_in_the_way_is_a_reason() -> None:
    third = replace(flying(alt_rel_m=60, stage="returning"), edge="dock-3")
    third = replace(third, info=third.info.model_copy(update={"name": "falcon-3"}))
    advice = told(flying(), parked(), third)
    assert advice.need is Need.NOBODY
    assert any("falcon-3 flies within 60 m" in reason for reason in advice.reasons)


@given(
    first_m=st.floats(5, 100), home_m=st.floats(0, 100), pad_m=st.floats(-20, 40),
    floor_m=st.floats(0, 30), ceiling_m=st.floats(30, 120),
)  # fmt: skip
def test_whatever_is_advised_is_apart_allowed_and_taken_by_the_corridor(
    first_m: float, home_m: float, pad_m: float, floor_m: float, ceiling_m: float
) -> None:
    first = flying(alt_rel_m=first_m, home_alt_rel_m=max(first_m, home_m))
    relief = with_limits(parked(alt_amsl_m=pad_m), floor_m, ceiling_m)
    height, reasons = joining(first, relief, SCENE, [first, relief])
    assert (height is None) == bool(reasons)
    if height is None:
        return
    assert floor_m < height <= ceiling_m
    for theirs in (15 + first_m, 15 + max(first_m, home_m)):
        assert abs(pad_m + height - theirs) >= APART_UP_M + SWING_M - 1e-6
    assert crossings(Launch(lat=SCENE.lat, lon=SCENE.lon, alt_rel_m=height), relief, [first, relief]) == ()


def test_a_swing_of_the_first_leaves_the_height_as_it_is() -> None:
    before = {FIRST: told(flying(alt_rel_m=35.0), parked())}
    swung = told(flying(alt_rel_m=36.4), parked(), before=before)
    assert (before[FIRST].alt_rel_m, swung.alt_rel_m) == (60, 60)
    assert told(flying(alt_rel_m=36.4), parked()).alt_rel_m == 62
