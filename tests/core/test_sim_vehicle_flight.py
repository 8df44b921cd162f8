"""The simulated ArduCopter flown by its own messages, on the test's clock: each fact was measured on a real one."""

import math

import pytest

from sim.autopilot.estimate import Spot
from sim.mavlink import dialect as m
from tests.support.sim_pilot import Pilot, plane

ARM, TAKEOFF, RTL, LAND, SET_MODE, SET_HOME, REPOSITION = 400, 22, 20, 21, 176, 179, 192
ACCEPTED, DENIED, UNSUPPORTED, FAILED = 0, 2, 3, 4
GUIDED, BRAKE = 4, 17


@pytest.fixture
def pilot() -> Pilot:
    return Pilot()


def test_arming_is_refused_until_42_s_after_boot_although_prearm_is_healthy_before() -> None:
    pilot = Pilot(plane(powered_s=0))
    pilot.run(35)
    assert pilot.command(SET_MODE, 1, GUIDED) == ACCEPTED
    assert pilot.command(ARM, 1) == FAILED
    assert "Arm: Need Position Estimate" in pilot.texts()
    pilot.command(512, 1)
    assert pilot.all("SYS_STATUS")[-1].onboard_control_sensors_health & 0x10000000
    pilot.until(lambda: pilot.vehicle.now_s > 42, within_s=10)
    assert pilot.command(ARM, 1) == ACCEPTED
    assert "EKF3 IMU0 is using GPS" in pilot.texts()


def test_a_home_that_was_set_by_hand_stays_where_it_arms(pilot: Pilot) -> None:
    """Copter locks it (commands.cpp); one that it found by itself moves to where it arms."""
    pilot.command(SET_MODE, 1, GUIDED)
    pilot.vehicle.copter.home = Spot(9, 0, 0)
    assert pilot.command(ARM, 1) == ACCEPTED
    assert pilot.vehicle.copter.home.apart(Spot(0, 0, 0)) < 1
    pilot.command(ARM, 0)
    assert pilot.command(SET_HOME, 1) == ACCEPTED
    pilot.vehicle.copter.home = Spot(9, 0, 0)
    assert pilot.command(ARM, 1) == ACCEPTED
    assert pilot.vehicle.copter.home == Spot(9, 0, 0)


def test_ten_seconds_without_take_off_disarm(pilot: Pilot) -> None:
    pilot.command(SET_MODE, 1, GUIDED)
    pilot.command(ARM, 1)
    took = pilot.until(lambda: not pilot.vehicle.armed, within_s=15)
    assert took == pytest.approx(10, abs=0.3)
    assert "airborne" not in pilot.kinds()


def test_out_and_home_again(pilot: Pilot) -> None:
    pilot.fly_to(30)
    lat, lon = pilot.place(200, 100)
    assert pilot.command_int(REPOSITION, 6, (-1, 1, 0, math.nan), (lat, lon, 35)) == ACCEPTED
    out = pilot.until(lambda: math.hypot(pilot.vehicle.body.north - 200, pilot.vehicle.body.east - 100) < 3)
    assert 224 / out > 9, "on average 9 m/s with 14 m/s of cruise"
    pilot.run(5)
    assert pilot.vehicle.height_m == pytest.approx(35, abs=0.7)
    assert pilot.command(RTL) == ACCEPTED
    pilot.until(lambda: not pilot.vehicle.armed)
    assert pilot.kinds() == ["mode", "arm", "airborne", "mode", "touchdown", "disarm"]
    landing = pilot.truth[-2]
    assert landing["from_pad_m"] < 0.8
    assert not landing["crash"]


def test_a_speed_that_is_set_in_flight_holds_from_there_on(pilot: Pilot) -> None:
    pilot.fly_to(20)
    pilot.command_int(REPOSITION, 6, (-1, 1, 0, 0), (*pilot.place(600, 0), 20))
    pilot.run(8)
    assert pilot.vehicle.body.v_north > 10
    pilot.vehicle.copter.parameters["WPNAV_SPEED"] = 300
    pilot.run(8)
    assert pilot.vehicle.body.v_north == pytest.approx(3, abs=0.5)
    pilot.command(178, 1, 6)
    pilot.run(5)
    assert pilot.vehicle.body.v_north == pytest.approx(6, abs=0.5)


def test_a_return_climbs_first_and_flies_at_rtl_alt(pilot: Pilot) -> None:
    pilot.fly_to(12)
    lat, lon = pilot.place(150, 0)
    pilot.command_int(REPOSITION, 6, (-1, 1, 0, 0), (lat, lon, 12))
    pilot.until(lambda: pilot.vehicle.from_pad_m() > 148)
    pilot.command(SET_MODE, 1, 6)
    pilot.until(lambda: pilot.vehicle.from_pad_m() < 100)
    assert pilot.vehicle.height_m == pytest.approx(35, abs=1)


def test_five_seconds_without_a_ground_station_return_and_stay_returning(pilot: Pilot) -> None:
    pilot.fly_to(30)
    pilot.command_int(REPOSITION, 6, (-1, 1, 0, 0), (*pilot.place(300, 0), 30))
    pilot.run(10)
    pilot.heartbeats = False
    pilot.send(m.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3))
    silent = pilot.vehicle.now_s
    pilot.until(lambda: pilot.vehicle.copter.mode.name == "RTL", within_s=8)
    tripped = next(line["t"] for line in pilot.truth if line.get("mode") == "RTL")
    assert tripped - silent == pytest.approx(5.0, abs=0.02)
    pilot.heartbeats = True
    pilot.run(5)
    assert "GCS Failsafe Cleared" in pilot.texts()
    assert pilot.vehicle.copter.mode.name == "RTL"
    pilot.heartbeats = False
    pilot.until(lambda: not pilot.vehicle.armed)
    assert pilot.vehicle.from_pad_m() < 1


def test_another_stations_heartbeat_does_not_hold_the_failsafe_off(pilot: Pilot) -> None:
    pilot.fly_to(20)
    pilot.heartbeats = False
    pilot.codec = type(pilot.codec)(42, 190)
    for _ in range(8):
        pilot.send(m.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3))
        pilot.run(1)
    assert pilot.vehicle.copter.mode.name == "RTL"


def test_a_low_battery_returns_and_a_critical_one_lands(pilot: Pilot) -> None:
    pilot.fly_to(30)
    pilot.vehicle.body = pilot.vehicle.body._replace(used_wh=180 * 0.81)
    pilot.until(lambda: pilot.vehicle.copter.mode.name == "RTL", within_s=2)
    assert "Battery Failsafe" in pilot.texts()
    pilot.vehicle.body = pilot.vehicle.body._replace(used_wh=180 * 0.91)
    pilot.until(lambda: pilot.vehicle.copter.mode.name == "LAND", within_s=2)
    assert pilot.command(SET_MODE, 1, 4) == ACCEPTED, "the commander may overrule; our own rules must not"


def test_an_empty_battery_does_not_arm() -> None:
    pilot = Pilot(plane(charge=0.15))
    pilot.command(SET_MODE, 1, GUIDED)
    assert pilot.command(ARM, 1) == FAILED
    assert "Arm: Battery 1 below minimum arming capacity" in pilot.texts()


def test_a_breach_of_the_ceiling_returns(pilot: Pilot) -> None:
    pilot.fly_to(90)
    up = m.MAVLink_set_position_target_global_int_message(0, 1, 1, 6, 0b110111000111, 0, 0, 0, 0, 0, -3.0, *[0.0] * 5)
    pilot.send(up)
    pilot.until(lambda: pilot.vehicle.copter.mode.name == "RTL", within_s=15)
    assert "Max Alt fence breached" in pilot.texts()
    assert pilot.vehicle.height_m < 103


def test_a_goal_outside_the_fence_is_refused_and_changes_no_mode(pilot: Pilot) -> None:
    pilot.fly_to(30)
    pilot.command(SET_MODE, 1, BRAKE)
    assert pilot.command_int(REPOSITION, 6, (-1, 1, 0, 0), (*pilot.place(1500, 0), 30)) == FAILED
    assert pilot.command_int(REPOSITION, 6, (-1, 1, 0, 0), (*pilot.place(100, 0), 130)) == FAILED
    assert pilot.vehicle.copter.mode.name == "BRAKE"


def test_brake_stops_and_holds(pilot: Pilot) -> None:
    pilot.fly_to(30)
    pilot.command_int(REPOSITION, 6, (-1, 1, 0, 0), (*pilot.place(400, 0), 30))
    pilot.until(lambda: pilot.vehicle.body.v_north > 12)
    pilot.command(SET_MODE, 1, BRAKE)
    pilot.until(lambda: abs(pilot.vehicle.body.v_north) < 0.2, within_s=12)
    stood = pilot.vehicle.body.north
    pilot.run(20)
    assert pilot.vehicle.body.north == pytest.approx(stood, abs=2)


def test_land_comes_down_where_it_is(pilot: Pilot) -> None:
    pilot.fly_to(20)
    pilot.command_int(REPOSITION, 6, (-1, 1, 0, 0), (*pilot.place(60, 0), 20))
    pilot.until(lambda: pilot.vehicle.body.north > 58)
    assert pilot.command(LAND) == ACCEPTED
    pilot.until(lambda: not pilot.vehicle.armed)
    assert pilot.vehicle.body.north == pytest.approx(60, abs=3)


def test_a_place_that_jumps_or_drifts_at_the_touchdown_makes_it_hop_but_not_for_ever(pilot: Pilot) -> None:
    pilot.fly_to(8)
    assert pilot.command(LAND) == ACCEPTED
    pilot.until(lambda: pilot.vehicle.height_m < 0.4)
    pilot.vehicle.gps.off_m = (12.0, -9.0)
    pilot.vehicle.lose_gps()
    pilot.until(lambda: not pilot.vehicle.armed, within_s=10)


def test_take_off_needs_arming_guided_and_a_height(pilot: Pilot) -> None:
    pilot.command(SET_MODE, 1, GUIDED)
    assert pilot.command(TAKEOFF, 0, 0, 0, 0, 0, 0, 20) == FAILED
    pilot.command(ARM, 1)
    assert pilot.command(TAKEOFF, 0, 0, 0, 0, 0, 0, -5) == FAILED
    assert pilot.command(TAKEOFF, 0, 0, 0, 0, 0, 0, math.nan) == FAILED
    assert pilot.command_int(REPOSITION, 6, (-1, 1, 0, 0), (*pilot.place(50, 0), 30)) == ACCEPTED
    pilot.run(2)
    assert not pilot.vehicle.airborne, "a goal without a take-off lifts nothing"


def test_disarming_in_the_air_is_refused_unless_forced(pilot: Pilot) -> None:
    pilot.fly_to(20)
    assert pilot.command(ARM, 0) == FAILED
    assert pilot.vehicle.armed
    assert pilot.command(ARM, 0, 21196) == ACCEPTED
    pilot.until(lambda: not pilot.vehicle.airborne, within_s=10)
    assert pilot.truth[-1]["crash"]


def test_a_flight_in_wind_lands_on_the_pad() -> None:
    windy = {"wind_mps": 9, "gust_mps": 4, "wind_from_deg": 200}
    pilot = Pilot(plane(weather=windy))
    pilot.fly_to(30)
    pilot.command_int(REPOSITION, 6, (-1, 1, 0, 0), (*pilot.place(150, 150), 30))
    pilot.until(lambda: pilot.vehicle.from_pad_m() > 205)
    pilot.command(RTL)
    pilot.until(lambda: not pilot.vehicle.armed)
    assert pilot.vehicle.from_pad_m() < 1


@pytest.mark.parametrize("cut", [0.02, 0.35])
def test_the_same_seed_flies_the_same_track_however_time_is_cut(cut: float) -> None:
    def track(cut: float, seed: int) -> list[float]:
        pilot = Pilot(plane(seed=seed, weather={"wind_mps": 5, "gust_mps": 3, "seed": seed}))
        pilot.fly_to(25)
        began_s = pilot.vehicle.now_s
        for piece in range(1, round(7 / cut) + 1):
            pilot.vehicle.advance(began_s + piece * cut)
        return [*pilot.vehicle.body]

    assert track(cut, 1) == track(0.07, 1)
    assert track(cut, 2) != track(0.07, 1)


def test_a_rebooted_autopilot_starts_its_timeline_again(pilot: Pilot) -> None:
    assert pilot.command(246, 1) == ACCEPTED
    pilot.run(1)
    pilot.command(SET_MODE, 1, GUIDED)
    assert pilot.command(ARM, 1) == FAILED
    pilot.run(43)
    assert pilot.command(ARM, 1) == ACCEPTED
    assert pilot.command(246, 1) == FAILED, "not while armed"
