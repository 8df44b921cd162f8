"""A site file with a missing or out-of-range limit does not load; there are no hidden default limits (F27)."""

import math

import pytest
from pydantic import ValidationError

from bench.lockstep import LIMITS
from edge.config import Limits

WHOLE = LIMITS.model_dump()


def test_whole_it_loads() -> None:
    assert Limits(**WHOLE).model_dump() == WHOLE


@pytest.mark.parametrize("name", WHOLE)
def test_each_key_deleted_in_turn_stops_the_load(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Limits(**{key: value for key, value in WHOLE.items() if key != name})


@pytest.mark.parametrize("name", [name for name in WHOLE if name != "fence"])
@pytest.mark.parametrize("wild", [math.nan, math.inf, -1e9])
def test_a_wild_value_stops_it_too(name: str, wild: float) -> None:
    with pytest.raises(ValidationError, match=name):
        Limits(**{**WHOLE, name: wild})
