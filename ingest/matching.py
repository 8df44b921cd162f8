"""A read against the hotlist: a hit, one that is possible, or nothing (SAFETY.md S8). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from wire.states import Hotlist, HotlistEntry
from wire.vrm import UNKNOWN, fold, parse

CONFUSIONS = ("B8", "S5", "Z2", "G6", "D0", "Q0", "DQ", "U0", "L1", "T7", "A4", "CG", "EF", "MN", "UV", "VY", "PR")
"""Pairs of glyphs that readers mistake for one another on UK plates; O/0 and I/1 are one already (see vrm.fold)."""
ODD_CONFIDENCE = 0.95
"""Asked of a mark that fits no format and of one of fewer than ODD_LENGTH characters, for which nothing but the reader
speaks. Of 12 false hits of 30,000 vehicles on the worst of lists 8 were such (`airbeat bench vision --passes`)."""
ODD_LENGTH = 5
_LIKE: dict[str, str] = {
    glyph: "".join(pair.replace(glyph, "") for pair in CONFUSIONS if glyph in pair)
    for glyph in sorted({glyph for pair in CONFUSIONS for glyph in pair})
}


@dataclass(frozen=True)
class Match:
    kind: Literal["hit", "possible"]
    entry: HotlistEntry


@dataclass(frozen=True)
class Marks:
    """A hotlist made ready for look-ups. `by_fold`: the entries under their folded marks."""

    version: int
    expires_at: datetime | None
    by_fold: dict[str, HotlistEntry]


NO_MARKS = Marks(0, None, {})


def marks_of(hotlist: Hotlist | None) -> Marks:
    if hotlist is None:
        return NO_MARKS
    return Marks(hotlist.version, hotlist.expires_at, {fold(entry.vrm): entry for entry in hotlist.entries})


def match(
    mark: str, confidence: float, marks: Marks, *, min_confidence: float, now: datetime, raw: str | None = None
) -> Match | None:
    """`mark`: the read's VRM. An exact one below `min_confidence`, one confusion away, or one that the grammar made of
    another text that was read (`raw`), is only possible (SAFETY.md S8); so is an odd one below ODD_CONFIDENCE."""
    if not marks.by_fold:
        return None
    folded = fold(mark)
    if entry := _living(folded, marks, now):
        as_read = raw is None or fold(raw) == folded
        odd = len(mark) < ODD_LENGTH or parse(mark).format == UNKNOWN
        needed = max(min_confidence, ODD_CONFIDENCE) if odd else min_confidence
        return Match("hit" if as_read and confidence >= needed else "possible", entry)
    found = (entry for near in neighbours(folded) if (entry := _living(near, marks, now)))
    if entry := next(found, None):
        return Match("possible", entry)
    return None


def neighbours(folded: str) -> Iterator[str]:
    """Every mark that differs in one glyph by one confusion."""
    for at, glyph in enumerate(folded):
        for like in _LIKE.get(glyph, ""):
            yield folded[:at] + like + folded[at + 1 :]


def _living(folded: str, marks: Marks, now: datetime) -> HotlistEntry | None:
    if marks.expires_at is None or marks.expires_at <= now:
        return None
    entry = marks.by_fold.get(folded)
    return entry if entry and (entry.expires_at is None or entry.expires_at > now) else None
