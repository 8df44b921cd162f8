"""The geofence: the cylinder round home and the uploaded polygons and circles. Pure geometry in local metres.

Source: ArduPilot AC_Fence; fence items are MAV_CMD 5001-5004 of mission type 1.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim.autopilot.estimate import Origin, Spot
from sim.autopilot.mavcmd import Cmd
from sim.autopilot.parameters import Parameters

ALT_MAX, CIRCLE, POLYGON, ALT_MIN = 1, 2, 4, 8
"""Bits of FENCE_TYPE."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Item:
    """One uploaded item of any mission type, as MISSION_ITEM_INT carries it; lat and lon in degrees."""

    command: int
    params: tuple[float, float, float, float]
    lat: float
    lon: float
    alt: float
    frame: int
    autocontinue: int = 1


@dataclass(frozen=True, slots=True)
class Region:
    """A polygon (3 corners or more) or, with `radius` set, a circle round its only corner."""

    corners: tuple[Point, ...]
    inside: bool
    radius: float | None = None

    def breached(self, point: Point) -> bool:
        if self.radius is not None:
            within = math.dist(point, self.corners[0]) <= self.radius
        else:
            within = contains(self.corners, point)
        return within != self.inside


def regions(items: Sequence[Item], origin: Origin) -> tuple[Region, ...]:
    """The uploaded items as regions. Raises ValueError if a polygon is short of corners."""
    found: list[Region] = []
    rest = list(items)
    while rest:
        first = rest[0]
        match first.command:
            case Cmd.FENCE_POLYGON_VERTEX_INCLUSION | Cmd.FENCE_POLYGON_VERTEX_EXCLUSION:
                count = int(first.params[0])
                corners, rest = rest[:count], rest[count:]
                if count < 3 or len(corners) < count or any(item.command != first.command for item in corners):
                    raise ValueError("a fence polygon is short of corners")
                points = tuple(origin.local(item.lat, item.lon) for item in corners)
                found.append(Region(points, inside=first.command == Cmd.FENCE_POLYGON_VERTEX_INCLUSION))
            case Cmd.FENCE_CIRCLE_INCLUSION | Cmd.FENCE_CIRCLE_EXCLUSION:
                centre = origin.local(first.lat, first.lon)
                found.append(
                    Region((centre,), inside=first.command == Cmd.FENCE_CIRCLE_INCLUSION, radius=first.params[0])
                )
                rest = rest[1:]
            case _:
                rest = rest[1:]
    return tuple(found)


def contains(corners: Sequence[Point], point: Point) -> bool:
    """Even-odd rule; a point on an edge may fall either way."""
    north, east = point
    odd = False
    for (n1, e1), (n2, e2) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (n1 > north) != (n2 > north) and east < (e2 - e1) * (north - n1) / (n2 - n1) + e1:
            odd = not odd
    return odd


def breaches(parameters: Parameters, areas: Sequence[Region], home: Spot, spot: Spot) -> int:
    """Which fences `spot` violates, as bits of FENCE_TYPE; 0 if none or the fence is off."""
    if not parameters["FENCE_ENABLE"]:
        return 0
    kinds, height = int(parameters["FENCE_TYPE"]), home.down - spot.down
    broken = 0
    if height > parameters["FENCE_ALT_MAX"]:
        broken |= ALT_MAX
    if height < parameters["FENCE_ALT_MIN"]:
        broken |= ALT_MIN
    if home.apart(spot) > parameters["FENCE_RADIUS"]:
        broken |= CIRCLE
    if any(area.breached((spot.north, spot.east)) for area in areas):
        broken |= POLYGON
    return broken & kinds


def names(bits: int) -> str:
    """What ArduPilot calls them in its STATUSTEXT."""
    words = {ALT_MAX: "Max Alt", CIRCLE: "Circle", POLYGON: "Polygon", ALT_MIN: "Min Alt"}
    return " and ".join(word for bit, word in words.items() if bits & bit)
