"""`airbeat read PHOTO|VIDEO|URL...`: number plates of whatever a user has, as a table, as lines or as JSON."""

import json
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
from rich.console import Console
from rich.table import Column, Table

from edge.vision.calibrate import load_curve
from edge.vision.clips import ClipReport, read_clip
from edge.vision.pictures import is_picture, load_picture
from edge.vision.source import Address, parse_address
from edge.vision.stills import StillRead, StillReader
from edge.vision.vehicle import Passing
from wire.errors import UserError
from wire.vrm import spaced


def run_read(inputs: Iterable[str], *, json_out: bool = False, seconds: float | None = None) -> int:
    """Reads every input; 2 at the end if any of them could not be read, after one line about each that couldn't.

    `seconds`: how much of a video or stream to look at; streams have no end of their own.
    """
    cv2.setNumThreads(2)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    out = JsonOut() if json_out else TextOut()
    reader: StillReader | None = None
    failed = False
    for name in inputs:
        try:
            address = parse_address(name)
            if not address.live and is_picture(_head(address)):
                picture = load_picture(Path(name))
                reader = reader or StillReader()
                out.picture(name, reader(picture))
            else:
                out.clip(name, read_clip(address, seconds, partial(out.passing, name)))
        except UserError as error:
            failed = True
            print(f"airbeat: {error}", file=sys.stderr)
    out.end()
    return 2 if failed else 0


class JsonOut:
    """One JSON object a picture, at once; for a video one a read as it comes and one at its end."""

    def picture(self, name: str, reads: list[StillRead]) -> None:
        _say({"image": name, "reads": [as_json(read) for read in reads]})

    def passing(self, name: str, passing: Passing) -> None:
        _say({"video": name, "read": passing_json(passing)})

    def clip(self, name: str, report: ClipReport) -> None:
        _say({"video": name, "reads": [passing_json(p) for p in report.passings], **report.figures()})

    def end(self) -> None:
        """Everything has been said."""


class TextOut:
    """A table of the pictures at the end; reads of a video as they come."""

    def __init__(self) -> None:
        self._console = Console()
        self._table = Table(
            Column("picture", overflow="fold"), "plate", "confidence", "format", Column("box", no_wrap=True)
        )

    def picture(self, name: str, reads: list[StillRead]) -> None:
        for read in reads:
            box = " ".join(f"{edge:.0f}" for edge in read.plate.box)
            mark = read.mark
            self._table.add_row(name, spaced(mark.canonical), f"{read.sureness:.2f}", mark.format, box)
        if not reads:
            self._table.add_row(name, "none", "", "", "")

    def passing(self, name: str, passing: Passing) -> None:
        consensus = passing.consensus
        sureness = load_curve()(consensus.share, consensus.readings)
        line = f"{name}  {_clock(passing.decided_t)}  {spaced(consensus.vrm):10}  {sureness:.2f}"
        self._console.print(f"{line}  {consensus.format}  {passing.direction}", highlight=False, soft_wrap=True)

    def clip(self, name: str, report: ClipReport) -> None:
        figures = report.figures()
        count = len(report.passings)
        plates = "plate" if count == 1 else "plates"
        line = f"{name}: {count} {plates} read in {figures['seconds']} s, {figures['frames']} frames"
        if not report.passings:
            seen = figures["plates_too_small_or_blurred"]
            line += f" (plates seen but not legible: {seen})" if seen else " (no plate in sight)"
        self._console.print(line, highlight=False, soft_wrap=True)

    def end(self) -> None:
        if self._table.row_count:
            self._console.print(self._table)


def as_json(read: StillRead) -> dict[str, Any]:
    """A plate of a still picture."""
    return {
        "vrm": read.mark.canonical,
        "raw": read.reading.raw,
        "confidence": round(read.sureness, 4),
        "format": read.mark.format,
        "box": [round(edge) for edge in read.plate.box],
    }


def passing_json(passing: Passing) -> dict[str, Any]:
    """A vehicle of a video: `t` is seconds from the video's start."""
    consensus = passing.consensus
    return {
        "vrm": consensus.vrm,
        "raw": consensus.raw,
        "confidence": round(load_curve()(consensus.share, consensus.readings), 4),
        "format": consensus.format,
        "box": [round(edge) for edge in passing.best.plate.box],
        "t": round(passing.decided_t, 2),
        "direction": passing.direction,
        "frames": consensus.readings,
    }


def _say(value: dict[str, Any]) -> None:
    print(json.dumps(value), flush=True)


def _head(address: Address) -> bytes:
    try:
        with Path(address.url).open("rb") as file:
            return file.read(16)
    except OSError as error:
        raise UserError(f"cannot read ({error.strerror})", where=address.shown, remedy="Check the file") from error


def _clock(t: float) -> str:
    return f"{int(t // 60):3d}:{t % 60:05.2f}"
