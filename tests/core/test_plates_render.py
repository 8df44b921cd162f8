"""Rendered plates: sizes of the regulations, spacing, what can't be shown."""

from itertools import pairwise

import numpy as np
import pytest

from sim import glyphs
from sim.plates import YELLOW, Kind, random_vrm, render_plate
from wire import vrm as marks

KINDS: list[Kind] = ["current", "prefix", "suffix", "dateless", "northern_ireland"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_invented_vrm_has_the_format_it_was_asked_for(kind: Kind) -> None:
    rng = np.random.default_rng(4)
    assert {marks.format_of(random_vrm(rng, kind)) for _ in range(500)} == {kind}


def test_the_same_seed_invents_the_same_vrms() -> None:
    first, second = (np.random.default_rng(9) for _ in range(2))
    assert [random_vrm(first) for _ in range(20)] == [random_vrm(second) for _ in range(20)]


@pytest.mark.parametrize("px_per_mm", [0.2, 1.0, 1.5, 2.0])
@pytest.mark.parametrize(("two_line", "size_mm"), [(False, (520, 111)), (True, (285, 203))])
def test_a_plate_has_its_statutory_size(px_per_mm: float, two_line: bool, size_mm: tuple[int, int]) -> None:
    height, width, channels = render_plate("AB12CDE", rear=False, two_line=two_line, px_per_mm=px_per_mm).shape
    assert (width, height, channels) == (round(size_mm[0] * px_per_mm), round(size_mm[1] * px_per_mm), 3)


def _columns_of_ink(vrm: str) -> list[tuple[int, int]]:
    """Start and end (mm) of each run of inked columns."""
    dark = (render_plate(vrm, rear=False).min(axis=2) < 128).any(axis=0).astype(int)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], dark, [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def test_characters_and_gaps_are_spaced_as_the_regulations_say() -> None:
    runs = _columns_of_ink("HH11HHH")
    assert [end - start for start, end in runs] == [50, 50, 14, 14, 50, 50, 50]
    assert [b[0] - a[1] for a, b in pairwise(runs)] == [11, 11, 11, 33, 11, 11]


def test_characters_are_79_mm_high_with_strokes_of_14_mm() -> None:
    dark = render_plate("HH55HHH", rear=False).min(axis=2) < 128
    assert dark.any(axis=1).sum() == 79
    assert (glyphs.ink("H")[5] > 127).tolist() == [True] * 14 + [False] * 22 + [True] * 14


@pytest.mark.parametrize("char", sorted(glyphs.GLYPHS))
def test_a_glyph_fills_its_cell(char: str) -> None:
    inked = glyphs.ink(char, 2) > 127
    assert inked.shape == (158, 2 * glyphs.width_mm(char))
    assert inked.any(axis=1).all()
    assert inked.any(axis=0).all()


def test_the_front_is_white_and_the_rear_yellow() -> None:
    assert render_plate("AB12CDE", rear=True)[2, 2].tolist() == list(YELLOW)
    front = render_plate("AB12CDE", rear=False)[2, 2]
    assert front.min() > 200


def test_a_band_leaves_the_characters_clear() -> None:
    for band in ("green", "uk"):
        plate = render_plate("AB12CDE", rear=False, band=band)
        assert plate[50, 20].tolist() != plate[5, 510].tolist()
        ink = (plate.max(axis=2) < 60)[:, 40:]
        assert ink.any(axis=0).sum() > 300
        assert not ink[:, :11].any()


def test_a_long_vrm_widens_the_plate() -> None:
    assert render_plate("ABC1234DEF", rear=False).shape[1] > 520


@pytest.mark.parametrize("vrm", ["", "ab12cde", "AB12 CDE", "ÄB1"])
def test_what_no_plate_can_show_is_refused(vrm: str) -> None:
    with pytest.raises(ValueError, match="no plate can show"):
        render_plate(vrm, rear=False)


def test_a_caller_may_paint_on_its_plate() -> None:
    render_plate("AB12CDE", rear=False)[:] = 0
    assert render_plate("AB12CDE", rear=False).any()
