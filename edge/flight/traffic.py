"""Cooperative traffic (F14, pure): what ADS-B tells of other aircraft, whether one comes too near, and how to give way.

Too near is the loss of well clear of ASTM F3442: inside 610 m level and 76 m vertically at once.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from edge.flight.geometry import Place, Point, flat, segment_distance_m

WELL_CLEAR_M, WELL_CLEAR_UP_M = 610.0, 76.0
PRESSURE_DOUBT_M = 250.0
"""A pressure altitude is off the height above the sea by 8 m a hPa, 30 hPa either side of the standard day."""
UNKNOWN_MPS = 70.0
"""Assumed of an aircraft that doesn't tell its velocity, straight at us: a light aeroplane's cruise."""
SILENT_S = 10.0
"""F14: a receiver silent for so long blocks a launch."""
FORGOTTEN_S = 30.0
"""A contact is flown on from its last report for so long."""
AHEAD_S, STEP_S = 60, 2
PAST = 1.5
"""Shares of well clear from which an aircraft that we gave way to counts as past."""
COORDS, ALTITUDE, HEADING, VELOCITY, CLIMB = 1, 2, 4, 8, 128
"""ADSB_FLAGS."""


class GiveWay(StrEnum):
    """F14's three ways, the first preferred: crewed aircraft are above us nearly always."""

    DESCEND = "descend"
    HOLD = "hold"
    RETURN = "return"


@dataclass(frozen=True)
class Contact:
    """One aircraft as reported at `at_s` of our monotonic clock. `alt_amsl_m` None: it may be at any height."""

    icao: int
    callsign: str
    at_s: float
    place: Place
    alt_amsl_m: float | None
    doubt_m: float
    velocity: tuple[float, float, float] | None
    """North, east, up in m/s; None where it doesn't say."""

    @property
    def name(self) -> str:
        return self.callsign or f"{self.icao:06X}"


Contacts = Mapping[int, Contact]
Track = list[tuple[float, Point, float]]
"""Seconds from now, metres east and north of our place, height above the sea."""


@dataclass(frozen=True)
class Own:
    """Where we are: metres above the sea, and north, east, up in m/s."""

    place: Place
    alt_amsl_m: float
    velocity: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Ways:
    """What giving way can use. `floor_amsl_m`: nobody has promised free air below it."""

    dock: Place
    floor_amsl_m: float
    cruise_mps: float
    descent_mps: float


def contact(message: Any, now_s: float) -> Contact | None:
    """Of an ADSB_VEHICLE; None where it tells no place."""
    flags, lat, lon = message.flags, message.lat / 1e7, message.lon / 1e7
    if not flags & COORDS or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    course, speed = math.radians(message.heading / 100), message.hor_velocity / 100
    up = message.ver_velocity / 100 if flags & (VELOCITY | CLIMB) else 0.0
    moves = flags & HEADING and flags & VELOCITY
    return Contact(
        icao=message.ICAO_address,
        callsign=_word(message.callsign),
        at_s=now_s - message.tslc,
        place=Place(lat, lon),
        alt_amsl_m=message.altitude / 1000 if flags & ALTITUDE else None,
        doubt_m=0.0 if message.altitude_type == 1 else PRESSURE_DOUBT_M,
        velocity=(speed * math.cos(course), speed * math.sin(course), up) if moves else None,
    )


def heard(known: Contacts, new: Contact, now_s: float) -> Contacts:
    """With `new`, without what was not heard for long."""
    kept = {icao: c for icao, c in known.items() if now_s - c.at_s < FORGOTTEN_S}
    return {**kept, new.icao: new}


def conflicts(contacts: Contacts, own: Own, now_s: float) -> tuple[Contact, ...]:
    """Whoever is, or will be within a minute, too near if both go on as they do."""
    return tuple(c for c in _living(contacts, now_s) if nearness(c, now_s, _going_on(own)) < 1)


def in_the_way(contacts: Contacts, way: tuple[Place, Place], heights: tuple[float, float], now_s: float) -> list[str]:
    """Why nobody should fly along `way` between the two heights (above the sea) in the next minute (F14)."""
    return [
        f"{c.name} comes within {WELL_CLEAR_M:.0f} m and {WELL_CLEAR_UP_M:.0f} m of the way (F14)"
        for c in _living(contacts, now_s)
        if any(_meets(c, now_s + t, way, heights) for t in range(0, AHEAD_S + 1, STEP_S))
    ]


def give_way(near: tuple[Contact, ...], own: Own, ways: Ways, now_s: float) -> GiveWay:
    """The way that keeps the most distance to the nearest of them."""
    tracks = {GiveWay.DESCEND: _sinking(own, ways), GiveWay.HOLD: _still(own), GiveWay.RETURN: _homeward(own, ways)}
    return max(tracks, key=lambda way: _room(near, now_s, tracks[way]))


def lingers(contacts: Contacts, own: Own, now_s: float) -> frozenset[int]:
    """Who is not yet well past: near whether we go on or stay, with half as much room again."""
    tracks = _going_on(own), _still(own)
    return frozenset(c.icao for c in _living(contacts, now_s) if min(nearness(c, now_s, t) for t in tracks) < PAST)


def _room(near: tuple[Contact, ...], now_s: float, track: tuple[Place, Track]) -> tuple[float, float]:
    """The least nearness along the track, and where that is the same, the mean of it."""
    origin, points = track
    least = [min(_share(c, now_s + t, origin, point, height) for c in near) for t, point, height in points]
    return min(least), sum(least)


def nearness(c: Contact, now_s: float, track: tuple[Place, Track]) -> float:
    """The least distance along the track as a share of well clear; under 1 is too near."""
    origin, points = track
    return min(_share(c, now_s + t, origin, point, height) for t, point, height in points)


def _share(c: Contact, at_s: float, origin: Place, point: Point, height: float) -> float:
    there, reach_m = _at(c, origin, at_s)
    level = max(0.0, math.hypot(there.x - point.x, there.y - point.y) - reach_m)
    return max(level / WELL_CLEAR_M, _apart_up(c, at_s, height, height) / WELL_CLEAR_UP_M)


def _meets(c: Contact, at_s: float, way: tuple[Place, Place], heights: tuple[float, float]) -> bool:
    origin, end = way
    there, reach_m = _at(c, origin, at_s)
    level = segment_distance_m(there, there, Point(0, 0), flat(origin, end)) - reach_m
    return level < WELL_CLEAR_M and _apart_up(c, at_s, *heights) < WELL_CLEAR_UP_M


def _at(c: Contact, origin: Place, at_s: float) -> tuple[Point, float]:
    """Where it will be, and how much farther it may have come towards us."""
    since_s, here = at_s - c.at_s, flat(origin, c.place)
    if c.velocity is None:
        return here, UNKNOWN_MPS * max(0.0, since_s)
    north, east, _ = c.velocity
    return Point(here.x + east * since_s, here.y + north * since_s), 0.0


def _apart_up(c: Contact, at_s: float, low: float, high: float) -> float:
    """Metres between it and the band of heights, less what its altitude may be wrong by; 0 where it tells none."""
    if c.alt_amsl_m is None:
        return 0.0
    height = c.alt_amsl_m + (c.velocity[2] * (at_s - c.at_s) if c.velocity else 0.0)
    return max(0.0, low - height, height - high) - c.doubt_m


def _living(contacts: Contacts, now_s: float) -> Iterator[Contact]:
    return (c for c in contacts.values() if now_s - c.at_s < FORGOTTEN_S)


def _times() -> range:
    return range(0, AHEAD_S + 1, STEP_S)


def _going_on(own: Own) -> tuple[Place, Track]:
    north, east, up = own.velocity
    return own.place, [(t, Point(east * t, north * t), own.alt_amsl_m + up * t) for t in _times()]


def _still(own: Own) -> tuple[Place, Track]:
    return own.place, [(t, Point(0, 0), own.alt_amsl_m) for t in _times()]


def _sinking(own: Own, ways: Ways) -> tuple[Place, Track]:
    floor = min(own.alt_amsl_m, ways.floor_amsl_m)
    return own.place, [(t, Point(0, 0), max(floor, own.alt_amsl_m - ways.descent_mps * t)) for t in _times()]


def _homeward(own: Own, ways: Ways) -> tuple[Place, Track]:
    home = flat(own.place, ways.dock)
    far = math.hypot(home.x, home.y)
    share = [min(1.0, ways.cruise_mps * t / far) if far > 1 else 1.0 for t in _times()]
    return own.place, [(t, Point(home.x * s, home.y * s), own.alt_amsl_m) for t, s in zip(_times(), share, strict=True)]


def _word(text: str | bytes) -> str:
    return (text.decode(errors="replace") if isinstance(text, bytes) else text).rstrip("\0 ").strip()
