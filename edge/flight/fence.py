"""The site's fence (F5, pure): a simple polygon, and how far inside it a straight path keeps."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge.flight.geometry import Place, Point, flat, segment_distance_m, segments_cross
from wire.errors import UserError

Edge = tuple[Point, Point]


@dataclass(frozen=True)
class Fence:
    """`corners` in metres from `origin`, in order, at least 3; no two sides cross."""

    origin: Place
    corners: tuple[Point, ...]

    def edges(self) -> tuple[Edge, ...]:
        return tuple(zip(self.corners, self.corners[1:] + self.corners[:1], strict=True))

    def contains(self, place: Place) -> bool:
        """By counting the sides that a ray to the east crosses."""
        p = flat(self.origin, place)
        return sum(_ray_crosses(p, a, b) for a, b in self.edges()) % 2 == 1

    def clearance_m(self, a: Place, b: Place) -> float | None:
        """The least distance from the path a-b to the fence's sides; None where the path is not inside."""
        if not (self.contains(a) and self.contains(b)):
            return None
        start, end = flat(self.origin, a), flat(self.origin, b)
        least = min(segment_distance_m(start, end, *side) for side in self.edges())
        return least or None


def make_fence(origin: Place, corners: Sequence[tuple[float, float]]) -> Fence:
    """From (lat, lon) pairs. Raises UserError where the polygon crosses or touches itself or has no area."""
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners = corners[:-1]
    fence = Fence(origin, tuple(flat(origin, Place(lat, lon)) for lat, lon in corners))
    if crossing := _first_crossing(fence.edges()):
        sides = f"side {crossing[0] + 1} meets side {crossing[1] + 1}"
        raise UserError(f"the fence crosses itself: {sides}", where="flight.limits.fence", remedy="Reorder its corners")
    if len(fence.corners) < 3 or abs(_area(fence)) < 1:
        raise UserError("the fence has no area", where="flight.limits.fence", remedy="Give at least three corners")
    return fence


def _first_crossing(edges: tuple[Edge, ...]) -> tuple[int, int] | None:
    """Sides that meet although they are no neighbours, or neighbours that fold back on each other."""
    last = len(edges) - 1
    for i, (a, b) in enumerate(edges):
        for j in range(i + 1, len(edges)):
            c, d = edges[j]
            match j - i:
                case 1:
                    meets = segment_distance_m(a, a, c, d) == 0 or segment_distance_m(d, d, a, b) == 0
                case k if k == last:
                    meets = segment_distance_m(b, b, c, d) == 0 or segment_distance_m(c, c, a, b) == 0
                case _:
                    meets = segments_cross(a, b, c, d)
            if meets:
                return i, j
    return None


def _area(fence: Fence) -> float:
    return sum(a.x * b.y - b.x * a.y for a, b in fence.edges()) / 2


def _ray_crosses(p: Point, a: Point, b: Point) -> bool:
    return (a.y > p.y) != (b.y > p.y) and p.x < a.x + (p.y - a.y) * (b.x - a.x) / (b.y - a.y)
