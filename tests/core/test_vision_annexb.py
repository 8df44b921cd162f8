"""H.264 between containers: what a browser gets can always be started at a key frame."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.annexb import START, AccessUnits, from_avcc, nal_types, parameter_sets

SPS, PPS = bytes([0x67, 0x42, 0x80, 0x16]), bytes([0x68, 0xCE, 0x35])
AVCC = bytes([1, 0x42, 0x80, 0x16, 0xFF, 0xE1, 0, len(SPS)]) + SPS + bytes([1, 0, len(PPS)]) + PPS
IDR, SLICE = bytes([0x65, 1, 2, 3]), bytes([0x41, 9, 9])


def lengths(*units: bytes) -> bytes:
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)


def test_mp4_becomes_annex_b_led_by_its_parameter_sets() -> None:
    units = AccessUnits(AVCC)
    assert units(lengths(IDR), True) == START + SPS + START + PPS + START + IDR
    assert units(lengths(SLICE), False) == START + SLICE


def test_a_transport_stream_passes_untouched() -> None:
    units = AccessUnits(START + SPS + START + PPS)
    whole = START + bytes([9, 0xF0]) + START + SPS + START + PPS + START + IDR
    assert units(whole, True) is whole


def test_parameter_sets_that_were_only_in_the_sdp_are_put_in_front() -> None:
    units = AccessUnits(START + SPS + START + PPS)
    assert nal_types(units(START + IDR, True)) == {7, 8, 5}


@pytest.mark.parametrize("damaged", [lengths(IDR)[:-1], b"\0\0\0\0", b"\xff\xff\xff\xff\x65"])
def test_a_damaged_packet_is_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError, match="NAL lengths"):
        from_avcc(damaged, 4)


@pytest.mark.parametrize("cut", range(7, len(AVCC)))
def test_extradata_cut_off_anywhere_is_refused(cut: int) -> None:
    with pytest.raises(ValueError, match="cut off"):
        parameter_sets(AVCC[:cut])


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=5))
def test_lengths_become_start_codes(units: list[bytes]) -> None:
    assert from_avcc(lengths(*units), 4) == b"".join(START + unit for unit in units)


@given(st.binary(max_size=200), st.integers(1, 4))
def test_any_bytes_are_converted_or_refused(data: bytes, length_size: int) -> None:
    with contextlib.suppress(ValueError):
        assert from_avcc(data, length_size).count(b"\0\0\0\x01") >= (1 if data else 0)
