"""What goes with a redacted copy: a file beside it that says of what it is a copy, and how it was made."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from edge.redact.faces import SHA256 as FACES_SHA256
from wire.errors import UserError

LABEL = "REDACTED COPY"
ALLOWANCE = 2.0
"""Free space asked for beforehand, as a multiple of the original's size."""


@dataclass(frozen=True)
class Counts:
    """`pictures` written; `damaged` ones of the original that could not be decoded; objects covered and kept."""

    pictures: int
    damaged: int
    faces: int
    plates: int
    kept: int


def check_paths(source: Path, target: Path, suffixes: tuple[str, ...]) -> None:
    """Raises UserError before any work: the original must stay, and nothing is overwritten."""
    if target.suffix.lower() not in suffixes:
        what = f"a copy of this kind is written as {' or '.join(suffixes)}"
        raise UserError(what, where=str(target), remedy="Give it another ending")
    if target.exists():
        raise UserError("is there already; nothing is overwritten", where=str(target), remedy="Choose another name")
    if not target.parent.is_dir():
        raise UserError("there is no such folder", where=str(target.parent), remedy="Create it, or choose another")
    needed_mb, free_mb = ALLOWANCE * source.stat().st_size / 1e6, shutil.disk_usage(target.parent).free / 1e6
    if free_mb < needed_mb:
        what = f"{free_mb:.0f} MB are free, about {needed_mb:.0f} MB are needed"
        raise UserError(what, where=str(target.parent), remedy="Make space, or choose another folder")


@contextmanager
def draft(target: Path) -> Iterator[Path]:
    """A file beside `target` that takes its name when all is done, and goes when it is not."""
    part = target.with_name(f".{target.stem}.part{target.suffix}")
    try:
        yield part
        part.rename(target)
    except OSError as error:
        what = f"cannot write the copy ({error.strerror or error})"
        raise UserError(what, where=str(target), remedy="Check the folder and its free space") from error
    finally:
        part.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """Raises UserError where it can't be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"cannot read ({error.strerror})", where=str(path), remedy="Check the path") from error


def record_path(target: Path) -> Path:
    return target.with_name(f"{target.name}.redaction.json")


def write_record(
    source: Path, source_sha256: str, target: Path, counts: Counts, *, keep: str | None, with_faces: bool
) -> Path:
    """Raises UserError where the original has changed meanwhile: then the copy proves nothing."""
    if sha256_of(source) != source_sha256:
        target.unlink(missing_ok=True)
        raise UserError("the original changed while it was read", where=str(source), remedy="Run it again")
    record = {
        "what": "redacted copy, not the original",
        "original": {"name": source.name, "sha256": source_sha256, "bytes": source.stat().st_size},
        "copy": {"name": target.name, "sha256": sha256_of(target), "bytes": target.stat().st_size},
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "made_by": f"airbeat {version('airbeat')}",
        "covered": "faces and number plates" if with_faces else "number plates only",
        "faces_network_sha256": FACES_SHA256 if with_faces else None,
        "kept_vrm": keep,
        "audio": "dropped",
        "metadata": "dropped",
        "counts": asdict(counts),
    }
    path = record_path(target)
    with draft(path) as part:
        part.write_text(json.dumps(record, indent=1) + "\n")
    return path
