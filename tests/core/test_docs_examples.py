"""The configs that the documentation shows are configs that load, and lack nothing that they could lack."""

import json
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from pydantic import ValidationError

from edge.config import SiteConfig
from ingest.room import RoomConfig

ROOT = Path(__file__).parents[2]


def blocks(page: str) -> list[str]:
    return re.findall(r"```toml\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


def showing(section: str) -> str:
    """The runbook's example that shows it."""
    return next(block for block in blocks("docs/runbook.md") if section in block)


def test_the_runbooks_room_loads() -> None:
    assert RoomConfig.model_validate(tomllib.loads(blocks("docs/runbook.md")[0])).console.port == 8800


def test_the_readmes_box_loads_alone_and_with_the_runbooks_dock() -> None:
    box, dock = blocks("README.md")[0], showing("[flight]")
    assert SiteConfig.model_validate(tomllib.loads(box)).flight is None
    assert SiteConfig.model_validate(tomllib.loads(box + dock)).inventory().aircraft is not None


def test_a_dock_without_any_one_of_its_limits_does_not_load() -> None:
    whole = tomllib.loads(blocks("README.md")[0] + showing("[flight]"))
    limits = whole["flight"]["limits"]
    assert len(limits) >= 25
    for key in limits:
        fewer = {**whole, "flight": {**whole["flight"], "limits": {k: v for k, v in limits.items() if k != key}}}
        with pytest.raises(ValidationError, match=key):
            SiteConfig.model_validate(fewer)


def test_a_dock_with_any_one_of_its_limits_out_of_range_does_not_load() -> None:
    whole = tomllib.loads(blocks("README.md")[0] + showing("[flight]"))
    limits = whole["flight"]["limits"]
    for key in limits.keys() - {"fence"}:
        wild = {**whole, "flight": {**whole["flight"], "limits": {**limits, key: -1e9}}}
        with pytest.raises(ValidationError, match=key):
            SiteConfig.model_validate(wild)


def test_the_readmes_camera_watches_the_runbooks_zones() -> None:
    (camera,) = SiteConfig.model_validate(tomllib.loads(blocks("README.md")[0] + showing("[cameras.scene]"))).cameras
    assert camera.scene
    assert [zone.name for zone in camera.scene.zones] == ["high-street"]
    flying = blocks("README.md")[0].replace('"plates"', '"aircraft"') + showing("[cameras.aerial]")
    site = SiteConfig.model_validate(tomllib.loads(flying + showing("[flight]")))
    assert site.cameras[0].aerial
    assert site.cameras[0].aerial.pitch_deg == -82
    assert site.flight is not None
    assert site.flight.view is not None
    assert site.flight.view.pitch_deg == -82


def test_a_camera_that_flies_needs_a_word_on_what_it_may_show() -> None:
    whole = tomllib.loads(blocks("README.md")[0].replace('"plates"', '"aircraft"') + showing("[flight]"))
    unsaid = {**whole, "flight": {k: v for k, v in whole["flight"].items() if k not in ("view", "marker")}}
    with pytest.raises(ValidationError, match=r"flight.view.*F24"):
        SiteConfig.model_validate(unsaid)
    fixed = {**whole["flight"]["view"], "mount": "fixed", "in_transit": "level"}
    unlit = {**whole, "flight": {key: value for key, value in whole["flight"].items() if key != "view"}}
    with pytest.raises(ValidationError, match="marker needs"):
        SiteConfig.model_validate(unlit)
    with pytest.raises(ValidationError, match="fixed to the airframe"):
        SiteConfig.model_validate({**whole, "flight": {**whole["flight"], "view": fixed}})


def test_an_unknown_key_does_not_load() -> None:
    box = tomllib.loads(blocks("README.md")[0])
    with pytest.raises(ValidationError, match="colour"):
        SiteConfig.model_validate({**box, "colour": "blue"})


@pytest.mark.parametrize("forgotten", ["ca", "certificate", "key"])
def test_an_external_broker_with_a_file_forgotten_is_refused_and_not_spoken_to_in_clear(forgotten: str) -> None:
    room = tomllib.loads(blocks("docs/runbook.md")[0])
    files = {name: f"{name}.pem" for name in ("ca", "certificate", "key") if name != forgotten}
    broker = {"kind": "external", "host": "broker.example", "port": 8883}
    assert RoomConfig.model_validate({**room, "broker": broker}).broker.kind == "external"
    with pytest.raises(ValidationError, match="go together"):
        RoomConfig.model_validate({**room, "broker": broker | files})


def test_every_direct_dependency_has_its_licence_listed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[\[>=<]", line)[0] for line in wanted}
    package = json.loads((ROOT / "dashboard/web/package.json").read_text())
    names |= package["dependencies"].keys() | package["devDependencies"].keys()
    rows = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs/licences.md").read_text(), re.MULTILINE)
    assert names - {name for row in rows for name in row.split(", ")} == set()
