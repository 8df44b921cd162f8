"""From looks at some pictures to what is covered in every one (pure).

A look finds areas in one picture of several. Each is followed as a track; between two looks its area moves evenly, and
the margin takes up the curve. Before its first look and after its last it is covered, where it stood and where it would
have been, until the next look must have seen it, or a second one for plates.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from edge.redact.cover import Box, Cover, grown, hull
from edge.vision.object_track import ObjectTracks
from edge.vision.objects import ObjectBox
from edge.vision.track import Tracks

Kind = Literal["face", "plate"]
MARGIN: dict[Kind, tuple[float, float]] = {"face": (0.25, 0.25), "plate": (0.12, 0.35)}
"""Share of width and height added at each side: networks draw tight boxes, faces have ears and hair."""
DRIFT: dict[Kind, float] = {"face": 0.08, "plate": 0.25}
"""Sizes that an object moves from one picture to the next, at most, while its way is not known yet."""
LOOKS_KEPT = 40
"""Of one object; more than tell where it is in the pictures not yet written. Parked cars stay for hours."""
FACE_S, PLATE_S = 0.4, 0.12
"""Seconds from one look to the next: faces walk, plates drive."""


@dataclass(frozen=True)
class Pace:
    """In pictures: from one look to the next, and how many are known before one is written."""

    face_every: int
    plate_every: int

    @classmethod
    def of(cls, fps: float) -> "Pace":
        return cls(max(1, round(FACE_S * fps)), max(1, round(PLATE_S * fps)))

    @property
    def ahead(self) -> int:
        """Enough that an object's next look is known while pictures after its last one are still to be written."""
        return max(self.face_every, 2 * self.plate_every) + 2

    def hold(self, kind: Kind) -> int:
        """Pictures covered beyond the first and the last look at an object."""
        return self.face_every if kind == "face" else 2 * self.plate_every


@dataclass
class Object:
    """One face or plate. `looks`: picture number -> box, rising; `kept`: it is the subject's and stays visible."""

    id: int
    kind: Kind
    hold: int
    looks: dict[int, Box] = field(default_factory=dict)
    kept: bool = False

    def at(self, number: int) -> Box | None:
        """Its area in a picture, margin included; None where it is not."""
        before = max((n for n in self.looks if n <= number), default=None)
        after = min((n for n in self.looks if n >= number), default=None)
        if before is not None and after is not None:
            return grown(self._between(before, after, number), *MARGIN[self.kind])
        near = before if after is None else after
        if near is None or abs(number - near) > self.hold:
            return None
        return grown(self._beyond(near, number), *MARGIN[self.kind])

    def _between(self, before: int, after: int, number: int) -> Box:
        if before == after:
            return self.looks[before]
        share = (number - before) / (after - before)
        return _mixed(self.looks[before], self.looks[after], share)

    def _beyond(self, near: int, number: int) -> Box:
        """Where it stood at that look, and where it would be had it gone on: both."""
        numbers = sorted(self.looks)
        other = numbers[-2:][0] if near == numbers[-1] else numbers[:2][-1]
        if other == near:
            way = DRIFT[self.kind] * abs(number - near)
            return grown(self.looks[near], way, way)
        share = (number - near) / (near - other)
        held, there = self.looks[near], self.looks[other]
        gone = _mixed(there, held, 1 + share)
        return hull(held, gone)


@dataclass
class Plan:
    """Looks in, covers out. `fps`: pictures a second."""

    fps: float
    objects: dict[tuple[Kind, int], Object] = field(default_factory=dict)
    _faces: ObjectTracks = field(default_factory=ObjectTracks)
    _plates: Tracks = field(default_factory=Tracks)

    def __post_init__(self) -> None:
        self.pace = Pace.of(self.fps)

    def faces(self, number: int, boxes: Sequence[Box]) -> None:
        """A look at faces in picture `number`."""
        seen = self._faces.update([ObjectBox("face", box, 1.0) for box in boxes], number / self.fps)
        for track in seen:
            self._add("face", track.id, number, track.box)

    def plates(self, number: int, boxes: Sequence[Box]) -> list[Object]:
        """A look at plates; the object of each box."""
        live = self._plates.update(list(boxes), number / self.fps).live
        return [self._add("plate", track.id, number, box) for track, box in zip(live, boxes, strict=True)]

    def covers(self, number: int) -> list[Cover]:
        """What is covered in a picture; objects that left long before are forgotten."""
        gone = [key for key, each in self.objects.items() if max(each.looks) < number - each.hold]
        for key in gone:
            del self.objects[key]
        found = [(each, each.at(number)) for each in self.objects.values() if not each.kept]
        return [Cover(box, 2 * each.id + (each.kind == "face")) for each, box in found if box]

    def _add(self, kind: Kind, id: int, number: int, box: Box) -> Object:
        found = self.objects.setdefault((kind, id), Object(id, kind, self.pace.hold(kind)))
        found.looks[number] = box
        if len(found.looks) > LOOKS_KEPT:
            del found.looks[min(found.looks)]
        return found


def _mixed(a: Box, b: Box, share: float) -> Box:
    x1, y1, x2, y2 = (p + (q - p) * share for p, q in zip(a, b, strict=True))
    return x1, y1, x2, y2
