"""How good the shipped detector is: `python -m train.score --data DIR` prints recall, false boxes and CPU time.

DIR holds pictures and a truth.csv (image, vrm, x, y, w, h). A picture may show more plates than are marked.
`--streets 20` and `--passing 20` ask for rendered scenes instead, with plates of that many pixels.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2

from edge.vision.detect import INT8, LOOK, NAME, STILL_SURE, SURE, PlateBox, PlateDetector, load_detector, overlap
from edge.vision.weights import MODELS
from train.frames import annotated, data_folder, split
from train.manifest import enter
from train.scenes import Sight, passing, photos, streets
from wire.process import guarded

ENOUGH = 0.5
"""Intersection over union at which a plate counts as found."""
SCENES = 300


@dataclass(frozen=True)
class Score:
    """`recall` of `plates` marked ones, `false_per_image` among `images`, `cpu_ms` an image on one thread."""

    recall: float
    false_per_image: float
    cpu_ms: float
    plates: int
    images: int


def score(
    detector: PlateDetector,
    sights: Iterable[Sight],
    *,
    sure: float | None = None,
    still: bool = False,
    native: bool = False,
) -> Score:
    """The detector judged on annotated pictures; `sure`: its own threshold if None; `still`: seen in several sizes,
    `native`: seen in their own."""
    threshold = sure if sure is not None else STILL_SURE if still else SURE
    found = wrong = plates = count = 0
    spent = 0.0
    for bgr, boxes in sights:
        begun = time.process_time()
        side = max(bgr.shape[:2]) if native else LOOK
        seen = detector.still(bgr, threshold) if still else detector(bgr, side, threshold)
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


def record(name: str) -> dict[str, dict[str, float]]:
    """Scores of a shipped detector on the folders and scenes that the manifest speaks of, written into it."""
    detector = load_detector(name=name)
    _, held_out = split(annotated(data_folder() / "plates/road_ro_train"))
    eu = annotated(data_folder() / "plates/eu")
    scores = {
        "plates/eu": asdict(score(detector, photos(eu))),
        "plates/eu, stills": asdict(score(detector, photos(eu), still=True)),
        "plates/road_ro_train, held out by time": asdict(score(detector, photos(held_out))),
        "drawn streets, plates 20 px wide": asdict(score(detector, streets(20, SCENES), native=True)),
        "the simulator's cameras, plates 20 px wide": asdict(score(detector, passing(20, SCENES // 6), native=True)),
    }
    entry = json.loads((MODELS / "manifest.json").read_text())[name]
    enter(MODELS, name, entry | {"scores": scores | {"threshold": SURE, "threshold, stills": STILL_SURE}})
    return scores


def main(argv: list[str] | None = None) -> int:
    """Print one line of JSON; with --record, score the usual folders and keep the result in the manifest."""
    parser = argparse.ArgumentParser(prog="python -m train.score", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=data_folder() / "plates/eu", help="folder with pictures and truth.csv"
    )
    parser.add_argument("--still", action="store_true", help="look in several sizes, as for stills")
    parser.add_argument("--held-out", action="store_true", help="only the part that training does not see")
    parser.add_argument("--streets", type=int, metavar="PX", help="drawn streets with plates of this width instead")
    parser.add_argument("--passing", type=int, metavar="PX", help="the same, before the simulator's cameras")
    parser.add_argument("--int8", action="store_true", help="the 8-bit form")
    parser.add_argument("--sure", type=float, help=f"least heat of a plate (default {SURE}, with --still {STILL_SURE})")
    parser.add_argument("--record", action="store_true", help="write the scores into the manifest")
    chosen = parser.parse_args(argv)
    cv2.setNumThreads(1)
    return guarded(lambda: _run(chosen))


def _run(chosen: argparse.Namespace) -> int:
    name = INT8 if chosen.int8 else NAME
    if chosen.record:
        print(json.dumps(record(name)))
        return 0
    detector, width = load_detector(name=name), chosen.streets or chosen.passing
    if width:
        scenes = streets(width, SCENES) if chosen.streets else passing(width, SCENES // 6)
        found = score(detector, scenes, sure=chosen.sure, native=True)
    else:
        frames = annotated(chosen.data)
        frames = split(frames)[1] if chosen.held_out else frames
        found = score(detector, photos(frames), sure=chosen.sure, still=chosen.still)
    print(json.dumps(asdict(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
