"""The demo as it is laid out: each dock's box starts on its files, and its aircraft signs with the same key."""

from pathlib import Path

from edge.__main__ import check
from edge.config import SiteConfig
from sim.air import _vehicle
from sim.lab import lay_out
from sim.town import TownConfig
from sim.vehicle import Vehicle
from wire.config import read_config
from wire.mavlink_key import load_mavlink_key


def test_every_box_and_every_aircraft_finds_its_keys_and_its_baseline(tmp_path: Path) -> None:
    lab = lay_out(tmp_path / "run", 1, None)
    town = read_config(lab.places.run / "town.toml", TownConfig)
    assert len(town.docks) == 2
    for dock in town.docks:
        site = read_config(lab.places.site(dock.edge), SiteConfig)
        assert f"aircraft {dock.aircraft}" in check(site)
        assert site.flight
        assert isinstance(site.flight.signing_key, Path)
        signing = Vehicle(_vehicle(dock, 1)).callers.signing
        assert signing
        assert signing.state.secret_key == load_mavlink_key(site.flight.signing_key)
    keys = [load_mavlink_key(lab.places.mavlink_key(dock.aircraft)) for dock in town.docks]
    assert keys[0] != keys[1]
    assert all(path.stat().st_mode & 0o077 == 0 for path in lab.places.keys.glob("*.mavlink"))
