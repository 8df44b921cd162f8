"""The picture of a roadside camera at a moment: the painted street, its vehicles, the sensor's noise, the clock."""

from datetime import UTC, datetime

import cv2
import numpy as np

from sim.h264 import I420
from sim.scene_lens import Bgr
from sim.scene_night import dark_faces, dark_street, glow, shining
from sim.scene_rain import fall, spray, wet_street
from sim.scene_sight import View
from sim.scene_street import paint_street
from sim.scene_vehicle import Faces, Standing, draw, faces_of
from sim.town import Sky
from sim.traffic import Car, Traffic

NOISE_FRAMES = 8
STAMP_PX = 24
NOISE_LEVELS: dict[Sky, float] = {"day": 1.6, "night": 4.0, "rain": 2.2}
"""Standard deviation in grey levels: the less light, the more gain."""
LAMPS_IN_RAIN = 0.5
"""What is seen of lamps by a wet day."""


class Roadside:
    """`picture` is pure but for its caches. `label` is shown beside the time."""

    def __init__(self, view: View, traffic: Traffic, label: str, sky: Sky = "day") -> None:
        self._view, self._traffic, self._label, self._sky = view, traffic, label, sky
        self._street = _under(sky, paint_street(view.lens, view.side, label), view)
        rng = np.random.default_rng(7)
        size, level = (NOISE_FRAMES, view.lens.height, view.lens.width), NOISE_LEVELS[sky]
        self._noise = np.clip(rng.normal(2.5 * level, level, size) + 0.5, 0, 255).astype(np.uint8)

    def picture(self, story_s: float, wall_s: float) -> I420:
        """uint8 (h * 3 / 2, w)."""
        frame = self.bgr(story_s)
        stamp(frame, wall_s, self._label)
        picture = cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)
        luma = picture[: self._view.lens.height]
        cv2.add(luma, self._noise[int(wall_s * 12) % NOISE_FRAMES], dst=luma)
        return picture

    def bgr(self, story_s: float) -> Bgr:
        """The vehicles in the street, farthest first."""
        frame = self._street.copy()
        standing = [(car, at) for car in self._traffic.at(story_s) if (at := self._view.standing(car))]
        for car, at in sorted(standing, key=lambda pair: -pair[1].nose_z_m):
            self._vehicle(frame, car, at, story_s)
        return fall(frame, story_s) if self._sky == "rain" else frame

    def _vehicle(self, frame: Bgr, car: Car, at: Standing, story_s: float) -> None:
        lens = self._view.lens
        faces: Faces = faces_of(car.id, car.kind, car.colour, car.vrm, not at.comes)
        match self._sky:
            case "day":
                draw(frame, lens, faces, at)
            case "night":
                draw(frame, lens, shining(dark_faces(faces), at), at)
                glow(frame, lens, faces, at)
            case "rain":
                draw(frame, lens, faces, at)
                glow(frame, lens, faces, at, LAMPS_IN_RAIN)
                spray(frame, lens, faces, at, story_s)


def _under(sky: Sky, street: Bgr, view: View) -> Bgr:
    match sky:
        case "day":
            return street
        case "night":
            return dark_street(street, view.lens)
        case "rain":
            return wet_street(street, view.lens)


def stamp(frame: Bgr, wall_s: float, label: str) -> None:
    """Time in UTC and the camera's name, as cameras write them."""
    moment = datetime.fromtimestamp(wall_s, UTC)
    text = f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 100_000}Z  {label.upper()}"
    frame[:STAMP_PX] = frame[:STAMP_PX] // 3
    cv2.putText(frame, text, (10, STAMP_PX - 7), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (240, 240, 240), 1, cv2.LINE_AA)
