"""The demo's side street, by the simulator's truth: what its camera's zones are there to tell, and nothing else."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import numpy as np

from edge.config import SiteConfig
from edge.vision.object_track import ObjectTracks
from edge.vision.objects import KINDS, ObjectBox
from edge.vision.scene_causes import Causes, Told
from edge.vision.scene_rules import Scene, findings
from sim.lab import lay_out
from sim.sidestreet import frame
from sim.town import TownConfig
from sim.walkers import OVERVIEW, ROUND, ROUND_S, truth_boxes
from wire.config import read_config

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
FPS = 4


def overview_site(tmp_path: Path) -> tuple[TownConfig, SiteConfig, Path]:
    network = tmp_path / "centernet.onnx"
    network.write_bytes(b"a network")
    lab = lay_out(tmp_path / "run", 1, None, network)
    box = lab.town.overviews[0].edge
    return lab.town, read_config(lab.places.site(box), SiteConfig), lab.places.data(box) / "models" / network.name


def test_a_round_opens_three_incidents_and_each_is_over(tmp_path: Path) -> None:
    scene = overview_site(tmp_path)[1].cameras[0].scene
    assert scene
    numbers = count(1)
    tracks, causes = ObjectTracks(), Causes(scene.times, lambda: UUID(int=next(numbers)))
    told: list[Told] = []
    for step in range(int(ROUND_S * FPS)):
        t = step / FPS
        seen = tracks.update(tuple(ObjectBox(kind, box, 0.9) for kind, box in truth_boxes(ROUND, t)), t)
        found = findings(Scene(seen, (OVERVIEW.width, OVERVIEW.height), t), scene.zones, frozenset(KINDS))
        told += causes.update(found, t, START + timedelta(seconds=t))
    words = [(one.state, one.cause.finding.rule) for one in told]
    rules = ["person_on_carriageway", "wrong_way", "stopped_vehicle"]
    assert words == [(state, rule) for rule in rules for state in ("opened", "over")]


def test_its_box_has_the_network_and_its_camera_stands_in_the_town(tmp_path: Path) -> None:
    town, site, network = overview_site(tmp_path)
    assert network.read_bytes() == b"a network"
    assert site.cameras[0].url.endswith(f":{town.overviews[0].port}")
    assert len(set(town.ports())) == len(town.ports())


def test_without_a_network_there_is_no_such_camera(tmp_path: Path) -> None:
    assert lay_out(tmp_path / "run", 1, None).town.overviews == ()


def test_the_street_is_empty_before_the_story_and_busy_in_it() -> None:
    empty, later, busy = (frame(story_s, 0.0, "road-3-cam").astype(int) for story_s in (-1.0, -90.0, 28.0))
    assert np.array_equal(empty, later)
    assert (abs(busy - empty) > 40).sum() > 300
