"""PP-OCR's networks as they lie in the rapidocr wheel, run by onnxruntime directly: pictures in, raw maps out.

rapidocr's own pipeline is not used: it hides the confidence of a character and spends a core on spinning threads.
Nothing is fetched at run time; a file with another hash than the ones tested here is refused (SAFETY.md S7).
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from wire.errors import UserError

Bgr = NDArray[np.uint8]
Probabilities = NDArray[np.float32]

RECOGNISER = "PP-OCRv6_rec_small.onnx"
TEXT_DETECTOR = "PP-OCRv6_det_small.onnx"
SHA256 = {
    RECOGNISER: "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
    TEXT_DETECTOR: "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
}
"""Apache-2.0, PaddleOCR; converted to ONNX by RapidOCR, shipped in rapidocr 3.10."""
REMEDY = "Install the rapidocr version that pyproject.toml names"

LINE_HEIGHT = 48
"""Pixels: what the recogniser was trained on; one column of its output covers 8 px."""


def open_session(name: str, threads: int) -> onnxruntime.InferenceSession:
    """One of the networks above. Raises UserError where the wheel has no such file or another one."""
    spec = find_spec("rapidocr")
    folder = Path(spec.origin).parent / "models" if spec and spec.origin else Path("rapidocr/models")
    try:
        weights = (folder / name).read_bytes()
    except OSError as error:
        raise UserError("no such model", where=str(folder / name), remedy=REMEDY) from error
    if hashlib.sha256(weights).hexdigest() != SHA256[name]:
        raise UserError("not the model that was tested (its SHA-256 differs)", where=str(folder / name), remedy=REMEDY)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])


class LineRecogniser:
    """One line of text in, the probability of each plate character at each column out.

    Its 18,710 classes are folded into 38: blank, 0-9, A-Z (either case), and everything else, which on a plate is a
    separator, a screw or a coat of arms.
    """

    def __init__(self, threads: int = 1) -> None:
        self._session = open_session(RECOGNISER, threads)
        characters = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self.classes = ["", *characters, " "]
        self._columns = _plate_columns(self.classes)

    def __call__(self, lines: list[Bgr]) -> list[Probabilities]:
        """For each uint8 (h, w, 3) line: float32 (columns, 38), in the order blank, 0-9, A-Z, other. One batch."""
        scaled = [_at_height(line) for line in lines]
        width = max(line.shape[1] for line in scaled)
        batch = np.zeros((len(lines), 3, LINE_HEIGHT, width), np.float32)
        for place, line in zip(batch, scaled, strict=True):
            place[:, :, : line.shape[1]] = line.transpose(2, 0, 1) / np.float32(127.5) - 1
        out = self._session.run(None, {"x": batch})[0]
        return [self._folded(rows[: -(-line.shape[1] // 8)]) for rows, line in zip(out, scaled, strict=True)]

    def _folded(self, rows: Probabilities) -> Probabilities:
        kept = np.zeros((len(rows), 38), np.float32)
        for place, columns in enumerate(self._columns):
            kept[:, place] = rows[:, columns].sum(axis=1)
        kept[:, 37] = np.clip(1 - kept[:, :37].sum(axis=1), 0, 1)
        return kept


def _plate_columns(classes: list[str]) -> list[list[int]]:
    """Which of the recogniser's classes make up each of ours but the last."""
    index = {character: place for place, character in enumerate(classes)}
    digits = [[index[digit]] for digit in "0123456789"]
    letters = [[index[letter], index[letter.lower()]] for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    upper = {"L": index["L"]}
    letters["ABCDEFGHIJKLMNOPQRSTUVWXYZ".index("L")] = [upper["L"]]
    letters["ABCDEFGHIJKLMNOPQRSTUVWXYZ".index("I")].append(index["l"])
    return [[0], *digits, *letters]


def _at_height(line: Bgr) -> Bgr:
    width = max(16, round(line.shape[1] * LINE_HEIGHT / line.shape[0]))
    shrinks = line.shape[0] > LINE_HEIGHT
    small = cv2.resize(line, (width, LINE_HEIGHT), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return np.asarray(small, np.uint8)
