"""OpenVINO on the CPU, for Intel's machines; it reads the same ONNX file."""

import openvino

from edge.vision.backends.network import Map, Network
from edge.vision.weights import Named, pinned
from wire.errors import UserError

SETTINGS = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32", "NUM_STREAMS": 1}
"""f32: where the CPU has bfloat16, OpenVINO would use it unasked, and boxes would differ from machine to machine."""


def by_openvino(model: Named, threads: int) -> Network:
    """Raises UserError for a missing file, another hash, or a file that is no network."""
    weights = pinned(model)
    core = openvino.Core()
    try:
        compiled = core.compile_model(core.read_model(weights), "CPU", SETTINGS | {"INFERENCE_NUM_THREADS": threads})
    except RuntimeError as error:
        what = "no network that OpenVINO can load"
        raise UserError(what, where=str(model.path), remedy=model.remedy) from error

    def run(picture: Map) -> list[Map]:
        request = compiled.create_infer_request()
        request.infer([picture])
        return [request.get_output_tensor(place).data.copy() for place in range(len(compiled.outputs))]

    return run
