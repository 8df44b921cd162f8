"""Whatever picture a user has: read, or one clear line; never a traceback, and the others go on."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.vision.pictures import cut_off, is_picture, load_picture
from edge.vision.still import run_read
from tests.support.vision_clips import drive, encode, street, with_car
from wire.errors import UserError

VRM = "LM63KWP"
SCENE: NDArray[np.uint8] = with_car(street(), VRM, 480, 300, 170)


def save(path: Path, picture: NDArray[np.generic], *flags: int) -> str:
    assert cv2.imwrite(str(path), picture, flags)
    return str(path)


def reads_of(capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    said = capsys.readouterr().out.splitlines()
    return [[read["vrm"] for read in json.loads(line)["reads"]] for line in said]


def test_every_kind_of_picture_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deep = SCENE.astype(np.uint16) * 257
    alpha = np.dstack([SCENE, np.full(SCENE.shape[:2], 255, np.uint8)])
    names = [
        save(tmp_path / "colour.jpg", SCENE),
        save(tmp_path / "grey.jpg", cv2.cvtColor(SCENE, cv2.COLOR_BGR2GRAY)),
        save(tmp_path / "deep.png", deep),
        save(tmp_path / "grey16.png", deep[:, :, 1]),
        save(tmp_path / "alpha.png", alpha),
        save(tmp_path / "progressive.jpg", SCENE, cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
        save(tmp_path / "small.webp", SCENE),
        save(tmp_path / "plain.bmp", SCENE),
        save(tmp_path / "plain.ppm", SCENE),
    ]
    (tmp_path / "no-ending").write_bytes(Path(names[0]).read_bytes())
    assert run_read([*names, str(tmp_path / "no-ending")], json_out=True) == 0
    assert reads_of(capsys) == [[VRM]] * 10


def test_a_cmyk_photo_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = pytest.importorskip("PIL.Image", reason="Pillow, which writes CMYK, is not installed")
    path = tmp_path / "cmyk.jpg"
    image.fromarray(np.ascontiguousarray(SCENE[:, :, ::-1])).convert("CMYK").save(path, quality=92)
    assert run_read([str(path)], json_out=True) == 0
    assert reads_of(capsys) == [[VRM]]


def test_tiny_thin_and_huge_pictures_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    huge = cv2.resize(SCENE, (9600, 5400), interpolation=cv2.INTER_LINEAR)
    names = [
        save(tmp_path / "one.png", SCENE[:1, :1]),
        save(tmp_path / "row.png", SCENE[:1]),
        save(tmp_path / "column.png", SCENE[:, :20]),
        save(tmp_path / "huge.jpg", huge),
    ]
    assert run_read(names, json_out=True) == 0
    assert reads_of(capsys) == [[], [], [], [VRM]]


def test_bad_inputs_cost_a_line_each_and_the_others_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = save(tmp_path / "good.jpg", SCENE)
    cut, text, empty = tmp_path / "cut.jpg", tmp_path / "notes.jpg", tmp_path / "empty.jpg"
    cut.write_bytes(Path(good).read_bytes()[:-3000])
    text.write_text("no picture at all\n" * 50)
    empty.write_bytes(b"")
    bad = [str(cut), str(text), str(empty), str(tmp_path / "missing.jpg"), str(tmp_path), "rtsp://127.0.0.1:1/x"]
    assert run_read([*bad, good], json_out=True) == 2
    said = capsys.readouterr()
    assert [json.loads(line)["image"] for line in said.out.splitlines()] == [good]
    lines = said.err.splitlines()
    assert len(lines) == len(bad)
    assert all(line.startswith("airbeat: ") and name in line for line, name in zip(lines, bad, strict=True))


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
def test_a_picture_cut_off_anywhere_is_refused(tmp_path: Path, ending: str) -> None:
    data = Path(save(tmp_path / f"whole.{ending}", SCENE)).read_bytes()
    assert not cut_off(data)
    assert is_picture(data[:16])
    for share in (0.02, 0.3, 0.6, 0.9, 0.999):
        part = tmp_path / f"part.{ending}"
        part.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(UserError, match="cut off"):
            load_picture(part)


def test_a_photo_with_more_behind_its_end_is_whole(tmp_path: Path) -> None:
    data = Path(save(tmp_path / "a.jpg", SCENE)).read_bytes()
    (tmp_path / "a.jpg").write_bytes(data + b"maker notes" * 100)
    assert load_picture(tmp_path / "a.jpg").shape == SCENE.shape


def test_a_video_is_told_as_it_comes_and_summed_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = encode(tmp_path / "clip.mp4", drive("AB12CDE"))
    assert run_read([str(clip)], json_out=True) == 0
    read, summary = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert read["read"]["vrm"] == "AB12CDE"
    assert read["read"]["direction"] == "towards"
    assert [row["vrm"] for row in summary["reads"]] == ["AB12CDE"]
    assert summary["frames"] == 40


def test_a_shop_sign_is_no_plate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scene = street().copy()
    cv2.putText(scene, "OPEN 24 HOURS", (200, 200), cv2.FONT_HERSHEY_SIMPLEX, 2, (230, 230, 230), 4)
    cv2.putText(scene, "FISH BAR", (300, 400), cv2.FONT_HERSHEY_DUPLEX, 2, (20, 20, 20), 4)
    assert run_read([save(tmp_path / "shop.jpg", scene)], json_out=True) == 0
    assert reads_of(capsys) == [[]]
