"""The vision bench counts right, and says where a truth.csv is wrong."""

from pathlib import Path

import pytest

from bench import vision_score as score
from bench.vision import figures_of, held_out, task_of
from bench.vision_run import Run, Task
from bench.vision_score import Outcome
from bench.vision_truth import Box, Plate, Shot, shots
from wire.errors import UserError

HEAD = "image,vrm,x,y,w,h\n"


def truth(folder: Path, text: str) -> Path:
    (folder / "truth.csv").write_text(text)
    return folder


def test_lines_of_one_picture_are_one_shot(tmp_path: Path) -> None:
    shown = shots(truth(tmp_path, HEAD + "a.jpg,AB12 CDE,10,20,30,8\nb.jpg,,1,2,3.5,4\na.jpg,X1 ABC,,,,\n"))
    assert shown == [
        Shot(tmp_path / "a.jpg", (Plate("AB12CDE", (10, 20, 40, 28)), Plate("X1ABC", None))),
        Shot(tmp_path / "b.jpg", (Plate("", (1, 2, 4.5, 6)),)),
    ]


@pytest.mark.parametrize("columns", ["image,x,y,w,h\na.jpg,1,2,3,4\n", "\ufeffimage,vrm\na.jpg,AB12CDE\n"])
def test_a_folder_may_know_boxes_only_or_marks_only(tmp_path: Path, columns: str) -> None:
    assert len(shots(truth(tmp_path, columns))) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"truth\.csv: the columns are none"),
        ("picture,plate\na,b\n", r"truth\.csv: the columns are picture, plate"),
        (HEAD, r"truth\.csv: names no picture"),
        (HEAD + "a.jpg,AB12CDE,1,2,3,4\nb.jpg,AB12CDE,1,2,wide,4\n", r"truth\.csv:3: no box in pixels: 1, 2, wide, 4"),
        (HEAD + "a.jpg,AB12CDE,1,2,0,4\n", r"truth\.csv:2: no box"),
        (HEAD + "a.jpg,AB12CDE,1,2,nan,4\n", r"truth\.csv:2: no box"),
        (HEAD + "a.jpg,AB12CDE,1,2,,4\n", r"truth\.csv:2: no box"),
        (HEAD + "a.jpg,,,,,\n", r"truth\.csv:2: no box"),
        (HEAD + "a.jpg,AB12CDE,1,2\n", r"truth\.csv:2: too few or too many cells"),
        (HEAD + "a.jpg,AB12CDE,1,2,3,4,5\n", r"truth\.csv:2: too few or too many cells"),
        (HEAD + ",AB12CDE,1,2,3,4\n", r"truth\.csv:2: too few or too many cells"),
        (HEAD + '"a.jpg,AB12CDE,1,2,3,4\n', r"truth\.csv: not a table"),
    ],
)
def test_a_broken_truth_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        shots(truth(tmp_path, text))


def test_a_truth_that_is_no_text_or_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot read the truth"):
        shots(tmp_path)
    (tmp_path / "truth.csv").write_bytes(b"\xff\xfe\x00image")
    with pytest.raises(UserError, match="not a table"):
        shots(tmp_path)


@pytest.mark.parametrize(
    ("lines", "boxes", "task"),
    [
        ("a.jpg,AB12CDE,5,5,30,8\n", None, Task.WHOLE),
        ("a.jpg,AB12CDE,5,5,30,8\n", "truth", Task.READ),
        ("a.jpg,,5,5,30,8\n", None, Task.FIND),
        ("a.jpg,AB12CDE,0,0,30,8\n", None, Task.READ),
        ("a.jpg,AB12CDE,0,0,30,8\n", "found", Task.WHOLE),
    ],
)
def test_what_is_asked_follows_from_what_is_known(tmp_path: Path, lines: str, boxes: str | None, task: Task) -> None:
    assert task_of(shots(truth(tmp_path, HEAD + lines)), boxes) is task


def test_held_out_is_what_training_leaves_and_needs_names_with_a_time() -> None:
    shown = [Shot(Path(f"ride.mp4#t={second}.jpg"), (Plate("", (0, 0, 9, 9)),)) for second in range(100)]
    assert [shot.path.name for shot in held_out(shown)] == [f"ride.mp4#t={second}.jpg" for second in range(85, 100)]
    with pytest.raises(UserError, match="--held-out"):
        held_out([Shot(Path("eu1.jpg"), ())])


PLATE: Box = (100, 100, 200, 120)
NEAR: Box = (110, 100, 205, 121)
FAR: Box = (300, 300, 400, 320)


def test_each_figure_is_counted_as_its_name_says() -> None:
    """Four plates in three pictures: one read, one read but for O and 0, one found only, one in a broken file."""
    shown = [
        Shot(Path("a"), (Plate("AB12CDE", PLATE), Plate("CO10ABC", FAR))),
        Shot(Path("b"), (Plate("EF34GHI", (10, 10, 60, 50)),)),
        Shot(Path("c"), (Plate("GH56JKL", PLATE),)),
    ]
    outcomes = (
        Outcome((NEAR, PLATE), ("AB12CDE", "C010ABC"), grey=120, cpu_ms=10, decode_ms=1, detect_ms=4),
        Outcome(((12, 10, 60, 50), FAR), ("EF34GHJ",), grey=30, cpu_ms=30, decode_ms=2, detect_ms=6),
        Outcome(trouble="c: not a picture"),
    )
    got = figures_of(shown, Run(outcomes, 99.96), Task.WHOLE)
    assert (got["n"], got["plates"], got["unreadable"]) == (3, 4, 1)
    assert (got["recall"], got["exact"], got["tolerant"]) == (0.5, 0.25, 0.5)
    assert got["false_per_image"] == pytest.approx(2 / 3, abs=1e-4), "a second box on one plate, and one on none"
    assert got["wrong_reads_per_image"] == pytest.approx(1 / 3, abs=1e-4)
    assert (got["cpu_ms"], got["decode_ms"], got["detect_ms"], got["rss_mb"]) == (20, 1.5, 5, 100)
    assert got["intervals"]["recall"] == [0.15, 0.85], "Wilson for 2 of 4"
    assert got["slices"]["night"] == {"plates": 1, "recall": 1.0, "exact": 0.0, "tolerant": 0.0}
    assert got["slices"]["two lines"]["plates"] == got["slices"]["40 px and more"]["plates"] == 1
    assert got["slices"]["16 to 24 px"]["plates"] == 3


def test_with_true_boxes_a_text_belongs_to_its_own_plate() -> None:
    shot = Shot(Path("a"), (Plate("AB12CDE", PLATE), Plate("CD34EFG", FAR)))
    got = figures_of([shot], Run((Outcome(texts=("CD34EFG", "CD34EFG")),), 1), Task.READ)
    assert (got["recall"], got["false_per_image"], got["exact"]) == (None, None, 0.5)


def test_a_boxes_only_folder_has_no_reads_to_judge() -> None:
    shot = Shot(Path("a"), (Plate("", PLATE),))
    got = figures_of([shot], Run((Outcome((FAR,)),), 1), Task.FIND)
    assert (got["recall"], got["exact"], got["wrong_reads_per_image"]) == (0.0, None, None)


def test_wilson_bounds_are_the_textbook_s() -> None:
    assert score.wilson(50, 51) == pytest.approx((0.8970, 0.9965), abs=1e-4)
    assert score.wilson(0, 100) == pytest.approx((0.0, 0.0370), abs=1e-4)
    assert score.wilson(10, 10)[1] == 1.0
