"""`airbeat keys NAME --dir DIR`: NAME.key (private, owner only) and NAME.pub; never over an existing key.

With --mavlink: NAME.mavlink, the secret that a box and its aircraft sign MAVLink with.
"""

import argparse
from pathlib import Path

from wire.errors import UserError
from wire.mavlink_key import create_mavlink_key
from wire.process import guarded
from wire.signing import create_key


def main(argv: list[str] | None = None) -> int:
    """airbeat keys NAME [--dir DIR] [--mavlink]"""
    parser = argparse.ArgumentParser(prog="airbeat keys", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--dir", type=Path, default=Path("keys"))
    parser.add_argument("--mavlink", action="store_true", help="a MAVLink signing key instead of a pair")
    args = parser.parse_args(argv)
    return guarded(lambda: _create(args.name, args.dir, args.mavlink))


def _create(name: str, directory: Path, mavlink: bool) -> int:
    names = (f"{name}.mavlink",) if mavlink else (f"{name}.key", f"{name}.pub")
    secret, *public = (directory / file for file in names)
    if any(path.exists() for path in (secret, *public)):
        raise UserError("a key of that name exists", where=str(secret), remedy="Move it away first")
    try:
        create_mavlink_key(secret) if mavlink else create_key(secret, *public)
    except OSError as error:
        raise UserError(f"cannot write the key ({error.strerror})", where=str(directory)) from error
    print("\n".join([f"{secret} (keep it secret)", *map(str, public)]))
    return 0
