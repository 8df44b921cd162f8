"""`airbeat bench vision` on a folder of rendered scenes with bad files among them: figures, and a line a bad file."""

import json
from pathlib import Path

import cv2
import pytest

from bench.vision import main
from bench.vision_readers import load
from tests.support.vision_clips import street, with_car

MARKS = {"LM63KWP": (480, 300, 200), "AB12CDE": (300, 250, 140), "RK09XTV": (500, 330, 110)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = ["image,vrm,x,y,w,h"]
    for seed, (vrm, (x, y, width)) in enumerate(MARKS.items(), 1):
        height = width * 111 / 520
        cv2.imwrite(str(tmp_path / f"{vrm}.png"), with_car(street(seed), vrm, x, y, width))
        lines.append(f"{vrm}.png,{vrm},{x - width / 2},{y - height / 2},{width},{height}")
    (tmp_path / "notes.jpg").write_text("no picture at all")
    lines.append("notes.jpg,XY12ZZZ,10,10,100,20")
    (tmp_path / "truth.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_the_figures_of_a_folder_with_a_bad_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(folder), "--json", "--against", "airbeat-frame"]) == 0
    said = capsys.readouterr()
    got = json.loads(said.out)
    assert got.keys() >= {"recall", "false_per_image", "exact", "tolerant", "cpu_ms", "rss_mb", "n"}
    assert (got["n"], got["unreadable"], got["recall"], got["exact"]) == (4, 1, 0.75, 0.75)
    assert got["wrong_reads_per_image"] == 0
    assert min(got["detect_ms"], got["cpu_ms"]) > 0
    assert 50 < got["rss_mb"] < 400
    assert got["against"]["airbeat-frame"]["detect_ms"] > 0
    line = f"airbeat: {folder}/notes.jpg: not a picture that can be read. Save it again as JPEG or PNG"
    assert said.err.splitlines() == [f"{line} (counted as missed)"] * 2


def test_a_still_is_looked_at_in_several_sizes_and_a_frame_once() -> None:
    """A plate so near that only the small look of a still places it."""
    near = with_car(street(1), "LM63KWP", 480, 300, 700)
    frame, still = load("airbeat-frame").find(near), load("airbeat").find(near)
    assert (len(frame), len(still)) == (1, 1)
    assert frame != still


def test_the_reader_alone_needs_boxes_inside_the_pictures(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "truth.csv").write_text("image,vrm,x,y,w,h\nLM63KWP.png,LM63KWP,5000,1,10,10\n")
    assert main(["--data", str(folder), "--boxes", "truth"]) == 2
    assert "LM63KWP.png: the box" in capsys.readouterr().err


def test_people_get_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(folder), "--boxes", "truth"]) == 0
    said = capsys.readouterr().out
    assert "4 pictures, 4 plates, task read" in said
    assert "0.750 (0.301 to 0.954)" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--data", "/nowhere"], "airbeat: /nowhere/truth.csv: cannot read the truth"),
        (["--sim", "--vehicles", "0"], "airbeat: --vehicles: must be at least 1"),
    ],
)
def test_what_can_not_be_is_said_in_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(said)


def test_simulated_vehicles_are_filmed_and_watched(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--sim", "--vehicles", "2", "--weather", "night", "--seed", "4", "--json"]) == 0
    got = json.loads(capsys.readouterr().out)
    assert got.keys() == {"night"}
    assert (got["night"]["n"], got["night"]["captured"], got["night"]["nobodys_reads"]) == (2, 1.0, 0)
    assert got["night"]["cpu_ms_per_frame"] > 1
