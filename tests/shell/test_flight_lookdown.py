"""The way of the pad's marker: the simulated camera's picture, the camera process's file, the flight process's word."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from av.video.frame import VideoFrame

from bench.lockstep import LIMITS, make_site
from edge.config import MarkerConfig, ViewConfig
from edge.flight.autopilots import Command
from edge.flight.dockside import DockReading
from edge.flight.geometry import M_PER_DEG, Place
from edge.flight.launch import Stage
from edge.flight.lookdown import Lookdown
from edge.flight.say import Said, Say
from edge.flight.seen import Seen
from edge.flight.state import Sortie
from edge.flight.telemetry import Telemetry
from edge.health import write_aircraft
from edge.marker import MARKER, MarkerSight, read_sight, write_sight
from edge.vision.frame import Frame
from edge.vision.marker import MarkerFinder
from edge.vision.pad import PadWatch
from sim.aerial import Aerial
from sim.marker import NUMBER, SIDE_M
from sim.town import demo_town
from sim.traffic import Traffic
from wire.states import VehicleState

TOWN = demo_town(3).model_copy(update={"duration_s": 60})
PAD = Place(TOWN.docks[0].lat, TOWN.docks[0].lon)
VIEW = ViewConfig(
    in_transit="blanked", radius_m=80, mount="gimbal", pitch_deg=-82, fov_deg=77.3, fov_up_deg=48.5, height_error_m=5
)
SITE = replace(
    make_site(LIMITS), dock=PAD, view=VIEW,
    marker=MarkerConfig(number=NUMBER, side_m=SIDE_M, unseen="divert", decision_m=4, tries=2),
)  # fmt: skip
NORTH_M, HEIGHT_M = 0.4, 3.0
"""Off the pad's middle, its nose to the north: so the marker lies behind."""
HERE = Place(PAD.lat + NORTH_M / M_PER_DEG, PAD.lon)
COMING_DOWN = Telemetry(
    place=HERE, alt_rel_m=HEIGHT_M, position_s=99.9, attitude_s=99.9, gimbal_s=99.9, gimbal_pitch_deg=-85.0
)
LANDING = Sortie(Stage.LANDING)


def picture(at: datetime, *, marked: bool = True) -> Frame:
    """As the camera under it sends it."""
    pad = (PAD.lat, PAD.lon, 70.0) if marked else None
    where = (HERE.lat, HERE.lon, HEIGHT_M, 0.0)
    aerial = Aerial(Traffic(TOWN), lambda: where, lambda: True, "falcon", pitch_deg=lambda: -85.0, pad=lambda: pad)
    return Frame(VideoFrame.from_ndarray(aerial.picture(1.0, at.timestamp()), format="yuv420p"), at, 0.0)


def told(data_dir: Path, stage: str, *, airborne: bool = True) -> None:
    write_aircraft(
        data_dir,
        VehicleState(
            edge="dock-1", aircraft="falcon-1", at=datetime.now(UTC), stage=stage, airborne=airborne, armed=airborne,
            mode="RTL", link_ok=True, ready=False, alt_rel_m=HEIGHT_M,
        ),
    )  # fmt: skip


def test_a_sight_becomes_one_word_to_the_autopilot(tmp_path: Path) -> None:
    said: list[Say | Command] = []
    watch, lookdown = PadWatch(MarkerFinder(NUMBER, SIDE_M, VIEW.fov_deg), tmp_path), Lookdown(SITE, said.append)
    seen = Seen(100.0, COMING_DOWN, DockReading())
    assert lookdown.telemetry(LANDING, seen, tmp_path) is COMING_DOWN
    told(tmp_path, "landing")
    drawn = picture(datetime.now(UTC))
    watch(replace(drawn, captured_at=datetime.now(UTC) - timedelta(seconds=0.3)))
    known = lookdown.telemetry(LANDING, seen, tmp_path)
    assert known.marker_s is not None
    assert 95 < known.marker_s <= 99.7
    assert known.marker_m == pytest.approx((-NORTH_M, 0, HEIGHT_M), abs=0.06)
    assert lookdown.telemetry(LANDING, seen, tmp_path) is COMING_DOWN
    (word,) = said
    assert isinstance(word, Say)
    assert word.said is Said.LANDING_TARGET
    assert lookdown.telemetry(Sortie(Stage.EN_ROUTE), seen, tmp_path) is COMING_DOWN


def test_nothing_is_looked_for_but_on_the_last_metres_home(tmp_path: Path) -> None:
    watch = PadWatch(MarkerFinder(NUMBER, SIDE_M, VIEW.fov_deg), tmp_path)
    watch(picture(datetime.now(UTC)))
    for stage, airborne in (("on_scene", True), ("landing", False)):
        told(tmp_path, stage, airborne=airborne)
        watch(picture(datetime.now(UTC)))
    told(tmp_path, "landing")
    watch(picture(datetime.now(UTC), marked=False))
    assert read_sight(tmp_path) is None
    assert watch.sights == 0
    watch(picture(datetime.now(UTC)))
    assert read_sight(tmp_path) is not None


@pytest.mark.parametrize("off_s", [-86_400, -3, 3, 86_400])
def test_a_sight_of_an_earlier_landing_is_none_nor_one_before_the_clock_was_stepped_back(
    tmp_path: Path, off_s: float
) -> None:
    """The file outlives the landing and the machine: older than the boot, its time would be no number for MAVLink."""
    said: list[Say | Command] = []
    at = datetime.now(UTC) + timedelta(seconds=off_s)
    write_sight(tmp_path, MarkerSight(at=at, right_m=0.1, below_m=0.1, ahead_m=3.0))
    seen = Seen(100.0, COMING_DOWN, DockReading())
    assert Lookdown(SITE, said.append).telemetry(LANDING, seen, tmp_path) is COMING_DOWN
    assert not said


def test_a_disk_that_takes_no_sight_does_not_break_the_stream(tmp_path: Path) -> None:
    watch = PadWatch(MarkerFinder(NUMBER, SIDE_M, VIEW.fov_deg), tmp_path)
    told(tmp_path, "landing")
    (tmp_path / MARKER).mkdir()
    watch(picture(datetime.now(UTC)))
    assert watch.problem
    (tmp_path / MARKER).rmdir()
    watch(picture(datetime.now(UTC)))
    assert not watch.problem
    assert read_sight(tmp_path) is not None


def test_a_damaged_file_is_no_sight(tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text('{"at": 5')
    assert read_sight(tmp_path) is None
