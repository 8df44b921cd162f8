"""A file of geographical zones becomes `Zone`s (F5, pure): EUROCAE ED-269 (JSON) and ED-318 (GeoJSON), metres or feet.

What can't be read is a UserError with the feature's name: a zone that is left out would be flown into.
"""

import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from typing import Any

from edge.flight.geometry import Place
from edge.flight.zones import DAY_S, Limit, Period, Zone
from wire.errors import UserError

Json = Mapping[str, Any]
METRES = {"M": 1.0, "FT": 0.3048}
REFERENCES = ("AGL", "AMSL", "WGS84")
OPEN = "NO_RESTRICTION"
DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
UNLIMITED = Limit(100_000.0, "AMSL")


def read_zones(text: str | bytes) -> tuple[Zone, ...]:
    """Every part of every feature that restricts. Raises UserError that names the feature and what is wrong."""
    try:
        told = json.loads(text)
    except ValueError as error:
        raise UserError(f"not JSON: {error}") from error
    features = told.get("features") if isinstance(told, dict) else None
    if not isinstance(features, list):
        raise UserError("no list of features: neither ED-269 nor ED-318")
    return tuple(zone for number, feature in enumerate(features, 1) for zone in _zones(number, feature))


def _zones(number: int, feature: Any) -> Iterator[Zone]:
    name = f"feature {number}"
    try:
        about = feature.get("properties") or feature
        name = str(about.get("identifier") or about.get("name") or name)
        if about.get("restriction", about.get("type")) == OPEN:
            return
        periods = tuple(_periods(about.get("applicability", about.get("limitedApplicability"))))
        yield from _parts(name, feature["geometry"], periods)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise UserError(f"{type(error).__name__}: {error}", where=f"zone {name}") from error


def _parts(name: str, geometry: Any, periods: tuple[Period, ...]) -> Iterator[Zone]:
    """ED-269 has a list of volumes; ED-318 one GeoJSON geometry, or a collection of them."""
    if isinstance(geometry, list):
        if not geometry:
            raise ValueError("no geometry")
        for volume in geometry:
            unit = METRES[volume["uomDimensions"]]
            low, high = (_limit(volume, f"{end}Limit", f"{end}VerticalReference", unit) for end in ("lower", "upper"))
            yield from _areas(name, volume["horizontalProjection"], (low, high), unit, periods)
        return
    if geometry["type"] == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from _parts(name, part, periods)
        return
    layer = geometry.get("layer", {})
    unit = METRES[str(layer.get("uom", "M")).upper()]
    low, high = (_limit(layer, end, f"{end}Reference", unit) for end in ("lower", "upper"))
    yield from _areas(name, geometry, (low, high), 1.0, periods)


def _areas(
    name: str, shape: Json, limits: tuple[Limit, Limit], unit: float, periods: tuple[Period, ...]
) -> Iterator[Zone]:
    """Holes in a polygon count as closed too. ED-269 gives a circle's radius in the volume's unit, ED-318 in metres."""
    match shape["type"]:
        case "Circle":
            yield Zone(name, (_place(shape["center"]),), _radius(shape["radius"]) * unit, *limits, periods)
        case "Point":
            radius_m = _radius(shape["extent"]["radius"])
            yield Zone(name, (_place(shape["coordinates"]),), radius_m, *limits, periods)
        case "Polygon":
            yield _polygon(name, shape["coordinates"], limits, periods)
        case "MultiPolygon":
            for part in shape["coordinates"]:
                yield _polygon(name, part, limits, periods)
        case other:
            raise ValueError(f"a geometry of the kind {other} is not known")


def _polygon(name: str, rings: Any, limits: tuple[Limit, Limit], periods: tuple[Period, ...]) -> Zone:
    corners = tuple(_place(corner) for corner in rings[0])
    corners = corners[:-1] if len(corners) > 1 and corners[0] == corners[-1] else corners
    if len(corners) < 3:
        raise ValueError("a polygon needs three corners")
    return Zone(name, corners, 0.0, *limits, periods)


def _place(pair: Any) -> Place:
    """Both standards put the longitude first."""
    lon, lat = float(pair[0]), float(pair[1])
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(f"{lat}, {lon} is no place on earth")
    return Place(lat, lon)


def _radius(value: Any) -> float:
    radius = float(value)
    if not 0 < radius < math.inf:
        raise ValueError(f"a radius of {radius}")
    return radius


def _limit(told: Json, key: str, reference: str, unit: float) -> Limit:
    """One that is not given is the ground, or the sky."""
    if told.get(key) is None:
        return Limit(0.0, "AGL") if key.startswith("lower") else UNLIMITED
    above, value = str(told[reference]).upper(), float(told[key]) * unit
    if above not in REFERENCES or not math.isfinite(value):
        raise ValueError(f"{key} {told[key]} above {above}")
    return Limit(value, above)


def _periods(applicability: Any) -> Iterator[Period]:
    """None at all: it is always closed."""
    for told in applicability or ():
        begins, ends = (_moment(told.get(key)) for key in ("startDateTime", "endDateTime"))
        if str(told.get("permanent", "NO")).upper() == "YES":
            begins, ends = None, None
        if not told.get("schedule"):
            yield Period(begins, ends)
        for row in told.get("schedule") or ():
            yield _scheduled(row, begins, ends)


def _scheduled(row: Json, begins: datetime | None, ends: datetime | None) -> Period:
    """Twilight and sunrise count as the whole day."""
    told = row.get("day") or "ANY"
    named = [str(day).upper()[:3] for day in ([told] if isinstance(told, str) else told)]
    days = tuple(range(7)) if "ANY" in named else tuple(DAYS.index(day) for day in named)
    if not row.get("startTime") or not row.get("endTime"):
        return Period(begins, ends, days)
    (start_s, ahead_s), (end_s, _) = _of_day(row["startTime"]), _of_day(row["endTime"])
    return Period(begins, ends, days, start_s, end_s or DAY_S, ahead_s)


def _moment(text: Any) -> datetime | None:
    if not text:
        return None
    told = datetime.fromisoformat(str(text))
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _of_day(text: Any) -> tuple[float, float]:
    """Seconds of the day, and how far its clock is ahead of UTC."""
    told = time.fromisoformat(str(text))
    offset = told.utcoffset()
    return told.hour * 3600 + told.minute * 60 + told.second, offset.total_seconds() if offset else 0.0
