"""When the story of a town begins: every process of the simulator finds the same second zero in a file."""

import time
from pathlib import Path

from wire.errors import UserError

GO = "go"
"""The file in the town's out folder that names second zero: Unix seconds, as text. It may lie in the future."""
BEFORE = -1e6
"""Story time while nobody has said when it starts."""


def start(out: Path, at_s: float) -> None:
    """Says go: second zero is `at_s`, Unix seconds. The file appears whole or not at all."""
    out.mkdir(parents=True, exist_ok=True)
    fresh = out / f".{GO}"
    fresh.write_text(f"{at_s:.3f}\n")
    fresh.replace(out / GO)


class Story:
    """`starts_at`: Unix seconds; None waits for the file."""

    def __init__(self, out: Path, starts_at: float | None = None) -> None:
        self._file, self._starts_at = out / GO, starts_at

    def at(self, wall_s: float) -> float:
        """Story time of a moment in Unix seconds: below zero before it begins."""
        if self._starts_at is None:
            self._starts_at = self._read()
        return BEFORE if self._starts_at is None else wall_s - self._starts_at

    def now_s(self) -> float:
        return self.at(time.time())

    def _read(self) -> float | None:
        try:
            return float(self._file.read_text())
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise UserError("expected Unix seconds", where=str(self._file)) from error
