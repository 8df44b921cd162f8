"""From a trained net to a shipped file: ONNX with any height and width, its hash and its entry in the manifest."""

import hashlib
from pathlib import Path
from typing import Any

import torch

from edge.vision.detect import NAME
from edge.vision.weights import MODELS
from train.manifest import enter
from train.net import STRIDE, PlateNet, Shipped
from train.onnx_file import write_onnx


def export(net: PlateNet, *, samples: int, seed: int, commit: str, folder: Path = MODELS) -> Path:
    """Writes plate_detector.onnx and its manifest entry into `folder`; the scores stay to be measured (train.score)."""
    path = folder / f"{NAME}.onnx"
    sides = {"picture": {2: "height", 3: "width"}, "map": {2: "rows", 3: "columns"}}
    write_onnx(Shipped(net), torch.zeros(1, 3, 352, 608), path, sides)
    enter(folder, NAME, _entry(path, samples=samples, seed=seed, commit=commit))
    return path


def _entry(path: Path, *, samples: int, seed: int, commit: str) -> dict[str, Any]:
    return {
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "licence": "AGPL-3.0-or-later",
        "recipe": f"python -m train.detector --samples {samples} --seed {seed}",
        "seed": seed,
        "commit": commit,
        "samples": samples,
        "data": [
            "plates, streets and the simulator's roadside cameras, rendered by train/ and sim/",
            "RobertLucian/license-plate-dataset train split (MIT), the part that train/frames.py does not hold out",
        ],
        "input": {
            "name": "picture",
            "shape": [1, 3, "height", "width"],
            "dtype": "float32",
            "layout": "BGR 0..255, height and width multiples of 32",
        },
        "output": {
            "name": "map",
            "shape": [1, 13, "height/8", "width/8"],
            "stride": STRIDE,
            "layout": "heat 0..1; left, top, right, bottom from the cell's centre in cells; 4 corner shifts from the "
            "box's corners in box heights, x then y, clockwise from top left",
        },
        "scores": {},
    }
