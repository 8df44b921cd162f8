"""Turns among real processes: claims are shared through files, and the dead hold up nobody."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from edge.vision.rota import Rota, claimed
from edge.vision.schedule import Need
from tests.support.processes import ROOT, until

CLAIM = """
import sys, time
from pathlib import Path
from edge.vision.rota import Rota
from edge.vision.schedule import Need
rota = Rota(Path(sys.argv[1]), sys.argv[2], cores=1.0, least=2, most=20, busy=lambda: 0.5)
while True:
    rota(Need.VEHICLE, 0.05)
    time.sleep(0.05)
"""


def rota(folder: Path, name: str, busy: float = 0.5) -> Rota:
    return Rota(folder, name, cores=1.0, least=2, most=20, busy=lambda: busy)


def test_a_camera_alone_has_the_whole_budget(tmp_path: Path) -> None:
    assert rota(tmp_path / "looks", "a")(Need.VEHICLE, 0.1) == 10


def test_two_share_and_the_one_with_a_vehicle_goes_first(tmp_path: Path) -> None:
    a, b = rota(tmp_path, "a"), rota(tmp_path, "b")
    a(Need.MOTION, 0.1)
    assert b(Need.MOTION, 0.1) == 5
    assert b(Need.VEHICLE, 0.1) == pytest.approx(8)
    assert a(Need.VEHICLE, 0.1) == 5


def test_a_killed_process_holds_its_share_for_seconds_only(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", CLAIM, str(tmp_path), "other"], cwd=ROOT)
    try:
        until((tmp_path / "other").exists)
        ours = rota(tmp_path, "ours")
        assert ours(Need.VEHICLE, 0.05) == pytest.approx(10)
    finally:
        other.kill()
        other.wait()
    killed_t = time.monotonic()
    until(lambda: ours(Need.VEHICLE, 0.05) == 20)
    assert time.monotonic() - killed_t < 5


@pytest.mark.parametrize("damage", [b"", b"\0" * 45, b"not a claim"])
def test_a_torn_or_foreign_record_counts_for_nothing(tmp_path: Path, damage: bytes) -> None:
    rota(tmp_path, "other")(Need.VEHICLE, 0.1)
    assert claimed(tmp_path / "other", time.monotonic()) is not None
    data = (tmp_path / "other").read_bytes()
    (tmp_path / "other").write_bytes(damage or data[:9] + b"\x01" + data[10:])
    assert claimed(tmp_path / "other", time.monotonic()) is None
    assert rota(tmp_path, "ours")(Need.VEHICLE, 0.1) == 10


def test_a_claim_from_before_a_reboot_counts_for_nothing(tmp_path: Path) -> None:
    rota(tmp_path, "other")(Need.VEHICLE, 0.1)
    assert claimed(tmp_path / "other", time.monotonic() - 1000) is None


def test_one_that_finds_the_box_busy_slows_all(tmp_path: Path) -> None:
    pressed, easy = rota(tmp_path, "pressed", busy=1.0), rota(tmp_path, "easy")
    pressed(Need.MOTION, 0.1)
    assert easy(Need.VEHICLE, 0.1) == pytest.approx(9 - 2)


def test_a_folder_that_cannot_be_written_costs_no_look(tmp_path: Path) -> None:
    (tmp_path / "looks").write_text("a file is in the way")
    assert rota(tmp_path / "looks", "a")(Need.VEHICLE, 0.1) == 10
