"""The demo's configs (pure): a town's boxes and its control room, as the TOML that the product's processes read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim import marker, world
from sim.town import DockSpec, OverviewCamera, RoadsideCamera, TownConfig
from sim.walkers import LEFT_LANE, RIGHT_LANE, zone

Toml = dict[str, Any]
FENCE_GRID_M = ((-620.0, -480.0), (620.0, -480.0), (620.0, 480.0), (-620.0, 480.0))
"""The site fence by metres along and left of the High Street."""
ZONE_FROM_M, ZONE_TO_M = 9.0, 70.0
"""Of the lanes in front of an overview camera; farther off a person has too few pixels."""

LIMITS: Toml = {
    "max_wind_mps": 12.0,
    "max_gust_mps": 16.0,
    "max_rain_mm_h": 4.0,
    "min_visibility_m": 2000.0,
    "min_temperature_c": -10.0,
    "max_temperature_c": 40.0,
    "weather_max_age_s": 300.0,
    "ceiling_m": 100.0,
    "order_latency_s": 1.0,
    "position_error_m": 5.0,
    "cruise_mps": 14.0,
    "top_speed_mps": 18.0,
    "climb_mps": 3.5,
    "descent_mps": 1.5,
    "scene_alt_rel_m": 30.0,
    "min_on_scene_s": 120.0,
    "battery_wh": 180.0,
    "cruise_w": 700.0,
    "hover_w": 600.0,
    "reserve_pct": 20.0,
    "max_flight_s": 1200.0,
    "max_range_m": 2000.0,
    "max_clock_offset_ms": 500.0,
}
"""The airframe of sim/physics.py and the sense of a cautious operator; edge/config.py tells what each limits."""

VIEW: Toml = {
    "in_transit": "blanked",
    "radius_m": 120.0,
    "mount": "gimbal",
    "pitch_deg": -82.0,
    "fov_deg": 78.0,
    "fov_up_deg": 49.0,
    "height_error_m": 3.0,
}
"""The camera of sim/aerial.py over a level town."""

MARKER: Toml = {"number": marker.NUMBER, "side_m": marker.SIDE_M, "unseen": "land", "decision_m": 4.0, "tries": 2}
"""A busy machine draws and decodes late; the demo's pads are wide enough for satellites."""


@dataclass(frozen=True)
class Places:
    """Where a run keeps its things and which ports it uses."""

    run: Path
    console_port: int
    broker_port: int

    @property
    def keys(self) -> Path:
        return self.run / "keys"

    @property
    def boxes(self) -> Path:
        return self.run / "boxes"

    @property
    def town(self) -> Path:
        return self.run / "town"

    @property
    def logs(self) -> Path:
        return self.run / "log"

    @property
    def database(self) -> Path:
        return self.run / "database"

    def site(self, box: str) -> Path:
        return self.run / f"{box}.toml"

    def data(self, box: str) -> Path:
        return self.run / box

    def mavlink_key(self, aircraft: str) -> Path:
        return self.keys / f"{aircraft}.mavlink"

    @property
    def baseline(self) -> Path:
        return self.run / "arducopter.baseline"

    @property
    def room(self) -> Path:
        return self.run / "room.toml"


def room(places: Places) -> Toml:
    return {
        "name": "Demo control room",
        "data_dir": str(places.run / "room"),
        "broker": {"kind": "embedded", "port": places.broker_port},
        "store": {"kind": "embedded", "data_dir": str(places.database)},
        "keys": {"room_private_key": str(places.keys / "room.key"), "boxes_dir": str(places.boxes)},
        "map": {
            "lat": world.ORIGIN_LAT,
            "lon": world.ORIGIN_LON,
            "zoom": 15.5,
            "streets": str(places.run / "streets.geojson"),
        },
        "console": {"port": places.console_port},
    }


def sites(town: TownConfig, places: Places) -> dict[str, Toml]:
    """Box -> its SITE.toml."""
    roadside = {camera.edge: _roadside(camera, places) for camera in town.cameras}
    roadside |= {camera.edge: _overview(camera, places) for camera in town.overviews}
    return roadside | {dock.edge: _dock(dock, places) for dock in town.docks}


def boxes(town: TownConfig) -> list[str]:
    cameras = [*(camera.edge for camera in town.cameras), *(camera.edge for camera in town.overviews)]
    return [*cameras, *(dock.edge for dock in town.docks)]


def _roadside(camera: RoadsideCamera, places: Places) -> Toml:
    place = {"lat": camera.lat, "lon": camera.lon}
    heading = {"heading_deg": camera.heading_deg % 360}
    stream = {"name": camera.name, "role": "plates", "url": f"tcp://127.0.0.1:{camera.port}", **place, **heading}
    return _box(camera.edge, places, place) | {"cameras": [stream]}


def _overview(camera: OverviewCamera, places: Places) -> Toml:
    place = {"lat": camera.lat, "lon": camera.lon}
    stream = {"name": camera.name, "role": "view", "url": f"tcp://127.0.0.1:{camera.port}", **place}
    watched = {"heading_deg": camera.heading_deg, "scene": {"zones": zones(), "times": {"stopped_s": 15.0}}}
    return _box(camera.edge, places, place) | {"cameras": [stream | watched]}


def zones() -> list[Toml]:
    """The two lanes that an overview camera sees, each with its way in the picture (right and down count up)."""
    lanes = (("church-street-east", LEFT_LANE, [-0.2, -1.0]), ("church-street-west", RIGHT_LANE, [0.2, 1.0]))
    return [
        {"name": name, "kind": "carriageway", "direction": way, "polygon": [list(corner) for corner in _lane(x)]}
        for name, x, way in lanes
    ]


def _lane(x: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    return zone([(x[0], ZONE_FROM_M), (x[0], ZONE_TO_M), (x[1], ZONE_TO_M), (x[1], ZONE_FROM_M)])


def _dock(dock: DockSpec, places: Places) -> Toml:
    place = {"lat": dock.lat, "lon": dock.lon}
    stream = {"name": dock.camera.name, "role": "aircraft", "url": f"tcp://127.0.0.1:{dock.camera.port}", **place}
    flight = {
        "aircraft": dock.aircraft,
        "autopilot": "arducopter",
        "link": "udpin:" + dock.mavlink.removeprefix("udpout:"),
        "system_id": dock.system_id,
        "baseline": str(places.baseline),
        "signing_key": str(places.mavlink_key(dock.aircraft)),
        "traffic": "adsb",
        "remote_id": "mavlink",
        "zones": "none",
        "view": VIEW,
        "marker": MARKER,
        "limits": {**LIMITS, "ground_amsl_m": dock.amsl_m, "pad_amsl_m": dock.amsl_m, "fence": fence()},
    }
    modbus = {"kind": "modbus", "host": "127.0.0.1", "port": dock.modbus_port, **place}
    return _box(dock.edge, places, place) | {"cameras": [stream], "flight": flight, "dock": modbus}


def _box(name: str, places: Places, place: Toml) -> Toml:
    keys = {
        "private_key": str(places.keys / f"{name}.key"),
        "room_public_key": str(places.keys / "room.pub"),
    }
    return {
        "box": {"name": name, "data_dir": str(places.data(name)), **place, **keys},
        "uplink": {"host": "127.0.0.1", "port": places.broker_port},
    }


def fence() -> list[list[float]]:
    """The site fence, (lat, lon) corners."""
    return [list(world.to_geo(*world.from_grid(u, v))) for u, v in FENCE_GRID_M]
