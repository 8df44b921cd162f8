"""The whole of Airbeat at work, twice: as it should be, and with every process of the product killed once."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 110
PATIENCE_S = SECONDS + 240
pytestmark = pytest.mark.timeout(PATIENCE_S + 60)


def play(run: Path, *more: str) -> tuple[int, dict[str, Any], str]:
    """Exit status, the JSON of the last line, and what stood on stderr."""
    argv = [
        sys.executable,
        str(ROOT / "airbeat.py"),
        "demo",
        "--headless",
        "--json",
        "--seconds",
        str(SECONDS),
        "--dir",
        str(run),
        *more,
    ]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.stdout, done.stderr[-3000:]
    print(done.stdout.splitlines()[-1])
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


def processes_naming(path: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter(["cmdline"]):
        if any(str(path) in word for word in process.info["cmdline"] or ()):
            yield process


def test_from_a_plate_to_an_aircraft_over_the_scene_and_home(tmp_path: Path) -> None:
    _, result, errors = play(tmp_path / "run", "--seed", "1")
    figures = (result["read_to_alarm_ms"]["p95"], result["click_to_airborne_s"])
    assert None not in figures, errors[-3000:]  # how fast is told and judged by the demo's own exit status
    assert (result["events_lost"], result["events_doubled"]) == (0, 0)
    assert result["events_sent"] == result["events_stored"] > 20
    assert result["read_exact"] >= 0.9
    assert result["passes"] >= 15
    assert (result["incidents"], result["launches"], result["on_scene"], result["landed"]) == (1, 1, 1, 1)
    assert result["hits"] == 2
    assert list(processes_naming(tmp_path)) == []


def test_every_process_killed_once_loses_and_doubles_nothing(tmp_path: Path) -> None:
    _, result, errors = play(tmp_path / "run", "--seed", "2", "--kill")
    assert result["killed"] >= 15, errors[-3000:]
    assert (result["events_lost"], result["events_doubled"]) == (0, 0), errors[-3000:]
    assert result["events_stored"] > 20
    assert result["incidents"] == 1
    assert list(processes_naming(tmp_path)) == []
