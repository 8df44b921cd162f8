"""The figures of `airbeat bench vision` for people: a column a reader, and a row for every slice that has plates."""

import platform
import subprocess
from typing import Any

from rich.console import Console
from rich.table import Table

Figures = dict[str, Any]
SHARES = ("recall", "exact", "tolerant")
SIM_SHARES = ("captured", "exact", "false_hits_per_vehicle")
COSTS = {
    "false_per_image": "false boxes a picture",
    "wrong_reads_per_image": "other reads a picture",
    "cpu_ms": "CPU ms, mean",
    "cpu_ms_median": "CPU ms, median",
    "decode_ms": "decoding a file, ms",
    "detect_ms": "finding boxes, ms",
    "rss_mb": "peak memory, MB",
    "unreadable": "files that could not be read",
}


def print_table(what: str, task: str, figures: dict[str, Figures]) -> None:
    """`figures`: reader -> what bench.vision measured of it."""
    first = next(iter(figures.values()))
    console = Console()
    line = f"{what}: {first['n']} pictures, {first['plates']} plates, task {task}; {where()}"
    console.print(line, highlight=False, soft_wrap=True)
    table = Table("", *figures)
    for name in SHARES:
        table.add_row(name, *(_share(each, name) for each in figures.values()))
    for name, label in COSTS.items():
        table.add_row(label, *(_text(each[name]) for each in figures.values()))
    console.print(table)
    console.print(_slices(figures))


def print_skies(figures: dict[str, Figures]) -> None:
    """`figures`: sky -> what bench.vision_sim measured under it."""
    console = Console()
    console.print(f"simulated vehicles past a roadside camera; {where()}", highlight=False, soft_wrap=True)
    table = Table("", *figures)
    for name in SIM_SHARES:
        table.add_row(name.replace("_", " "), *(_share(each, name) for each in figures.values()))
    for name, first in next(iter(figures.values())).items():
        if isinstance(first, int | float) and name not in SIM_SHARES:
            table.add_row(name.replace("_", " "), *(_text(each[name]) for each in figures.values()))
    console.print(table)


def where() -> str:
    """Machine and commit: a benchmark names both."""
    told = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return f"{platform.machine()}, Python {platform.python_version()}, commit {told.stdout.strip() or 'unknown'}"


def _share(figures: Figures, name: str) -> str:
    value, bounds = figures[name], figures["intervals"].get(name)
    return "-" if value is None else f"{value:.3f} ({bounds[0]:.3f} to {bounds[1]:.3f})"


def _slices(figures: dict[str, Figures]) -> Table:
    table = Table("recall / exact / tolerant of", "plates", *figures)
    for name, first in next(iter(figures.values()))["slices"].items():
        if first["plates"]:
            cells = (" / ".join(_text(each["slices"][name][share]) for share in SHARES) for each in figures.values())
            table.add_row(name, str(first["plates"]), *cells)
    return table


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:g}" if isinstance(value, int) else f"{value:.3f}"


def print_figures(figures: Figures) -> None:
    """Name and figure, a line each."""
    console = Console()
    console.print(f"rendered plates past the reader; {where()}", highlight=False, soft_wrap=True)
    for name, value in figures.items():
        console.print(f"{name.replace('_', ' ')}: {value}", highlight=False, soft_wrap=True)
