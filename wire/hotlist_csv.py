"""A hotlist as a CSV file: `vrm,category,priority,note,expires`, one vehicle a row (pure)."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError

from wire.errors import UserError
from wire.states import HotlistEntry
from wire.vrm import parse

COLUMNS = ("vrm", "category", "priority", "note", "expires")
MAX_ENTRIES = 20_000
"""A box gets the list in one retained message of 4 MB at most (SAFETY.md S8: oversized lists are refused)."""


@dataclass(frozen=True)
class Rejected:
    """`line`: counted from 1, the header included."""

    line: int
    why: str


def parse_csv(text: str, now: datetime) -> tuple[list[HotlistEntry], list[Rejected]]:
    """The good rows and the bad ones (pure). Raises UserError where the whole is no list: no header, too long."""
    lines = text.lstrip("\ufeff").replace("\0", "").splitlines()
    if not lines or [name.strip().lower() for name in lines[0].split(",")] != list(COLUMNS):
        raise UserError(f"the first line is not {','.join(COLUMNS)}", where="hotlist", remedy="Add the header")
    if len(lines) - 1 > MAX_ENTRIES:
        raise UserError(f"{len(lines) - 1} rows; a hotlist has {MAX_ENTRIES} at most", where="hotlist")
    entries: dict[str, HotlistEntry] = {}
    rejected: list[Rejected] = []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        try:
            entry = _entry(line, now)
        except ValueError as error:
            rejected.append(Rejected(number, str(error)))
            continue
        if entry.vrm in entries:
            rejected.append(Rejected(number, f"{entry.vrm} stands in the list already"))
        else:
            entries[entry.vrm] = entry
    return list(entries.values()), rejected


def _entry(line: str, now: datetime) -> HotlistEntry:
    cells = [cell.strip() for cell in next(csv.reader([line], strict=True), [])]
    if len(cells) != len(COLUMNS):
        raise ValueError(f"{len(cells)} columns instead of {len(COLUMNS)}")
    vrm, category, priority, note, expires = cells
    mark = parse(vrm).canonical
    if not 2 <= len(mark) <= 8:
        raise ValueError(f"{vrm!r} is no number plate")
    if not category:
        raise ValueError("the category is missing")
    expires_at = _time(expires) if expires else None
    if expires_at and expires_at <= now:
        raise ValueError(f"expired on {expires}")
    level = priority.lower() or "medium"
    try:
        return HotlistEntry.model_validate(
            {"vrm": mark, "category": category[:40], "priority": level, "note": note[:200], "expires_at": expires_at}
        )
    except ValidationError as error:
        raise ValueError(f"priority {priority!r} is not high, medium or low") from error


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"expires {text!r} is no ISO 8601 time") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
