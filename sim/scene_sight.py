"""What a roadside camera can see (pure): where vehicles stand in its frame, and when a plate can be read in it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from sim import world
from sim.scene_body import looks_of
from sim.scene_lens import NEAR_M, Lens, Points
from sim.scene_vehicle import Standing, plate_corners
from sim.traffic import Car, Traffic, Trip

WIDTH, HEIGHT = 960, 540
FOCAL_PX = 7000.0
"""A 50 mm lens on a 1/2.8 inch sensor: what number-plate cameras carry."""
ABOVE_M = 1.7
FARTHEST_M, NEAREST_M = 130.0, -12.0
LEGIBLE_PX = 90.0
"""A narrower plate does not count as legible."""
MARGIN_PX = 6.0
STEP_S = 1 / 24


@dataclass(frozen=True)
class View:
    """A camera on its pole. `side`: 1 where the lane lies to the right of it, -1 to the left."""

    lens: Lens
    side: int
    x_m: float
    y_m: float
    heading_deg: float

    def standing(self, car: Car) -> Standing | None:
        """In the camera's frame; None for what is too far, behind it, or does not drive along the street."""
        turn, dx, dy = math.radians(self.heading_deg), car.x_m - self.x_m, car.y_m - self.y_m
        z, x = dx * math.sin(turn) + dy * math.cos(turn), dx * math.cos(turn) - dy * math.sin(turn)
        across = abs((car.heading_deg - self.heading_deg + 90) % 180 - 90)
        if not NEAREST_M < z < FARTHEST_M or across > 30 or abs(x) > 12:
            return None
        return Standing(x, z, comes=math.cos(math.radians(car.heading_deg - self.heading_deg)) < 0)


def view(
    lat: float, lon: float, heading_deg: float, sees: Literal["rear", "front"], size: tuple[int, int] = (WIDTH, HEIGHT)
) -> View:
    """Traffic keeps left and the pole stands at the left kerb, so a rear view has the lane on its right.

    `size`: a finer sensor behind the same lens, so that the view stays and the plates get more pixels.
    """
    side = 1 if sees == "rear" else -1
    lens = Lens(*size, FOCAL_PX * size[0] / WIDTH, ABOVE_M, yaw_deg=6.0 * side, pitch_deg=1.31, roll_deg=0.8 * side)
    return View(lens, side, *world.to_local(lat, lon), heading_deg)


def plate_in(view: View, car: Car) -> Points | None:
    """Its plate's corners in pixels, clockwise from the top left, frame edges and other vehicles ignored."""
    at = view.standing(car)
    if at is None:
        return None
    corners = plate_corners(looks_of(car.id, car.kind, car.colour), at)
    return view.lens.project(corners)[0] if corners[:, 2].min() > NEAR_M else None


def legible(view: View, traffic: Traffic, trip: Trip) -> tuple[float, float] | None:
    """Story times from and to which the plate is wide enough, whole in the picture and not hidden; the longest such."""
    best: tuple[float, float] | None = None
    since: float | None = None
    for t_s, seen in _samples(view, traffic, trip):
        since = (t_s if since is None else since) if seen else None
        if since is not None and (best is None or t_s - since > best[1] - best[0]):
            best = since, t_s
    return best


def passes_near(view: View, trip: Trip) -> tuple[float, float] | None:
    """Story times between which the vehicle is near the camera; None if its way doesn't come by."""
    length_m, step_m = trip.path.length_m, 10.0
    miles = np.arange(trip.from_m, min(trip.parks_m or length_m, length_m), step_m)
    near = [s for s in miles if math.dist(trip.path.at(s)[:2], (view.x_m, view.y_m)) < 60]
    return (trip.passes_s(near[0] - step_m), trip.passes_s(near[-1] + step_m)) if near else None


def _samples(view: View, traffic: Traffic, trip: Trip) -> Iterator[tuple[float, bool]]:
    near = passes_near(view, trip)
    if near is None:
        return
    for step in range(math.ceil(max(near[0], trip.starts_s) / STEP_S), math.floor(near[1] / STEP_S)):
        yield step * STEP_S, _readable(view, traffic, trip, step * STEP_S)


def _readable(view: View, traffic: Traffic, trip: Trip, t_s: float) -> bool:
    plate = plate_in(view, trip.at(t_s))
    if plate is None or np.hypot(*(plate[1] - plate[0])) < LEGIBLE_PX:
        return False
    low, high = plate.min(axis=0) - MARGIN_PX, plate.max(axis=0) + MARGIN_PX
    if low.min() < 0 or high[0] > view.lens.width or high[1] > view.lens.height:
        return False
    return not any(_hides(view, other.at(t_s), trip.at(t_s), plate) for other in traffic.on_main(t_s) if other != trip)


def _hides(view: View, other: Car, car: Car, plate: Points) -> bool:
    """Whether the other vehicle's body stands before the plate."""
    at, behind = view.standing(other), view.standing(car)
    if at is None or behind is None or at.nose_z_m > behind.nose_z_m:
        return False
    shape = looks_of(other.id, other.kind, other.colour).shape
    ends = [max(z, NEAR_M) for z in (at.z(0), at.z(shape.length))]
    if max(ends) <= NEAR_M:
        return False
    box = [(at.x_m + sx * shape.width / 2, y, z) for sx in (-1, 1) for y in (0.0, shape.height) for z in ends]
    hull = cv2.convexHull(view.lens.project(np.array(box))[0].astype(np.float32))
    return any(cv2.pointPolygonTest(hull, (float(u), float(v)), False) >= 0 for u, v in plate)
