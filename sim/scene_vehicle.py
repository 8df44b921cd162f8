"""One vehicle in a roadside picture: its painted faces, put together as a solid and laid into the frame."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim import scene_ends as ends
from sim import scene_flanks as flanks
from sim.plates import render_plate
from sim.scene_body import Looks, looks_of
from sim.scene_lens import NEAR_M, Bgr, Bgra, Lens, Points, Texture, lay
from sim.traffic import Kind

PLATE_PX_PER_MM = 0.75
PLATE_M = (0.520, 0.111)
ROUND_M = (0.16, 0.0)
"""An end is laid twice, first this far inside: behind its round corners one sees bodywork, not the street."""


@dataclass(frozen=True)
class Standing:
    """Where it is, camera frame: `x_m` of its middle line, `nose_z_m` of its nose. `comes`: towards the camera."""

    x_m: float
    nose_z_m: float
    comes: bool

    def z(self, behind_nose_m: float) -> float:
        return self.nose_z_m + (behind_nose_m if self.comes else -behind_nose_m)


@dataclass(frozen=True, eq=False)
class Faces:
    """A vehicle's textures, as far as a camera that sees this end of it needs them."""

    looks: Looks
    end: Texture
    pane: Texture
    lid: Texture
    flank: Texture
    side: Texture
    roof: Texture
    shadow: Texture
    mirror: Texture
    plate: Texture


@lru_cache(maxsize=16)
def faces_of(number: int, kind: Kind, colour: str, vrm: str, rear: bool) -> Faces:
    looks = looks_of(number, kind, colour)
    end, pane, lid = (
        (ends.tail, flanks.rear_window, flanks.roof) if rear else (ends.nose, flanks.windscreen, flanks.bonnet)
    )
    return Faces(
        looks,
        end=end(looks).texture(),
        pane=pane(looks).texture(),
        lid=lid(looks).texture(),
        flank=flanks.flank(looks).texture(),
        side=flanks.side_windows(looks).texture(),
        roof=flanks.roof(looks).texture(),
        shadow=flanks.shadow(looks).texture(),
        mirror=flanks.mirror(looks, rear).texture(),
        plate=_plate(vrm, rear),
    )


def plate_corners(looks: Looks, at: Standing) -> Points:
    """(4, 3) metres, clockwise from the top left as its reader sees it; it stands 2 cm off the body."""
    s = looks.shape
    middle, z = (s.front_plate, at.z(0) - 0.02) if at.comes else (s.rear_plate, at.z(s.length) - 0.02)
    half_w, half_h = PLATE_M[0] / 2, PLATE_M[1] / 2
    return np.array([(at.x_m + sx * half_w, middle + sy * half_h, z)
                     for sx, sy in ((-1, 1), (1, 1), (1, -1), (-1, -1))])  # fmt: skip


def draw(frame: Bgr, lens: Lens, faces: Faces, at: Standing) -> None:
    """In place, far faces first."""
    for face, quad in _solid(faces, at):
        if seen := _before_lens(quad, face):
            lay(frame, seen[0], lens.project(seen[1])[0])


def _solid(faces: Faces, at: Standing) -> Iterator[tuple[Texture, Points]]:
    s, x = faces.looks.shape, at.x_m
    half, top_half = s.width / 2, s.width / 2 * s.top_share
    side = x - half if x > 0 else x + half
    top_side = x - top_half if x > 0 else x + top_half
    z = at.z
    yield faces.shadow, _level(x, half + 0.5, 0.01, *sorted((z(-0.5), z(s.length + 0.5)), reverse=True))
    mirrors = [(faces.mirror, _mirror(faces, at, way)) for way in (-1, 1)]
    if not at.comes:
        yield from mirrors
    yield faces.flank, np.array([(side, s.belt + 0.03, z(0)), (side, s.belt + 0.03, z(s.length)),
                                 (side, 0, z(s.length)), (side, 0, z(0))])  # fmt: skip
    yield faces.side, np.array([(top_side, s.height, z(0)), (top_side, s.height, z(s.length)),
                                (side, s.belt, z(s.length)), (side, s.belt, z(0))])  # fmt: skip
    yield faces.roof, _level(x, top_half, s.height, *sorted((z(s.roof_a), z(s.roof_end_a)), reverse=True))
    if at.comes:
        yield from mirrors
        yield faces.pane, _slope(x, (top_half, s.height, z(s.roof_a)), (half, s.belt, z(s.screen_a)))
        yield faces.lid, _slope(x, (half, s.belt, z(s.screen_a)), (half * 0.99, s.nose, z(0.0)))
        for depth in ROUND_M:
            yield faces.end, _upright(x, half, s.nose + 0.02, z(depth))
    else:
        yield faces.pane, _slope(x, (top_half, s.height, z(s.roof_end_a)), (half, s.tail, z(s.tail_a)))
        yield faces.lid, _slope(x, (half, s.tail, z(s.tail_a)), (half * 0.95, s.tail, z(s.length)))
        for depth in ROUND_M:
            yield faces.end, _upright(x, half, s.tail + 0.02, z(s.length - depth))
    yield faces.plate, plate_corners(faces.looks, at)


def _before_lens(quad: Points, texture: Texture) -> tuple[Texture, Points] | None:
    """The part of a face that lies ahead of the lens; None where nothing does."""
    z = quad[:, 2]
    if z.min() > NEAR_M:
        return texture, quad
    if z.max() <= NEAR_M + 0.1:
        return None
    along = abs(z[1] - z[0]) > abs(z[3] - z[0])
    a, b = (0, 1) if along else (0, 3)
    share = (NEAR_M - z[a]) / (z[b] - z[a])
    return _cut(texture, quad, share, along=along, keep_far=bool(z[b] > z[a]))


def _cut(texture: Texture, quad: Points, share: float, *, along: bool, keep_far: bool) -> tuple[Texture, Points]:
    h, w = texture.bgra.shape[:2]
    spot = round(share * (w if along else h))
    spot = min(max(spot, 1), (w if along else h) - 1)
    part = slice(spot, None) if keep_far else slice(None, spot)
    bgra: Bgra = texture.bgra[:, part] if along else texture.bgra[part]
    first, second = ((0, 1), (3, 2)) if along else ((0, 3), (1, 2))
    moved = quad.copy()
    for a, b in (first, second):
        moved[a if keep_far else b] = quad[a] + (quad[b] - quad[a]) * share
    return Texture(bgra), moved


def _plate(vrm: str, rear: bool) -> Texture:
    bgr = render_plate(vrm, rear=rear, px_per_mm=PLATE_PX_PER_MM)
    return Texture(np.dstack([bgr, np.full(bgr.shape[:2], 255, np.uint8)]))


def _mirror(faces: Faces, at: Standing, way: int) -> Points:
    """On the left (-1) or right (1) of the picture, behind the screen's foot."""
    s, (wide, high) = faces.looks.shape, flanks.MIRROR_M
    middle, low, z = at.x_m + way * (s.width / 2 + wide / 2 - 0.04), s.belt - 0.01, at.z(s.screen_a + 0.25)
    return np.array([(middle - wide / 2, low + high, z), (middle + wide / 2, low + high, z),
                     (middle + wide / 2, low, z), (middle - wide / 2, low, z)])  # fmt: skip


def _level(x: float, half: float, y: float, far_z: float, near_z: float) -> Points:
    return np.array([(x - half, y, far_z), (x + half, y, far_z), (x + half, y, near_z), (x - half, y, near_z)])


def _upright(x: float, half: float, top: float, z: float) -> Points:
    return np.array([(x - half, top, z), (x + half, top, z), (x + half, 0, z), (x - half, 0, z)])


def _slope(x: float, upper: tuple[float, float, float], lower: tuple[float, float, float]) -> Points:
    """Between two level edges, each (half width, height, z)."""
    (uh, uy, uz), (lh, ly, lz) = upper, lower
    return np.array([(x - uh, uy, uz), (x + uh, uy, uz), (x + lh, ly, lz), (x - lh, ly, lz)])
