"""Landing on the pad's marker: from the camera's axes to LANDING_TARGET, and down on it though satellites are off."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.lockstep import DOCK, LIMITS, World, make_site
from edge.config import MarkerConfig, ViewConfig
from edge.flight.codec import Codec
from edge.flight.geometry import M_PER_DEG, Place, distance_m
from edge.flight.launch import Stage
from edge.flight.marker import COMMITTED_M, MARKER_DEG, landing_target, may_try_again, see
from edge.flight.seen import Seen
from edge.flight.state import Sortie
from edge.flight.telemetry import Telemetry
from edge.flight.view import pointing, withheld
from sim.autopilot.estimate import Estimate
from sim.autopilot.precland import target
from sim.mavlink import dialect
from sim.physics import Body
from wire.orders import Launch

VIEW = ViewConfig(
    in_transit="blanked", radius_m=80, mount="gimbal", pitch_deg=-82, fov_deg=77.3, fov_up_deg=48.5, height_error_m=5
)
MARKER = MarkerConfig(number=7, side_m=0.4, unseen="divert", decision_m=4, tries=2)
NEAR = Launch(lat=DOCK.lat + 120 / M_PER_DEG, lon=DOCK.lon, alt_rel_m=20)
FIELD = Place(DOCK.lat + 60 / M_PER_DEG, DOCK.lon)
HALF_FOV = math.radians(VIEW.fov_deg / 2), math.radians(VIEW.fov_up_deg / 2)
angles = st.floats(-0.3, 0.3)


class Guided(World):
    """A world whose camera sees the marker ten times a second, with an eye's errors and 0.2 s late."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.vehicle.payload.fitted = True
        self.site = replace(self.site, view=VIEW, marker=MARKER)


def landed(world: World, *, enabled: int = 1) -> float:
    """Metres from the pad's middle, with satellites that are 1.5 m off from the scene on."""
    world.launch(NEAR)
    world.until_stage(Stage.ON_SCENE)
    world.vehicle.copter.parameters["PLND_ENABLED"] = enabled
    world.vehicle.gps.off_m = (1.2, -0.9)
    world.run(8).come_home()
    world.until(lambda world: bool(world.happened("touchdown")))
    return float(world.happened("touchdown")[-1]["from_pad_m"])


def test_it_lands_on_the_marker_where_satellites_are_off() -> None:
    world = Guided()
    assert landed(world) < 0.1
    assert world.sights > 50
    world.until_stage(Stage.PARKED)


def test_without_a_marker_it_lands_where_the_satellites_say() -> None:
    assert landed(World()) > 1.0


def test_an_autopilot_that_is_not_set_up_for_it_takes_no_marker() -> None:
    world = Guided()
    assert landed(world, enabled=0) > 1.0
    assert world.sights > 20


def test_without_a_sight_it_climbs_and_tries_again_and_then_lands_elsewhere() -> None:
    """F22: the pad is small and lies between walls; satellites alone don't do."""
    world = Guided(landing_places=(FIELD,))
    world.vehicle.marker.hidden = True
    world.launch(NEAR)
    world.until_stage(Stage.ON_SCENE).come_home()
    lowest: dict[int, float] = {}
    while world.sortie.stage is not Stage.LANDED_OUT:
        world.run(0.05)
        assert world.now_s < 600, world.story()
        rounds = world.sortie.rounds
        if world.sortie.stage in (Stage.RETURNING, Stage.LANDING, Stage.GOING_AROUND):
            lowest[rounds] = min(lowest.get(rounds, 99.0), world.vehicle.height_m)
    assert world.story().count("unseen>going_around") == MARKER.tries
    assert "divert>diverting" in world.story()
    assert min(lowest.values()) > COMMITTED_M + 0.5, lowest
    assert distance_m(Place(*world.vehicle.position()[:2]), FIELD) < 3
    assert "the pad's marker is not seen" in world.moves[-2].cause.text + world.moves[-3].cause.text
    assert not world.happened("collision")


def test_a_marker_that_shows_again_is_landed_on() -> None:
    world = Guided(landing_places=(FIELD,))
    world.vehicle.marker.hidden = True
    world.launch(NEAR)
    world.until_stage(Stage.ON_SCENE).come_home()
    world.until_stage(Stage.GOING_AROUND)
    world.vehicle.marker.hidden = False
    world.until_stage(Stage.PARKED)
    assert world.happened("touchdown")[-1]["from_pad_m"] < 0.1


def test_a_site_may_land_by_satellites() -> None:
    world = Guided(landing_places=(FIELD,))
    world.site = replace(world.site, marker=MARKER.model_copy(update={"unseen": "land"}))
    world.vehicle.marker.hidden = True
    world.launch(NEAR)
    world.until_stage(Stage.ON_SCENE).come_home()
    world.until_stage(Stage.PARKED)
    assert "unseen>going_around" not in world.story()


def test_with_less_than_half_of_the_reserve_it_goes_elsewhere_at_once() -> None:
    world = Guided()
    seen = Seen(9.0, Telemetry(battery_s=9.0, battery_pct=11.0), world.reading)
    assert may_try_again(world.site, Sortie(Stage.LANDING), seen)
    assert not may_try_again(world.site, Sortie(Stage.LANDING, rounds=2), seen)
    assert not may_try_again(world.site, Sortie(Stage.LANDING), replace(seen, telemetry=Telemetry()))
    low = replace(seen, telemetry=replace(seen.telemetry, battery_pct=9.0))
    assert not may_try_again(world.site, Sortie(Stage.LANDING), low)


def test_the_camera_looks_down_on_the_last_metres_and_nobody_sees_it() -> None:
    site = replace(make_site(LIMITS), view=VIEW, marker=MARKER)
    world = Guided()
    world.telemetry = Telemetry(place=Place(DOCK.lat + 5 / M_PER_DEG, DOCK.lon), alt_rel_m=15.0, position_s=0.0)
    home = Sortie(Stage.RETURNING, scene=Place(NEAR.lat, NEAR.lon))
    assert pointing(site, home, world.seen()) == MARKER_DEG
    assert pointing(site, replace(home, stage=Stage.EN_ROUTE), world.seen()) == 0
    assert pointing(replace(site, marker=None), home, world.seen()) == 0
    assert "(F24)" in withheld(site, home, world.seen())


@given(st.tuples(angles, angles, st.floats(-3, 3)), st.floats(0.5, 8), st.floats(-1, 1), st.integers(0, 2))
def test_the_autopilot_finds_it_where_it_is(
    turns: tuple[float, float, float], height: float, off: float, mount: int
) -> None:
    """Through the camera's axes, the airframe's and the wire, whatever the lean and the heading; a fixed one's too."""
    roll, pitch, yaw = turns
    truth = Estimate(north=off, east=-0.7 * off, down=-height, roll=roll, pitch=pitch, yaw=yaw)
    view = VIEW.model_copy(update={"mount": "gimbal" if mount else "fixed", "pitch_deg": -82})
    known = Telemetry(
        attitude_s=1.0, roll_deg=math.degrees(roll), pitch_deg=math.degrees(pitch),
        gimbal_s=1.0, gimbal_pitch_deg=[0, -85, -60][mount],
    )  # fmt: skip
    sight = _through_the_camera(truth, math.radians(known.gimbal_pitch_deg if mount else -82), steady=bool(mount))
    said = landing_target(7, see(known, sight, 1.0, view).marker_m, 1.0)
    heard = dialect.MAVLink(None).parse_buffer(Codec(1, lambda _: None).encode(said))[0]
    assert heard.position_valid == 1
    assert heard.distance == pytest.approx(math.hypot(off, 0.7 * off, height), rel=1e-3)
    spot = target(heard, truth)
    assert spot is not None
    assert spot == pytest.approx((0, 0, 0), abs=1e-3)


def _through_the_camera(truth: Estimate, tilt: float, *, steady: bool) -> tuple[float, float, float]:
    """By rotation matrices: level or airframe's axes, then the camera's."""
    c, s = math.cos(truth.yaw), math.sin(truth.yaw)
    x, y, z = -c * truth.north - s * truth.east, s * truth.north - c * truth.east, -truth.down
    if not steady:
        p, r = truth.pitch, truth.roll
        x, z = x * math.cos(p) - z * math.sin(p), x * math.sin(p) + z * math.cos(p)
        y, z = y * math.cos(r) + z * math.sin(r), z * math.cos(r) - y * math.sin(r)
    return y, x * math.sin(tilt) + z * math.cos(tilt), x * math.cos(tilt) - z * math.sin(tilt)


def test_what_is_no_place_is_left_out() -> None:
    known = Telemetry(attitude_s=1.0, gimbal_s=1.0, gimbal_pitch_deg=-85)
    assert see(known, (0, 0, 4), 1.0, VIEW).marker_s == 1.0
    assert see(known, (math.nan, 0, 4), 1.0, VIEW) is known
    assert see(known, (0, 0, 60), 1.0, VIEW) is known
    good = {"x": 0.1, "y": 0.1, "z": 3.0, "frame": 12, "position_valid": 1}
    make = dialect.MAVLink_landing_target_message
    for wrong in ({"frame": 8}, {"position_valid": 0}, {"z": -1.0}, {"x": math.nan}, {"z": 90.0}, {}):
        f = good | wrong
        message = make(0, 7, f["frame"], 0, 0, 3, 0, 0, f["x"], f["y"], f["z"], [1, 0, 0, 0], 2, f["position_valid"])
        assert (target(message, Estimate()) is None) is bool(wrong)


@pytest.mark.parametrize("lacks", [{"gimbal_s": None}, {"attitude_s": None}, {"gimbal_s": 7.0}, {"attitude_s": 7.0}])
def test_where_the_camera_looked_must_be_known(lacks: dict[str, float | None]) -> None:
    """By a gimbal of long ago a marker under the aircraft may lie ahead of it, and it would fly there."""
    known = replace(Telemetry(attitude_s=9.0, gimbal_s=9.0, gimbal_pitch_deg=-85), **lacks)  # type: ignore[arg-type]
    assert see(known, (0, 0, 4), 9.0, VIEW) is known
    fixed = VIEW.model_copy(update={"mount": "fixed"})
    assert see(known, (0, 0, 4), 9.0, fixed).marker_s == 9.0


def test_the_simulated_eye_does_not_see_what_is_hidden_or_out_of_sight() -> None:
    marker = Guided().vehicle.marker
    down = math.radians(-85)
    assert marker.measured(Body(down=-5.0), down, HALF_FOV, 640) is not None
    assert marker.measured(Body(down=-5.0), 0.0, HALF_FOV, 640) is None
    assert marker.measured(Body(down=-40.0), down, HALF_FOV, 640) is None
    assert marker.measured(Body(north=9.0, down=-5.0), down, HALF_FOV, 640) is None
    marker.hidden = True
    assert marker.measured(Body(down=-5.0), down, HALF_FOV, 640) is None
