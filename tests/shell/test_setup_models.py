"""`airbeat models`: only packages with the pinned integrity, only whole files, every refusal says what to do."""

import hashlib
import io
import json
import stat
import sys
import tarfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.setup import fetch as fetching
from edge.setup import npm
from edge.setup.command import main
from edge.setup.npm import fetch_package, read_package
from edge.vision.objects_load import FETCHED
from edge.vision.weights import MANIFEST
from wire.errors import UserError

FILES = {"package/model.json": b"{}", "package/model.bin": b"\0\1"}


def _packed(files: dict[str, bytes]) -> tuple[bytes, str]:
    """A tarball and its integrity, as npm writes it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    tarball = buffer.getvalue()
    return tarball, "sha512-" + b64encode(hashlib.sha512(tarball).digest()).decode()


def test_the_files_of_a_package_with_the_right_integrity() -> None:
    tarball, integrity = _packed(FILES)
    assert read_package(tarball, integrity, tuple(FILES), "x") == list(FILES.values())


@pytest.mark.parametrize("place", [0, 100, -1])
def test_one_byte_changed_is_refused(place: int) -> None:
    tarball, integrity = _packed(FILES)
    changed = bytearray(tarball)
    changed[place] ^= 1
    with pytest.raises(UserError, match=r"p@1: the package's integrity is sha512-.*, the manifest says sha512-"):
        read_package(bytes(changed), integrity, tuple(FILES), "p@1")


def test_a_package_without_the_files_is_refused() -> None:
    tarball, integrity = _packed({"package/other": b""})
    with pytest.raises(UserError, match=r"no package with package/model\.json"):
        read_package(tarball, integrity, ("package/model.json",), "p@1")


def _npm(folder: Path, script: str) -> None:
    program = folder / "npm"
    program.write_text(f"#!{sys.executable}\nimport pathlib, sys\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_npm_is_asked_for_name_and_version_and_runs_no_scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _npm(tmp_path, "pathlib.Path('p.tgz').write_text(' '.join(sys.argv[1:]))")
    monkeypatch.setenv("PATH", str(tmp_path))
    asked = fetch_package("@some/models", "1.2.3").decode().split()
    assert asked[:2] == ["pack", "@some/models@1.2.3"]
    assert "--ignore-scripts" in asked


def test_an_npm_that_fails_is_told_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _npm(tmp_path, "sys.exit('E404 no such version')")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"p@9: npm could not fetch it \(E404 no such version\)\. .*--package"):
        fetch_package("p", "9")


def test_without_npm_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(npm, "find_spec", lambda _: None)
    with pytest.raises(UserError, match=r"npm is not installed here\. Install Node\.js"):
        fetch_package("p", "1")


def test_a_converted_network_that_is_not_the_pinned_one_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    node = [{"name": "in", "op": "Placeholder"}, {"name": "out", "op": "Relu", "input": ["in"]}]
    model = {"modelTopology": {"node": node}, "weightsManifest": []}
    tarball, integrity = _packed({"package/model.json": json.dumps(model).encode(), "package/model.bin": b""})
    entry = {
        "file": "small.onnx",
        "sha256": "0" * 64,
        "licence": "MIT",
        "input": {"name": "picture", "tfjs": "in"},
        "output": [{"name": "map", "tfjs": "out", "shape": [1, 3, "height", "width"]}],
        "source": {"npm": "p", "version": "1", "integrity": integrity, **_members()},
    }
    (tmp_path / MANIFEST).write_text(json.dumps({"small": entry}))
    (tmp_path / "p.tgz").write_bytes(tarball)
    monkeypatch.setattr(fetching, "FETCHED", tmp_path)
    call = ["fetch", "--into", str(tmp_path / "models"), "--package", str(tmp_path / "p.tgz")]
    assert main(call) == 2
    told = capsys.readouterr().err
    assert "small: the converted network's SHA-256 is" in told
    assert "constraints.txt" in told
    assert not (tmp_path / "models").exists()
    found = told.partition("SHA-256 is ")[2][:12]
    built = fetching.convert({**entry, "sha256": _whole(found, entry, model)}, json.dumps(model).encode(), b"", "small")
    assert hashlib.sha256(built).hexdigest().startswith(found)


def _members() -> dict[str, str]:
    return {"model": "package/model.json", "weights": "package/model.bin"}


def _whole(start: str, entry: dict[str, object], model: dict[str, object]) -> str:
    """The hash that begins with `start`: what the same graph gives again, to the byte."""
    from edge.setup.convert import to_onnx
    from edge.setup.tfjs import read_graph

    graph = read_graph(json.dumps(model).encode(), b"", "small")
    whole = hashlib.sha256(to_onnx(graph, {"in": "picture"}, {"out": ("map", 3, 1)})).hexdigest()
    assert whole.startswith(start), entry
    return whole


def test_what_is_there_already_is_not_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content = b"weights"
    entry = {"file": "a.onnx", "sha256": hashlib.sha256(content).hexdigest()}
    (tmp_path / MANIFEST).write_text(json.dumps({"a": entry}))
    (tmp_path / "a.onnx").write_bytes(content)
    monkeypatch.setattr(fetching, "FETCHED", tmp_path)
    assert main(["fetch", "--into", str(tmp_path)]) == 0
    assert "is there already" in capsys.readouterr().out


MISSING: dict[str, tuple[Callable[[Path], list[str]], str]] = {
    "package": (lambda there: ["fetch", "--into", str(there), "--package", str(there / "no.tgz")], "Check the path"),
    "onnx": (lambda there: ["ncnn", str(there / "no.onnx")], "Check the path"),
    "pt": (lambda there: ["export", str(there / "no.pt")], "Check the path"),
    "hash": (lambda there: ["hash", str(there / "no.onnx")], "Check the path"),
}


@pytest.mark.parametrize("what", MISSING)
def test_a_missing_file_is_one_line_and_status_2(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call, remedy = MISSING[what]
    assert main(call(tmp_path)) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"airbeat: {tmp_path}")
    assert remedy in told
    assert told.count("\n") == 1


def test_a_folder_that_cant_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"file/a\.onnx: cannot write"):
        fetching.put(tmp_path / "file" / "a.onnx", b"")


def test_the_hash_of_a_file_and_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "y_ncnn_model"
    folder.mkdir()
    (folder / "model.ncnn.bin").write_bytes(b"abc")
    assert main(["hash", str(folder / "model.ncnn.bin")]) == 0
    assert hashlib.sha256(b"abc").hexdigest() in capsys.readouterr().out
    assert main(["hash", str(folder)]) == 0
    before = capsys.readouterr().out
    (folder / "model.ncnn.bin").rename(folder / "other.bin")
    assert main(["hash", str(folder)]) == 0
    assert capsys.readouterr().out != before


def test_the_shipped_manifest_pins_package_and_network() -> None:
    entry = json.loads((FETCHED / MANIFEST).read_text())["centernet"]
    assert entry["source"]["integrity"].startswith("sha512-")
    assert len(entry["sha256"]) == 64
    assert not list(FETCHED.glob("*.onnx"))
