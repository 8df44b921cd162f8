"""What the flight side keeps: orders' memory (F9), sortie (F28), signing stamp (F19); files replaced atomically."""

import errno
import os
import time
from pathlib import Path
from typing import TypeVar

import structlog
from pydantic import ValidationError

from edge.flight.evidence import make_room
from edge.flight.gate import Memory
from edge.flight.signing import RESERVE
from edge.flight.state import Saved
from edge.flight.tape import BEGIN
from wire.errors import UserError
from wire.frozen import Frozen

log = structlog.get_logger()
F = TypeVar("F", bound=Frozen)
TAPES_BYTES = 512 << 20
"""About fifty of the longest flights."""


class Stamp(Frozen):
    """At least every stamp that was used."""

    stamp: int = 0


class Disk:
    """`folder` is made if need be. Raises UserError where it can't be."""

    def __init__(self, folder: Path) -> None:
        self._orders, self._sortie, self._signed = (folder / f"{name}.json" for name in ("orders", "sortie", "signed"))
        self._tapes, self._tape = folder / "tapes", folder / "tapes" / "0.jsonl"
        self._reserved = 0
        try:
            self._tapes.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"cannot make the folder ({error.strerror})", where=str(folder)) from error

    def memory(self) -> Memory:
        return _read(self._orders, Memory) or Memory()

    def saved(self) -> Saved:
        return _read(self._sortie, Saved) or Saved()

    def stamp(self) -> int:
        """What the next signatures must lie above, whatever the clock says."""
        return (_read(self._signed, Stamp) or Stamp()).stamp

    def keep_stamp(self, stamp: int) -> None:
        """Writes a reserve, so that a write serves for half a minute. Durable when it returns. Raises OSError."""
        if stamp + RESERVE // 2 > self._reserved:
            _write(self._signed, Stamp(stamp=stamp + RESERVE))
            self._reserved = stamp + RESERVE

    def keep_memory(self, memory: Memory) -> None:
        """Durable when it returns. Raises OSError."""
        _write(self._orders, memory)

    def keep_sortie(self, saved: Saved) -> None:
        """Durable when it returns. Raises OSError."""
        _write(self._sortie, saved)

    def keep_tape(self, lines: list[str]) -> None:
        """The decisions' record: a file a flight, the newest that TAPES_BYTES hold. What was written leaves `lines`.

        Raises OSError; the tape then ends with a whole line, so that the rest may be written later.
        """
        while lines:
            if lines[0].startswith(BEGIN):
                self._tape = self._tapes / f"{time.time_ns()}.jsonl"
                make_room(self._tapes, "*.jsonl", TAPES_BYTES)
            _append(self._tape, lines[0] + "\n")
            del lines[0]


def _read(path: Path, model: type[F]) -> F | None:
    """None where there is none; a damaged file is put aside and said so."""
    try:
        return model.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        log.warning("file_unreadable", file=path.name, why=str(error).splitlines()[0])
        if path.exists():
            path.replace(path.with_suffix(".damaged"))
        return None


def _append(path: Path, text: str) -> None:
    """All of it or nothing. Raises OSError."""
    with path.open("ab", buffering=0) as file:
        before, data, written = file.tell(), text.encode(), 0
        try:
            written = file.write(data)
        finally:
            if written < len(data):
                file.truncate(before)
    if written < len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _write(path: Path, value: Frozen) -> None:
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        file.write(value.encode())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
