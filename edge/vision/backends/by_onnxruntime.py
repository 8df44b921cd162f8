"""onnxruntime on the CPU: the default, on every machine that a box is built from."""

from edge.vision.backends.network import Map, Network
from edge.vision.weights import Named, open_session


def by_onnxruntime(model: Named, threads: int) -> Network:
    """Raises UserError for a missing file, another hash, no ONNX, or other inputs or outputs than named."""
    session = open_session(model, threads)
    name = session.get_inputs()[0].name

    def run(picture: Map) -> list[Map]:
        return list(session.run(None, {name: picture}))

    return run
