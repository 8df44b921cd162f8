"""`airbeat bench vision --data DIR`: how well and at what cost the plates of a folder with truth.csv are read."""

import argparse
import csv
import json
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import sqrt
from pathlib import Path

import cv2

from edge.vision.pictures import load_picture
from edge.vision.stills import StillReader
from wire.errors import UserError
from wire.process import guarded
from wire.vrm import fold, strip

Texts = list[str]


@dataclass(frozen=True)
class Score:
    """`exact`: share of pictures whose mark is among the reads; `tolerant`: with O = 0 and I = 1 (95 % Wilson bounds).

    `other_per_image`: reads that are not the annotated mark (another vehicle's plate counts too);
    `cpu_ms`: of one picture.
    """

    reader: str
    n: int
    exact: float
    tolerant: float
    tolerant_low: float
    tolerant_high: float
    other_per_image: float
    cpu_ms: float
    rss_mb: float


def truth(folder: Path) -> dict[str, str]:
    """Picture -> mark. Raises UserError where truth.csv is missing or has other columns."""
    path = folder / "truth.csv"
    try:
        with path.open(newline="") as file:
            return {row["image"]: strip(row["vrm"]) for row in csv.DictReader(file)}
    except (OSError, KeyError) as error:
        remedy = "It needs the columns image and vrm"
        raise UserError("cannot read the truth", where=str(path), remedy=remedy) from error


def measure(name: str, read: Callable[[Path], Texts], folder: Path) -> Score:
    """Reads every picture once, after one that is not counted."""
    marks = truth(folder)
    read(folder / next(iter(marks)))
    started = time.process_time()
    found = {image: read(folder / image) for image in marks}
    cpu_ms = (time.process_time() - started) * 1000 / len(marks)
    exact = sum(mark in found[image] for image, mark in marks.items())
    tolerant = sum(fold(mark) in map(fold, found[image]) for image, mark in marks.items())
    other = sum(fold(text) != fold(mark) for image, mark in marks.items() for text in found[image])
    low, high = wilson(tolerant, len(marks))
    rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    n = len(marks)
    return Score(name, n, exact / n, tolerant / n, low, high, other / n, cpu_ms, rss_mb)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927)."""
    z, p = 1.96, hits / n
    middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def airbeat_reader() -> Callable[[Path], Texts]:
    reader = StillReader()
    return lambda path: [read.mark.canonical for read in reader(load_picture(path))]


def whole_picture_reader() -> Callable[[Path], Texts]:
    """The peer: PP-OCR on the whole picture, every line of text counted as if it were a plate."""
    from rapidocr import RapidOCR
    from rapidocr.utils.output import RapidOCROutput

    engine = RapidOCR(params={"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": 1})

    def read(path: Path) -> Texts:
        found = engine(load_picture(path))
        return [strip(text) for text in found.txts or ()] if isinstance(found, RapidOCROutput) else []

    return read


def main(argv: list[str] | None = None) -> int:
    """airbeat bench vision --data DIR [--against rapidocr] [--json]"""
    parser = argparse.ArgumentParser(prog="airbeat bench vision", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--against", choices=["rapidocr"], help="measure a peer in the same run")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args))


def _run(args: argparse.Namespace) -> int:
    cv2.setNumThreads(1)
    scores = [measure("airbeat", airbeat_reader(), args.data)]
    if args.against:
        scores.append(measure(args.against, whole_picture_reader(), args.data))
    for score in scores:
        row = {key: round(value, 3) if isinstance(value, float) else value for key, value in asdict(score).items()}
        print(json.dumps(row) if args.json else "  ".join(f"{key} {value}" for key, value in row.items()))
    return 0
