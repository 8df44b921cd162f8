"""People and vehicles in a picture: uint8 BGR in, boxes with a kind and a score out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ObjectBox:
    """One object. `box`: x1, y1, x2, y2 px of the picture; `kind`: a name of KINDS; `score`: 0 to 1."""

    kind: str
    box: tuple[float, float, float, float]
    score: float


KINDS = ("person", "bicycle", "motorcycle", "car", "van", "bus", "truck", "knife")
"""What the boxes are called, whichever network found them."""
