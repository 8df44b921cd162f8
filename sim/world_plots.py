"""What stands beside the streets (pure, the same in every run): houses, trees and parked cars, in the local frame."""

import math
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from sim import world
from sim.world import Point, Street

PAVEMENT_M = 2.2
KEEP_CLEAR: tuple[Point, ...] = (world.from_grid(-60, 240), world.from_grid(290, -195))
"""The docks of the demo stand in open yards."""
YARD_M = 17.0
BLOCK_M = 20.0
"""Wider than any house: one that touches another is in the same block of the search or in the next."""
CAR_COLOURS = ("black", "white", "grey", "silver", "blue", "red", "grey", "navy")
Rgb = tuple[int, int, int]
ROOFS: tuple[Rgb, ...] = ((74, 78, 112), (84, 82, 86), (66, 84, 128), (98, 96, 98), (60, 62, 70))
WALLS: tuple[Rgb, ...] = ((96, 118, 160), (120, 140, 172), (176, 188, 194), (200, 206, 208), (88, 104, 136))


@dataclass(frozen=True)
class House:
    """`heading_deg`: of its ridge. Metres; colours blue, green, red."""

    x_m: float
    y_m: float
    heading_deg: float
    length_m: float
    depth_m: float
    eaves_m: float
    ridge_m: float
    roof: Rgb
    wall: Rgb


@dataclass(frozen=True)
class Tree:
    x_m: float
    y_m: float
    radius_m: float
    height_m: float


@dataclass(frozen=True)
class ParkedCar:
    x_m: float
    y_m: float
    heading_deg: float
    colour: str


@dataclass(frozen=True)
class Plots:
    houses: tuple[House, ...]
    trees: tuple[Tree, ...]
    parked: tuple[ParkedCar, ...]


@lru_cache(maxsize=1)
def plots() -> Plots:
    rng = random.Random("plots")
    houses: list[House] = []
    blocks: dict[tuple[int, int], list[House]] = defaultdict(list)
    for street in world.streets():
        for house in _along(street, rng):
            column, row = int(house.x_m // BLOCK_M), int(house.y_m // BLOCK_M)
            around = [other for i in (-1, 0, 1) for j in (-1, 0, 1) for other in blocks[column + i, row + j]]
            if _is_free(house) and not any(_touch(house, other) for other in around):
                houses.append(house)
                blocks[column, row].append(house)
    return Plots(tuple(houses), tuple(_trees(houses, rng)), tuple(_parked(rng)))


def _along(street: Street, rng: random.Random) -> Iterator[House]:
    """Rows of houses on both sides of a street's straight pieces; terraces on the High Street."""
    for a, b in pairwise(street.line):
        for side in (-1, 1):
            yield from _terrace(street, a, b, side, rng=rng)


def _terrace(street: Street, a: Point, b: Point, side: int, *, rng: random.Random) -> Iterator[House]:
    closed = street.kind == "main"
    length, ex, ey = _leg(a, b)
    s, roof, wall = 13.0, rng.choice(ROOFS), rng.choice(WALLS)
    while s < length - 20:
        width = 8.0 if closed else rng.uniform(8, 12)
        depth, off = rng.uniform(7.5, 9.5), street.width_m / 2 + PAVEMENT_M + (1.9 if closed else 4.5)
        if closed or rng.random() < 0.5:
            roof, wall = rng.choice(ROOFS), rng.choice(WALLS)
        x, y = _place(a, (ex, ey), s + width / 2, side * (off + depth / 2))
        heading = math.degrees(math.atan2(ex, ey)) % 360
        if rng.random() < 0.92:
            yield House(x, y, heading, width, depth, rng.uniform(4.8, 5.6), rng.uniform(7.2, 8.4), roof, wall)
        s += width + (0.05 if closed else rng.choice((0.05, 2.5, 3.5)))


def _is_free(house: House) -> bool:
    here, reach = (house.x_m, house.y_m), max(house.length_m, house.depth_m) / 2
    if any(math.dist(here, yard) < YARD_M + reach for yard in KEEP_CLEAR):
        return False
    if cv2.pointPolygonTest(np.array(world.park(), np.float32), here, True) > -reach:
        return False
    if distance_to_line(here, world.river()) < world.RIVER_WIDTH_M / 2 + reach + 3:
        return False
    return _from_kerbs_m(here) > PAVEMENT_M + house.depth_m / 2


def _from_kerbs_m(point: Point) -> float:
    """Metres to the nearest kerb; below zero on a street."""
    legs = _street_legs()
    return float((_distances(np.array(point), legs[:, 0:2], legs[:, 2:4]) - legs[:, 4]).min())


@lru_cache(maxsize=1)
def _street_legs() -> NDArray[np.float64]:
    """Every straight piece of every street: x, y, x, y and half its width."""
    return np.array([(*a, *b, s.width_m / 2) for s in world.streets() for a, b in pairwise(s.line)])


def distance_to_line(point: Point, line: tuple[Point, ...]) -> float:
    """Metres from a point to the nearest place of a line of straight pieces."""
    return float(_distances(np.array(point), np.array(line[:-1]), np.array(line[1:])).min())


def _distances(point: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    leg = b - a
    share = np.clip(((point - a) * leg).sum(axis=1) / (leg**2).sum(axis=1), 0, 1)
    return np.asarray(np.hypot(*(a + leg * share[:, None] - point).T))


def _touch(a: House, b: House) -> bool:
    near = math.dist((a.x_m, a.y_m), (b.x_m, b.y_m))
    aligned = abs((a.heading_deg - b.heading_deg + 90) % 180 - 90) < 4
    return near < ((a.length_m + b.length_m) / 2 - 0.3 if aligned else (a.length_m + b.depth_m) / 2 + 1.5)


def _trees(houses: list[House], rng: random.Random) -> Iterator[Tree]:
    """In back gardens, in the park, along the river."""
    for house in houses:
        if rng.random() < 0.55:
            turn, side = math.radians(house.heading_deg), rng.choice((-1, 1))
            off, along = side * (house.depth_m / 2 + rng.uniform(5, 11)), rng.uniform(-4, 4)
            x = house.x_m + math.sin(turn) * along + math.cos(turn) * off
            yield from _grown(x, house.y_m + math.cos(turn) * along - math.sin(turn) * off, rng)
    corners = np.array(world.park())
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    for _ in range(170):
        x, y = rng.uniform(x0, x1), rng.uniform(y0, y1)
        if cv2.pointPolygonTest(corners.astype(np.float32), (x, y), True) > 8:
            yield from _grown(x, y, rng)
    for (ax, ay), (bx, by) in pairwise(world.river()):
        if rng.random() < 0.7:
            bank = rng.choice((-1, 1)) * (world.RIVER_WIDTH_M / 2 + rng.uniform(3, 8))
            yield from _grown((ax + bx) / 2, (ay + by) / 2 + bank, rng)


def _grown(x: float, y: float, rng: random.Random) -> Iterator[Tree]:
    tree = Tree(x, y, rng.uniform(1.6, 3.6), rng.uniform(4.5, 9.0))
    if _from_kerbs_m((x, y)) > tree.radius_m and all(math.dist((x, y), yard) > YARD_M for yard in KEEP_CLEAR):
        yield tree


def _parked(rng: random.Random) -> Iterator[ParkedCar]:
    """Half on the pavement, as in old towns; none where the story's car parks or where traffic turns."""
    for street in world.streets():
        if street.kind != "street" or street.name == "Mill Lane":
            continue
        for a, b in pairwise(street.line):
            for side in (-1, 1):
                yield from _row(a, b, side * (street.width_m / 2 + 0.35), rng)


def _row(a: Point, b: Point, left_m: float, rng: random.Random) -> Iterator[ParkedCar]:
    length, ex, ey = _leg(a, b)
    way = -1 if left_m > 0 else 1
    s = 18.0
    while s < length - 18:
        x, y = _place(a, (ex, ey), s, left_m)
        if rng.random() < 0.45:
            yield ParkedCar(x, y, math.degrees(math.atan2(way * ex, way * ey)) % 360, rng.choice(CAR_COLOURS))
        s += rng.uniform(6, 9)


def _leg(a: Point, b: Point) -> tuple[float, float, float]:
    """Its length in metres and its direction."""
    length = math.dist(a, b)
    return length, (b[0] - a[0]) / length, (b[1] - a[1]) / length


def _place(start: Point, along: Point, s: float, left: float) -> Point:
    return start[0] + along[0] * s - along[1] * left, start[1] + along[1] * s + along[0] * left
