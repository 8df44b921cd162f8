"""What really happened in the simulated world, one JSON object a line; tests judge on it, the product never sees it."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.clock import Clock


class TruthLog:
    """`path` None keeps the lines in memory only (`lines`)."""

    def __init__(self, path: Path | None, clock: Clock) -> None:
        self.lines: list[dict[str, Any]] = []
        self._clock, self._lock = clock, threading.Lock()
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8") if path is not None else None

    def write(self, kind: str, **fields: Any) -> None:
        """Adds a line: `t` simulated seconds, `at` wall time in UTC, and the fields."""
        line = {"t": round(self._clock.now_s(), 3), "at": datetime.now(UTC).isoformat(), "kind": kind, **fields}
        with self._lock:
            if self._file is None:
                self.lines.append(line)
                return
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
