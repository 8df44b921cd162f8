"""`airbeat keys NAME --dir DIR`: NAME.key (private, owner only) and NAME.pub; never over an existing key."""

import argparse
from pathlib import Path

from wire.errors import UserError
from wire.process import guarded
from wire.signing import create_key


def main(argv: list[str] | None = None) -> int:
    """airbeat keys NAME [--dir DIR]"""
    parser = argparse.ArgumentParser(prog="airbeat keys", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--dir", type=Path, default=Path("keys"))
    args = parser.parse_args(argv)
    return guarded(lambda: _create(args.name, args.dir))


def _create(name: str, directory: Path) -> int:
    private, public = directory / f"{name}.key", directory / f"{name}.pub"
    if private.exists() or public.exists():
        raise UserError("a key of that name exists", where=str(private), remedy="Move it away first")
    try:
        create_key(private, public)
    except OSError as error:
        raise UserError(f"cannot write the key ({error.strerror})", where=str(directory)) from error
    print(f"{private} (keep it secret)\n{public}")
    return 0
