"""`airbeat bench objects --data DIR`: the people and vehicles found in a folder with truth.csv, and what it costs."""

import argparse
import csv
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2

from bench.vision_score import wilson
from edge.vision.objects import Box, ObjectBox, overlap
from edge.vision.objects_config import CenterNetObjects
from edge.vision.objects_load import load_objects
from edge.vision.pictures import load_picture
from wire.errors import UserError
from wire.process import guarded

FOUND = 0.5
"""IoU from which a marked object counts as found."""
NAMES = {"human": "person", "pedestrian": "person", "motorbike": "motorcycle", "lorry": "truck"}
"""What truth files call our kinds."""
Truth = dict[str, list[tuple[str, Box]]]


@dataclass(frozen=True)
class Score:
    """`recall` with its 95 % Wilson bounds; `false_per_image`: boxes that meet no marked object of their kind."""

    images: int
    n: int
    recall: float
    recall_low: float
    recall_high: float
    false_per_image: float
    cpu_ms: float


def truth(folder: Path) -> Truth:
    """Picture -> (kind, box) of what is marked. Raises UserError where truth.csv is missing or has other columns."""
    path = folder / "truth.csv"
    marked: Truth = {}
    try:
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                x, y, w, h = (float(row[side]) for side in "xywh")
                kind = NAMES.get(row["class"], row["class"])
                marked.setdefault(row["image"], []).append((kind, (x, y, x + w, y + h)))
    except (OSError, KeyError, TypeError, ValueError) as error:
        remedy = "It needs the columns image, x, y, w, h and class"
        raise UserError(f"cannot read the truth ({error!r})", where=str(path), remedy=remedy) from error
    if not marked:
        raise UserError("marks no object", where=str(path), remedy="It needs a row an object")
    return marked


def found(marked: Sequence[tuple[str, Box]], boxes: Sequence[ObjectBox]) -> tuple[int, int]:
    """How many marked objects were found, each by a box of its own, surest first; and how many boxes are left over."""
    left = list(marked)
    hits = 0
    for box in boxes:
        rivals = [(overlap(box.box, where), place) for place, (kind, where) in enumerate(left) if kind == box.kind]
        best, place = max(rivals, default=(0.0, -1))
        if best >= FOUND:
            hits += 1
            left.pop(place)
    return hits, len(boxes) - hits


def measure(folder: Path, config: CenterNetObjects, models: Path) -> Score:
    """Every picture once, after one that is not counted."""
    marked, detect = truth(folder), load_objects(config, models)
    detect(load_picture(folder / next(iter(marked))))
    hits = false = n = 0
    cpu_s = 0.0
    for image, objects in marked.items():
        bgr = load_picture(folder / image)
        started = time.process_time()
        boxes = detect(bgr)
        cpu_s += time.process_time() - started
        hit, wrong = found(objects, boxes)
        hits, false, n = hits + hit, false + wrong, n + len(objects)
    low, high = wilson(hits, n)
    return Score(len(marked), n, hits / n, low, high, false / len(marked), 1e3 * cpu_s / len(marked))


def main(argv: list[str] | None = None) -> int:
    """airbeat bench objects --data DIR [--models DIR] [--long-side PX] [--backend NAME] [--json]"""
    parser = argparse.ArgumentParser(prog="airbeat bench objects", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with truth.csv: image, x, y, w, h, class")
    parser.add_argument("--models", type=Path, default=Path("var/models"), help="where airbeat models fetch put them")
    parser.add_argument("--long-side", type=int, default=512, help="px at which the picture's longer side is seen")
    parser.add_argument("--backend", choices=("onnxruntime", "openvino", "ncnn"), default="onnxruntime")
    parser.add_argument("--sure", type=float, default=0.4)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args))


def _run(args: argparse.Namespace) -> int:
    cv2.setNumThreads(1)
    config = CenterNetObjects(backend=args.backend, long_side=args.long_side, sure=args.sure)
    score = measure(args.data, config, args.models)
    if args.json:
        print(json.dumps(asdict(score)))
        return 0
    print(f"{score.n} objects in {score.images} pictures, longer side {args.long_side} px, one thread")
    print(f"recall {score.recall:.3f} (95 %: {score.recall_low:.2f} to {score.recall_high:.2f}),", end=" ")
    print(f"{score.false_per_image:.2f} other boxes a picture, {score.cpu_ms:.1f} ms CPU a picture")
    return 0
