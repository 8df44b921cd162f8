"""What a UK vehicle registration mark is. Formats after DVLA INF104; O/0 and I/1 are one glyph each (BS AU 145e)."""

import re
from dataclasses import dataclass
from itertools import product

_AREA = "[A-HJ-PR-Y]"
_SERIAL = "[A-HJ-PR-Z]"
_YEAR = "[A-HJ-NPR-TV-Y]"

FORMATS: dict[str, re.Pattern[str]] = {
    "current": re.compile(rf"{_AREA}{{2}}(?:0[2-9]|[1-3][0-9]|5[1-9]|[67][0-9]|80){_SERIAL}{{3}}"),
    "prefix": re.compile(rf"{_YEAR}[1-9][0-9]{{0,2}}[A-HJ-PR-Y]{{3}}"),
    "suffix": re.compile(rf"[A-HJ-PR-Y]{{3}}[1-9][0-9]{{0,2}}{_YEAR}"),
    "q": re.compile(r"Q[1-9][0-9]{0,2}[A-HJ-PR-Y]{3}"),
    "northern_ireland": re.compile(r"(?:[A-Z]?I[A-Z]|[A-Z]{1,2}Z)[1-9][0-9]{0,3}"),
    "military": re.compile(r"[A-HJ-PR-Z]{2}[0-9]{2}[A-HJ-PR-Z]{2}|[0-9]{2}[A-HJ-PR-Z]{2}[0-9]{2}"),
    "diplomatic": re.compile(r"[0-9]{3}[DX][0-9]{3}"),
    "dateless": re.compile(r"[A-HJ-PR-Y]{1,3}[1-9][0-9]{0,3}|[1-9][0-9]{0,3}[A-HJ-PR-Y]{1,3}"),
    "trade": re.compile(r"[0-9]{5}|[0-9]{3}[A-HJ-PR-Y]{1,3}"),
}
"""Name -> pattern of the canonical form; the first that fits names the format."""

UNKNOWN = "unknown"
_ONE_COUNTRY = {"current": "GB", "prefix": "GB", "q": "GB"}
"""Formats that no other country of Europe issues: its suffix marks are Sweden's too, dateless ones Spain's, Northern
Ireland's Poland's."""
_TWINS = {"O": "O0", "0": "0O", "I": "I1", "1": "1I"}
_FOLD = str.maketrans("OI", "01")


@dataclass(frozen=True)
class Vrm:
    """`raw` as read; `canonical`: capitals and digits, O/0 and I/1 by position; `format`: of FORMATS or "unknown"."""

    raw: str
    canonical: str
    format: str


def strip(raw: str) -> str:
    """Capitals A-Z and digits only; everything else is spacing, screws and bolts."""
    return re.sub(r"[^A-Z0-9]", "", raw.upper())


def format_of(vrm: str) -> str:
    """The first format that the canonical form `vrm` fits as it stands, else "unknown"."""
    return next((name for name, pattern in FORMATS.items() if pattern.fullmatch(vrm)), UNKNOWN)


def country_of(format_name: str) -> str:
    """ISO 3166-1 alpha-2, or "unknown": most formats are issued by several countries."""
    return _ONE_COUNTRY.get(format_name, UNKNOWN)


def parse(raw: str) -> Vrm:
    """The mark that was read. One that fits no format is kept as it is and marked unknown, never repaired."""
    text = strip(raw)
    fitting = [(name, twin) for twin in _twins(text) if (name := format_of(twin)) != UNKNOWN]
    if not fitting:
        return Vrm(raw, text, UNKNOWN)
    order = list(FORMATS)
    name, twin = min(fitting, key=lambda pair: (order.index(pair[0]), _changes(pair[1], text)))
    return Vrm(raw, twin, name)


def fold(vrm: str) -> str:
    """The key under which marks that look alike are equal: O becomes 0 and I becomes 1."""
    return strip(vrm).translate(_FOLD)


def spaced(vrm: str) -> str:
    """As printed on the plate: groups parted by a space (AB12 CDE, A123 BCD); other shapes unchanged."""
    found = re.fullmatch(r"([A-Z]{2}[0-9]{2}|[A-Z][0-9]{1,3})([A-Z]{3})|([A-Z]{1,3})([0-9]{1,4}[A-Z]?)", vrm)
    return " ".join(filter(None, found.groups())) if found else vrm


def _twins(text: str) -> list[str]:
    """Every way to tell the twins apart; none where a mark has more than nine of them (no UK mark has)."""
    if sum(c in _TWINS for c in text) > 9:
        return []
    return ["".join(letters) for letters in product(*(_TWINS.get(c, c) for c in text))]


def _changes(a: str, b: str) -> int:
    return sum(x != y for x, y in zip(a, b, strict=True))
