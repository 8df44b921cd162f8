"""The house style's figures hold, and are printed."""

from tests.house_numbers import Numbers, measure


def test_the_house_style_holds() -> None:
    numbers = measure()
    print([(what, value) for what, value, *_ in numbers.table()])
    assert numbers.breaches() == []


def test_a_tower_is_seen() -> None:
    assert Numbers({"a.py": 451}, {"a.py:1 f": 5}).breaches()
    assert Numbers({"a.py": 100}, {"a.py:1 f": 41}).breaches()
