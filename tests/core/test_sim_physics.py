"""The multirotor's body: does it hold, lean, fall and spend as a real one of its size would?"""

import math

import pytest

from sim.battery import draw, open_volts
from sim.physics import AVIONICS_W, OFF, Airframe, Body, Demand, G, step
from sim.weather import Wind

CALM = Wind(0, 0, 0)
FRAME = Airframe()
DT = 0.01


def fly(body: Body, demand: Demand, seconds: float, wind: Wind = CALM, dt: float = DT) -> Body:
    for _ in range(round(seconds / dt)):
        body = step(body, demand, wind, FRAME, dt)
    return body


def aloft() -> Body:
    return Body(down=-50.0, thrust=G, grounded=False)


HOVER = Demand(spin=True, lift=True)


def test_it_hovers_in_place_for_the_power_of_its_data_sheet() -> None:
    body = fly(aloft(), HOVER, 10)
    assert math.hypot(body.north, body.east) < 0.01
    assert body.down == pytest.approx(-50, abs=0.05)
    assert body.watts - AVIONICS_W == pytest.approx(FRAME.hover_w, rel=0.01)
    assert body.used_wh == pytest.approx((FRAME.hover_w + AVIONICS_W) * 10 / 3600, rel=0.02)


def test_cruising_costs_the_power_of_its_data_sheet() -> None:
    body = fly(aloft(), HOVER._replace(v_north=FRAME.cruise_mps), 15)
    assert body.v_north == pytest.approx(FRAME.cruise_mps, abs=0.05)
    assert body.watts - AVIONICS_W == pytest.approx(FRAME.cruise_w, rel=0.02)


@pytest.mark.parametrize("toward", [0, 90, 200])
def test_it_leans_into_a_steady_wind_and_stays(toward: float) -> None:
    wind = Wind(10 * math.cos(math.radians(toward)), 10 * math.sin(math.radians(toward)), 0)
    body = fly(aloft()._replace(yaw=0.7), HOVER._replace(yaw=0.7), 12, wind)
    assert math.hypot(body.v_north, body.v_east) < 0.05
    lean = math.acos(math.cos(body.roll) * math.cos(body.pitch))
    assert lean == pytest.approx(math.atan(FRAME.drag * 10 / G), abs=0.02)


def test_without_motors_it_falls_and_stays_where_it_hit() -> None:
    body = fly(aloft()._replace(thrust=0.0), OFF, 1)
    assert 0.8 * G < body.v_down < G
    body = fly(body, OFF, 10)
    assert body.grounded
    assert body.down == 0


def test_on_the_ground_it_takes_more_than_idling_motors_and_a_gale_to_move_it() -> None:
    body = fly(Body(yaw=1.0), Demand(spin=True, lift=False), 5, Wind(15, 0, 0))
    assert body.grounded
    assert (body.north, body.east, body.down) == (0, 0, 0)


def test_it_never_leans_farther_than_its_limit() -> None:
    body = aloft()
    for _ in range(500):
        body = step(body, HOVER._replace(v_east=40), Wind(0, -20, 0), FRAME, DT)
        assert math.acos(math.cos(body.roll) * math.cos(body.pitch)) < FRAME.max_tilt_rad * 1.1


@pytest.mark.parametrize("dt", [0.0025, 0.02])
def test_the_step_length_changes_little(dt: float) -> None:
    there = HOVER._replace(v_north=8, v_down=-2, yaw=1)
    fine, coarse = fly(aloft(), there, 6, dt=dt), fly(aloft(), there, 6)
    assert math.dist(fine[:3], coarse[:3]) < 0.3


def test_the_packs_voltage_sags_under_load_and_falls_as_it_empties() -> None:
    idle, loaded = draw(15, 0, 180), draw(700, 0, 180)
    assert loaded.volts < idle.volts < open_volts(1.0)
    assert loaded.amperes * (loaded.volts + loaded.amperes * 0.03) == pytest.approx(700)
    volts = [draw(600, used, 180).volts for used in range(0, 181, 10)]
    assert volts == sorted(volts, reverse=True)
    assert draw(600, 200, 180).left_pct == 0
