"""Pictures of the simulator's roadside cameras for training: a number goes in, a picture with its plate comes out.

The towns are of other seeds than those that `train.scenes` and `airbeat bench vision --sim` judge by.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from sim.roadside import passes
from sim.scene import Roadside
from sim.scene_sight import View, plate_in, view
from sim.town import Sky, demo_town
from sim.traffic import Traffic, Trip
from train.backdrops import Bgr
from train.paste import Corners

SKIES: tuple[Sky, ...] = ("day", "night", "rain")
TOWN_SEED = 501
PASSES = 40
"""Vehicles that are filmed by each camera under each sky."""
CAMERAS = 2
PICTURES = len(SKIES) * CAMERAS * PASSES


@dataclass(frozen=True, eq=False)
class Kerbside:
    """`bgr` uint8 (h, w, 3) with the plate of a passing vehicle, `corners` float32 (4, 2) px; others are unmarked."""

    bgr: Bgr
    corners: Corners


@lru_cache(maxsize=PICTURES)
def kerbside(number: int) -> Kerbside:
    """Picture `number` of PICTURES; kept, since each is drawn from many times."""
    camera, turn = divmod(number, PASSES)
    eye, _, scene = _camera(camera)
    trip, since_s, until_s = _passes(camera)[turn]
    moment = float(np.random.default_rng([TOWN_SEED, number]).uniform(since_s, until_s))
    corners: NDArray[np.float64] | None = plate_in(eye, trip.at(moment))
    if corners is None:
        raise AssertionError(f"{trip.vrm} can be read at {moment} s and yet is out of the picture")
    return Kerbside(scene.bgr(moment).astype(np.uint8, copy=False), corners.astype(np.float32))


@lru_cache(maxsize=len(SKIES) * CAMERAS)
def _camera(number: int) -> tuple[View, Traffic, Roadside]:
    """Each has a town of its own."""
    town = demo_town(TOWN_SEED + number)
    spec, traffic = town.cameras[number % CAMERAS], Traffic(town)
    eye = view(spec.lat, spec.lon, spec.heading_deg, spec.sees)
    return eye, traffic, Roadside(eye, traffic, spec.name, SKIES[number // CAMERAS])


@lru_cache(maxsize=len(SKIES) * CAMERAS)
def _passes(camera: int) -> list[tuple[Trip, float, float]]:
    eye, traffic, _ = _camera(camera)
    return list(islice(passes(eye, traffic), PASSES))
