"""`airbeat bench fleet`: whom it says to fly does fly, and the rest stays down."""

from bench.fleet import measure


def test_as_many_fly_as_were_asked_for() -> None:
    told = measure(n=3, flying=2, seconds=1)
    assert (told["vehicles"], told["airborne"]) == (3, 2)
    assert told["factor"] > 0
