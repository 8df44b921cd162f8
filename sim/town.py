"""TOWN.toml: what one simulated town has, where it stands and when its story happens; `demo_town` is the demo's."""

import math
import random
from pathlib import Path
from typing import Literal

import tomli_w
from pydantic import Field, model_validator

from sim import world
from wire.config import Section
from wire.frozen import Heading, Latitude, Longitude, Name
from wire.vrm import strip

Port = int
Sky = Literal["day", "night", "rain"]
"""What the roadside cameras see by: daylight, infra-red, or a wet day."""
LANE_LEFT_M = 2.2
"""The lane's middle, to the left of the street's middle."""
POLE_LEFT_M = LANE_LEFT_M + 2.8
"""A roadside camera stands at the left kerb."""


class RoadsideCamera(Section):
    """`sees`: rear plates of traffic that drives away, or front plates of traffic that comes."""

    name: Name
    port: Port = Field(ge=1, le=65535)
    lat: Latitude
    lon: Longitude
    heading_deg: Heading
    edge: Name
    sees: Literal["rear", "front"]


class OverviewCamera(Section):
    """On a mast over a side street, for people and vehicles; its street has a story of its own (sim/walkers.py)."""

    name: Name
    port: Port = Field(ge=1, le=65535)
    lat: Latitude
    lon: Longitude
    heading_deg: Heading
    edge: Name


class AircraftCamera(Section):
    name: Name
    port: Port = Field(ge=1, le=65535)


class DockSpec(Section):
    """One box with its aircraft. `mavlink`: where the aircraft's autopilot speaks, e.g. udpout:127.0.0.1:14550."""

    edge: Name
    modbus_port: Port = Field(ge=1, le=65535)
    lat: Latitude
    lon: Longitude
    amsl_m: float = 12.0
    heading_deg: Heading = 0
    aircraft: Name
    mavlink: str = Field(pattern=r"^(udpin|udpout):[^:]+:\d+$")
    system_id: int = Field(default=1, ge=1, le=255)
    signing_key: Path | None = None
    powered_for_s: float = Field(default=60, ge=0)
    """How long before the start its autopilot was switched on."""
    camera: AircraftCamera


class ListedCar(Section):
    """The stolen car of the story: enters the High Street `starts_after_s` after the story's start."""

    vrm: str = Field(max_length=7)
    starts_after_s: float = Field(default=0, ge=0)
    route: Literal["mill-lane", "through"] = "mill-lane"
    """mill-lane: turns off 100 m past the second camera and parks there, the scene; through: leaves the town."""


class TownConfig(Section):
    seed: int = Field(default=1, ge=0)
    out: Path = Path("var/town")
    """Gets truth.jsonl; the story starts when a file `go` (Unix seconds, text) appears here."""
    headway_s: float = Field(default=3.8, ge=2.5, le=120)
    """Mean time between two vehicles on the High Street; the density of traffic."""
    duration_s: float = Field(default=7200, gt=0, le=86_400)
    """No vehicle enters later."""
    sky: Sky = "day"
    cameras: tuple[RoadsideCamera, ...] = ()
    overviews: tuple[OverviewCamera, ...] = ()
    docks: tuple[DockSpec, ...] = ()
    listed: ListedCar | None = None

    @model_validator(mode="after")
    def _apart(self) -> "TownConfig":
        for what, values in (("name", self._names()), ("port", [str(port) for port in self.ports()])):
            if twice := {value for value in values if values.count(value) > 1}:
                raise ValueError(f"the same {what} twice: {', '.join(sorted(twice))}")
        if self.listed and not strip(self.listed.vrm) == self.listed.vrm:
            raise ValueError("listed.vrm: capitals and digits only")
        return self

    def ports(self) -> list[int]:
        """Every TCP port the town listens on."""
        cameras = [*(c.port for c in self.cameras), *(c.port for c in self.overviews)]
        return [*cameras, *(p for d in self.docks for p in (d.modbus_port, d.camera.port))]

    def _names(self) -> list[str]:
        return [
            *(c.name for c in self.cameras),
            *(c.name for c in self.overviews),
            *(d.camera.name for d in self.docks),
            *(d.aircraft for d in self.docks),
        ]

    def toml(self) -> str:
        """What `read_config` reads back as the same."""
        return tomli_w.dumps(self.model_dump(mode="json", exclude_none=True))


def demo_town(
    seed: int = 1, out: Path = Path("var/town"), first_port: int = 17_000, *, overview: bool = False
) -> TownConfig:
    """Two cameras 350 m apart on the High Street, two docks, and a stolen car that passes both and parks.

    `overview`: a third camera that watches people and vehicles in Church Street.
    """
    return TownConfig(
        seed=seed,
        out=out,
        cameras=(
            _on_high_street("road-1", u=-210, sees="rear", port=first_port),
            _on_high_street("road-2", u=140, sees="front", port=first_port + 1),
        ),
        overviews=(_over_church_street("road-3", port=first_port + 2),) if overview else (),
        docks=(
            _dock(1, u=-60, v=240, first_port=first_port),
            _dock(2, u=290, v=-195, first_port=first_port),
        ),
        listed=ListedCar(vrm=_listed_vrm(seed)),
    )


def _listed_vrm(seed: int) -> str:
    import numpy as np

    from sim.plates import random_vrm

    return random_vrm(np.random.default_rng(random.Random(f"{seed}:listed").getrandbits(64)))


def _on_high_street(edge: str, *, u: float, sees: Literal["rear", "front"], port: int) -> RoadsideCamera:
    lat, lon = world.to_geo(*world.from_grid(u, POLE_LEFT_M))
    along = 84.0
    return RoadsideCamera(
        name=f"{edge}-cam", edge=edge, port=port, lat=lat, lon=lon, sees=sees,
        heading_deg=along if sees == "rear" else along + 180,
    )  # fmt: skip


def _over_church_street(edge: str, *, port: int) -> OverviewCamera:
    (ax, ay), (bx, by) = world.crossings()[6, 4], world.crossings()[7, 4]
    lat, lon = world.to_geo(ax + 0.2 * (bx - ax), ay + 0.2 * (by - ay))
    heading_deg = math.degrees(math.atan2(bx - ax, by - ay)) % 360
    return OverviewCamera(name=f"{edge}-cam", edge=edge, port=port, lat=lat, lon=lon, heading_deg=heading_deg)


def _dock(number: int, *, u: float, v: float, first_port: int) -> DockSpec:
    lat, lon = world.to_geo(*world.from_grid(u, v))
    return DockSpec(
        edge=f"dock-{number}", modbus_port=first_port + 10 + number, lat=lat, lon=lon, aircraft=f"falcon-{number}",
        mavlink=f"udpout:127.0.0.1:{first_port + 20 + number}", system_id=number,
        camera=AircraftCamera(name=f"falcon-{number}-cam", port=first_port + 30 + number),
    )  # fmt: skip
