"""What the simulated cameras draw is what the truth says they see."""

import cv2
import numpy as np
import pytest

from sim.aerial import Aerial
from sim.scene import Roadside
from sim.scene_canvas import Canvas
from sim.scene_lens import Lens, Texture, lay
from sim.scene_sight import HEIGHT, WIDTH, legible, plate_in, view
from sim.town import demo_town
from sim.traffic import Traffic, scene

CONFIG = demo_town(3).model_copy(update={"duration_s": 60})


@pytest.fixture(scope="module", params=[0, 1], ids=["rear", "front"])
def filmed(request: pytest.FixtureRequest) -> tuple:
    camera = CONFIG.cameras[request.param]
    eye, traffic = view(camera.lat, camera.lon, camera.heading_deg, camera.sees), Traffic(CONFIG)
    return camera, eye, traffic, Roadside(eye, traffic, camera.name)


def test_the_plate_is_where_the_truth_says(filmed: tuple) -> None:
    camera, eye, traffic, roadside = filmed
    stolen = next(trip for trip in traffic.main if trip.vrm == CONFIG.listed.vrm)
    since_s, until_s = legible(eye, traffic, stolen)
    for t_s in np.linspace(since_s, until_s, 5):
        corners = plate_in(eye, stolen.at(t_s))
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        cv2.fillConvexPoly(mask, np.round(corners).astype(np.int32), 255)
        pixels = roadside.bgr(t_s)[cv2.erode(mask, np.ones((5, 5))) > 0].astype(float)
        face = pixels[pixels.sum(axis=1) > 300].mean(axis=0)
        assert 0.4 < (pixels.sum(axis=1) > 300).mean() < 0.95
        assert face[0] > 180 if camera.sees == "front" else face[0] < 90, face


def test_the_same_moment_gives_the_same_picture(filmed: tuple) -> None:
    camera, eye, traffic, roadside = filmed
    once = roadside.picture(8.5, 1e9)
    assert once.shape == (HEIGHT * 3 // 2, WIDTH)
    assert np.array_equal(once, roadside.picture(8.5, 1e9))
    assert np.array_equal(once, Roadside(eye, traffic, camera.name).picture(8.5, 1e9))


def test_before_the_story_there_is_only_the_street(filmed: tuple) -> None:
    roadside = filmed[3]
    assert np.array_equal(roadside.bgr(-5), roadside.bgr(-1e6))
    assert not np.array_equal(roadside.bgr(-5), roadside.bgr(29))


def test_the_lens_and_its_ground_agree() -> None:
    lens = Lens(320, 200, 900, above_m=3, yaw_deg=4, pitch_deg=6, roll_deg=-2)
    x, z = lens.ground()
    for row, column in ((120, 40), (199, 319), (150, 160)):
        pixel, depth = lens.project(np.array([[x[row, column], 0, z[row, column]]]))
        assert pixel[0] == pytest.approx((column, row), abs=1e-6)
        assert depth[0] > 0


def test_a_texture_is_laid_between_its_corners() -> None:
    frame = np.zeros((60, 80, 3), np.uint8)
    canvas = Canvas(2, 1, 50)
    canvas.rect(0, 0, 2, 1, (10, 20, 200))
    lay(frame, canvas.texture(), np.array([[20.0, 10], [60, 10], [60, 40], [20, 40]]))
    assert frame[25, 40].tolist() == [10, 20, 200]
    assert frame[:, :18].max() == frame[44:].max() == 0
    lay(frame, Texture(canvas.texture().bgra), np.array([[200.0, 10], [260, 10], [260, 40], [200, 40]]))


def test_the_parked_car_is_seen_from_above_the_scene() -> None:
    lat, lon = scene()
    hovering = (lat, lon, 30.0, 120.0)
    aerial = Aerial(Traffic(CONFIG), lambda: hovering, lambda: True, "falcon")
    there, gone = aerial.bgr(100, hovering).astype(int), aerial.bgr(-1, hovering).astype(int)
    changed = np.abs(there - gone).max(axis=2) > 30
    assert 400 < changed.sum() < 6000
    columns = np.nonzero(changed)[1]
    assert abs(columns.mean() - 320) < 60
    assert there[changed][:, 0].mean() > there[changed][:, 2].mean() + 20, "the stolen car is blue"


def test_an_aircraft_in_its_closed_dock_sees_the_dark() -> None:
    dock = CONFIG.docks[0]
    lid = [False]
    aerial = Aerial(Traffic(CONFIG), lambda: (dock.lat, dock.lon, 0.0, 0.0), lambda: lid[0], "falcon")
    dark = aerial.picture(1.0, 1e9)[:300].mean()
    lid[0] = True
    assert dark < 60
    assert aerial.picture(1.0, 1e9)[:300].mean() > 100
