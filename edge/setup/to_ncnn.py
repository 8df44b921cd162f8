"""`airbeat models ncnn`: a pinned ONNX file in, ncnn's two files and their hashes out, compared with onnxruntime."""

import hashlib
import json
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from edge.setup.fetch import put
from edge.vision.backends.choice import open_network
from edge.vision.backends.network import Network
from edge.vision.weights import Named, open_session
from wire.errors import UserError

SIDES = ((512, 512), (288, 384))
"""Two sizes in px that differ in both sides, so that pnnx sees which of them vary; multiples of 32, as networks ask."""
TOLERANCE = 1e-3
"""Of the output's largest number. Full precision on x86: 3e-6 and less for the networks of the release."""
REMEDY = "pip install --no-deps -c constraints.txt pnnx"
"""Without its dependencies: the program in the wheel needs no torch."""


@dataclass(frozen=True)
class Made:
    """What was written, and how far its outputs lie from onnxruntime's, as a share of the largest number."""

    lock: Path
    difference: float


def to_ncnn(model: Path, into: Path) -> Made:
    """Raises UserError where pnnx is missing or fails, or the outputs differ by more than the tolerance."""
    named = Named(model, _sha256(model), remedy="Check the path")
    session = open_session(named, threads=1)
    shapes = _shapes(session.get_inputs()[0].shape)
    with TemporaryDirectory(prefix="airbeat-ncnn-") as folder:
        built = Path(folder)
        param, weights = _pnnx(model, shapes, built)
        lock = {"bin": weights, "onnx": named.sha256.encode(), "param": param}
        _write(built, model.stem, lock, len(session.get_outputs()))
        difference = _difference(named, shapes, built)
        if difference > TOLERANCE:
            what = f"ncnn's outputs differ from onnxruntime's by {difference:.1g} of the largest"
            raise UserError(what, where=str(model), remedy="Use another backend for this network")
        _write(into, model.stem, lock, len(session.get_outputs()))
    return Made(into / f"{model.stem}.ncnn.json", difference)


def _shapes(asked: list[int | str]) -> list[tuple[int, int, int, int]]:
    """One where the network has one size, two where its sides vary."""
    fixed = [side for side in asked[2:] if isinstance(side, int)]
    sizes = [tuple(fixed)] if len(fixed) == 2 else SIDES
    return [(1, 3, int(height), int(width)) for height, width in sizes]


def _pnnx(model: Path, shapes: list[tuple[int, int, int, int]], folder: Path) -> tuple[bytes, bytes]:
    """ncnn's .param and .bin. pnnx is called as the program that its wheel carries: its Python part wants torch."""
    spec = find_spec("pnnx")
    if spec is None or spec.origin is None:
        raise UserError("pnnx is not installed here", where=str(model), remedy=REMEDY)
    shutil.copy(model, folder / "model.onnx")
    sizes = [f"inputshape{'2' * place}=[{','.join(map(str, shape))}]" for place, shape in enumerate(shapes)]
    files = [f"ncnn{end}={folder}/out.{end}" for end in ("param", "bin")]
    call = [str(Path(spec.origin).parent / "pnnx"), "model.onnx", *sizes, *files, "fp16=0"]
    done = subprocess.run(call, capture_output=True, text=True, check=False, cwd=folder)
    try:
        return (folder / "out.param").read_bytes(), (folder / "out.bin").read_bytes()
    except OSError as error:
        what = f"pnnx could not convert it ({done.stderr.strip()[-200:]})"
        raise UserError(what, where=str(model), remedy="Use another backend for this network") from error


def _write(folder: Path, stem: str, files: dict[str, bytes], outputs: int) -> None:
    for end in ("param", "bin"):
        put(folder / f"{stem}.ncnn.{end}", files[end])
    lock = {end: hashlib.sha256(files[end]).hexdigest() for end in ("param", "bin")}
    entry = {**lock, "onnx": files["onnx"].decode(), "outputs": outputs}
    put(folder / f"{stem}.ncnn.json", json.dumps(entry, indent=2).encode() + b"\n")


def _difference(named: Named, shapes: list[tuple[int, int, int, int]], made: Path) -> float:
    """The largest over noise pictures of each shape."""
    random = np.random.default_rng(1)
    pictures = [random.uniform(0, 255, shape).astype(np.float32) for shape in shapes]
    ours, theirs = (open_network(named, backend, 1, made) for backend in ("ncnn", "onnxruntime"))
    return max(_apart(ours, theirs, picture) for picture in pictures)


def _apart(ours: Network, theirs: Network, picture: np.ndarray) -> float:
    pairs = zip(ours(picture), theirs(picture), strict=True)
    return max(float(np.abs(a - b).max() / max(np.abs(b).max(), 1e-6)) for a, b in pairs)


def _sha256(model: Path) -> str:
    try:
        return hashlib.sha256(model.read_bytes()).hexdigest()
    except OSError as error:
        raise UserError(f"cannot read ({error.strerror})", where=str(model), remedy="Check the path") from error
