"""Which boxes of a picture belong to which tracks: costs in, pairs out. Pure."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Held = TypeVar("Held")
Seen = TypeVar("Seen")


def cheapest(
    tracks: Sequence[Held], boxes: Sequence[Seen], cost: Callable[[Held, Seen], float | None]
) -> dict[int, int]:
    """Box index -> track index, cheapest pairs first; each at most once. A cost of None: they can't be one."""
    costs = sorted(
        (price, b, a)
        for b, box in enumerate(boxes)
        for a, track in enumerate(tracks)
        if (price := cost(track, box)) is not None
    )
    pairs: dict[int, int] = {}
    for _, b, a in costs:
        if b not in pairs and a not in pairs.values():
            pairs[b] = a
    return pairs
