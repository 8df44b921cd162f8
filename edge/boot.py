"""Which boot this is: counts up for ever on one disk, and starts past every earlier one on a fresh disk.

A box without a clock begins each life at the same moment of 1970: chance keeps its lives apart, or receipts of the
first would delete events of the second, and ingest would take those for repeats.
"""

from pathlib import Path

from wire.errors import UserError

CHANCE_BITS = 20
"""Below the seconds; both fit into the 53 bits of wire.events.Event.boot until the year 2242."""


def next_boot(data_dir: Path, unix_s: int, chance: int) -> int:
    """The last boot + 1, or the time where that is later: a replaced disk never repeats a boot (D7).

    `chance`: CHANCE_BITS random bits.
    """
    path = data_dir / "boot"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        last = int(path.read_text()) if path.exists() else 0
        boot = max(last + 1, unix_s << CHANCE_BITS | chance)
        draft = path.with_suffix(".draft")
        draft.write_text(str(boot))
        draft.replace(path)
    except ValueError:
        path.unlink()
        return next_boot(data_dir, unix_s, chance)
    except OSError as error:
        remedy = "Check the disk and the permissions of box.data_dir"
        raise UserError(f"cannot count the boot ({error.strerror})", where=str(path), remedy=remedy) from error
    return boot
