"""`airbeat models export`: a detector of ultralytics (.pt) in, what a box may run out.

A .pt file is a pickle: loading it runs what its author wrote into it. That happens here only, by the hand of whoever
sets the box up and trusts the file; the box itself never loads one (S7).
"""

from pathlib import Path
from typing import Literal

from wire.errors import UserError

Format = Literal["onnx", "engine", "ncnn"]


def export(model: Path, form: Format, side: int) -> Path:
    """The file or folder that ultralytics wrote beside `model`. Raises UserError."""
    if not model.is_file():
        raise UserError("no such file", where=str(model), remedy="Check the path")
    try:
        from ultralytics import YOLO
    except ImportError as error:
        raise UserError(
            "ultralytics is not installed here", where=str(model), remedy="pip install ultralytics"
        ) from error
    return Path(str(YOLO(str(model), task="detect").export(format=form, imgsz=side)))
