"""`airbeat bench backends`: the same networks on every runtime that is installed, in one run: cost and agreement."""

import argparse
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import get_args

import numpy as np

from edge.vision.backends.choice import Backend, open_network
from edge.vision.backends.network import Map, Network
from edge.vision.objects_load import CENTERNET, fetched
from edge.vision.weights import MODELS, Named, named
from wire.errors import UserError
from wire.process import guarded

ROUNDS, RUNS = 5, 4
SIZES = {"plate_detector": (352, 608), CENTERNET: (288, 512)}
"""Height and width px of what a 16:9 picture becomes."""
FIRST: Backend = "onnxruntime"


@dataclass(frozen=True)
class Row:
    """`cpu_ms`: of one picture, the least of some rounds; `apart`: from onnxruntime, of the largest number."""

    network: str
    backend: str
    cpu_ms: float | None
    apart: float | None
    why: str = ""


def measure(models: Path, threads: int) -> list[Row]:
    """Each network on each runtime, taking turns, so that all see the same load of the machine."""
    return [row for name, (height, width) in SIZES.items() for row in _network(name, models, threads, height, width)]


def _network(name: str, models: Path, threads: int, height: int, width: int) -> list[Row]:
    picture = np.random.default_rng(1).uniform(0, 255, (1, 3, height, width)).astype(np.float32)
    running: dict[str, Network] = {}
    missing: dict[str, str] = {}
    for backend in get_args(Backend):
        try:
            running[backend] = open_network(_model(name, models), backend, threads, models)
        except UserError as error:
            missing[backend] = str(error)
    outputs = {backend: run(picture) for backend, run in running.items()}
    best = _times(running, picture)
    apart = {backend: _apart(maps, outputs[FIRST]) for backend, maps in outputs.items() if FIRST in outputs}
    there = [Row(name, backend, best[backend], apart.get(backend)) for backend in running]
    return there + [Row(name, backend, None, None, why) for backend, why in missing.items()]


def _model(name: str, models: Path) -> Named:
    return fetched(name, models) if name == CENTERNET else replace(named(MODELS, name), remedy="")


def _times(running: dict[str, Network], picture: Map) -> dict[str, float]:
    best = dict.fromkeys(running, float("inf"))
    for _ in range(ROUNDS):
        for backend, run in running.items():
            started = time.process_time()
            for _ in range(RUNS):
                run(picture)
            best[backend] = min(best[backend], 1e3 * (time.process_time() - started) / RUNS)
    return best


def _apart(ours: list[Map], theirs: list[Map]) -> float:
    return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in zip(ours, theirs, strict=True))


def main(argv: list[str] | None = None) -> int:
    """airbeat bench backends [--models DIR] [--threads N] [--json]"""
    parser = argparse.ArgumentParser(prog="airbeat bench backends", description=__doc__)
    parser.add_argument("--models", type=Path, default=Path("var/models"), help="where airbeat models put its files")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args))


def _run(args: argparse.Namespace) -> int:
    rows = measure(args.models, args.threads)
    if args.json:
        print(json.dumps([asdict(row) for row in rows]))
        return 0
    for row in rows:
        told = row.why if row.cpu_ms is None else f"{row.cpu_ms:6.1f} ms   {row.apart:.1e} apart"
        print(f"{row.network:<15} {row.backend:<12} {told}")
    return 0
