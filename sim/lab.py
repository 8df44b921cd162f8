"""Starts everything for a demo: keys, configs, control room, boxes and town, each a process tree of its own."""

import json
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import tomli_w

from sim import sites, world
from sim.sites import Places
from sim.town import TownConfig, demo_town
from sim.vehicle import DEMO_BASELINE
from wire.baseline import read_rules, write_sealed
from wire.children import Child, python
from wire.errors import UserError
from wire.mavlink_key import create_mavlink_key
from wire.ports import port_taken
from wire.signing import create_key, load_private

DISPATCHER = "dispatcher"
FIRST_PORTS = range(17_000, 29_000, 100)
MARK = ".airbeat-demo"
"""Lies in every folder that a demo made: only such a one is removed by the next."""
_WORDS = ("amber", "basil", "cedar", "delta", "ember", "fjord", "gusto", "heron", "ivory", "jolly", "karst", "lemon")


@dataclass(frozen=True)
class Lab:
    """One demo run, laid out and ready to start."""

    town: TownConfig
    places: Places
    password: str

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.places.console_port}"

    def children(self) -> list[Child]:
        """Every process tree, the control room first so that the console answers early."""
        run = self.places.run
        room = [
            self._child("ingest", "ingest", str(self.places.room)),
            self._child("dashboard", "dashboard", str(self.places.room)),
        ]
        boxes = [self._child(box, "edge", str(self.places.site(box))) for box in sites.boxes(self.town)]
        return [*room, self._child("sim", "sim", str(run / "town.toml")), *boxes]

    def _child(self, name: str, *argv: str) -> Child:
        return Child(name, python(*argv), log=self.places.logs / f"{name}.log", stop_s=8)


def lay_out(run: Path, seed: int, console_port: int | None, eyes: Path | None = None) -> Lab:
    """A fresh folder with everything in it. Raises UserError where it can't be.

    `console_port` None: any free one. `eyes`: the network for a camera that watches people and vehicles; None: no such.
    """
    console = console_port or _free_port()
    if port_taken(console):
        remedy = "Stop what listens there or choose another with --port"
        raise UserError("the port is taken", where=f"127.0.0.1:{console}", remedy=remedy)
    first = _free_block()
    town = demo_town(seed, run / "town", first, overview=eyes is not None)
    places = Places(run, console, first + 50)
    try:
        _write_all(town, places)
        if eyes:
            _give_eyes(town, places, eyes)
    except OSError as error:
        raise UserError(f"cannot lay out the demo ({error.strerror})", where=str(run)) from error
    return Lab(town, places, "-".join(secrets.choice(_WORDS) for _ in range(3)))


def sign_people_up(lab: Lab) -> None:
    """The dispatcher's account and the hotlist, through the product's own commands, once the database runs."""
    room = str(lab.places.room)
    account = [room, DISPATCHER, "--role", "dispatcher", "--role", "supervisor"]
    _command("account", account, stdin=lab.password + "\n")
    _command("hotlist", [room, str(lab.places.run / "hotlist.csv")])


def _write_all(town: TownConfig, places: Places) -> None:
    _empty(places.run)
    for folder in (places.keys, places.boxes, places.town, places.logs):
        folder.mkdir(parents=True)
    for name in ("room", *sites.boxes(town)):
        create_key(places.keys / f"{name}.key", places.keys / f"{name}.pub")
    for box in sites.boxes(town):
        shutil.copy(places.keys / f"{box}.pub", places.boxes)
    baseline = read_rules(DEMO_BASELINE.with_suffix(".toml"))
    write_sealed(baseline, places.baseline, load_private(places.keys / "room.key"))
    for dock in town.docks:
        create_mavlink_key(places.mavlink_key(dock.aircraft))
    for box, config in sites.sites(town, places).items():
        places.site(box).write_text(tomli_w.dumps(config))
    places.room.write_text(tomli_w.dumps(sites.room(places)))
    (places.run / "town.toml").write_text(_with_keys(town, places).toml())
    (places.run / "streets.geojson").write_text(json.dumps(world.streets_geojson()))
    (places.run / "hotlist.csv").write_text(_hotlist(town))


def _give_eyes(town: TownConfig, places: Places, network: Path) -> None:
    """To the boxes that watch people and vehicles; each keeps its own copy, as `airbeat models fetch` would put it."""
    for camera in town.overviews:
        models = places.data(camera.edge) / "models"
        models.mkdir(parents=True)
        shutil.copy(network, models)


def _with_keys(town: TownConfig, places: Places) -> TownConfig:
    """Each aircraft knows the key that its box signs MAVLink with."""
    docks = tuple(d.model_copy(update={"signing_key": places.mavlink_key(d.aircraft)}) for d in town.docks)
    return town.model_copy(update={"docks": docks})


def _empty(run: Path) -> None:
    """Removes an earlier demo. Raises UserError where the folder holds anything that is not ours."""
    mark = run / MARK
    if run.exists() and any(run.iterdir()) and not mark.exists():
        raise UserError("the folder is not empty and not a demo's", where=str(run), remedy="Choose another with --dir")
    if run.exists():
        shutil.rmtree(run)
    run.mkdir(parents=True)
    mark.touch()


def _hotlist(town: TownConfig) -> str:
    rows = [f"{town.listed.vrm},stolen,high,taken from a drive this morning,"] if town.listed else []
    return "\n".join(["vrm,category,priority,note,expires", *rows]) + "\n"


def _command(name: str, argv: Iterable[str], stdin: str | None = None) -> None:
    """Raises UserError with the command's own line where it fails."""
    words = [sys.executable, "-c", "import sys, airbeat; sys.exit(airbeat.main())", name, *argv]
    done = subprocess.run(words, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(f"airbeat {name} failed: {done.stderr.strip().splitlines()[-1:] or 'no reason given'}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _free_block() -> int:
    """The first of a hundred ports that nobody uses."""
    for first in FIRST_PORTS:
        if not any(port_taken(first + offset) for offset in (0, 1, 2, 11, 12, 21, 22, 31, 32, 50)):
            return first
    raise UserError("no free block of ports between 17000 and 29000", where="127.0.0.1", remedy="Stop old demos")
