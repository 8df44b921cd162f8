"""A shipped network is what its manifest says, or it is refused with one clear line (SAFETY.md S7)."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.vision.weights import MANIFEST, MODELS, open_model
from wire.errors import UserError

NAME = "plate_detector"
Entry = dict[str, Any]
WITHOUT_SHAPE = '{"plate_detector": {"file": "x", "sha256": "0", "licence": "MIT", "input": 3, "output": 4}}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (MANIFEST, f"{NAME}.onnx"):
        shutil.copy(MODELS / name, tmp_path / name)
    return tmp_path


def altered(folder: Path, change: Callable[[Entry], object]) -> Path:
    whole = json.loads((folder / MANIFEST).read_text())
    change(whole[NAME])
    (folder / MANIFEST).write_text(json.dumps(whole))
    return folder


def test_every_shipped_model_opens_and_runs() -> None:
    for name in json.loads((MODELS / MANIFEST).read_text()):
        assert open_model(name, 1).get_inputs()
    out = open_model(NAME, 1).run(None, {"picture": np.zeros((1, 3, 64, 96), np.float32)})[0]
    assert out.shape == (1, 13, 8, 12)


@pytest.mark.parametrize("key", ["file", "sha256", "licence", "input", "output"])
@pytest.mark.parametrize("drop", [True, False], ids=["missing", "empty"])
def test_an_entry_without_one_of_its_words_is_refused(folder: Path, key: str, drop: bool) -> None:
    altered(folder, lambda entry: entry.pop(key) if drop else entry.update({key: ""}))
    with pytest.raises(UserError, match=rf"manifest\.json: the entry for {NAME} has no {key}"):
        open_model(NAME, 1, folder)


@pytest.mark.parametrize(
    ("end", "change"),
    [
        ("input", {"name": "image"}),
        ("input", {"shape": [1, 3, "height"]}),
        ("input", {"shape": [1, 1, "height", "width"]}),
        ("output", {"name": "boxes"}),
        ("output", {"shape": [1, 37, "rows", "columns"]}),
    ],
)
def test_a_model_of_another_shape_is_refused(folder: Path, end: str, change: Entry) -> None:
    altered(folder, lambda entry: entry[end].update(change))
    with pytest.raises(UserError, match=rf"{NAME}\.onnx: the {end} \w+ should be .*the model has"):
        open_model(NAME, 1, folder)


def test_several_outputs_are_a_list(folder: Path) -> None:
    altered(folder, lambda entry: entry.update(output=[entry["output"]]))
    assert open_model(NAME, 1, folder)
    altered(folder, lambda entry: entry["output"].append({"name": "corners", "shape": [1]}))
    with pytest.raises(UserError, match="corners"):
        open_model(NAME, 1, folder)


def test_one_byte_changed_is_refused(folder: Path) -> None:
    weights = bytearray((folder / f"{NAME}.onnx").read_bytes())
    weights[len(weights) // 2] ^= 1
    (folder / f"{NAME}.onnx").write_bytes(weights)
    with pytest.raises(UserError, match="SHA-256"):
        open_model(NAME, 1, folder)


def test_bytes_that_are_no_network_are_refused(folder: Path) -> None:
    (folder / f"{NAME}.onnx").write_bytes(b"no network")
    altered(folder, lambda entry: entry.update(sha256=hashlib.sha256(b"no network").hexdigest()))
    with pytest.raises(UserError, match="no network that onnxruntime can load"):
        open_model(NAME, 1, folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / f"{NAME}.onnx").unlink()
    with pytest.raises(UserError, match=rf"{NAME}\.onnx: no such model"):
        open_model(NAME, 1, folder)


@pytest.mark.parametrize(
    "text", [None, "", "[]", "{}", '{"plate_detector": 4}', '{"plate_detector": null}', WITHOUT_SHAPE]
)
def test_a_manifest_without_the_entry_is_refused(folder: Path, text: str | None) -> None:
    (folder / MANIFEST).unlink() if text is None else (folder / MANIFEST).write_text(text)
    with pytest.raises(UserError, match=r"manifest\.json: no entry for plate_detector"):
        open_model(NAME, 1, folder)
