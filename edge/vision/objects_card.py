"""What a network's model card says of its precision, and so which kinds may raise an alarm. Pure.

A kind that nobody has counted, too few times, or with too many wrong boxes never becomes an alarm; a knife neither.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from wire.config import Section

LEAST_JUDGED = 20
LEAST_PRECISION = 0.8
"""A policy of ours: people stop looking at alarms of which more than one in five is wrong."""


class Precision(Section):
    """What was counted by eye: `right` of `judged` different objects of score `sure` or more are what they were called.

    `on`: the pictures. One object in many frames counts once, or a single parked car would measure a detector.
    """

    right: int = Field(ge=0)
    judged: int = Field(ge=1)
    sure: Annotated[float, Field(gt=0, lt=1)]
    on: str = Field(min_length=1)


def measured(card: Mapping[str, Precision], sure: float) -> frozenset[str]:
    """The kinds that may raise an alarm where boxes of score `sure` or more are told."""
    return frozenset(
        kind
        for kind, found in card.items()
        if found.judged >= LEAST_JUDGED and found.right / found.judged >= LEAST_PRECISION and sure >= found.sure
    )
