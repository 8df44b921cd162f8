"""A network and an example of what goes in; out comes its ONNX file, the one way in which a model leaves torch."""

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

OPSET = 17
Sides = dict[str, dict[int, str]]


def write_onnx(net: nn.Module, example: Tensor, path: Path, sides: Sides) -> None:
    """`sides`: name of the input, then of the output -> its sides of any length, by place. Makes the folder."""
    given, gives = sides
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # The newer exporter needs onnxscript, which nothing else here does; the older one only says that it is older.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            net.eval(),
            (example,),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=[given],
            output_names=[gives],
            dynamic_axes=sides,
        )
