"""Which boot this is: counts up for ever on one disk, and starts past every earlier one on a fresh disk."""

from pathlib import Path

from wire.errors import UserError


def next_boot(data_dir: Path, unix_s: int) -> int:
    """The last boot + 1, or the time in seconds where that is later: a replaced disk never repeats a boot (D7)."""
    path = data_dir / "boot"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        last = int(path.read_text()) if path.exists() else 0
        boot = max(last + 1, unix_s)
        draft = path.with_suffix(".draft")
        draft.write_text(str(boot))
        draft.replace(path)
    except ValueError:
        path.unlink()
        return next_boot(data_dir, unix_s)
    except OSError as error:
        remedy = "Check the disk and the permissions of box.data_dir"
        raise UserError(f"cannot count the boot ({error.strerror})", where=str(path), remedy=remedy) from error
    return boot
