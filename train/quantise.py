"""The plate detector in 8 bits: `python -m train.quantise` makes it from the float one, without training again.

Weights a channel at a time, activations by the range that they take on training's frames; the last layer, whose
distances and heat need more than 256 steps, stays float. Weights use 7 of their 8 bits: on x86 without VNNI the sum of
two full products would not fit (onnxruntime, "Quantize ONNX Models", section "When to use reduce-range").
"""

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from edge.vision.detect import INT8, LOOK, NAME, seen_at
from edge.vision.weights import MANIFEST, MODELS
from train.frames import annotated, data_folder, picture, split
from train.manifest import commit, enter
from wire.process import guarded

EVERY = 6
"""Each so many of the training frames is looked at: 57 of them."""


class _Pictures(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime is not typed
    def __init__(self, pictures: Iterable[NDArray[Any]]) -> None:
        self._left = iter(pictures)

    def get_next(self) -> dict[str, NDArray[Any]] | None:
        """The next input, None after the last."""
        shown = next(self._left, None)
        return None if shown is None else {"picture": shown}


def quantised(model: Path, out: Path, pictures: Iterable[NDArray[Any]]) -> None:
    """Writes to `out` the float network `model` in 8 bits. `pictures`: inputs float32 (1, 3, h, w) to measure on."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        quant_pre_process(str(model), str(plain), skip_symbolic_shape=True)
        last = [node.name for node in onnx.load(plain).graph.node if node.op_type == "Conv"][-1]
        quantize_static(
            str(plain),
            str(out),
            _Pictures(pictures),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Add", "Resize"],
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=[last],
        )


def _frames() -> Iterator[NDArray[Any]]:
    train, _ = split(annotated(data_folder() / "plates/road_ro_train"))
    return (seen_at(picture(frame.path), LOOK)[0] for frame in train[::EVERY])


def main(argv: list[str] | None = None) -> int:
    """Write plate_detector_int8.onnx and its manifest entry; the scores stay to be measured (train.score)."""
    argparse.ArgumentParser(prog="python -m train.quantise", description=__doc__).parse_args(argv)
    return guarded(_run)


def _run() -> int:
    out = MODELS / f"{INT8}.onnx"
    quantised(MODELS / f"{NAME}.onnx", out, _frames())
    source = json.loads((MODELS / MANIFEST).read_text())[NAME]
    made = {"file": out.name, "sha256": hashlib.sha256(out.read_bytes()).hexdigest(), "scores": {}}
    recipe = f"{source['recipe']}; python -m train.quantise"
    enter(MODELS, INT8, source | made | {"recipe": recipe, "commit": commit(), "of": source["sha256"]})
    return 0


if __name__ == "__main__":
    sys.exit(main())
