"""CTC decoding: columns of probabilities in, text with one confidence a character out."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.read import CHARACTERS, decode, enough
from edge.vision.vote import Reading


def columns(text: str, confidence: float = 0.9) -> np.ndarray:
    """`_` is blank."""
    rows = np.full((len(text), 37), (1 - confidence) / 36, np.float32)
    for row, sign in enumerate(text):
        rows[row, CHARACTERS.find(sign) + 1] = confidence
    return rows


def test_repeats_are_one_and_a_blank_parts_twins() -> None:
    assert decode(columns("AA_BB1_1__2")).text == "AB112"


def test_a_character_is_as_sure_as_its_best_column() -> None:
    rows = np.concatenate([columns("A", 0.6), columns("A", 0.95), columns("_B", 0.7)])
    assert decode(rows).chars == (np.float32(0.95), np.float32(0.7))


def test_a_seal_that_is_hardly_a_character_is_left_out() -> None:
    assert decode(np.concatenate([columns("R_K_"), columns("8", 0.2), columns("_1")])).text == "RK1"


@given(st.lists(st.lists(st.floats(0, 1, width=32), min_size=37, max_size=37), min_size=1, max_size=40))
def test_any_map_gives_a_reading_of_matching_lengths(rows: list[list[float]]) -> None:
    reading = decode(np.array(rows, np.float32))
    assert len(reading.text) == len(reading.chars)
    assert set(reading.text) <= set(CHARACTERS)
    assert 0 <= reading.confidence <= 1


def test_one_sure_look_is_enough_and_doubt_asks_for_two_of_three_that_agree() -> None:
    sure, doubtful = Reading("AB12", (0.99,) * 4), Reading("A812", (0.99, 0.5, 0.99, 0.99))
    assert enough([sure])
    assert not enough([doubtful])
    assert not enough([doubtful, doubtful])
    assert enough([doubtful, sure, sure])
    assert not enough([doubtful, sure, Reading("AB1", (0.9,) * 3)])


def test_looks_that_saw_next_to_nothing_are_never_enough() -> None:
    faint = Reading("AB12", (0.5,) * 4)
    assert not enough([faint, faint, faint])
