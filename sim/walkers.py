"""Short stories on a street, for rules over scenes: who stands or goes where, as truth boxes and as drawn pictures.

Camera frame as in `scene_lens`: metres, X right, Z ahead. The street of `paint_street(lens, side=1)` runs along Z, its
carriageway from X = 0.4 to 7.4.
The people are flat painted figures: good for zones and rules, no ground to judge a detector of people on. They have
limbs, for without them the default network gives them a third instead of two thirds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np

from sim.scene_body import looks_of
from sim.scene_canvas import Canvas, Colour, mixed
from sim.scene_lens import NEAR_M, Bgr, Lens, Points, Texture, lay
from sim.scene_vehicle import Standing, draw, faces_of

Box = tuple[float, float, float, float]
TALL_M, WIDE_M = 1.75, 0.62
OVERVIEW = Lens(960, 540, focal_px=760, above_m=6.0, yaw_deg=6, pitch_deg=13)
"""A camera on a mast at the left kerb: 65 degrees across."""
LEFT_LANE, RIGHT_LANE = (0.4, 3.9), (3.9, 7.4)
"""X from and to; traffic keeps left, so the left lane leads away."""
COATS = ((52, 60, 150), (120, 74, 40), (60, 60, 64), (44, 110, 60))
SKIN = (122, 152, 196)
FAR_S = 600.0


@dataclass(frozen=True)
class Actor:
    """`stops`: (seconds, X, Z), straight and even in between; not there before the first and after the last."""

    kind: Literal["person", "car"]
    stops: tuple[tuple[float, float, float], ...]
    number: int = 1

    def at(self, t_s: float) -> tuple[float, float] | None:
        for (t0, x0, z0), (t1, x1, z1) in pairwise(self.stops):
            if t0 <= t_s <= t1:
                share = (t_s - t0) / max(t1 - t0, 1e-9)
                return x0 + (x1 - x0) * share, z0 + (z1 - z0) * share
        return None

    def comes(self, t_s: float) -> bool:
        """Whether it faces the camera: it drives, or last drove, towards it."""
        ways = [(t0, z1 - z0) for (t0, _, z0), (_, _, z1) in pairwise(self.stops) if z1 != z0]
        begun = [way for t0, way in ways if t0 <= t_s] or [way for _, way in ways[:1]]
        return bool(begun) and begun[-1] < 0


def person(number: int, *stops: tuple[float, float, float]) -> Actor:
    return Actor("person", stops, number)


def car(number: int, *stops: tuple[float, float, float]) -> Actor:
    return Actor("car", stops, number)


STORIES: dict[str, tuple[Actor, ...]] = {
    "quiet": (
        car(1, (0, 2.1, 8), (6, 2.1, 90)),
        car(2, (4, 5.6, 90), (10, 5.6, 8)),
        person(1, (0, -1.3, 12), (20, -1.3, 40)),
    ),
    "person on the carriageway": (
        person(1, (0, -1.3, 22), (4, -1.3, 24), (7, 2.3, 24), (15, 2.3, 24), (18, -1.3, 24), (30, -1.3, 40)),
    ),
    "stopped vehicle": (car(1, (0, 2.1, 10), (3, 2.1, 30), (FAR_S, 2.1, 30)), car(2, (4, 5.6, 90), (10, 5.6, 8))),
    "wrong way": (car(1, (0, 2.1, 90), (7, 2.1, 8)),),
    "crowd": tuple(person(n, (0, -1.3 - 0.8 * (n % 3), 14 + 2.5 * n), (FAR_S, -1.3 - 0.8 * (n % 3), 14 + 2.5 * n))
                   for n in range(9)),
}  # fmt: skip
"""What happens in front of `OVERVIEW`; t in seconds."""
ROUND_S = 180.0
ROUND: tuple[Actor, ...] = (
    *(car(n, (7.0 * n, 2.1, 9), (7.0 * n + 7, 2.1, 95)) for n in (0, 1, 6, 7, 8, 13, 14, 24)),
    *(car(n, (6.0 * n, 5.6, 95), (6.0 * n + 7, 5.6, 9)) for n in (1, 2, 8, 9, 10, 14, 15, 18, 21, 26, 27)),
    person(2, (0, -1.3, 12), (30, -1.3, 40)),
    person(1, (14, -1.3, 19), (18, -1.3, 20), (20, 2.3, 20), (36, 2.6, 19), (38, -1.3, 20), (60, -1.3, 40)),
    car(31, (74, 2.1, 80), (82, 2.1, 9)),
    car(32, (112, 2.1, 9), (116, 2.1, 24), (160, 2.1, 24), (166, 2.1, 95)),
)
"""Three minutes of the demo's side street, played again and again: somebody stands on the carriageway, a car comes the
wrong way, one stands for 44 s."""


def truth_boxes(story: Sequence[Actor], t_s: float, lens: Lens = OVERVIEW) -> list[tuple[str, Box]]:
    """(kind, x1 y1 x2 y2 px) of every actor that is at least half in the picture; who hides whom is ignored."""
    placed = [(actor, at) for actor in story if (at := actor.at(t_s))]
    found = [(actor.kind, _box(_body(actor, at, t_s), lens)) for actor, at in placed]
    return [(kind, box) for kind, box in found if box]


def zone(xz: Sequence[tuple[float, float]], lens: Lens = OVERVIEW) -> tuple[tuple[float, float], ...]:
    """Corners on the road, metres, as shares of the picture, held inside it."""
    pixels = lens.project(np.array([(x, 0.0, z) for x, z in xz]))[0] / (lens.width, lens.height)
    return tuple((float(u), float(v)) for u, v in np.clip(pixels, 0, 1))


def picture(story: Sequence[Actor], t_s: float, street: Bgr, lens: Lens = OVERVIEW) -> Bgr:
    """The story in an empty street, the farthest first: uint8 BGR of the lens's size."""
    frame = street.copy()
    placed = [(actor, at) for actor in story if (at := actor.at(t_s))]
    for actor, (x, z) in sorted(placed, key=lambda pair: -pair[1][1]):
        if actor.kind == "person":
            lay(frame, _figure(actor.number % len(COATS)), lens.project(_upright(x, z))[0])
        else:
            comes = actor.comes(t_s)
            faces = faces_of(actor.number, "car", "red", f"AB1{actor.number % 10}CDE", not comes)
            draw(frame, lens, faces, Standing(x, z, comes=comes))
    return frame


def _body(actor: Actor, at: tuple[float, float], t_s: float) -> Points:
    x, z = at
    if actor.kind == "person":
        return _upright(x, z)
    shape, stands = looks_of(actor.number, "car", "red").shape, Standing(x, z, comes=actor.comes(t_s))
    ends = (stands.z(0.0), stands.z(shape.length))
    sides = (x - shape.width / 2, x + shape.width / 2)
    return np.array([(side, height, end) for side in sides for height in (0.0, shape.height) for end in ends])


def _box(body: Points, lens: Lens) -> Box | None:
    """None where less than half of it is in the picture."""
    if body[:, 2].min() <= NEAR_M:
        return None
    pixels = lens.project(body)[0]
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    inside_low, inside_high = np.clip(low, 0, (lens.width, lens.height)), np.clip(high, 0, (lens.width, lens.height))
    if np.prod(inside_high - inside_low) < 0.5 * np.prod(high - low):
        return None
    (x1, y1), (x2, y2) = inside_low.tolist(), inside_high.tolist()
    return x1, y1, x2, y2


def _upright(x: float, z: float) -> Points:
    half = WIDE_M / 2
    return np.array([(x - half, TALL_M, z), (x + half, TALL_M, z), (x + half, 0, z), (x - half, 0, z)])


@lru_cache(maxsize=len(COATS))
def _figure(coat: int) -> Texture:
    """Somebody in a coat, seen from ahead."""
    canvas, middle = Canvas(WIDE_M, TALL_M, 120), WIDE_M / 2
    dark = mixed(COATS[coat], (20, 20, 20), 0.35)
    for side in (-1, 1):
        _leg(canvas, middle, side)
        _arm(canvas, middle, side, dark)
    canvas.poly([(middle + x, y) for x, y in _COAT], COATS[coat])
    canvas.poly([(middle + x, y) for x, y in _SHADED], dark, 0.6)
    canvas.line(middle, 1.46, middle, 0.82, 0.012, dark, 0.8)
    canvas.rect(middle - 0.05, 1.46, middle + 0.05, 1.56, mixed(SKIN, (60, 80, 110), 0.3))
    canvas.ellipse(middle, 1.615, 0.085, 0.115, SKIN)
    canvas.ellipse(middle, 1.665, 0.09, 0.075, (32, 38, 46))
    canvas.soften(0.008)
    return canvas.texture()


_COAT = ((-0.22, 1.42), (-0.1, 1.49), (0.1, 1.49), (0.22, 1.42), (0.19, 1.1), (0.2, 0.8), (-0.2, 0.8), (-0.19, 1.1))
_SHADED = ((0.05, 1.48), (0.22, 1.42), (0.19, 1.1), (0.2, 0.8), (0.08, 0.8))
"""Corners, metres from the middle and up."""


def _leg(canvas: Canvas, middle: float, side: int) -> None:
    cloth = mixed((52, 44, 40), (16, 14, 12), 0.12 * (side + 1))
    hip, knee, foot = (middle + side * 0.07, 0.88), (middle + side * 0.11, 0.47), (middle + side * 0.16, 0.06)
    canvas.line(*hip, *knee, 0.17, cloth)
    canvas.line(*knee, *foot, 0.12, cloth)
    canvas.ellipse(foot[0] + 0.03, 0.045, 0.085, 0.045, (26, 24, 24))


def _arm(canvas: Canvas, middle: float, side: int, sleeve: Colour) -> None:
    shoulder, elbow, hand = (middle + side * 0.19, 1.38), (middle + side * 0.24, 1.1), (middle + side * 0.21, 0.86)
    canvas.line(*shoulder, *elbow, 0.11, sleeve)
    canvas.line(*elbow, *hand, 0.09, sleeve)
    canvas.ellipse(hand[0], 0.83, 0.045, 0.055, SKIN)
