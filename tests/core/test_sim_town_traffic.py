"""The town's traffic is a pure function of seed and time, and its story is told the same way each time."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import world
from sim.roadside import passes
from sim.scene_sight import LEGIBLE_PX, WIDTH, View, legible, plate_in, view
from sim.town import TownConfig, demo_town
from sim.traffic import Marks, Traffic, scene, through
from wire.vrm import fold, format_of


def town(seed: int, duration_s: float = 90) -> TownConfig:
    return demo_town(seed).model_copy(update={"duration_s": duration_s})


def eyes(config: TownConfig) -> list[View]:
    return [view(c.lat, c.lon, c.heading_deg, c.sees) for c in config.cameras]


@given(st.floats(-3000, 3000), st.floats(-3000, 3000))
def test_the_local_frame_is_undone_exactly(x: float, y: float) -> None:
    assert world.to_local(*world.to_geo(x, y)) == pytest.approx((x, y), abs=1e-6)
    assert world.to_grid(*world.from_grid(x, y)) == pytest.approx((x, y), abs=1e-6)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 200))
def test_the_same_seed_and_time_give_the_same_vehicles(seed: int, t_s: float) -> None:
    once, again = Traffic(town(seed)), Traffic(town(seed))
    again.at(t_s + 40)
    assert once.at(t_s) == again.at(t_s)
    assert Traffic(town(seed + 1)).at(t_s) != once.at(t_s)


def test_the_streets_are_empty_before_the_story() -> None:
    traffic = Traffic(town(1))
    assert traffic.at(-0.01) == []
    assert len(traffic.at(0)) > 5


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_every_mark_is_given_once_and_none_looks_like_the_listed_one(seed: int) -> None:
    config = town(seed, 400)
    marks = [trip.vrm for trip in Traffic(config).main]
    assert len({fold(vrm) for vrm in marks}) == len(marks)
    assert all(format_of(vrm) == "current" for vrm in marks)
    listed = config.listed.vrm
    alike = [sum(a == b for a, b in zip(fold(vrm), fold(listed), strict=True)) for vrm in marks if vrm != listed]
    assert max(alike) < 5


def test_a_mark_that_was_given_or_looks_like_the_listed_one_is_drawn_again() -> None:
    drawn = iter(["AB12CDE", "AB12CDE", "AB12CDF", "A812CDE", "LO51OIL", "L051OIL", "XY34ZZZ", "XY43AAA"])
    marks = Marks(lambda: next(drawn), "XY34ZZY")
    assert [marks.next() for _ in range(5)] == ["AB12CDE", "AB12CDF", "A812CDE", "LO51OIL", "XY43AAA"]


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_vehicles_keep_their_distance_past_each_camera(seed: int) -> None:
    config = town(seed, 300)
    traffic = Traffic(config)
    for eye in eyes(config):
        at_m = next(s for s in range(600) if math.dist(through().at(s)[:2], (eye.x_m, eye.y_m)) < 6)
        times = sorted(trip.passes_s(at_m) for trip in traffic.main if trip.from_m < at_m)
        assert min(b - a for a, b in pairwise(times)) > 1.5
        assert all(6 < trip.speed_mps <= 14 for trip in traffic.main)


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 10_000))
def test_each_pass_shows_a_wide_plate_for_twelve_frames(seed: int) -> None:
    config = town(seed, 60)
    traffic = Traffic(config)
    for eye in eyes(config):
        for trip, since_s, until_s in passes(eye, traffic):
            assert until_s - since_s >= 1.2, (trip.kind, since_s)
            widths = [math.dist(*plate_in(eye, trip.at(t))[:2]) for t in (since_s, until_s)]
            assert min(widths) >= LEGIBLE_PX
            assert max(widths) <= WIDTH / 4


def test_the_listed_car_passes_both_cameras_and_parks_at_the_scene() -> None:
    config = town(1)
    traffic = Traffic(config)
    stolen = next(trip for trip in traffic.main if trip.vrm == config.listed.vrm)
    first, second = (legible(eye, traffic, stolen) for eye in eyes(config))
    assert first[0] == pytest.approx(8, abs=1)
    assert 25 <= second[0] <= 30
    parked = stolen.at(120)
    assert parked.speed_mps == 0
    assert stolen.at(4000) == parked
    assert math.dist((parked.x_m, parked.y_m), world.to_local(*scene())) < 0.1
    assert 100 < math.dist((parked.x_m, parked.y_m), (eyes(config)[1].x_m, eyes(config)[1].y_m)) < 170


def test_about_fifteen_others_pass_each_camera_in_the_first_75_seconds() -> None:
    config = town(1)
    traffic = Traffic(config)
    for eye in eyes(config):
        assert 11 <= sum(until_s < 75 for _, _, until_s in passes(eye, traffic)) <= 20
