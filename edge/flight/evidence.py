"""Evidence on the disk (tapes, recordings): the oldest files go by bytes, so that short ones push no long one out."""

from pathlib import Path

import structlog

log = structlog.get_logger()


def make_room(folder: Path, pattern: str, most_bytes: int) -> None:
    """Removes the oldest of `pattern`, by name, until the rest holds `most_bytes` at most. Raises OSError."""
    files = [(path, path.stat().st_size) for path in sorted(folder.glob(pattern))]
    held = sum(size for _, size in files)
    for path, size in files:
        if held <= most_bytes:
            return
        path.unlink(missing_ok=True)
        held -= size
        log.info("evidence_dropped", file=path.name, bytes=size, why=f"over {most_bytes} bytes were held")
