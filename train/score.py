"""How good the shipped detector is: `python -m train.score --data DIR` prints recall, false boxes and CPU time.

DIR holds pictures and a truth.csv (image, vrm, x, y, w, h). A picture may show more plates than are marked.
`--scenes 20` asks for rendered scenes instead, with plates of that many pixels.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from edge.vision.detect import NAME, STILL_SURE, SURE, PlateBox, PlateDetector, load_detector, overlap
from edge.vision.weights import MODELS
from train.frames import Bgr, Boxes, Frame, annotated, data_folder, picture, split
from train.manifest import enter
from train.synthetic import CROP, street
from train.weather import weathered
from wire.process import guarded

ENOUGH = 0.5
"""Intersection over union at which a plate counts as found."""
SCENES = 300
SCENE_SEED = 20
"""Streams of training begin with three numbers, this one with two: no scene is one that training saw."""

Sight = tuple[Bgr, Boxes]
"""A picture, uint8 BGR, and the plates marked in it, float32 (n, 4) x1, y1, x2, y2 px."""


@dataclass(frozen=True)
class Score:
    """`recall` of `plates` marked ones, `false_per_image` among `images`, `cpu_ms` an image on one thread."""

    recall: float
    false_per_image: float
    cpu_ms: float
    plates: int
    images: int


def photos(frames: list[Frame]) -> Iterator[Sight]:
    """Annotated pictures from disk."""
    return ((picture(frame.path), frame.boxes) for frame in frames)


def scenes(width: int, count: int = SCENES) -> Iterator[Sight]:
    """Drawn streets in weather, as large as training's crops, whose plates are `width` px wide, one more or less."""
    index = 0
    while count:
        rng = np.random.default_rng([SCENE_SEED, index])
        made, index = street(rng, width=width * 1.05), index + 1
        low, high = made.corners.min(axis=1), made.corners.max(axis=1)
        if len(low) and (abs(high - low - width)[:, 0] <= 1).all():
            count -= 1
            yield weathered(rng, made.bgr, 0), np.hstack([low, high])


def score(
    detector: PlateDetector,
    sights: Iterable[Sight],
    *,
    sure: float | None = None,
    still: bool = False,
    long_side: int = 608,
) -> Score:
    """The detector judged on annotated pictures; `still`: in several sizes; `sure`: its own threshold if None."""
    threshold = sure if sure is not None else STILL_SURE if still else SURE
    found = wrong = plates = count = 0
    spent = 0.0
    for bgr, boxes in sights:
        begun = time.process_time()
        seen = detector.still(bgr, threshold) if still else detector(bgr, long_side, threshold)
        spent += time.process_time() - begun
        hits = [_hit(seen, box) for box in boxes.tolist()]
        found += sum(hit is not None for hit in hits)
        wrong += len(seen) - len({hit for hit in hits if hit is not None})
        plates, count = plates + len(boxes), count + 1
    return Score(round(found / plates, 4), round(wrong / count, 3), round(spent / count * 1e3, 1), plates, count)


def _hit(seen: list[PlateBox], box: list[float]) -> int | None:
    """The number of the seen plate that covers a marked box best, None where none does by half."""
    x1, y1, x2, y2 = box
    marks = [overlap(plate.box, (x1, y1, x2, y2)) for plate in seen]
    best = max(range(len(seen)), key=marks.__getitem__, default=None)
    return best if best is not None and marks[best] >= ENOUGH else None


def record(detector: PlateDetector) -> dict[str, dict[str, float]]:
    """Scores on the folders and scenes that the manifest speaks of, written into it."""
    _, held_out = split(annotated(data_folder() / "plates/road_ro_train"))
    eu = annotated(data_folder() / "plates/eu")
    scores = {
        "plates/eu": asdict(score(detector, photos(eu))),
        "plates/eu, stills": asdict(score(detector, photos(eu), still=True)),
        "plates/road_ro_train, held out by time": asdict(score(detector, photos(held_out))),
        "rendered scenes, plates 20 px wide": asdict(score(detector, scenes(20), long_side=CROP[1])),
    }
    entry = json.loads((MODELS / "manifest.json").read_text())[NAME]
    enter(MODELS, NAME, entry | {"scores": scores | {"threshold": SURE, "threshold, stills": STILL_SURE}})
    return scores


def main(argv: list[str] | None = None) -> int:
    """Print one line of JSON; with --record, score the usual folders and keep the result in the manifest."""
    parser = argparse.ArgumentParser(prog="python -m train.score", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=data_folder() / "plates/eu", help="folder with pictures and truth.csv"
    )
    parser.add_argument("--still", action="store_true", help="look in several sizes, as for stills")
    parser.add_argument("--held-out", action="store_true", help="only the part that training does not see")
    parser.add_argument("--scenes", type=int, metavar="PX", help="rendered scenes with plates of this width instead")
    parser.add_argument("--sure", type=float, help=f"least heat of a plate (default {SURE}, with --still {STILL_SURE})")
    parser.add_argument("--record", action="store_true", help="write the scores into the manifest")
    chosen = parser.parse_args(argv)
    cv2.setNumThreads(1)
    return guarded(lambda: _run(chosen))


def _run(chosen: argparse.Namespace) -> int:
    if chosen.record:
        print(json.dumps(record(load_detector())))
        return 0
    if chosen.scenes:
        found = score(load_detector(), scenes(chosen.scenes), sure=chosen.sure, long_side=CROP[1])
    else:
        frames = annotated(chosen.data)
        frames = split(frames)[1] if chosen.held_out else frames
        found = score(load_detector(), photos(frames), sure=chosen.sure, still=chosen.still)
    print(json.dumps(asdict(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
