"""ncnn on the CPU, made for Arm: the Raspberry Pi. It reads files of its own, which `airbeat models ncnn` makes.

NAME.ncnn.json beside them says of which ONNX file (SHA-256) they were made and what their own hashes are (S7).
"""

import json
from dataclasses import replace
from pathlib import Path

import ncnn
import numpy as np

from edge.vision.backends.network import Map, Network
from edge.vision.weights import Named, pinned
from wire.errors import UserError


def by_ncnn(model: Named, threads: int, made: Path) -> Network:
    """Raises UserError where the files in `made` are missing, or not those that were made of this model."""
    param, weights, outputs = _files(model, made)
    net = ncnn.Net()
    net.opt.num_threads = threads
    # Full precision: the loss by float16 arithmetic, which Arm has, is not measured yet
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = net.opt.use_bf16_storage = False
    if net.load_param(str(param)) or net.load_model(str(weights)):
        raise UserError("no network that ncnn can load", where=str(param), remedy=_remedy(model))

    def run(picture: Map) -> list[Map]:
        with net.create_extractor() as extractor:
            # A copy of its own: ncnn works in place, also in memory that is not its own
            extractor.input("in0", ncnn.Mat(picture[0]).clone())
            return [np.array(extractor.extract(f"out{place}")[1])[None] for place in range(outputs)]

    return run


def _files(model: Named, made: Path) -> tuple[Path, Path, int]:
    """The two files, checked, and how many outputs they have."""
    lock = made / f"{model.path.stem}.ncnn.json"
    try:
        entry = json.loads(lock.read_text())
        source, outputs = str(entry["onnx"]), int(entry["outputs"])
        files = [(made / f"{model.path.stem}.ncnn.{end}", str(entry[end])) for end in ("param", "bin")]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError("no ncnn files of this model", where=str(lock), remedy=_remedy(model)) from error
    if source != model.sha256:
        raise UserError("made of another version of the model", where=str(lock), remedy=_remedy(model))
    for path, sha256 in files:
        pinned(replace(model, path=path, sha256=sha256, remedy=_remedy(model)))
    return files[0][0], files[1][0], outputs


def _remedy(model: Named) -> str:
    return f"airbeat models ncnn {model.path}"
