"""The roadside by night and in rain: what shines, what fades, and that the truth still lies where the plate is."""

from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sim.roadside import passes
from sim.scene import Roadside
from sim.scene_sight import View, plate_in, view
from sim.town import Sky, demo_town
from sim.traffic import Traffic, Trip

CONFIG = demo_town(3).model_copy(update={"duration_s": 40})
TRAFFIC = Traffic(CONFIG)
Filmed = tuple[View, Trip, float, float]


@pytest.fixture(scope="module", params=[0, 1], ids=["rear", "front"])
def filmed(request: pytest.FixtureRequest) -> Filmed:
    camera = CONFIG.cameras[request.param]
    eye = view(camera.lat, camera.lon, camera.heading_deg, camera.sees)
    trip, since_s, until_s = list(passes(eye, TRAFFIC))[3]
    return eye, trip, since_s, until_s


@cache
def street(eye: View, sky: Sky) -> Roadside:
    return Roadside(eye, TRAFFIC, "cam", sky)


def shot(eye: View, sky: Sky, t_s: float) -> NDArray[np.uint8]:
    return street(eye, sky).bgr(t_s)


def plate_pixels(eye: View, trip: Trip, picture: NDArray[np.uint8], t_s: float) -> NDArray[np.uint8]:
    """Grey levels inside the plate's true corners."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.round(plate_in(eye, trip.at(t_s))).astype(np.int32), 255)
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)[cv2.erode(mask, np.ones((3, 3))) > 0]


def test_by_night_there_is_no_colour_and_only_plates_and_lamps_shine(filmed: Filmed) -> None:
    eye, trip, since_s, until_s = filmed
    t_s = (since_s + until_s) / 2
    dark, bright = shot(eye, "night", t_s), shot(eye, "day", t_s)
    assert np.ptp(dark.astype(int), axis=2).max() <= 3, "grey, but for the rounding of what is blended"
    assert np.median(dark) < 0.4 * np.median(bright)
    inside = plate_pixels(eye, trip, dark, t_s)
    assert np.percentile(inside, 80) > 190
    assert np.percentile(inside, 5) < 100, "the characters stay dark"


def test_by_night_a_nearer_plate_shines_brighter(filmed: Filmed) -> None:
    eye, trip, since_s, until_s = filmed
    widths, levels = [], []
    for t_s in (since_s, until_s):
        plate = plate_in(eye, trip.at(t_s))
        widths.append(np.hypot(*(plate[1] - plate[0])))
        levels.append(np.percentile(plate_pixels(eye, trip, shot(eye, "night", t_s), t_s), 70))
    assert levels[int(np.argmax(widths))] > levels[int(np.argmin(widths))] + 20


def test_by_night_head_lamps_saturate_and_tail_lamps_do_not(filmed: Filmed) -> None:
    eye, trip, since_s, until_s = filmed
    t_s = (since_s + until_s) / 2
    picture = cv2.cvtColor(shot(eye, "night", t_s), cv2.COLOR_BGR2GRAY)
    plate = plate_in(eye, trip.at(t_s))
    (x0, y0), (x1, y1) = plate.min(axis=0).astype(int), plate.max(axis=0).astype(int)
    around = picture[max(y0 - 150, 0) : y1 + 60, max(x0 - 160, 0) : x1 + 160].copy()
    around[y0 - max(y0 - 150, 0) : y1 - max(y0 - 150, 0), x0 - max(x0 - 160, 0) : x1 - max(x0 - 160, 0)] = 0
    white = (around >= 254).sum()
    assert white > 300 if eye.side < 0 else white < 60


def test_rain_takes_contrast_and_never_falls_the_same_way_twice(filmed: Filmed) -> None:
    eye, trip, since_s, until_s = filmed
    t_s = (since_s + until_s) / 2
    dry, wet = (plate_pixels(eye, trip, shot(eye, sky, t_s), t_s) for sky in ("day", "rain"))
    spread = [float(np.percentile(pixels, 90) - np.percentile(pixels, 5)) for pixels in (dry, wet)]
    assert 0.3 * spread[0] < spread[1] < 0.9 * spread[0]
    before, after = shot(eye, "rain", -5), shot(eye, "rain", -5 + 1 / 12)
    assert np.array_equal(before, Roadside(eye, TRAFFIC, "cam", "rain").bgr(-5))
    moved = np.abs(before.astype(int) - after).max(axis=2)
    assert 0.005 < (moved > 12).mean() < 0.2
