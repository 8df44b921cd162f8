"""The grammar weighs what the readers saw; it never makes a character up."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.grammar import CLEAR, LEAST_SUPPORT, Chance, weigh
from edge.vision.vote import Reading, vote


def place(**chances: float) -> dict[str, Chance]:
    """`_0` and the like stand for digits, `nothing` for no character."""
    named = {"" if name == "nothing" else name.lstrip("_"): p for name, p in chances.items()}
    return {char: Chance(p, p) for char, p in named.items()}


def sure(text: str) -> list[dict[str, Chance]]:
    return [{char: Chance(0.99, 0.99)} for char in text]


def with_place(text: str, at: int, **chances: float) -> list[dict[str, Chance]]:
    return [*sure(text[:at]), place(**chances), *sure(text[at + 1 :])]


@pytest.mark.parametrize(
    ("text", "at", "chances", "expected"),
    [
        ("AB12GDE", 4, {"_6": 0.65, "G": 0.3}, "AB12GDE"),
        ("AB52CDE", 2, {"S": 0.65, "_5": 0.3}, "AB52CDE"),
        ("SB12CDE", 0, {"_5": 0.6, "S": 0.3}, "SB12CDE"),
        ("AB62CDE", 2, {"G": 0.69, "_6": 0.2}, "AB62CDE"),
        ("AB12CDZ", 6, {"_2": 0.6, "Z": 0.3}, "AB12CDZ"),
        ("AB12CDEF", 7, {"F": 0.6, "nothing": 0.4}, "AB12CDE"),
    ],
)
def test_a_supported_second_choice_makes_a_mark(text: str, at: int, chances: dict[str, float], expected: str) -> None:
    assert weigh(with_place(text, at, **chances)).text == expected


@pytest.mark.parametrize(
    ("text", "at", "chances"),
    [
        ("AB12GDE", 4, {"_6": 0.96, "G": 0.03}),  # hardly supported
        ("AB12GDE", 4, {"_6": 0.71, "G": 0.28}),  # clear
        ("W0B123A", 3, {"_1": 0.9, "A": 0.08}),  # nothing near is a mark
        ("AB12CDE", 6, {"E": 0.6, "F": 0.4}),  # both are marks: the reader decides
        ("999BMN", 0, {"_9": 0.56, "G": 0.43}),
    ],
)
def test_otherwise_it_stays_as_read(text: str, at: int, chances: dict[str, float]) -> None:
    first = max(chances, key=lambda name: chances[name]).lstrip("_")
    assert weigh(with_place(text, at, **chances)).text == text[:at] + first + text[at + 1 :]


places = st.lists(
    st.dictionaries(st.sampled_from("AB80S52Z1"), st.floats(0.001, 1), min_size=1, max_size=4).map(
        lambda raw: {
            char: Chance(p / max(sum(raw.values()), 1), p / max(sum(raw.values()), 1)) for char, p in raw.items()
        }
    ),
    min_size=1,
    max_size=9,
)


@given(places)
def test_nothing_is_chosen_that_the_readers_hardly_saw(seen: list[dict[str, Chance]]) -> None:
    weighed = weigh(seen)
    for char, at, p in zip(weighed.text, weighed.at, weighed.chars, strict=True):
        chance = seen[at][char]
        first = max(seen[at].values(), key=lambda other: other.p)
        assert chance.p == first.p or (chance.seen >= LEAST_SUPPORT and first.seen < CLEAR)
        assert 0 <= p <= 1.000001
    assert 0 <= weighed.share <= 1.000001


def test_a_read_changed_by_the_grammar_is_less_sure_than_one_that_was_not() -> None:
    changed = weigh(with_place("AB12GDE", 4, _6=0.65, G=0.3))
    assert changed.text == "AB12GDE"
    assert changed.chars[4] < weigh(sure("AB12GDE")).chars[4]


def test_the_vote_hears_rivals() -> None:
    """Two say G, one says 6 and the others half believe it: only the 6 makes a mark."""
    says_g = Reading(
        "MAOGRRV", (0.99, 0.99, 0.9, 0.7, 0.99, 0.99, 0.99), rivals=((), (), (), (("6", 0.2),), (), (), ())
    )
    says_6 = replace(says_g, text="MA06RRV", rivals=((), (), (), (("G", 0.3),), (), (), ()))
    found = vote([says_g, says_g, says_6])
    assert found is not None
    assert (found.vrm, found.format) == ("MA06RRV", "current")
    alone = vote([replace(says_g, rivals=())] * 3)
    assert alone is not None
    assert alone.vrm == "MAOGRRV"


def spread(text: str, at: tuple[int, ...]) -> Reading:
    """Seen at these steps along the line."""
    return Reading(text, (0.98,) * len(text), text, at=at)


@pytest.mark.parametrize(
    ("text", "at", "vrm", "format"),
    [
        ("RK300AG", (0, 5, 10, 15, 21, 26, 31), "RK30OAG", "current"),  # RK30 OAG
        ("RK300AG", (0, 5, 15, 20, 26, 31, 36), "RK300AG", "unknown"),  # RK 300AG
        ("OE1ILLB", (0, 4, 7, 9, 14, 19, 23), "OE11LLB", "current"),  # the ones are narrow
        ("ABI1I1", (0, 5, 11, 13, 15, 17), "AB1111", "dateless"),  # they are no measure of the others
        ("RK300AG", (), "RK30OAG", "current"),  # two lines
    ],
)
def test_a_gap_where_no_mark_of_its_shape_has_one_is_another_countrys(
    text: str, at: tuple[int, ...], vrm: str, format: str
) -> None:
    found = vote([spread(text, at)] * 3)
    assert found is not None
    assert (found.vrm, found.format) == (vrm, format)


def test_raw_is_what_was_read_before_the_formats_spoke() -> None:
    """Though one of the three says what the grammar chose."""
    says_6 = Reading("AB126DE", (0.9,) * 4 + (0.6, 0.9, 0.9), "AB12 6DE", rivals=((),) * 4 + ((("G", 0.35),), (), ()))
    says_g = replace(says_6, text="AB12GDE", raw="AB12 GDE", rivals=((),) * 4 + ((("6", 0.38),), (), ()))
    found = vote([says_6, says_6, says_g])
    assert found is not None
    assert (found.vrm, found.raw) == ("AB12GDE", "AB12 6DE")
