"""Seals: whole or refused, whatever bit changed, and only for their own purpose."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from wire.signing import BadSeal, seal, unseal

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@given(st.text())
def test_a_seal_opens_to_its_body(body: str) -> None:
    data = body.encode()
    assert unseal("order", seal("order", data, KEY), KEY.public_key()) == data


@given(bit=st.integers(min_value=0))
def test_a_flipped_bit_is_found_or_changes_nothing(bit: int) -> None:
    sealed = bytearray(seal("order", b'{"act": "launch"}', KEY))
    bit %= len(sealed) * 8
    sealed[bit // 8] ^= 1 << bit % 8
    try:
        body = unseal("order", bytes(sealed), KEY.public_key())
    except BadSeal:
        return
    assert body == b'{"act": "launch"}'


def test_a_receipt_is_no_order() -> None:
    with pytest.raises(BadSeal, match="not by the expected key"):
        unseal("order", seal("receipt", b"{}", KEY), KEY.public_key())


@given(st.binary())
def test_garbage_is_refused_without_a_crash(payload: bytes) -> None:
    with pytest.raises(BadSeal):
        unseal("order", payload, KEY.public_key())
