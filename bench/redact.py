"""`airbeat bench redact`: plates left uncovered in a redacted clip of the simulator's street, and the CPU it costs.

The truth is where the simulator drew each plate. Faces are not judged: the simulated street has none.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from bench.camera_clip import SEED, STORY_S, Film, street_clip
from bench.vision_score import wilson
from edge.redact.__main__ import MODELS
from edge.redact.clip import ClipRedactor
from edge.redact.cover import Cover
from edge.redact.eyes import open_eyes
from edge.vision.stills import StillReader
from sim.roadside import passes
from sim.scene_lens import Points
from sim.scene_sight import plate_in, view
from sim.town import demo_town
from sim.traffic import Traffic
from wire.process import guarded
from wire.vrm import fold

COVERED = 0.9
"""Of a plate's area, at least, for it to count as covered: less may leave a character."""
READ_EVERY = 10
"""The copy is read again in one picture of so many."""


@dataclass
class Score:
    """`plates`: legible plates, counted once a picture; `missed` of them; `vehicles_missed`: in any picture;
    `read_in_copy`: marks of the truth that our own reader still finds in the copy; `cpu_ms`: of one picture."""

    pictures: int = 0
    plates: int = 0
    missed: int = 0
    miss_rate: float = 0.0
    interval: tuple[float, float] = (0.0, 1.0)
    vehicles: int = 0
    vehicles_missed: list[str] = field(default_factory=list)
    read_in_copy: list[str] = field(default_factory=list)
    covered_share: float = 0.0
    cpu_ms: float = 0.0
    faces: bool = False


class Judge:
    """Compares each picture's covers with the truth."""

    def __init__(self, film: Film) -> None:
        config = demo_town(SEED).model_copy(update={"duration_s": film.seconds + 60})
        spec, self._traffic = config.cameras[film.number % len(config.cameras)], Traffic(config)
        self._eye = view(spec.lat, spec.lon, spec.heading_deg, spec.sees, film.size)
        self._spans = list(passes(self._eye, self._traffic))
        self._fps, self._size, self._covered = film.fps, film.size, 0.0
        self.score, self._seen, self._missed = Score(), set[str](), set[str]()

    def __call__(self, number: int, covers: list[Cover]) -> None:
        mask = np.zeros(self._size[::-1], np.uint8)
        for x1, y1, x2, y2 in (np.round(each.box).astype(int).tolist() for each in covers):
            mask[max(y1, 0) : max(y2, 0), max(x1, 0) : max(x2, 0)] = 1
        self.score.pictures += 1
        self._covered += float(mask.mean())
        for vrm, corners in self._legible(STORY_S + number / self._fps):
            missed = _share(mask, corners) < COVERED
            self.score.plates += 1
            self.score.missed += missed
            self._seen.add(vrm)
            if missed:
                self._missed.add(vrm)

    def finish(self) -> Score:
        score = self.score
        score.vehicles, score.vehicles_missed = len(self._seen), sorted(self._missed)
        score.miss_rate = round(score.missed / max(score.plates, 1), 5)
        score.interval = wilson(score.missed, max(score.plates, 1))
        score.covered_share = round(self._covered / max(score.pictures, 1), 4)
        return score

    def marks(self) -> set[str]:
        return {fold(vrm) for vrm in self._seen}

    def _legible(self, story_s: float) -> Iterator[tuple[str, Points]]:
        for trip, since_s, until_s in self._spans:
            if since_s <= story_s <= until_s and (corners := plate_in(self._eye, trip.at(story_s))) is not None:
                yield trip.vrm, corners


def measure(film: Film, models: Path, *, with_faces: bool) -> Score:
    """Redacts the film's clip once."""
    source, judge = street_clip(film).path, Judge(film)
    redactor = ClipRedactor(open_eyes(models, with_faces=with_faces), secret=1, on_picture=judge)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.mp4"
        started = time.process_time()
        redactor(source, copy)
        spent_s = time.process_time() - started
        score = judge.finish()
        score.read_in_copy = sorted(_read(copy) & judge.marks())
    score.cpu_ms, score.faces = round(1e3 * spent_s / score.pictures, 1), with_faces
    return score


def main(argv: list[str] | None = None) -> int:
    """airbeat bench redact [--seconds N] [--size WxH] [--plates-only] [--models DIR] [--json]"""
    parser = argparse.ArgumentParser(prog="airbeat bench redact", description=__doc__)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--size", default="1920x1080", type=_size)
    parser.add_argument("--plates-only", action="store_true", help="do without the face network")
    parser.add_argument("--models", type=Path, default=MODELS)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args))


def _run(args: argparse.Namespace) -> int:
    cv2.setNumThreads(1)
    row = asdict(measure(Film(args.size, 25, args.seconds), args.models, with_faces=not args.plates_only))
    print(json.dumps(row) if args.json else "  ".join(f"{key} {value}" for key, value in row.items()))
    return 0


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


def _share(mask: NDArray[np.uint8], corners: Points) -> float:
    """Of the plate's area, how much is covered; what lies outside of the picture counts as covered."""
    plate = np.zeros_like(mask)
    cv2.fillConvexPoly(plate, np.round(corners).astype(np.int32), 1)
    area = int(plate.sum())
    return float((plate & mask).sum()) / area if area else 1.0


def _read(copy: Path) -> set[str]:
    """Every mark that our reader finds (O = 0, I = 1)."""
    reader, found = StillReader(), set[str]()
    with av.open(str(copy)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % READ_EVERY == 0:
                picture = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
                found |= {fold(read.mark.canonical) for read in reader(picture)}
    return found
