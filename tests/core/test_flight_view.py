"""The camera's view (F24): no picture that may be shown has ground outside the incident's area in it."""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bench.lockstep import DOCK, LIMITS, SCENE, World, make_site
from edge.config import ViewConfig
from edge.flight.autopilots import Cmd
from edge.flight.geometry import M_PER_DEG, Place, distance_m
from edge.flight.hearing import hear
from edge.flight.launch import Stage
from edge.flight.report import vehicle_state
from edge.flight.seen import Seen
from edge.flight.state import Eye, Sortie, resume, save
from edge.flight.tape import replay
from edge.flight.telemetry import Ack, Landed, Telemetry
from edge.flight.view import ANGLE_ERROR_DEG, look, pointing, reach_m, withheld
from edge.vision.ground import Lens, Pose, meets
from edge.vision.veil import may_show
from sim.mavlink import dialect
from tests.core.test_flight_tape import recorded

VIEW = ViewConfig(
    in_transit="blanked", radius_m=120, mount="gimbal", pitch_deg=-82, fov_deg=78, fov_up_deg=49, height_error_m=5
)
LENS = Lens(VIEW.fov_deg, 780, round(780 * math.tan(math.radians(24.5)) / math.tan(math.radians(39))))
FIXED = VIEW.model_copy(update={"mount": "fixed", "pitch_deg": -90, "radius_m": 160})
INCIDENT = Place(SCENE.lat, SCENE.lon)
NOW_S = 100.0
OVER_IT = Telemetry(
    heard_s=NOW_S, heartbeat_s=NOW_S, armed=True, landed_s=NOW_S, landed=Landed.IN_AIR, position_s=NOW_S,
    place=INCIDENT, alt_rel_m=35.0, ekf_s=NOW_S, ekf_ok=True, gps_s=NOW_S, gps_fix=3, gimbal_s=NOW_S,
    gimbal_pitch_deg=-82.0, attitude_s=NOW_S,
)  # fmt: skip


def why(view: ViewConfig | None = VIEW, scene: Place | None = INCIDENT, **changes: Any) -> str:
    """The judgement over the incident, but for what is changed."""
    seen = Seen(NOW_S, replace(OVER_IT, **changes), World().reading)
    return withheld(replace(make_site(LIMITS), view=view), Sortie(Stage.ON_SCENE, scene=scene), seen)


def test_over_the_incident_it_is_shown() -> None:
    assert why() == ""
    assert why(FIXED) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"view": None},
        {"scene": None},
        {"position_s": NOW_S - 1.1},
        {"place": None},
        {"alt_rel_m": None},
        {"gimbal_s": None},
        {"gimbal_s": NOW_S - 1.1},
        {"ekf_s": NOW_S - 4},
        {"ekf_ok": False},
        {"gps_fix": 2},
        {"jumped_s": NOW_S - 2},
        {"gimbal_pitch_deg": -70.0},
        {"gimbal_pitch_deg": math.nan},
        {"gimbal_roll_deg": 5.0},
        {"alt_rel_m": 100.0},
        {"north_mps": 18.0, "east_mps": 45.0},
        {"place": Place(SCENE.lat - 75 / M_PER_DEG, SCENE.lon)},
    ],
)
def test_what_is_unknown_or_turning_or_outside_is_withheld(changes: dict[str, Any]) -> None:
    assert "(F24)" in why(**changes)


def test_a_camera_that_is_fixed_needs_the_airframes_lean() -> None:
    assert "where the camera looks" in why(FIXED, attitude_s=None)
    assert "outside" in why(FIXED, roll_deg=25.0)
    assert "outside" in why(FIXED.model_copy(update={"radius_m": 85}))  # it may lean by as much in the next second


def test_a_level_view_is_shown_on_the_way_only_where_the_site_says_so() -> None:
    level = VIEW.model_copy(update={"in_transit": "level"})
    far: dict[str, Any] = {"place": DOCK, "gimbal_pitch_deg": 0.0}
    assert why(level, **far) == ""
    assert "outside" in why(**far)
    assert "turning" in why(level, **far | {"gimbal_pitch_deg": -6.0})
    assert "turning" in why(level, **far | {"gimbal_roll_deg": 30.0})


def test_after_a_turn_of_the_gimbal_it_stays_dark_for_a_second() -> None:
    seen, site = Seen(NOW_S, OVER_IT, World().reading), replace(make_site(LIMITS), view=VIEW)
    turned = Sortie(Stage.ON_SCENE, scene=INCIDENT, eye=Eye(turning_s=NOW_S - 0.9))
    assert "turning" in withheld(site, turned, seen)
    assert "turning" in withheld(site, replace(turned, eye=Eye(turning_s=NOW_S - 1)), seen)
    assert withheld(site, replace(turned, eye=Eye(turning_s=NOW_S - 1.05)), seen) == ""


@pytest.mark.parametrize(("acked_s", "shown"), [(None, False), (NOW_S - 8, False), (NOW_S - 4, True)])
def test_while_a_turn_is_on_its_way_to_the_gimbal_nothing_is_shown(acked_s: float | None, shown: bool) -> None:
    """The bench of sorties found it: a radio took 1.5 s, and the gimbal turned in a picture that was judged before."""
    acks = {} if acked_s is None else {Cmd.DO_GIMBAL_MANAGER_PITCHYAW: Ack(0, acked_s)}
    told = Sortie(Stage.ON_SCENE, scene=INCIDENT, eye=Eye(aimed_s=NOW_S - 6))
    seen = Seen(NOW_S, replace(OVER_IT, acks=acks), World().reading)
    assert (withheld(replace(make_site(LIMITS), view=VIEW), told, seen) == "") is shown
    assert withheld(replace(make_site(LIMITS), view=FIXED), told, seen) == ""


@pytest.mark.parametrize(("up_before_s", "shown"), [(0.9, False), (1.05, True)])
def test_once_down_it_stays_dark_while_a_picture_of_the_fall_could_still_count(up_before_s: float, shown: bool) -> None:
    """The bench of sorties found it: a motor failed, and a picture taken 2 m up was judged by the ground."""
    down = replace(OVER_IT, armed=False, landed=Landed.ON_GROUND, place=DOCK)
    fell = Sortie(Stage.LANDED_OUT, scene=INCIDENT, eye=Eye(up_s=NOW_S - up_before_s))
    site = replace(make_site(LIMITS), view=VIEW)
    assert (withheld(site, fell, Seen(NOW_S, down, World().reading)) == "") is shown
    flying, _ = look(site, fell, Seen(NOW_S, OVER_IT, World().reading))
    assert flying.up_s == NOW_S


@pytest.mark.parametrize(("lit_before_s", "turns"), [(1.0, False), (1.05, True)])
def test_it_is_turned_once_no_picture_of_before_counts_any_more(lit_before_s: float, turns: bool) -> None:
    """The veil lets pictures through to the very second: the bench of sorties found one, turned already."""
    level = replace(OVER_IT, gimbal_pitch_deg=0.0)
    arrived = Sortie(Stage.ON_SCENE, scene=INCIDENT, eye=Eye(lit_s=NOW_S - lit_before_s))
    _, sends = look(replace(make_site(LIMITS), view=VIEW), arrived, Seen(NOW_S, level, World().reading))
    assert bool(sends) is turns


def test_what_stands_disarmed_on_the_ground_shows() -> None:
    assert why(None, landed=Landed.ON_GROUND, armed=False) == ""
    assert why(None, landed=Landed.ON_GROUND, armed=True) != ""
    assert why(None, landed=Landed.ON_GROUND, armed=False, landed_s=NOW_S - 4) != ""


@given(
    st.floats(-90, 20), st.floats(-20, 20), st.floats(1, 120), st.tuples(st.floats(0, 360), st.floats(0, 360)),
    st.tuples(st.floats(0, LENS.width), st.floats(0, LENS.height)),
)  # fmt: skip
def test_no_pixel_shows_ground_past_the_reach(
    pitch: float, roll: float, height: float, turns: tuple[float, float], pixel: tuple[float, float]
) -> None:
    """By the other pinhole of this code, though pitch and roll are wrong by what is allowed for."""
    reach = reach_m(VIEW, height, pitch, roll, ANGLE_ERROR_DEG)
    assume(math.isfinite(reach))
    (yaw, wrong), off = turns, 0.7 * ANGLE_ERROR_DEG
    up, right = (off * turn(math.radians(wrong)) for turn in (math.sin, math.cos))
    true = Pose(yaw, pitch + up, roll + right, height)
    ground = meets(*pixel, true, LENS)
    assert ground is not None
    assert math.hypot(*ground) <= reach + 0.1


def test_the_reach_is_not_far_off() -> None:
    corner = meets(0, 0, Pose(0, -82, 0, 40), LENS)
    assert corner is not None
    assert reach_m(VIEW, 40, -82, 0, 0) == pytest.approx(math.hypot(*corner), rel=0.01)
    assert reach_m(VIEW, 40, -20, 0, 0) == math.inf
    assert reach_m(VIEW, 40, 70, 0, 0) == math.inf


def test_the_gimbals_word_counts_only_from_the_horizon_and_without_a_failure() -> None:
    half = math.radians(-40) / 2

    def told(flags: int, failure: int = 0, w: float = math.cos(half)) -> Telemetry:
        turn = [w, 0, math.sin(half), 0]
        message = dialect.MAVLink_gimbal_device_attitude_status_message(0, 0, 1, flags, turn, 0, 0, 0, failure)
        return hear(Telemetry(), message, 5.0)

    assert told(32).gimbal_s is None
    assert told(44, failure=1).gimbal_s is None
    assert told(44, w=math.nan).gimbal_s is None
    assert told(44, w=0.5).gimbal_s is None
    assert told(44).gimbal_pitch_deg == pytest.approx(-40, abs=0.01)
    assert told(44).heard_s is None, "a gimbal that speaks proves no autopilot"


def test_an_airframes_lean_is_a_number() -> None:
    def told(roll: float) -> Telemetry:
        return hear(Telemetry(), dialect.MAVLink_attitude_message(1, roll, math.radians(10), 0, 0, 0, 0), 5.0)

    assert told(0).lean_deg == pytest.approx(10)
    assert told(math.inf).attitude_s is None


def flight(in_transit: str) -> tuple[World, Iterator[tuple[str, float]]]:
    """A sortie with a camera; at each tick the judgement, and how far from the incident its picture truly reaches.

    A judgement is left five times a second and carries for a second: the kindest of that time counts.
    """
    world = World()
    world.vehicle.payload.fitted = True
    world.site = replace(world.site, view=VIEW.model_copy(update={"in_transit": in_transit}))

    def ticks() -> Iterator[tuple[str, float]]:
        told: deque[str] = deque(maxlen=5)
        world.launch()
        for step in range(20 * 150):
            if step == 20 * 90:
                world.come_home()
            world.run(0.05)
            if step % 4 == 0:
                told.append(withheld(world.site, world.sortie, world.seen()))
            if world.vehicle.airborne:
                yield min(told), _truly_reaches_m(world)

    return world, ticks()


def _truly_reaches_m(world: World) -> float:
    lat, lon, height_m, heading_deg = world.vehicle.position()
    pose = Pose(heading_deg, world.vehicle.looks_deg(), 0, max(height_m, 0.01))
    corners = [meets(u, v, pose, LENS) for u in (0, LENS.width) for v in (0, LENS.height)]
    away = [math.inf if corner is None else math.hypot(*corner) for corner in corners]
    return max(away) + distance_m(Place(lat, lon), INCIDENT)


def test_a_flight_shows_the_incident_and_nothing_on_the_way() -> None:
    world, ticks = flight("blanked")
    shown, dark = 0, 0
    for said, reaches_m in ticks:
        shown, dark = shown + (said == ""), dark + (said != "")
        assert said or reaches_m <= VIEW.radius_m
        if distance_m(Place(*world.vehicle.position()[:2]), INCIDENT) > VIEW.radius_m + 20:
            assert world.vehicle.looks_deg() == pytest.approx(0, abs=0.1)
    assert shown > 20 * 30, "most of the time over the scene is to be seen"
    assert dark > 20 * 20
    assert world.vehicle.payload.holder == (255, 190)


def test_a_level_flight_shows_the_way_as_well() -> None:
    world, ticks = flight("level")
    for said, reaches_m in ticks:
        assert said or reaches_m <= VIEW.radius_m or world.vehicle.looks_deg() > -0.1
        if world.sortie.stage is Stage.EN_ROUTE and distance_m(world.seen().telemetry.place or DOCK, INCIDENT) > 150:
            assert said == ""


def test_a_gimbal_that_does_not_answer_leaves_the_picture_dark() -> None:
    world = World()
    world.site = replace(world.site, view=VIEW)
    world.launch()
    world.until_stage(Stage.ON_SCENE).run(5)
    assert withheld(world.site, world.sortie, world.seen()) == "where the camera looks is not known (F24)"


def test_the_incidents_place_outlives_a_restart_and_a_way_elsewhere() -> None:
    sortie = Sortie(scene=INCIDENT)
    assert resume(save(sortie), 5.0).scene == INCIDENT
    seen = Seen(NOW_S, OVER_IT, World().reading)
    assert pointing(replace(make_site(LIMITS), view=VIEW), sortie, seen) == VIEW.pitch_deg


def test_the_box_shows_what_was_judged_just_now() -> None:
    world = World().until_stage(Stage.PARKED)
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    state = vehicle_state(world.site, world.sortie, world.seen(), at, world.memory)
    assert state.withheld == ""
    assert state.camera_pitch_deg is None
    turned = replace(world.seen(), telemetry=replace(OVER_IT, gimbal_s=world.now_s))
    assert vehicle_state(world.site, world.sortie, turned, at, world.memory).camera_pitch_deg == -82
    assert may_show(state, at + timedelta(seconds=4))
    assert not may_show(state, at + timedelta(seconds=6))
    assert may_show(state, at - timedelta(seconds=0.9))
    assert not may_show(state, at - timedelta(seconds=1.1))
    flying = state.model_copy(update={"airborne": True})
    assert may_show(flying, at - timedelta(seconds=0.9))
    assert not may_show(flying, at + timedelta(seconds=1.1))
    assert not may_show(state.model_copy(update={"withheld": "the gimbal is turning (F24)"}), at)
    assert not may_show(state.model_copy(update={"withheld": None}), at)
    assert not may_show(None, at)


def test_what_the_camera_was_told_is_decided_again_from_the_tape() -> None:
    world, lines = recorded()
    world.vehicle.payload.fitted = True
    world.site = replace(world.site, view=VIEW)
    world.launch()
    world.until_stage(Stage.ON_SCENE).run(5).come_home()
    world.until_stage(Stage.PARKED).run(1)
    turns = list(replay(lines, world.site))
    assert sum("[1000," in turn.then for turn in turns) >= 2, "the gimbal was lowered and raised"
    assert [turn for turn in turns if turn.then != turn.now] == []
