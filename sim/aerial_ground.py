"""The ground of the town as a picture from straight above: a square map around a place, north up, at any scale."""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from sim import world
from sim.scene_lens import Bgr
from sim.world import Point, Street
from sim.world_plots import KEEP_CLEAR, PAVEMENT_M, House, Tree, plots

SIZE_PX = 1536
SUN_SHIFT = (0.45, 0.38)
"""Metres east and north that a shadow falls for each metre of height: a mild sun in the south-west."""
_SUB = 4
Colour = tuple[int, int, int]
GRASS, GARDEN, WATER, PAVING, ASPHALT = (70, 112, 96), (62, 104, 92), (118, 104, 78), (152, 156, 158), (98, 97, 96)
CONCRETE, LINE, PATH = (176, 178, 178), (214, 216, 216), (150, 172, 186)


class GroundMap:
    """`bgr`: SIZE_PX square, covering SIZE_PX / px_per_m metres around (x_m, y_m)."""

    def __init__(self, x_m: float, y_m: float, px_per_m: float) -> None:
        self.x_m, self.y_m, self.px_per_m = x_m, y_m, px_per_m
        self.bgr: Bgr = np.empty((SIZE_PX, SIZE_PX, 3), np.uint8)
        self.bgr[:] = GRASS
        self._reach_m = SIZE_PX / px_per_m * 0.75 + 20
        self._paint()

    def pixel(self, points: Sequence[Point] | NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) metres to (n, 2) pixels of the map."""
        at = (np.asarray(points, float) - (self.x_m, self.y_m)) * (self.px_per_m, -self.px_per_m)
        return np.asarray(at + SIZE_PX / 2)

    def _paint(self) -> None:
        houses = [h for h in plots().houses if self._near(h.x_m, h.y_m)]
        for house in houses:
            self._garden(house)
        self._park()
        self._line(world.river(), world.RIVER_WIDTH_M + 3, (84, 110, 108))
        self._line(world.river(), world.RIVER_WIDTH_M, WATER)
        for street in world.streets():
            self._line(street.line, street.width_m + 2 * PAVEMENT_M, PAVING)
        for street in world.streets():
            self._line(street.line, street.width_m, ASPHALT)
        for street in world.streets():
            self._dashes(street)
        for yard in KEEP_CLEAR:
            self._yard(yard)
        _grain(self)
        self._shadows(houses, [t for t in plots().trees if self._near(t.x_m, t.y_m)])

    def _near(self, x: float, y: float) -> bool:
        return max(abs(x - self.x_m), abs(y - self.y_m)) < self._reach_m

    def _fill(self, points: Sequence[Point], colour: Colour) -> None:
        at = np.round(self.pixel(points) * 2**_SUB).astype(np.int64)
        if np.abs(at).max() < 2**24:
            cv2.fillPoly(self.bgr, [at.astype(np.int32)], colour, cv2.LINE_AA, _SUB)

    def _line(self, points: Sequence[Point], width_m: float, colour: Colour) -> None:
        for a, b in pairwise(points):
            length = math.dist(a, b)
            if length and _leg_near(a, b, (self.x_m, self.y_m), self._reach_m):
                nx, ny = -(b[1] - a[1]) / length * width_m / 2, (b[0] - a[0]) / length * width_m / 2
                self._fill([(a[0] + nx, a[1] + ny), (b[0] + nx, b[1] + ny), (b[0] - nx, b[1] - ny),
                            (a[0] - nx, a[1] - ny)], colour)  # fmt: skip
                self._disc(b, width_m / 2, colour)
                self._disc(a, width_m / 2, colour)

    def _disc(self, at: Point, radius_m: float, colour: Colour) -> None:
        u, v = self.pixel([at])[0]
        if -SIZE_PX < u < 2 * SIZE_PX and -SIZE_PX < v < 2 * SIZE_PX:
            centre, radius = (round(u * 2**_SUB), round(v * 2**_SUB)), round(radius_m * self.px_per_m * 2**_SUB)
            cv2.circle(self.bgr, centre, radius, colour, -1, cv2.LINE_AA, _SUB)

    def _garden(self, house: House) -> None:
        """A plot with its fence, greener or browner than its neighbour's, and a terrace behind the house."""
        tint = (int(house.x_m * 7) + int(house.y_m * 13)) % 5 * 5 - 10
        back = _box(house, grow=0.6, stretch=12.0)
        self._fill(back, (92, 118, 120))
        self._fill(
            _box(house, grow=0.35, stretch=11.7), (GARDEN[0] + tint // 2, GARDEN[1] + tint, GARDEN[2] + tint // 2)
        )
        self._fill(_box(house, grow=-0.8, stretch=2.6), (146, 152, 156))

    def _park(self) -> None:
        self._fill(world.park(), (72, 128, 104))
        corners = np.array(world.park())
        middle = corners.mean(axis=0)
        for corner in corners[::2]:
            self._line([tuple(middle), tuple(corner)], 2.4, PATH)
        self._disc((middle[0] + 34, middle[1] - 18), 15, (100, 122, 110))
        self._disc((middle[0] + 34, middle[1] - 18), 13.5, WATER)
        self._disc((middle[0], middle[1]), 7, PATH)
        self._disc((middle[0], middle[1]), 3.2, (120, 140, 196))

    def _dashes(self, street: Street) -> None:
        """The line in the middle: 4 m marks and 2 m gaps (TSRGD 2016, diagram 1004); none in lanes."""
        if street.kind == "lane":
            return
        for a, b in pairwise(street.line):
            length = math.dist(a, b)
            if not _leg_near(a, b, (self.x_m, self.y_m), self._reach_m):
                continue
            ex, ey = (b[0] - a[0]) / length, (b[1] - a[1]) / length
            for s in np.arange(8.0, length - 12, 6.0):
                at = a[0] + ex * s, a[1] + ey * s
                if self._near(*at):
                    n = 0.06
                    self._fill([(at[0] - ey * n, at[1] + ex * n), (at[0] + ex * 4 - ey * n, at[1] + ey * 4 + ex * n),
                                (at[0] + ex * 4 + ey * n, at[1] + ey * 4 - ex * n), (at[0] + ey * n, at[1] - ex * n)],
                               LINE)  # fmt: skip

    def _yard(self, yard: Point) -> None:
        """A dock's: gravel, a concrete slab and the landing mark."""
        x, y = yard
        self._fill([(x - 12, y - 10), (x + 12, y - 10), (x + 12, y + 10), (x - 12, y + 10)], (128, 134, 138))
        self._fill([(x - 3, y - 3), (x + 3, y - 3), (x + 3, y + 3), (x - 3, y + 3)], CONCRETE)
        self._disc(yard, 1.05, (40, 130, 235))
        self._disc(yard, 0.92, CONCRETE)
        for dx in (-0.38, 0.38):
            self._line([(x + dx, y - 0.5), (x + dx, y + 0.5)], 0.14, (60, 60, 60))
        self._line([(x - 0.38, y), (x + 0.38, y)], 0.14, (60, 60, 60))

    def _shadows(self, houses: list[House], trees: list[Tree]) -> None:
        mask = np.zeros((SIZE_PX, SIZE_PX), np.uint8)
        for house in houses:
            base = np.array(_box(house))
            top = base + np.array(SUN_SHIFT) * house.ridge_m * 0.85
            hull = cv2.convexHull(self.pixel(np.vstack([base, top])).astype(np.float32))
            cv2.fillConvexPoly(mask, np.round(hull).astype(np.int32), 255)
        for tree in trees:
            u, v = self.pixel([(tree.x_m + SUN_SHIFT[0] * tree.height_m * 0.6,
                                tree.y_m + SUN_SHIFT[1] * tree.height_m * 0.6)])[0]  # fmt: skip
            cv2.circle(mask, (round(u), round(v)), max(1, round(tree.radius_m * self.px_per_m)), 255, -1)
        dark = cv2.GaussianBlur(mask, (0, 0), max(0.6, self.px_per_m * 0.12))
        keep = cv2.cvtColor(cv2.bitwise_not((dark * 0.42).astype(np.uint8)), cv2.COLOR_GRAY2BGR)
        cv2.multiply(self.bgr, keep, dst=self.bgr, scale=1 / 255)


def _box(house: House, grow: float = 0.0, stretch: float = 0.0) -> list[Point]:
    """Its outline on the ground, `grow` metres wider all round and `stretch` deeper on both sides."""
    turn = math.radians(house.heading_deg)
    ex, ey = math.sin(turn), math.cos(turn)
    a, b = house.length_m / 2 + grow, house.depth_m / 2 + grow + stretch
    return [(house.x_m + ex * p * a + ey * q * b, house.y_m + ey * p * a - ex * q * b)
            for p, q in ((-1, -1), (1, -1), (1, 1), (-1, 1))]  # fmt: skip


def _leg_near(a: Point, b: Point, centre: Point, reach_m: float) -> bool:
    return all(min(p, q) - reach_m < c < max(p, q) + reach_m for p, q, c in zip(a, b, centre, strict=True))


@lru_cache(maxsize=1)
def _grains() -> Bgr:
    """Blotches of several sizes around grey 128, standard deviation 4, repeating every 512 px; (2048, 2048, 3)."""
    rng = np.random.default_rng(5)
    total = np.zeros((512, 512), np.float32)
    for cells, weight in ((512, 0.5), (128, 0.7), (32, 0.6)):
        coarse = np.pad(rng.normal(0, 1, (cells, cells)).astype(np.float32), ((0, 1), (0, 1)), mode="wrap")
        total += weight * cv2.resize(coarse, (512, 512), interpolation=cv2.INTER_LINEAR)
    tile = np.clip(total / total.std() * 4 + 128, 0, 255).astype(np.uint8)
    return np.repeat(np.tile(tile, (4, 4))[:, :, None], 3, axis=2)


def _grain(ground: GroundMap) -> None:
    """The same blotch at the same place, wherever the map is centred."""
    left, up = (round(v * ground.px_per_m) % 512 for v in (ground.x_m, -ground.y_m))
    spots = _grains()[up : up + SIZE_PX, left : left + SIZE_PX]
    cv2.addWeighted(ground.bgr, 1, spots, 1, -128, dst=ground.bgr)
