"""Which runtime runs a network: one file each, imported only inside the chosen arm."""

from pathlib import Path
from typing import Literal

from edge.vision.backends.network import Network
from edge.vision.weights import Named
from wire.errors import UserError

Backend = Literal["onnxruntime", "openvino", "ncnn"]


def open_network(model: Named, backend: Backend, threads: int, made: Path) -> Network:
    """The pinned ONNX file `model`, or, for ncnn, what `airbeat models ncnn` has made of it in the folder `made`.

    Raises UserError where the runtime is not installed, or the file is missing or another one.
    """
    try:
        return _opened(model, backend, threads, made)
    except ImportError as error:
        remedy = f"pip install 'airbeat[{backend}]', or choose onnxruntime"
        raise UserError(f"{backend} is not installed here ({error})", where="objects.backend", remedy=remedy) from error


def _opened(model: Named, backend: Backend, threads: int, made: Path) -> Network:
    match backend:
        case "onnxruntime":
            from edge.vision.backends.by_onnxruntime import by_onnxruntime

            return by_onnxruntime(model, threads)
        case "openvino":
            from edge.vision.backends.by_openvino import by_openvino

            return by_openvino(model, threads)
        case "ncnn":
            from edge.vision.backends.by_ncnn import by_ncnn

            return by_ncnn(model, threads, made)
