"""TOWN.toml and the town's base map."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from sim import world
from sim.story import BEFORE, Story, start
from sim.town import TownConfig, demo_town
from sim.world_plots import plots
from wire.config import read_config
from wire.errors import UserError


def test_the_demo_town_survives_its_own_file(tmp_path: Path) -> None:
    path = tmp_path / "town.toml"
    path.write_text(demo_town(7).toml())
    assert read_config(path, TownConfig) == demo_town(7)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [("sees = 'rear'", "sees = 'above'"), ("seed = 1", "seed = -1"), ("headway_s", "headways_s"), ("17001", "17000")],
)
def test_a_wrong_key_is_named(tmp_path: Path, wrong: str, named: str) -> None:
    path = tmp_path / "town.toml"
    path.write_text(demo_town(1).toml().replace(wrong.replace("'", '"'), named.replace("'", '"')))
    with pytest.raises(UserError, match=r"town\.toml: .*(sees|seed|headways_s|same port twice)"):
        read_config(path, TownConfig)


def test_a_listed_mark_with_a_space_is_refused() -> None:
    tree = demo_town(1).model_dump()
    tree["listed"]["vrm"] = "AB1 CDE"
    with pytest.raises(ValidationError, match="capitals and digits"):
        TownConfig.model_validate(tree)


def test_another_seed_has_another_stolen_car() -> None:
    assert demo_town(1).listed != demo_town(2).listed
    assert demo_town(1) == demo_town(1)


def test_the_base_map_is_geojson_with_named_streets() -> None:
    features = json.loads(json.dumps(world.streets_geojson()))["features"]
    names = {f["properties"]["name"] for f in features if f["geometry"]["type"] == "LineString"}
    assert len(names) >= 25
    assert {f["properties"]["class"] for f in features} == {"main", "street", "lane", "park", "water"}
    rings = [f["geometry"]["coordinates"][0] for f in features if f["geometry"]["type"] == "Polygon"]
    assert all(ring[0] == ring[-1] for ring in rings)
    longitudes, latitudes = zip(*(p for f in features if f["geometry"]["type"] == "LineString"
                                  for p in f["geometry"]["coordinates"]), strict=True)  # fmt: skip
    assert 0.11 < min(longitudes) < max(longitudes) < 0.13
    assert 52.19 < min(latitudes) < max(latitudes) < 52.21


def test_houses_stand_beside_the_streets_and_docks_in_the_open() -> None:
    houses = plots().houses
    assert len(houses) > 800
    for dock in demo_town(1).docks:
        x, y = world.to_local(dock.lat, dock.lon)
        assert min(abs(h.x_m - x) + abs(h.y_m - y) for h in houses) > 15


def test_the_story_waits_for_its_second_zero(tmp_path: Path) -> None:
    story = Story(tmp_path)
    assert story.at(1000.0) == BEFORE
    start(tmp_path, 990.0)
    assert story.at(1000.0) == 10.0
    assert story.at(980.0) == -10.0


def test_a_broken_go_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "go").write_text("now")
    with pytest.raises(UserError, match="Unix seconds"):
        Story(tmp_path).at(1.0)
