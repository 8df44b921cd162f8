"""The fixed part of a roadside picture: road, kerbs, pavement, walls, houses, trees, sky. Painted once, from a seed.

X here is metres to the right of the camera, which stands at the left kerb, looking along the traffic; for a camera
that looks against the traffic the picture's `side` is -1 and every X is mirrored.
"""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.scene_canvas import Canvas, Colour, mixed
from sim.scene_lens import Bgr, Lens, Points, lay

KERB_LEFT_M, CENTRE_M, KERB_RIGHT_M, WALL_M, HOUSES_M = 0.5, 5.0, 9.5, 11.8, 13.6
FAR_M = 420.0
ASPHALT: Colour = (104, 103, 102)
PAVING: Colour = (142, 146, 150)
GRASS: Colour = (62, 112, 92)
LINE_WHITE: Colour = (206, 208, 208)
LINE_YELLOW: Colour = (40, 170, 205)
KERB: Colour = (168, 170, 170)
BANDS: tuple[tuple[float, float, Colour], ...] = (
    (-99.0, -1.6, GRASS),
    (-1.6, KERB_LEFT_M - 0.14, PAVING),
    (KERB_LEFT_M - 0.14, KERB_LEFT_M, KERB),
    (KERB_LEFT_M, KERB_RIGHT_M, ASPHALT),
    (KERB_RIGHT_M, KERB_RIGHT_M + 0.14, KERB),
    (KERB_RIGHT_M + 0.14, WALL_M, PAVING),
    (WALL_M, 99.0, GRASS),
)
"""From X to X: what lies there."""
HAZE: Colour = (214, 208, 200)
SKY: Colour = (232, 222, 212)
BRICKS: tuple[Colour, ...] = ((74, 92, 142), (96, 122, 166), (84, 104, 128), (164, 178, 186), (192, 202, 206))
DOORS: tuple[Colour, ...] = ((60, 48, 120), (110, 70, 30), (50, 78, 40), (40, 40, 42), (120, 120, 116))
WINDOWS = ((2.6, 4.6, 0.9, 2.3), (5.6, 7.4, 0.9, 2.3), (1.0, 2.4, 3.3, 4.8), (3.6, 5.0, 3.3, 4.8), (5.8, 7.2, 3.3, 4.8))
"""Of a terraced house: x from and to, y from and to."""
LEAVES: tuple[Colour, ...] = ((44, 92, 70), (52, 104, 84), (40, 78, 66))


@lru_cache(maxsize=4)
def paint_street(lens: Lens, side: int, seed: str) -> Bgr:
    """uint8 BGR, the lens's size, read-only. `side`: 1 where the street lies to the camera's right, -1 to its left."""
    rng = np.random.default_rng(list(seed.encode()))
    frame = _sky(lens, rng)
    _ground(frame, lens, side, rng)
    for z in range(int(FAR_M), 20, -8):
        _house(frame, lens, side, float(z), rng)
    for z in range(int(FAR_M), 30, -6):
        _front(frame, lens, side, float(z), rng)
    street = _focused(frame, lens)
    street.setflags(write=False)
    return street


def _sky(lens: Lens, rng: np.random.Generator) -> Bgr:
    """Overcast, with far trees above the horizon."""
    rows = np.linspace(0, 1, lens.height)[:, None, None]
    sky = np.array(SKY) * (1 - rows) + np.array(HAZE) * rows
    frame = np.broadcast_to(sky, (lens.height, lens.width, 3)).astype(np.uint8)
    horizon = lens.project(np.array([[0.0, lens.above_m, 4000.0]]))[0][0, 1]
    tops = horizon - 34 - 22 * _wave(lens.width, rng, 60) - 7 * _wave(lens.width, rng, 9)
    row = np.arange(lens.height)[:, None]
    frame[(row > tops[None, :])] = mixed(LEAVES[0], HAZE, 0.55)
    return frame.copy()


def _ground(frame: Bgr, lens: Lens, side: int, rng: np.random.Generator) -> None:
    """Every pixel below the horizon by what lies at its place on the road's plane."""
    x, z = lens.ground()
    x, seen = x * side, np.isfinite(z) & (z < FAR_M + 400)
    colour = np.zeros((*x.shape, 3))
    for low, high, paint in BANDS:
        colour[(x >= low) & (x < high)] = paint
    _wear(colour, x, z, rng)
    _markings(colour, x, z)
    gutter = np.exp(-(((x - KERB_LEFT_M) / 0.25) ** 2)) + np.exp(-(((x - KERB_RIGHT_M) / 0.25) ** 2))
    colour *= (1 - 0.22 * gutter * ((x > KERB_LEFT_M) & (x < KERB_RIGHT_M)))[:, :, None]
    haze = np.clip(z / 900, 0, 0.5)[:, :, None]
    frame[seen] = np.clip(colour * (1 - haze) + np.array(HAZE) * haze, 0, 255)[seen]


def _wear(
    colour: NDArray[np.float64], x: NDArray[np.float64], z: NDArray[np.float64], rng: np.random.Generator
) -> None:
    """Grain, patches and the darker tracks that wheels and dripping oil leave."""
    for size_m, strength in ((0.05, 7.0), (0.6, 5.0), (4.0, 6.0)):
        colour += (strength * _noise(x / size_m, z / size_m / 3, rng))[:, :, None]
    for lane in (2.8, 7.2):
        for wheel in (-0.75, 0.75):
            colour -= (9 * np.exp(-(((x - lane - wheel) / 0.28) ** 2)))[:, :, None]
        colour -= (6 * np.exp(-(((x - lane) / 0.35) ** 2)))[:, :, None]
    patch = (np.abs(x - 3.3) < 0.9) & (np.abs(z - 62) < 3.5)
    colour[patch] *= 0.86
    seam = (np.abs(x - 4.1) < 0.035) & (z < 90)
    colour[seam] *= 0.7


def _markings(colour: NDArray[np.float64], x: NDArray[np.float64], z: NDArray[np.float64]) -> None:
    """Lane line with its gaps (TSRGD 2016, schedule 11, diagram 1005: 2 m marks, 4 m gaps) and double yellow lines."""
    dash = (np.abs(x - CENTRE_M) < 0.05) & (np.mod(z, 6.0) < 2.0)
    colour[dash] = colour[dash] * 0.25 + np.array(LINE_WHITE) * 0.75
    for kerb, sign in ((KERB_LEFT_M, 1), (KERB_RIGHT_M, -1)):
        for off in (0.25, 0.45):
            stripe = np.abs(x - kerb - sign * off) < 0.05
            colour[stripe] = colour[stripe] * 0.35 + np.array(LINE_YELLOW) * 0.65


def _house(frame: Bgr, lens: Lens, side: int, z: float, rng: np.random.Generator) -> None:
    """8 m of terrace: the front that faces the street, and a gable where there is a gap before it."""
    gap = rng.random() < 0.14
    brick, set_back = BRICKS[int(rng.integers(len(BRICKS)))], HOUSES_M + float(rng.choice([0.0, 0.0, 0.6]))
    if gap:
        _tree(frame, lens, (side * (set_back + 2.5), z + 4), 5.5 + 2 * rng.random(), rng)
        return
    c = _terrace(brick, rng)
    c.shade_across([(0, shade := 0.93 + 0.1 * rng.random()), (8, shade)])
    _hazed(c, z)
    x = side * set_back
    _lay(frame, lens, c, [(x, 7.0, z), (x, 7.0, z + 8), (x, 0, z + 8), (x, 0, z)])


def _terrace(brick: Colour, rng: np.random.Generator) -> Canvas:
    c = Canvas(8.0, 7.0, 40)
    c.rect(0, 0, 8, 5.4, brick)
    c.grain(rng, 7)
    for y in np.arange(0.15, 5.4, 0.15):
        c.line(0, float(y), 8, float(y), 0.02, mixed(brick, (200, 205, 205), 0.35), 0.35)
    c.rect(0, 5.4, 8, 7.0, (78, 76, 80))
    c.line(0, 5.38, 8, 5.38, 0.12, (226, 226, 226))
    for window in WINDOWS:
        _window(c, *window)
    c.rect(0.7, 0.0, 1.9, 2.35, (220, 222, 222))
    c.rect(0.82, 0.1, 1.78, 2.2, DOORS[int(rng.integers(len(DOORS)))])
    c.rect(1.05, 1.4, 1.55, 2.0, (90, 84, 78))
    c.line(7.9, 0, 7.9, 5.4, 0.1, (60, 60, 62))
    return c


def _window(c: Canvas, x0: float, x1: float, y0: float, y1: float) -> None:
    c.rect(x0 - 0.12, y0 - 0.14, x1 + 0.12, y1 + 0.16, (216, 218, 218))
    c.rect(x0, y0, x1, y1, (70, 64, 58))
    c.poly([(x0, y0 + 0.3), (x1, y0 + 0.8), (x1, y1), (x0, y1)], (168, 158, 148), 0.45)
    c.line((x0 + x1) / 2, y0, (x0 + x1) / 2, y1, 0.08, (230, 230, 230))
    c.line(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2, 0.06, (230, 230, 230))


def _front(frame: Bgr, lens: Lens, side: int, z: float, rng: np.random.Generator) -> None:
    """Between pavement and houses: garden wall or hedge; now and then a lamp post, a bin or a street tree."""
    kind = rng.random()
    height = 0.8 if kind < 0.5 else 1.15
    c = Canvas(6.0, height + 0.2, 60)
    if kind < 0.5:
        c.rect(0, 0, 6, height, mixed(BRICKS[1], (150, 150, 150), 0.3))
        c.grain(rng, 8)
        c.rect(0, height - 0.08, 6, height, (176, 180, 182))
    elif kind < 0.85:
        _hedge(c, height, rng)
    if c.alpha.any():
        _hazed(c, z)
        x = side * WALL_M
        _lay(frame, lens, c, [(x, height + 0.2, z), (x, height + 0.2, z + 6), (x, 0, z + 6), (x, 0, z)])
    if rng.random() < 0.16:
        _post(frame, lens, side * (KERB_RIGHT_M + 0.5), z)
    elif rng.random() < 0.13:
        _tree(frame, lens, (side * (KERB_RIGHT_M + 0.7), z), 4.2 + 1.5 * rng.random(), rng)


def _hedge(c: Canvas, height: float, rng: np.random.Generator) -> None:
    for _ in range(130):
        x, y = rng.uniform(0, c.width_m), height * float(np.sqrt(rng.random()))
        leaf = mixed(LEAVES[int(rng.integers(3))], (24, 40, 30), 1 - y / height)
        c.ellipse(x, y * 0.98, 0.22, 0.17, mixed(leaf, (120, 180, 150), 0.25 * rng.random()))


def _tree(frame: Bgr, lens: Lens, at: tuple[float, float], height: float, rng: np.random.Generator) -> None:
    """`at`: X and Z of its foot."""
    x, z = at
    c = Canvas(5.0, height + 0.4, 40)
    c.line(2.5, 0, 2.5, height * 0.6, 0.24, (58, 70, 82))
    for _ in range(130):
        angle, r = rng.uniform(0, 6.28), float(np.sqrt(rng.random()))
        px, py = 2.5 + 2.0 * r * np.cos(angle), height * 0.66 + height * 0.31 * r * np.sin(angle)
        light = 0.5 + 0.5 * (py - height * 0.35) / (height * 0.62)
        leaf = LEAVES[int(rng.integers(3))]
        c.ellipse(
            float(px), float(py), 0.44, 0.36, mixed((26, 46, 36), mixed(leaf, (130, 190, 160), 0.2), float(light)), 0.9
        )
    _hazed(c, z)
    top = height + 0.4
    _lay(frame, lens, c, [(x - 2.5, top, z), (x + 2.5, top, z), (x + 2.5, 0, z), (x - 2.5, 0, z)])


def _post(frame: Bgr, lens: Lens, x: float, z: float) -> None:
    c = Canvas(0.5, 6.0, 60)
    c.line(0.25, 0, 0.25, 6, 0.11, (96, 98, 98))
    c.line(0.22, 0, 0.22, 6, 0.03, (150, 152, 152))
    c.rect(0.15, 0, 0.35, 1.0, (84, 86, 86), radius=0.03)
    _hazed(c, z)
    _lay(frame, lens, c, [(x - 0.25, 6, z), (x + 0.25, 6, z), (x + 0.25, 0, z), (x - 0.25, 0, z)])


def _hazed(c: Canvas, z: float) -> None:
    share = min(0.5, z / 900)
    c.bgr = (c.bgr * (1 - share) + np.array(HAZE) * share).astype(np.uint8)


def _lay(frame: Bgr, lens: Lens, c: Canvas, corners: list[tuple[float, float, float]]) -> None:
    points: Points = np.array(corners)
    lay(frame, c.texture(), lens.project(points)[0])


def _focused(frame: Bgr, lens: Lens) -> Bgr:
    """The lens is set to where plates are read: what lies far behind is a little soft."""
    soft = cv2.GaussianBlur(frame, (0, 0), 1.6).astype(np.float32)
    _, z = lens.ground()
    share = np.clip((np.nan_to_num(z, nan=1e3) - 45) / 80, 0, 1).astype(np.float32)[:, :, None]
    return (frame * (1 - share) + soft * share).astype(np.uint8)


def _noise(u: NDArray[np.float64], v: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Value noise, about -1 to 1, at points in units of its grain."""
    table = rng.uniform(-1, 1, (256, 256))
    u, v = np.nan_to_num(u), np.nan_to_num(v)
    iu, iv = np.floor(u).astype(int), np.floor(v).astype(int)
    fu, fv = u - iu, v - iv
    a, b = table[iv % 256, iu % 256], table[iv % 256, (iu + 1) % 256]
    c, d = table[(iv + 1) % 256, iu % 256], table[(iv + 1) % 256, (iu + 1) % 256]
    return np.asarray((a * (1 - fu) + b * fu) * (1 - fv) + (c * (1 - fu) + d * fu) * fv)


def _wave(count: int, rng: np.random.Generator, grain: int) -> NDArray[np.float64]:
    knots = rng.uniform(-1, 1, count // grain + 3)
    return np.interp(np.arange(count) / grain, np.arange(len(knots)), knots)
