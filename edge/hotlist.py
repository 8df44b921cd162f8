"""The hotlist that the box holds: written by uplink from the sealed config topic, read by the cameras."""

from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from wire.states import Hotlist
from wire.vrm import fold

_NAME = "hotlist.json"


def write_hotlist(data_dir: Path, hotlist: Hotlist) -> bool:
    """Keeps a newer version; returns whether it was newer."""
    held = read_hotlist(data_dir)
    if held and held.version >= hotlist.version:
        return False
    draft = data_dir / f".{_NAME}"
    draft.write_bytes(hotlist.encode())
    draft.replace(data_dir / _NAME)
    return True


def read_hotlist(data_dir: Path) -> Hotlist | None:
    """The list held, also an expired one; None where there is none or it can't be read."""
    try:
        return Hotlist.model_validate_json((data_dir / _NAME).read_bytes())
    except (OSError, ValidationError):
        return None


def listed_folds(hotlist: Hotlist | None, now: datetime) -> frozenset[str]:
    """The folded marks in force at `now`; empty for an expired list."""
    if hotlist is None or hotlist.expires_at <= now:
        return frozenset()
    live = (entry for entry in hotlist.entries if entry.expires_at is None or entry.expires_at > now)
    return frozenset(fold(entry.vrm) for entry in live)
