"""The shipped autopilot baselines against the demo site: what the autopilot allows is never more than the site does."""

import math

import pytest

from edge.config import Limits
from sim.autopilot.parameters import TABLE
from sim.sites import LIMITS, fence
from tests.support.sim_pilot import REPO, Pilot, plane
from wire.baseline import read_parameters, read_rules

DEMO = REPO / "firmware-configs" / "demo"
SITE = Limits.model_validate({**LIMITS, "ground_amsl_m": 12.0, "pad_amsl_m": 12.0, "fence": fence()})
COPTER = {name: value for _, name, value in read_parameters(DEMO / "arducopter.param")}


PX4 = {name: value for _, name, value in read_parameters(DEMO / "px4.params")}

COMMON = {
    "ceiling": (COPTER["FENCE_ALT_MAX"], PX4["GF_MAX_VER_DIST"]),
    "range": (COPTER["FENCE_RADIUS"], PX4["GF_MAX_HOR_DIST"]),
    "cruise": (COPTER["WPNAV_SPEED"] / 100, PX4["MPC_XY_CRUISE"]),
    "climb": (COPTER["WPNAV_SPEED_UP"] / 100, PX4["MPC_Z_V_AUTO_UP"]),
    "descent": (COPTER["WPNAV_SPEED_DN"] / 100, PX4["MPC_Z_V_AUTO_DN"]),
    "land": (COPTER["LAND_SPEED"] / 100, PX4["MPC_LAND_SPEED"]),
    "slow_from": (COPTER["LAND_ALT_LOW"] / 100, PX4["MPC_LAND_ALT2"]),
    "return": (COPTER["RTL_ALT"] / 100, PX4["RTL_RETURN_ALT"]),
    "link_loss_s": (COPTER["FS_GCS_TIMEOUT"], PX4["COM_DL_LOSS_T"]),
    "return_at": (COPTER["BATT_LOW_MAH"] / COPTER["BATT_CAPACITY"], PX4["BAT_CRIT_THR"]),
    "land_at": (COPTER["BATT_CRT_MAH"] / COPTER["BATT_CAPACITY"], PX4["BAT_EMERGEN_THR"]),
}


@pytest.mark.parametrize("what", COMMON)
def test_both_autopilots_say_the_same(what: str) -> None:
    copter, px4 = COMMON[what]
    assert copter == pytest.approx(px4, rel=0.01)


def test_heights_stay_under_the_sites_ceiling_and_its_120_m() -> None:
    ceiling, back = COMMON["ceiling"][0], COMMON["return"][0]
    assert ceiling <= SITE.ceiling_m <= 120
    assert SITE.scene_alt_rel_m <= back < ceiling - COPTER["FENCE_MARGIN"]


def test_the_fence_is_on_returns_and_lies_within_the_range() -> None:
    assert (COPTER["FENCE_ENABLE"], COPTER["FENCE_ACTION"], COPTER["FENCE_TYPE"]) == (1, 1, 7)
    assert PX4["GF_ACTION"] == 3
    assert COMMON["range"][0] <= SITE.max_range_m


def test_it_flies_as_fast_as_the_planner_counts_on_and_no_faster_than_the_top_speed() -> None:
    assert SITE.cruise_mps <= COMMON["cruise"][0] <= SITE.top_speed_mps
    assert COMMON["climb"][0] >= SITE.climb_mps
    assert PX4["MPC_XY_VEL_MAX"] <= SITE.top_speed_mps


def test_a_landing_takes_no_longer_than_the_planner_counts_on() -> None:
    slow = COMMON["slow_from"][0]
    height = SITE.scene_alt_rel_m
    landing = (height - slow) / COMMON["descent"][0] + slow / COMMON["land"][0]
    assert landing <= height / SITE.descent_mps
    assert PX4["MPC_LAND_ALT2"] < PX4["MPC_LAND_ALT1"], "PX4 divides by their difference"


def test_link_loss_returns_after_5_s_without_a_process_of_ours() -> None:
    assert (COPTER["FS_GCS_ENABLE"], COMMON["link_loss_s"][0], PX4["NAV_DLL_ACT"]) == (1, 5, 2)
    assert PX4["COM_FAIL_ACT_T"] == 0, "it would hover first"
    assert not int(COPTER["FS_OPTIONS"]), "no option that goes on without a ground station"


def test_the_battery_failsafe_stands_behind_the_reserve() -> None:
    assert (COPTER["BATT_FS_LOW_ACT"], COPTER["BATT_FS_CRT_ACT"], PX4["COM_LOW_BAT_ACT"]) == (2, 1, 3)
    assert COMMON["return_at"][0] == pytest.approx(SITE.reserve_pct / 100, rel=0.01)
    assert 0.05 < COMMON["land_at"][0] < COMMON["return_at"][0]
    assert COPTER["BATT_CAPACITY"] / 1000 * 22.2 == pytest.approx(SITE.battery_wh, rel=0.01)
    assert COPTER["BATT_CRT_VOLT"] < COPTER["BATT_LOW_VOLT"]


def test_the_flight_time_is_capped_in_the_autopilot_too() -> None:
    assert PX4["COM_FLT_TIME_MAX"] <= SITE.max_flight_s
    assert PX4["COM_WIND_MAX"] <= SITE.max_wind_mps


RENAMED = {
    "RTL_ALT": "RTL_ALT_M", "RTL_SPEED": "RTL_SPEED_MS", "RTL_ALT_FINAL": "RTL_ALT_FINAL_M",
    "RTL_CLIMB_MIN": "RTL_CLIMB_MIN_M", "LAND_SPEED": "LAND_SPD_MS", "LAND_SPEED_HIGH": "LAND_SPD_HIGH_MS",
    "LAND_ALT_LOW": "LAND_ALT_LOW_M", "ANGLE_MAX": "ATC_ANGLE_MAX", "WPNAV_SPEED": "WP_SPD",
    "WPNAV_SPEED_UP": "WP_SPD_UP", "WPNAV_SPEED_DN": "WP_SPD_DN", "WPNAV_ACCEL": "WP_ACC", "WPNAV_ACCEL_Z": "WP_ACC_Z",
}  # fmt: skip
"""ArduCopter 4.6 -> 4.7, where centimetres and centidegrees became metres and degrees (release notes of 4.7)."""
OTHERWISE = {"SYSID_MYGCS": ("MAV_GCS_SYSID", 255.0), "ARMING_CHECK": ("ARMING_SKIPCHK", 0.0)}
"""ARMING_SKIPCHK names the checks that are left out: none."""


def test_the_4_7_baseline_is_the_4_6_one_by_other_names() -> None:
    wanted = {RENAMED.get(name, name): value / 100 if name in RENAMED else value for name, value in COPTER.items()}
    for name, (other, value) in OTHERWISE.items():
        del wanted[name]
        wanted[other] = value
    known = read_rules(DEMO / "arducopter-4.7.toml").parameters
    assert known == pytest.approx(wanted)
    names = {**RENAMED, **{name: other for name, (other, _) in OTHERWISE.items()}}
    assert [names.get(name, name) for name in COPTER] == list(known), "line by line: a build between them is met so"


def test_the_px4_1_16_baseline_is_the_1_15_one_and_no_mode_flies_on_without_the_box() -> None:
    newer, older = (read_rules(DEMO / name) for name in ("px4-1.16.toml", "px4.toml"))
    assert newer.parameters == {**older.parameters, "COM_DLL_EXCEPT": 0.0}
    assert list(newer.parameters)[:-1] == list(older.parameters)
    assert (newer.firmware, newer.safe, newer.allowed) == ("1.16", older.safe, older.allowed)


def test_every_arducopter_name_is_one_that_the_simulated_autopilot_knows() -> None:
    assert set(COPTER) <= set(TABLE)


def test_the_simulated_autopilot_flies_with_it_and_comes_home_in_the_time_planned() -> None:
    pilot = Pilot(plane(params=DEMO / "arducopter.param"))
    pilot.fly_to(SITE.scene_alt_rel_m)
    pilot.command_int(192, 6, (-1, 1, 0, math.nan), (*pilot.place(300, 0), SITE.scene_alt_rel_m))
    pilot.until(lambda: pilot.vehicle.body.north > 298)
    pilot.command(20)
    took = pilot.until(lambda: not pilot.vehicle.armed)
    # Speeding up and slowing down, the wait over the pad and the rotors' stop are what the plain sum leaves out.
    assert took <= 300 / SITE.cruise_mps + COMMON["return"][0] / SITE.descent_mps + 20
