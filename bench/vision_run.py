"""A reader goes through the pictures, alone in a fresh process: outcomes, CPU time and peak memory are its own."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from enum import StrEnum
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import cv2

from bench.vision_readers import Bgr, Reader, load
from bench.vision_score import Outcome
from bench.vision_truth import Box, Shot
from edge.vision.pictures import load_picture
from wire.errors import UserError

T = TypeVar("T")


class Task(StrEnum):
    """What is asked of each picture, and so what `cpu_ms` is the time of."""

    FIND = "find"
    """Boxes alone: pixels to boxes."""
    READ = "read"
    """The plates in their true boxes: pixels to texts, a plate."""
    WHOLE = "whole"
    """A file to the plates in it; the boxes are found once more, timed apart."""


@dataclass(frozen=True)
class Run:
    """`rss_mb`: the process's peak, interpreter and libraries included."""

    outcomes: tuple[Outcome, ...]
    rss_mb: float


def run_alone(name: str, task: Task, shots: list[Shot]) -> Run:
    """Goes through the shots in a process of its own. Raises UserError for what the reader can't do without."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(run, name, task, shots).result()
        except BrokenProcessPool as error:
            raise UserError("the process that was measured died", where=name, remedy="Is memory short?") from error


def run(name: str, task: Task, shots: list[Shot]) -> Run:
    """Each picture once, after one that is not counted: the first one pays for what is made only once."""
    cv2.setNumThreads(1)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    reader = load(name)
    _first(reader, task, shots)
    outcomes = [_answered(reader, task, shot) for shot in shots]
    rss_mb = peak_mb()
    if task is Task.WHOLE:
        # After the peak was taken: the boxes are asked of a detector of its own, which `airbeat read` does not load.
        _first(reader, Task.FIND, shots)
        outcomes = [_with_boxes(reader, shot, seen) for shot, seen in zip(shots, outcomes, strict=True)]
    return Run(tuple(outcomes), rss_mb)


def _first(reader: Reader, task: Task, shots: list[Shot]) -> None:
    for shot in shots:
        if not _answered(reader, task, shot).trouble:
            return


def _answered(reader: Reader, task: Task, shot: Shot) -> Outcome:
    try:
        bgr, decode_ms = _timed(lambda: load_picture(shot.path))
    except UserError as error:
        return Outcome(trouble=str(error))
    seen = Outcome(grey=float(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY).mean()), decode_ms=decode_ms)
    match task:
        case Task.FIND:
            boxes, cpu_ms = _timed(lambda: reader.find(bgr))
            return replace(seen, boxes=tuple(boxes), cpu_ms=cpu_ms, detect_ms=cpu_ms)
        case Task.READ:
            texts, cpu_ms = _timed(lambda: [reader.read(bgr, box) for box in _boxes(shot, bgr)])
            return replace(seen, texts=tuple(texts), cpu_ms=cpu_ms / len(texts))
        case Task.WHOLE:
            texts, cpu_ms = _timed(lambda: reader.look(bgr))
            return replace(seen, texts=tuple(texts), cpu_ms=cpu_ms + decode_ms)


def _with_boxes(reader: Reader, shot: Shot, seen: Outcome) -> Outcome:
    """The same picture, its boxes added; one that could not be read before stays as it is."""
    if seen.trouble:
        return seen
    found = _answered(reader, Task.FIND, shot)
    return replace(seen, boxes=found.boxes, detect_ms=found.detect_ms)


def _boxes(shot: Shot, bgr: Bgr) -> list[Box]:
    """The true boxes inside the picture. Raises UserError where there is none or it lies outside."""
    height, width = bgr.shape[:2]
    for plate in shot.plates:
        if plate.box is None or plate.box[0] >= width or plate.box[1] >= height:
            what = "no box" if plate.box is None else f"the box {plate.box} lies outside of {width} x {height} px"
            raise UserError(what, where=str(shot.path), remedy="Mend truth.csv, or measure without --boxes truth")
    return [plate.box for plate in shot.plates if plate.box]


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    """What it returns and its CPU time, ms, of all threads."""
    begun = time.process_time()
    return work(), (time.process_time() - begun) * 1e3


def peak_mb() -> float:
    """Peak resident memory of this process, MB.

    From the kernel's VmHWM (proc(5)): getrusage's figure survives exec and would count the parent's memory too.
    """
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else float("nan")
