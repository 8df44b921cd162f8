"""What a mark is: formats, twins told apart by position, and nothing invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.vrm import FORMATS, fold, format_of, parse, spaced, strip


@pytest.mark.parametrize(
    ("raw", "canonical", "form"),
    [
        ("AB12 CDE", "AB12CDE", "current"),
        ("ABI2CDE", "AB12CDE", "current"),
        ("OO51 0OO", "OO51OOO", "current"),
        ("A123 BCD", "A123BCD", "prefix"),
        ("B8O5 TNG", "B805TNG", "prefix"),
        ("ABC 123D", "ABC123D", "suffix"),
        ("QI23ABC", "Q123ABC", "q"),
        ("IAZ 1234", "IAZ1234", "northern_ireland"),
        ("TIW 1", "TIW1", "northern_ireland"),
        ("AB 1234", "AB1234", "dateless"),
        ("1234 AB", "1234AB", "dateless"),
        ("A 1", "A1", "dateless"),
        ("AB 12 CD", "AB12CD", "military"),
        ("12 AB 34", "12AB34", "military"),
        ("101 D 123", "101D123", "diplomatic"),
        ("12345", "12345", "trade"),
        ("012 AB", "012AB", "trade"),
        ("W0B-ZK 295", "W0BZK295", "unknown"),
        ("", "", "unknown"),
    ],
)
def test_formats(raw: str, canonical: str, form: str) -> None:
    vrm = parse(raw)
    assert (vrm.raw, vrm.canonical, vrm.format) == (raw, canonical, form)


@pytest.mark.parametrize("wrong", ["AB99CDE", "AI51CDE", "IB51CDE", "AB51CQE", "AB5OCDEF", "A0BCD", "ABCD12"])
def test_what_no_format_allows_is_not_of_that_format(wrong: str) -> None:
    assert format_of(wrong) != "current"


@given(st.text(max_size=20))
def test_parsing_keeps_what_was_read_but_for_twins(raw: str) -> None:
    vrm = parse(raw)
    assert vrm.raw == raw
    assert fold(vrm.canonical) == fold(raw)
    assert len(vrm.canonical) == len(strip(raw))
    if vrm.format == "unknown":
        assert vrm.canonical == strip(raw)


@pytest.mark.parametrize("name", list(FORMATS))
@given(data=st.data())
def test_a_mark_of_a_format_survives_being_read_with_every_twin_swapped(name: str, data: st.DataObject) -> None:
    mark = data.draw(st.from_regex(FORMATS[name], fullmatch=True, alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
    first = format_of(mark)
    vrm = parse(mark.translate(str.maketrans("O0I1", "0O1I")))
    assert fold(vrm.canonical) == fold(mark)
    assert list(FORMATS).index(vrm.format) <= list(FORMATS).index(first)


def test_printed_form() -> None:
    assert [spaced(v) for v in ("AB12CDE", "A123BCD", "ABC123D", "AB1234", "W0BZK295")] == [
        "AB12 CDE", "A123 BCD", "ABC 123D", "AB 1234", "W0BZK295",
    ]  # fmt: skip
