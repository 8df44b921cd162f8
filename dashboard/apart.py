"""At what height a second aircraft may join a first over one place, and let it go home (F21, pure; metres).

Law: the second keeps APART_UP_M and a swing from every height that the first has there: the one that it holds, and all
up to the one that it climbs to when it is called home. Nothing is guessed: a box that does not tell its limits lets its
aircraft fly at its scene height only, and nobody flies above one whose way home is unknown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf

from dashboard.corridor import APART_UP_M, amsl_m, crossings
from dashboard.dispatch import Standing
from dashboard.eta import Place
from wire.orders import Launch

SWING_M = 5.0
"""By so much two that hold their heights come nearer for a while: position errors and gusts."""


@dataclass(frozen=True)
class Band:
    """What the first takes up, above the sea."""

    low_m: float
    high_m: float

    def leaves(self, amsl_m: float, gap_m: float) -> bool:
        return amsl_m >= self.high_m + gap_m or amsl_m <= self.low_m - gap_m


def joining(
    first: Standing, second: Standing, place: Place, fleet: Sequence[Standing], kept_m: float | None = None
) -> tuple[float | None, tuple[str, ...]]:
    """The height above the second's dock to launch it to; or None, and why not.

    `kept_m`: what was advised before; it stays while it is far enough, so that a swing changes nothing.
    """
    band, pad_m = _band(first), amsl_m(second, 0.0)
    if band is None or pad_m is None:
        return None, ("The aircraft have not told their heights above the sea",)
    heights = [height for height in _heights(second, band, pad_m, kept_m) if _allowed(second, height)]
    if not heights:
        return None, (f"No allowed height is {APART_UP_M + SWING_M:.0f} m from {first.info.name} (F21)",)
    against: tuple[str, ...] = ()
    for height in heights:
        against = crossings(Launch(lat=place.lat, lon=place.lon, alt_rel_m=height), second, fleet)
        if not against:
            return height, ()
    return None, against


def _band(first: Standing) -> Band | None:
    state, pad_m = first.vehicle, amsl_m(first, 0.0)
    if state is None or state.alt_amsl_m is None or pad_m is None:
        return None
    top_m = inf if state.home_alt_rel_m is None else pad_m + state.home_alt_rel_m
    return Band(state.alt_amsl_m, max(state.alt_amsl_m, top_m))


def _heights(second: Standing, band: Band, pad_m: float, kept_m: float | None) -> Iterator[float]:
    """In the order of liking: as before, its own scene height, above the first, below it."""
    gap_m, usual_m = APART_UP_M + SWING_M, second.info.scene_alt_rel_m
    if kept_m is not None and band.leaves(pad_m + kept_m, APART_UP_M + SWING_M / 2):
        yield kept_m
    if band.leaves(pad_m + usual_m, gap_m):
        yield usual_m
    if band.high_m < inf:
        yield float(ceil(band.high_m + gap_m - pad_m))
    yield float(floor(band.low_m - gap_m - pad_m))


def _allowed(second: Standing, alt_rel_m: float) -> bool:
    """By what its box tells of its site; the box judges again (F16)."""
    info = second.info
    if info.floor_rel_m is None or info.ceiling_rel_m is None:
        return alt_rel_m == info.scene_alt_rel_m
    return max(0.0, info.floor_rel_m) < alt_rel_m <= info.ceiling_rel_m
