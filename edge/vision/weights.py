"""A shipped network by its name in, a session ready to run out; anything else than the manifest names is refused (S7).

The manifest's entry: `file`, `sha256`, `licence`, and `input` and `output`: each {`name`, `shape`} or a list of them.
A whole number in a shape must be the network's own; a word stands for a side that varies.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import onnxruntime

from wire.errors import UserError

MODELS = Path(__file__).parent.parent / "models"
MANIFEST = "manifest.json"
REMEDY = "restore the file from the release"
Side = int | str | None


@dataclass(frozen=True)
class Tensor:
    """What goes in or comes out; `shape`: a number, or a word for a side that varies."""

    end: Literal["input", "output"]
    name: str
    shape: tuple[Side, ...]

    def fits(self, found: list[Side] | None) -> bool:
        """As many sides, and as long where both say how long."""
        if found is None or len(found) != len(self.shape):
            return False
        pairs = zip(self.shape, found, strict=True)
        return all(a == b or not (isinstance(a, int) and isinstance(b, int)) for a, b in pairs)


@dataclass(frozen=True)
class Named:
    """A model as the manifest names it."""

    path: Path
    sha256: str
    tensors: tuple[Tensor, ...] = ()
    remedy: str = REMEDY


def open_model(name: str, threads: int, folder: Path = MODELS) -> onnxruntime.InferenceSession:
    """The network that the manifest of `folder` calls `name`, on `threads` threads of the CPU.

    Raises UserError for a missing entry, licence or file, another hash, no ONNX, or other inputs or outputs.
    """
    return open_session(named(folder, name), threads)


def open_session(model: Named, threads: int) -> onnxruntime.InferenceSession:
    """The network `model` on onnxruntime. Raises UserError as `open_model` does."""
    session = _session(pinned(model), threads, model)
    found = {side.name: list(side.shape) for side in (*session.get_inputs(), *session.get_outputs())}
    for tensor in model.tensors:
        if not tensor.fits(found.get(tensor.name)):
            what = f"the {tensor.end} {tensor.name} should be {list(tensor.shape)}, the model has {found}"
            raise UserError(what, where=str(model.path), remedy=model.remedy)
    return session


def named(folder: Path, name: str) -> Named:
    """What the manifest of `folder` says of the model `name`; its file is not opened. Raises UserError."""
    manifest = folder / MANIFEST
    try:
        entry = json.loads(manifest.read_text())[name]
        missing = [key for key in ("file", "sha256", "licence", "input", "output") if not entry.get(key)]
        if not missing:
            tensors = *_tensors("input", entry["input"]), *_tensors("output", entry["output"])
            return Named(folder / str(entry["file"]), str(entry["sha256"]), tensors)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"no entry for {name} that can be read", where=str(manifest), remedy=REMEDY) from error
    raise UserError(f"the entry for {name} has no {' and no '.join(missing)}", where=str(manifest), remedy=REMEDY)


def _tensors(end: Literal["input", "output"], written: Any) -> list[Tensor]:
    each = [written] if isinstance(written, dict) else written
    return [Tensor(end, str(one["name"]), tuple(one["shape"])) for one in each]


def pinned(model: Named) -> bytes:
    """The file's bytes. Raises UserError where it is missing or has another hash."""
    try:
        weights = model.path.read_bytes()
    except OSError as error:
        raise UserError("no such model", where=str(model.path), remedy=model.remedy) from error
    found = hashlib.sha256(weights).hexdigest()
    if found != model.sha256:
        what = f"the model's SHA-256 is {found[:12]}..., the manifest says {model.sha256[:12]}..."
        raise UserError(what, where=str(model.path), remedy=model.remedy)
    return weights


def _session(weights: bytes, threads: int, model: Named) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # A spinning thread pool would take a core from the other cameras while it waits for a frame.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no base of their own
        raise UserError("no network that onnxruntime can load", where=str(model.path), remedy=model.remedy) from error
