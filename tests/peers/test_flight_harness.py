"""The harness of the real autopilots, with scripts in their place: what AIRBEAT_SITL may say, and what is noticed."""

import struct
import time
from pathlib import Path

import pytest

from tests.support import autopilots
from tests.support.autopilots import ARDUCOPTER, PX4, BadSitl, Kind, binaries, digits, started
from tests.support.processes import until


def script(path: Path, text: str, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(mode)
    return path


def start(kind: Kind, folder: Path) -> None:
    with started(kind, folder):
        pytest.fail("a script is no autopilot")


def test_unset_names_none_and_both_may_be_named(tmp_path: Path) -> None:
    copter, px4 = script(tmp_path / "arducopter", ""), script(tmp_path / "build" / "bin" / "px4", "")
    assert binaries("") == {}
    assert binaries(f"{copter}:{px4}") == {"arducopter": copter, "px4": px4}
    assert binaries(str(script(tmp_path / "run-ArduCopter-4.7.sh", "")))["arducopter"].name == "run-ArduCopter-4.7.sh"


@pytest.mark.parametrize(
    ("name", "mode", "why"),
    [
        ("missing/arducopter", None, "no such file"),
        ("arducopter", 0o644, "is not executable"),
        ("copter", 0o755, "must say which autopilot"),
        ("", None, "a folder"),
    ],
)
def test_what_cant_be_used_fails_every_kind_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, mode: int | None, why: str
) -> None:
    """It must not look as if nothing had been asked for."""
    path = tmp_path / name if mode is None else script(tmp_path / name, "", mode)
    monkeypatch.setenv("AIRBEAT_SITL", str(path))
    for kind in (ARDUCOPTER, PX4):
        with pytest.raises(BadSitl, match=why) as said:
            start(kind, tmp_path / f"flies {kind.name}")
        assert str(path) in str(said.value)
    monkeypatch.setenv("AIRBEAT_SITL", f"{script(tmp_path / 'good' / 'arducopter', '')}:{path}")
    with pytest.raises(BadSitl, match=why):
        start(ARDUCOPTER, tmp_path / "both")


def test_the_one_that_is_not_named_is_skipped_with_the_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRBEAT_SITL", str(script(tmp_path / "arducopter", "")))
    with pytest.raises(pytest.skip.Exception, match=f"no px4 binary.*{tmp_path}"):
        start(PX4, tmp_path / "px4")
    monkeypatch.delenv("AIRBEAT_SITL")
    with pytest.raises(pytest.skip.Exception, match="not set"):
        start(PX4, tmp_path / "px4 too")


def test_one_that_ends_at_once_is_noticed_with_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRBEAT_SITL", str(script(tmp_path / "arducopter", "echo no such model >&2; exit 3")))
    began_s = time.monotonic()
    with pytest.raises(AssertionError, match=r"(?s)ended with 3.*no such model"):
        start(ARDUCOPTER, tmp_path / "vehicle")
    assert time.monotonic() - began_s < autopilots.BOOT_S / 3


def test_what_a_script_has_started_ends_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that leaves its autopilot behind would fly the next test against it."""
    monkeypatch.setattr(autopilots, "BOOT_S", 1.0)
    monkeypatch.setenv("AIRBEAT_SITL", str(script(tmp_path / "arducopter.sh", "sleep 60 &\necho $! > child\nwait")))
    with pytest.raises(AssertionError, match="does not tell its firmware"):
        start(ARDUCOPTER, tmp_path / "vehicle")
    child = (tmp_path / "vehicle" / "child").read_text().strip()
    until(lambda: not _runs(child), "the script's child has ended", 5)


def _runs(pid: str) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_px4_is_run_with_the_etc_of_its_build_and_told_every_digit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = tmp_path / "build"
    binary = script(build / "bin" / "px4", 'echo "$@"; env; exit 1')
    monkeypatch.setenv("AIRBEAT_SITL", str(binary))
    monkeypatch.delenv("PX4_ETC", raising=False)
    with pytest.raises(BadSitl, match="init\\.d-posix/rcS"):
        start(PX4, tmp_path / "without")
    script(build / "etc" / "init.d-posix" / "rcS", "")
    with pytest.raises(AssertionError, match="ended with 1"):
        start(PX4, tmp_path / "vehicle")
    said = (tmp_path / "vehicle" / "vehicle.log").read_text()
    assert f"-d -i {autopilots.INSTANCE} -s etc/init.d-posix/rcS {build / 'etc'}\n" in said
    assert "PX4_PARAM_GF_MAX_HOR_DIST=1200\n" in said
    link = tmp_path / "px4"
    link.symlink_to(binary)
    assert binaries(str(link)) == {"px4": binary}


def test_numbers_are_written_so_that_they_are_read_again() -> None:
    for value in (1234567.0, 0.1, 16777216.0, 50000001.0, 1.001, -18.0):
        assert float(digits(value)) == value
        assert struct.pack("<f", float(digits(value))) == struct.pack("<f", value)
    assert digits(1200.0) == "1200"
