"""How `AIRBEAT_SITL` is understood: a name that is set and fits nothing must not pass for none."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.autopilots import ARDUCOPTER, PX4, SIMULATED, Kind, Start, started


def program(path: Path, text: str = "#!/bin/sh\nsleep 60\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_unset_skips_both(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AIRBEAT_SITL", raising=False)
    for kind in (ARDUCOPTER, PX4):
        with pytest.raises(pytest.skip.Exception, match=f"names no {kind.name} binary"):
            kind.start(tmp_path)


@pytest.mark.parametrize(
    ("name", "why"), [("copter", "called neither arducopter nor px4"), ("gone/arducopter", "no program")]
)
def test_a_name_that_fits_nothing_fails_both(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, why: str
) -> None:
    program(tmp_path / "copter")
    monkeypatch.setenv("AIRBEAT_SITL", str(tmp_path / name))
    for kind in (ARDUCOPTER, PX4):
        with pytest.raises(pytest.fail.Exception, match=why):
            kind.start(tmp_path)


def test_both_may_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    copter, px4 = program(tmp_path / "a" / "arducopter"), program(tmp_path / "b" / "bin" / "px4")
    monkeypatch.setenv("AIRBEAT_SITL", f"{copter}:{px4}")
    assert ARDUCOPTER.start(tmp_path).command[0] == str(copter)
    assert PX4.start(tmp_path).command[0] == str(px4)
    assert PX4.start(tmp_path).env["PX4_PARAM_RTL_RETURN_ALT"] == "12"
    assert "COMPASS_OFS_Z,-18\n" in (tmp_path / "defaults.param").read_text()


def test_one_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    script = program(tmp_path / "arducopter", "#!/bin/sh\necho no such model\nexit 3\n")
    dead: Kind = replace(SIMULATED, start=lambda _folder: Start((str(script),), "udpin:127.0.0.1:0"))
    with pytest.raises(AssertionError, match=r"ended with 3: no such model"), started(dead, tmp_path / "dead"):
        pass
