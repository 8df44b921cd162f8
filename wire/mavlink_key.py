"""A MAVLink signing key: 32 secret bytes that box and aircraft share, as 64 hexadecimal digits in a file."""

import secrets
from pathlib import Path

from wire.errors import UserError

BYTES = 32


def create_mavlink_key(path: Path) -> None:
    """Readable by its owner only. Raises OSError, FileExistsError where there is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(secrets.token_hex(BYTES) + "\n")


def load_mavlink_key(path: Path) -> bytes:
    """Raises UserError where the file is missing or holds anything else."""
    remedy = "Make one with `airbeat keys NAME --mavlink`"
    try:
        key = bytes.fromhex(path.read_text().strip())
    except OSError as error:
        raise UserError(f"cannot read the MAVLink key ({error.strerror})", where=str(path), remedy=remedy) from error
    except ValueError as error:
        raise UserError("not a MAVLink key", where=str(path), remedy=remedy) from error
    if len(key) != BYTES:
        raise UserError(f"a MAVLink key has {2 * BYTES} hexadecimal digits", where=str(path), remedy=remedy)
    return key
