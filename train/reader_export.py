"""From a trained reader to a shipped file: ONNX for any number of strips of any width, and its manifest entry."""

import hashlib
from pathlib import Path
from typing import Any

import torch

from edge.vision.line import HEIGHT, STRIDE
from edge.vision.weights import MODELS
from train.course import Course
from train.manifest import enter
from train.onnx_file import write_onnx
from train.reader_net import CLASSES, ReaderNet, Shipped

NAME = "plate_reader"


def export_reader(net: ReaderNet, course: Course, commit: str, folder: Path = MODELS) -> Path:
    """Writes plate_reader.onnx and its manifest entry into `folder`; the scores stay to be measured.

    `commit`: at which the run began.
    """
    path = folder / f"{NAME}.onnx"
    sides = {"strips": {0: "strips", 3: "width"}, "columns": {0: "strips", 1: "width/4"}}
    write_onnx(Shipped(net), torch.zeros(2, 1, HEIGHT, 256), path, sides)
    enter(folder, NAME, _entry(path, course, commit))
    return path


def _entry(path: Path, course: Course, commit: str) -> dict[str, Any]:
    return {
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "licence": "AGPL-3.0-or-later",
        "recipe": f"airbeat train reader --samples {course.samples} --seed {course.seed}",
        "seed": course.seed,
        "commit": commit,
        "samples": course.samples,
        "data": ["plates rendered by train/plate.py: UK outlines of sim/glyphs.py, fonts of train/letters.py"],
        "input": {
            "name": "strips",
            "shape": ["strips", 1, HEIGHT, "width"],
            "dtype": "float32",
            "layout": "grey, mean 0, deviation 1 (edge/vision/line.py); width a multiple of 4",
        },
        "output": {
            "name": "columns",
            "shape": ["strips", "width/4", CLASSES],
            "stride": STRIDE,
            "layout": "probabilities: blank, 0-9, A-Z; CTC",
        },
        "scores": {},
    }
