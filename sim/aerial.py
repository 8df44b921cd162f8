"""The picture of the camera under an aircraft: the town from above."""

from collections.abc import Callable

import numpy as np

from sim.h264 import I420
from sim.traffic import Traffic

WIDTH, HEIGHT = 640, 360
Position = Callable[[], tuple[float, float, float, float]]


class Aerial:
    def __init__(self, traffic: Traffic, position: Position, lid_open: Callable[[], bool], label: str) -> None:
        self._traffic, self._position, self._lid_open, self._label = traffic, position, lid_open, label

    def picture(self, story_s: float, wall_s: float) -> I420:
        return np.full((HEIGHT * 3 // 2, WIDTH), int(wall_s * 8) % 64 + 64, np.uint8)
