"""The picture of the camera under an aircraft: the town from above, or the dark inside of a closed dock."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Generic, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from sim import world
from sim.aerial_ground import SIZE_PX, GroundMap
from sim.aerial_solids import Painter
from sim.h264 import I420
from sim.marker import paint
from sim.scene_lens import Bgr
from sim.traffic import Traffic
from sim.world_plots import House, ParkedCar, Tree, plots

WIDTH, HEIGHT = 640, 360
FOCAL_PX = 400.0
"""77 degrees across, as the wide cameras of small aircraft."""
STEEP_DEG = -82.0
"""Where the gimbal of the demo looks at a scene: up from level, so a little ahead of straight down."""
SKY, HAZE = (226, 205, 186), (168, 172, 168)
OVERVIEW_DEG = -45.0
"""Looking higher than this it sees far ground and sky: no single things are drawn."""
LEAST_M = 1.2
INSIDE_M = 0.6
"""Lower than this the aircraft stands in its dock."""
NOISE_FRAMES = 8
T = TypeVar("T", House | Tree, ParkedCar)
Position = Callable[[], tuple[float, float, float, float]]
"""Latitude, longitude, metres above the pad, heading in degrees."""


class Aerial:
    """`picture` is pure but for the map that it keeps, which holds for some tens of metres of flight."""

    def __init__(
        self,
        traffic: Traffic,
        position: Position,
        lid_open: Callable[[], bool],
        label: str,
        *,
        pitch_deg: Callable[[], float] = lambda: STEEP_DEG,
        pad: Callable[[], tuple[float, float, float] | None] = lambda: None,
    ) -> None:
        """`pad`: latitude, longitude and heading of its marker, while that can be seen."""
        self._pad = pad
        self._traffic, self._position, self._lid_open, self._label = traffic, position, lid_open, label
        self._pitch_deg = pitch_deg
        self._map: GroundMap | None = None
        noise = np.random.default_rng(3).normal(4, 2.0, (NOISE_FRAMES, HEIGHT, WIDTH))
        self._noise = np.clip(noise + 0.5, 0, 255).astype(np.uint8)

    def picture(self, story_s: float, wall_s: float) -> I420:
        """uint8 (h * 3 / 2, w)."""
        lat, lon, alt_rel_m, heading_deg = self._position()
        inside = alt_rel_m < INSIDE_M and not self._lid_open()
        frame = _dark().copy() if inside else self.bgr(story_s, (lat, lon, alt_rel_m, heading_deg), self._pitch_deg())
        _stamp(frame, wall_s, f"{self._label.upper()}  {max(0.0, alt_rel_m):5.1f} m  {heading_deg:03.0f} deg")
        picture = cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)
        if not inside:
            cv2.add(picture[:HEIGHT], self._noise[int(wall_s * 8) % NOISE_FRAMES], dst=picture[:HEIGHT])
        return picture

    def bgr(self, story_s: float, at: tuple[float, float, float, float], pitch_deg: float = STEEP_DEG) -> Bgr:
        """What the camera sees from a position."""
        x, y = world.to_local(at[0], at[1])
        eye = np.array([x, y, max(LEAST_M, at[2])])
        matrix = _camera(eye, at[3], pitch_deg)
        frame = self._ground(eye, matrix)
        if pad := self._pad():
            paint(frame, matrix, *world.to_local(*pad[:2]), pad[2])
        if pitch_deg > OVERVIEW_DEG:
            frame[_rises(pitch_deg)] = SKY
            return frame
        painter, reach_m = Painter(frame, matrix, eye), 1.5 * float(eye[2]) + 14
        for parked in _parked().around(x, y, reach_m):
            painter.car(parked)
        for car in self._traffic.at(story_s):
            if math.hypot(car.x_m - x, car.y_m - y) < reach_m:
                painter.car(car)
        for thing in _standing().around(x, y, reach_m):
            if isinstance(thing, House):
                painter.house(thing)
            else:
                painter.tree(thing)
        return frame

    def _ground(self, eye: NDArray[np.float64], matrix: NDArray[np.float64]) -> Bgr:
        ground = self._kept(eye)
        s, half = ground.px_per_m, SIZE_PX / 2
        to_metres = np.array([[1 / s, 0, ground.x_m - half / s], [0, -1 / s, ground.y_m + half / s], [0, 0, 1]])
        way = matrix[:, [0, 1, 3]] @ to_metres
        picture = cv2.warpPerspective(ground.bgr, way, (WIDTH, HEIGHT), borderValue=HAZE)
        return picture.astype(np.uint8, copy=False)

    def _kept(self, eye: NDArray[np.float64]) -> GroundMap:
        """The map in hand while it covers the view at a fitting scale, else a new one around the eye."""
        fitting = 2 ** (round(math.log2(min(40.0, FOCAL_PX / eye[2])) * 2) / 2)
        spare_m = SIZE_PX / 2 / fitting - 1.35 * float(eye[2])
        kept = self._map
        if (
            kept is None
            or kept.px_per_m != fitting
            or max(abs(eye[0] - kept.x_m), abs(eye[1] - kept.y_m)) > max(spare_m, 1.0)
        ):
            kept = self._map = GroundMap(float(eye[0]), float(eye[1]), fitting)
        return kept


class _Places(Generic[T]):
    """Things that stay where they are, found by place."""

    def __init__(self, things: Sequence[T]) -> None:
        self._things: Sequence[T] = things
        self._at = np.array([(thing.x_m, thing.y_m) for thing in things])

    def around(self, x: float, y: float, reach_m: float) -> list[T]:
        """Those within reach, the farthest first."""
        far = np.hypot(*(self._at - (x, y)).T)
        near = np.flatnonzero(far < reach_m)
        return [self._things[i] for i in near[np.argsort(-far[near])]]


@lru_cache(maxsize=1)
def _standing() -> "_Places[House | Tree]":
    return _Places((*plots().houses, *plots().trees))


@lru_cache(maxsize=1)
def _parked() -> "_Places[ParkedCar]":
    return _Places(plots().parked)


def _rises(pitch_deg: float) -> NDArray[np.bool_]:
    """bool (h,): the rows of the picture that lie above the horizon, a hair's breadth of far ground included."""
    pitch, rows = math.radians(pitch_deg), (np.arange(HEIGHT) - HEIGHT / 2) / FOCAL_PX
    return np.asarray(-math.sin(pitch) + rows * math.cos(pitch) < 0.01)


def _camera(eye: NDArray[np.float64], heading_deg: float, pitch_deg: float = STEEP_DEG) -> NDArray[np.float64]:
    """3 x 4 from (east, north, up) metres to pixels: the picture's upper edge lies ahead of the aircraft."""
    turn, tilt = math.radians(heading_deg), math.radians(90 + pitch_deg)
    ahead, right = np.array([math.sin(turn), math.cos(turn), 0.0]), np.array([math.cos(turn), -math.sin(turn), 0.0])
    depth = ahead * math.sin(tilt) + np.array([0, 0, -math.cos(tilt)])
    down = -ahead * math.cos(tilt) + np.array([0, 0, -math.sin(tilt)])
    turned = np.stack([right, down, depth])
    inner = np.array([[FOCAL_PX, 0, WIDTH / 2], [0, FOCAL_PX, HEIGHT / 2], [0, 0, 1]])
    return np.asarray(inner @ np.hstack([turned, -(turned @ eye)[:, None]]))


@lru_cache(maxsize=1)
def _dark() -> Bgr:
    """The inside of the dock: a lamp's glow on the pad, hardly more."""
    v, u = np.mgrid[0:HEIGHT, 0:WIDTH]
    glow = np.exp(-(((u - 520) / 150.0) ** 2) - ((v - 70) / 90.0) ** 2)[:, :, None]
    inside = np.array([16.0, 13.0, 12.0]) + glow * np.array([26.0, 44.0, 20.0])
    dark: Bgr = inside.astype(np.uint8)
    return dark


def _stamp(frame: Bgr, wall_s: float, text: str) -> None:
    moment = datetime.fromtimestamp(wall_s, UTC)
    frame[HEIGHT - 22 :] = frame[HEIGHT - 22 :] // 3
    line = f"{moment:%Y-%m-%d %H:%M:%S}Z   {text}"
    cv2.putText(frame, line, (8, HEIGHT - 7), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (236, 236, 236), 1, cv2.LINE_AA)
