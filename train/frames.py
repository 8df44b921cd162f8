"""Real frames for training: road_ro_train with its boxes, split by time because its clips repeat scenes."""

import csv
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from wire.errors import UserError

Bgr = NDArray[np.uint8]
Boxes = NDArray[np.float32]

HELD_CLIP = "dayride_type1_003"
HELD_SHARE = 0.85
"""Frames after this share of a clip's time are held out, and one whole clip; `GAP_S` before is in neither part."""
GAP_S = 10


def data_folder() -> Path:
    """Where the real data lies: AIRBEAT_DATA, else ../shared/data beside the repository."""
    return Path(os.environ.get("AIRBEAT_DATA", Path(__file__).parents[2] / "shared/data"))


@dataclass(frozen=True)
class Frame:
    """One picture on disk; `boxes`: float32 (n, 4) x1, y1, x2, y2 px."""

    path: Path
    boxes: Boxes


@lru_cache(maxsize=512)
def picture(path: Path) -> Bgr:
    """The file's pixels, kept. Raises UserError where it can't be read."""
    found = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if found is None:
        raise UserError(
            "not a picture that can be read", where=str(path), remedy="replace it or take it out of truth.csv"
        )
    return found.astype(np.uint8, copy=False)


def annotated(folder: Path) -> list[Frame]:
    """Every picture of a folder with a truth.csv (image, vrm, x, y, w, h), in the file's order."""
    truth = folder / "truth.csv"
    if not truth.is_file():
        raise UserError("no truth.csv", where=str(folder), remedy="name a folder that holds pictures and truth.csv")
    boxes: dict[str, list[tuple[float, float, float, float]]] = {}
    with truth.open(newline="") as rows:
        for row in csv.DictReader(rows):
            x, y, w, h = (float(row[key]) for key in "xywh")
            boxes.setdefault(row["image"], []).append((x, y, x + w, y + h))
    return [Frame(folder / name, np.array(found, np.float32)) for name, found in boxes.items()]


def split(frames: list[Frame]) -> tuple[list[Frame], list[Frame]]:
    """(for training, held out), by clip and time as named above."""
    times = {frame.path: _clip_and_second(frame.path.name) for frame in frames}
    clips: dict[str, list[int]] = {}
    for clip, second in times.values():
        clips.setdefault(clip, []).append(second)
    cut = {clip: float(np.quantile(seconds, HELD_SHARE)) for clip, seconds in clips.items()}
    cut = {clip: -1.0 if clip.startswith(HELD_CLIP) else second for clip, second in cut.items()}
    train = [f for f in frames if times[f.path][1] < cut[times[f.path][0]] - GAP_S]
    return train, [f for f in frames if times[f.path][1] > cut[times[f.path][0]]]


def _clip_and_second(name: str) -> tuple[str, int]:
    """`dayride_type1_001.mp4#t=1054.jpg` -> its clip and 1054."""
    clip, _, rest = name.partition("#t=")
    return clip, int(rest.partition(".")[0])
