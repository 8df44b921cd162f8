"""The camera's part of rules over scenes: config errors, events with their reasons, places from the air."""

import math
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import av
import numpy as np
import pytest
from pydantic import ValidationError

from edge import health
from edge.config import CameraConfig
from edge.vision.frame import Frame
from edge.vision.objects import KINDS, Bgr, ObjectBox
from edge.vision.objects_config import CenterNetObjects
from edge.vision.scene import AerialLookout, SceneLookout, Whereabouts
from edge.vision.scene_config import AerialConfig
from edge.vision.watch import ObjectWatch, incident, placed, whereabouts
from sim.aerial import FOCAL_PX, HEIGHT, STEEP_DEG, WIDTH
from sim.walkers import LEFT_LANE, OVERVIEW, STORIES, truth_boxes, zone
from wire.events import Body
from wire.states import VehicleState

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LANE = zone([(LEFT_LANE[0], 9), (LEFT_LANE[0], 85), (LEFT_LANE[1], 85), (LEFT_LANE[1], 9)])
CAMERA = {"name": "road-1-cam", "url": "tcp://127.0.0.1:1", "role": "view", "lat": 52.2, "lon": 0.12}
ZONE = {"name": "away", "kind": "carriageway", "polygon": LANE}


def frame(t: float, size: tuple[int, int] = (OVERVIEW.width, OVERVIEW.height)) -> Frame:
    black = np.zeros((size[1], size[0], 3), np.uint8)
    return Frame(av.VideoFrame.from_ndarray(black, "bgr24"), START + timedelta(seconds=t), t)


def camera(**more: object) -> CameraConfig:
    return CameraConfig.model_validate(CAMERA | more)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"scene": {"zones": []}}, "at least 1 item"),
        ({"scene": {"zones": [ZONE, ZONE]}}, "two zones are called away"),
        ({"scene": {"zones": [ZONE | {"polygon": [LANE[0], LANE[2], LANE[1], LANE[3]]}]}}, "cross"),
        ({"scene": {"zones": [ZONE], "times": {"stopped_s": 0}}}, "greater than or equal to 1"),
        ({"scene": {"zones": [ZONE], "look": 1}}, "Extra inputs"),
        ({"role": "aircraft", "scene": {"zones": [ZONE]}}, "zones need one that stands still"),
        ({"aerial": {"fov_deg": 77, "pitch_deg": -80}}, "aerial is for the role aircraft"),
        ({"role": "aircraft", "aerial": {"fov_deg": 77, "pitch_deg": 10}}, "less than 0"),
    ],
)
def test_a_section_that_cannot_work_says_why(more: dict[str, object], said: str) -> None:
    camera(scene={"zones": [ZONE]})
    with pytest.raises(ValidationError, match=said):
        camera(**more)


def test_the_events_of_a_cause_carry_its_reason_and_its_place_in_the_picture() -> None:
    numbers, looks = count(1), iter(range(1000))

    def detect(_bgr: Bgr) -> tuple[ObjectBox, ...]:
        t = next(looks) / 4
        return tuple(ObjectBox(kind, box, 0.9) for kind, box in truth_boxes(STORIES["person on the carriageway"], t))

    config = camera(scene={"zones": [ZONE]})
    assert config.scene
    lookout = SceneLookout(detect, frozenset(KINDS), config.scene, lambda: UUID(int=next(numbers)))
    events = [incident(told, OVERVIEW_SIZE, config) for step in range(160) for told in lookout(frame(step / 4))]
    opened, over = events
    assert (opened.state, over.state, opened.cause_id) == ("opened", "over", over.cause_id)
    assert (opened.rule, opened.zone, opened.label, opened.count) == ("person_on_carriageway", "away", "person", 1)
    assert opened.reason == "a person on the carriageway away for 2 s"
    assert opened.captured_at - opened.since_at >= timedelta(seconds=2)
    assert opened.frame == OVERVIEW_SIZE
    assert 0 <= opened.box[0] < opened.box[2] <= OVERVIEW.width


OVERVIEW_SIZE = (OVERVIEW.width, OVERVIEW.height)
AERIAL = AerialConfig(fov_deg=2 * math.degrees(math.atan(WIDTH / 2 / FOCAL_PX)), pitch_deg=STEEP_DEG)


@pytest.mark.parametrize("pitch_deg", [None, -60.0])
def test_an_object_seen_from_the_air_is_told_with_its_place_and_again_while_it_stays(pitch_deg: float | None) -> None:
    """Drawn by the simulator's own camera: a thing 12 m east and 20 m north of an aircraft that heads north-east.

    Where the gimbal says how it looks, that counts and not the site's word.
    """
    from sim.aerial import _camera

    u, v, w = _camera(np.array([0.0, 0.0, 40.0]), 45.0, pitch_deg or STEEP_DEG) @ (12.0, 20.0, 0.0, 1.0)
    u, v = u / w, v / w
    lookout = AerialLookout(lambda _bgr: (ObjectBox("person", (u - 5, v - 5, u + 5, v + 5), 0.8),), AERIAL)
    told = []
    for step in range(28):
        shot = frame(step / 4, (WIDTH, HEIGHT))
        at = Whereabouts(shot.captured_at, 52.2, 0.12, 40.0, 45.0, 0.0, pitch_deg)
        told += [placed(sighting, shot, "falcon-1-cam") for sighting in lookout(shot, at)]
    assert [event.captured_at for event in told] == [START + timedelta(seconds=t) for t in (0.5, 5.5)]
    north_m, east_m = (told[0].lat - 52.2) * 111_265, (told[0].lon - 0.12) * 68_350
    assert (east_m, north_m) == pytest.approx(
        (12, 20), abs=0.8 if pitch_deg is None else 2.0
    )  # a box seen nearly from above: its foot is its middle
    assert 3 < told[0].error_m < 10
    assert told[0].label == "person"


def test_without_a_fresh_position_nothing_is_placed() -> None:
    lookout = AerialLookout(lambda _bgr: (ObjectBox("car", (300.0, 150.0, 340.0, 190.0), 0.8),), AERIAL)
    shots = [frame(step / 4, (WIDTH, HEIGHT)) for step in range(8)]
    assert [lookout(shot, None) for shot in shots[:4]] == [()] * 4
    old = Whereabouts(START - timedelta(seconds=3), 52.2, 0.12, 40.0, 45.0, 0.0)
    assert lookout(shots[4], old) == ()
    fresh = Whereabouts(shots[5].captured_at, 52.2, 0.12, 40.0, 45.0, 0.0)
    assert len(lookout(shots[5], fresh)) == 1


def test_the_camera_reads_where_its_aircraft_is(tmp_path: Path) -> None:
    assert whereabouts(health.read_aircraft(tmp_path)) is None
    state = VehicleState(
        edge="dock-1", aircraft="falcon-1", at=START, stage="on_scene", airborne=True, armed=True, mode="GUIDED",
        lat=52.2, lon=0.12, alt_rel_m=30.0, heading_deg=90.0, groundspeed_mps=4.0, link_ok=True, ready=False,
    )  # fmt: skip
    health.write_aircraft(tmp_path, state)
    assert whereabouts(health.read_aircraft(tmp_path)) == Whereabouts(START, 52.2, 0.12, 30.0, 90.0, 4.0)
    health.write_aircraft(tmp_path, state.model_copy(update={"camera_pitch_deg": -3.0}))
    level = whereabouts(health.read_aircraft(tmp_path))
    assert level is not None
    assert level.pitch_deg == -3.0
    health.write_aircraft(tmp_path, state.model_copy(update={"airborne": False}))
    assert whereabouts(health.read_aircraft(tmp_path)) is None
    health.write_aircraft(tmp_path, state.model_copy(update={"heading_deg": None}))
    assert whereabouts(health.read_aircraft(tmp_path)) is None


def test_a_camera_whose_network_is_missing_says_so_and_goes_on(tmp_path: Path) -> None:
    told: list[Body] = []
    config = camera(scene={"zones": [ZONE]})
    watch = ObjectWatch(CenterNetObjects(), config, tmp_path, lambda body, _at, _pictures: told.append(body))
    assert "objects are not watched" in watch.hindrance
    watch(frame(0.0))
    watch.finish()
    assert told == []
    assert watch.figures()["object_looks"] == 0
