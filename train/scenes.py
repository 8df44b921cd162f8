"""What the plate detector is judged on: annotated photos, and rendered scenes whose plates have one width.

Each gives pictures, uint8 BGR, with the boxes of the plates marked in them, float32 (n, 4) x1, y1, x2, y2 px.
"""

from collections.abc import Iterator
from itertools import islice

import cv2
import numpy as np

from sim.roadside import passes
from sim.scene import Roadside
from sim.scene_sight import plate_in, view
from sim.town import Sky, demo_town
from sim.traffic import Traffic
from train.frames import Bgr, Boxes, Frame, picture
from train.synthetic import street
from train.weather import weathered

Sight = tuple[Bgr, Boxes]
STREET_SEED = 20
"""Streams of training begin with three numbers, this one's with two: no scene is one that training saw."""
TOWN_SEED = 77
SKIES: tuple[Sky, ...] = ("day", "night", "rain")


def photos(frames: list[Frame]) -> Iterator[Sight]:
    """Annotated pictures from disk."""
    return ((picture(frame.path), frame.boxes) for frame in frames)


def streets(width: int, count: int) -> Iterator[Sight]:
    """Streets drawn as for training, as large as its crops, in weather; every plate `width` px wide, one more or less.

    Harder than roads are: textures without sense, plates askew, some in colours near those of what is around them.
    """
    index = 0
    while count:
        rng = np.random.default_rng([STREET_SEED, index])
        made, index = street(rng, width=width * 1.05), index + 1
        low, high = made.corners.min(axis=1), made.corners.max(axis=1)
        if len(low) and (abs(high - low - width)[:, 0] <= 1).all():
            count -= 1
            yield weathered(rng, made.bgr, 0), np.hstack([low, high])


def passing(width: int, count: int) -> Iterator[Sight]:
    """`count` vehicles a sky before the simulator's two cameras, halfway through the time in which their plate can be
    read; each picture so small that this plate is `width` px wide in it. The others' plates are not marked."""
    town = demo_town(TOWN_SEED)
    traffic = Traffic(town)
    for sky in SKIES:
        for spec in town.cameras:
            eye = view(spec.lat, spec.lon, spec.heading_deg, spec.sees)
            camera = Roadside(eye, traffic, spec.name, sky)
            for trip, since_s, until_s in islice(passes(eye, traffic), count // len(town.cameras)):
                moment = (since_s + until_s) / 2
                corners = plate_in(eye, trip.at(moment))
                if corners is not None:
                    low, high = corners.min(axis=0), corners.max(axis=0)
                    scale = width / float(high[0] - low[0])
                    shown = cv2.resize(camera.bgr(moment), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
                    yield shown.astype(np.uint8, copy=False), np.array([[*low, *high]], np.float32) * np.float32(scale)
