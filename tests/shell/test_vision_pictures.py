"""Whatever picture a user has: read, or one clear line; never a traceback, and the others go on."""

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.vision.pictures import cut_off, is_picture, load_picture, pixels
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


def pillow() -> Any:
    return pytest.importorskip("PIL.Image", reason="Pillow, which writes what OpenCV can't, is not installed")


def test_cmyk_and_animated_pictures_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = pillow().fromarray(np.ascontiguousarray(SCENE[:, :, ::-1]))
    empty = pillow().fromarray(street())
    names = [str(tmp_path / name) for name in ("cmyk.jpg", "moving.gif", "moving.png", "moving.webp", "pages.tif")]
    image.convert("CMYK").save(names[0], quality=92)
    for name in names[1:]:
        image.save(name, save_all=True, append_images=[empty])
    assert run_read(names, json_out=True) == 0
    assert reads_of(capsys) == [[VRM]] * 5


@pytest.mark.parametrize(("orientation", "undo"), [(3, "ROTATE_180"), (6, "ROTATE_90"), (8, "ROTATE_270")])
def test_a_photo_taken_sideways_is_turned(tmp_path: Path, orientation: int, undo: str) -> None:
    image, exif = pillow().fromarray(np.ascontiguousarray(SCENE[:, :, ::-1])), pillow().Exif()
    exif[0x0112] = orientation
    for ending in ("jpg", "png", "webp"):
        path = tmp_path / f"turned.{ending}"
        image.transpose(getattr(pillow().Transpose, undo)).save(path, exif=exif, quality=95)
        assert np.abs(load_picture(path).astype(int) - SCENE).mean() < 6


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_a_deep_picture_is_as_bright_as_its_bits_allow(tmp_path: Path, bits: int) -> None:
    full = np.where(SCENE.max() == SCENE, 255, SCENE).astype(np.uint16)
    path = save(tmp_path / "deep.png", full << (bits - 8))
    np.testing.assert_array_equal(load_picture(Path(path)), full)


def png(width: int, height: int) -> bytes:
    """A whole PNG file that claims this size and holds a thousand bytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    parts = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_a_picture_that_asks_for_gigabytes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(png(30_000, 30_000))
    with pytest.raises(UserError, match="900 megapixels are more than 200"):
        load_picture(tmp_path / "bomb.png")
    data = bytearray(Path(save(tmp_path / "bomb.jpg", SCENE)).read_bytes())
    assert pixels(bytes(data)) == SCENE.shape[0] * SCENE.shape[1]
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
    (tmp_path / "bomb.jpg").write_bytes(data)
    with pytest.raises(UserError, match="4295 megapixels"):
        load_picture(tmp_path / "bomb.jpg")


def test_a_damaged_png_is_refused_in_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray(Path(save(tmp_path / "a.png", SCENE)).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "a.png").write_bytes(data)
    assert run_read([str(tmp_path / "a.png")], json_out=True) == 2
    assert (
        capfd.readouterr().err == f"airbeat: {tmp_path}/a.png: the picture is damaged. Copy it again from its source\n"
    )


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
    (tmp_path / "drawing.svg").write_text("<svg/>")
    save(tmp_path / "float.tif", SCENE.astype(np.float32))
    names = [str(tmp_path / name) for name in ("missing.jpg", "drawing.svg", "float.tif")]
    bad = [str(cut), str(text), str(empty), *names, str(tmp_path), "rtsp://127.0.0.1:1/x"]
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
