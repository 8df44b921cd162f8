"""Airbeat's own plate reader: lines of text in, the probability of each character at each column out.

The network is edge/models/plate_reader.onnx (docs/models.md), trained by train/reader.py on rendered plates.
Pure after loading; calls from several threads are safe.
"""

import numpy as np
from numpy.typing import NDArray

from edge.vision.line import HEIGHT, STRIDE, strip
from edge.vision.weights import open_model

Bgr = NDArray[np.uint8]
Probabilities = NDArray[np.float32]
NAME = "plate_reader"


class LineRecogniser:
    """A loaded network; about 1 ms a line on one thread."""

    def __init__(self, threads: int = 1) -> None:
        """Raises UserError where the model is missing or is not the one that the manifest names."""
        self._session = open_model(NAME, threads)

    def __call__(self, lines: list[Bgr]) -> list[Probabilities]:
        """For each uint8 (h, w, 3) line: float32 (columns, 37), in the order blank, 0-9, A-Z. One batch."""
        strips = [strip(line) for line in lines]
        batch = np.zeros((len(strips), 1, HEIGHT, max(seen.shape[1] for seen in strips)), np.float32)
        for place, seen in zip(batch, strips, strict=True):
            place[0, :, : seen.shape[1]] = seen
        out = self._session.run(None, {"strips": batch})[0]
        return [rows[: seen.shape[1] // STRIDE] for rows, seen in zip(out, strips, strict=True)]
