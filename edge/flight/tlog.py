"""The flight recorder: every proven MAVLink frame, in and out, as a .tlog that mavlogdump and ground stations read.

A record is the time in microseconds since 1970 (8 bytes, big endian) and the frame as it was on the wire.
"""

import struct
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog

from edge.flight.evidence import make_room

log = structlog.get_logger()
MOST_UNWRITTEN = 1 << 20
FILE_BYTES = 50 << 20
KEPT_BYTES = 1 << 30
"""About ten days of telemetry at our rates."""


class Recorder:
    """`folder` gets NAME-UTC.tlog; the oldest of NAME go. A failed write costs its records and is counted."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._file: Path | None = None
        self._unwritten = bytearray()
        self.lost = 0
        """Frames that the disk was too slow, too full or too broken for."""

    def add(self, frame: bytes | bytearray) -> None:
        """Never waits."""
        if len(self._unwritten) > MOST_UNWRITTEN:
            self.lost += 1
            return
        self._unwritten += struct.pack(">Q", int(datetime.now(UTC).timestamp() * 1e6)) + frame

    def cut(self) -> Callable[[], None]:
        """What was added since, as a write for another thread."""
        data, self._unwritten = self._unwritten, bytearray()
        return lambda: self._write(data)

    def _write(self, data: bytearray) -> None:
        try:
            if self._file is None or self._file.stat().st_size > FILE_BYTES:
                self._file = self._begin()
            with self._file.open("ab") as file:
                file.write(data)
        except OSError as error:
            self.lost += 1
            self._file = None
            log.warning("tlog_not_written", why=error.strerror, bytes=len(data))

    def _begin(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        make_room(self._folder, f"{self._name}-*.tlog", KEPT_BYTES - FILE_BYTES)
        return self._folder / f"{self._name}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.tlog"
