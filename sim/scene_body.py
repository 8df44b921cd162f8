"""What vehicles look like, in numbers (pure): measures of each kind, and the looks of one vehicle drawn from its id."""

import random
from dataclasses import dataclass

from sim.scene_canvas import Colour
from sim.traffic import Kind

PAINTS: dict[str, Colour] = {
    "black": (38, 36, 36),
    "white": (226, 228, 228),
    "grey": (104, 100, 96),
    "silver": (182, 180, 178),
    "blue": (140, 78, 34),
    "red": (38, 30, 158),
    "green": (62, 84, 46),
    "navy": (78, 46, 30),
}


@dataclass(frozen=True)
class Shape:
    """Metres. Heights above the road; `*_a` are distances behind the nose along the roof line."""

    length: float
    width: float
    height: float
    belt: float
    """Height of the windows' lower edge."""
    nose: float
    """Height of the bonnet's leading edge."""
    tail: float
    """Height at which the rear's upright part ends and its window begins."""
    screen_a: float
    roof_a: float
    roof_end_a: float
    tail_a: float
    wheel: float
    front_axle_a: float
    rear_axle_a: float
    front_plate: float
    """Height of the plate's middle."""
    rear_plate: float
    top_share: float
    """The roof's width as a share of the body's."""


HATCH = Shape(4.25, 1.80, 1.47, 0.95, 0.74, 1.00, 1.05, 1.85, 3.55, 4.17, 0.31, 0.85, 3.42, 0.42, 0.80, 0.72)
SALOON = Shape(4.65, 1.82, 1.44, 0.94, 0.72, 0.98, 1.15, 2.00, 3.45, 4.05, 0.32, 0.90, 3.70, 0.42, 0.78, 0.72)
SUV = Shape(4.50, 1.86, 1.66, 1.08, 0.90, 1.14, 1.10, 1.85, 3.90, 4.38, 0.35, 0.88, 3.55, 0.50, 0.86, 0.76)
VAN = Shape(5.30, 2.02, 2.25, 1.20, 0.98, 1.30, 0.75, 1.45, 5.22, 5.28, 0.34, 0.95, 4.15, 0.52, 0.66, 0.86)
BUS = Shape(10.8, 2.50, 3.05, 1.15, 1.00, 1.40, 0.06, 0.22, 10.7, 10.78, 0.48, 2.60, 8.20, 0.50, 0.78, 0.93)


@dataclass(frozen=True)
class Looks:
    """One vehicle's: `grille`, `lamp` and `tail_lamp` pick among the styles that the painters know."""

    kind: Kind
    shape: Shape
    paint: Colour
    grille: int
    lamp: int
    tail_lamp: int
    trim: bool
    """Chrome and a darker roof."""
    seed: int


def looks_of(number: int, kind: Kind, colour: str) -> Looks:
    """The same vehicle always looks the same."""
    rng = random.Random(f"looks:{number}")
    match kind:
        case "car":
            shape = rng.choices((HATCH, SALOON, SUV), (50, 22, 28))[0]
        case "van":
            shape = VAN
        case "bus":
            shape = BUS
    light = rng.uniform(0.93, 1.06)
    blue, green, red = (min(channel * light * rng.uniform(0.985, 1.015), 240) for channel in PAINTS[colour])
    styles = rng.randrange(3), rng.randrange(3), rng.randrange(3)
    return Looks(kind, shape, (blue, green, red), *styles, trim=rng.random() < 0.4, seed=number)
