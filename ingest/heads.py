"""The signed heads of the boxes' chains: is this one by the box's own key? (SAFETY.md S4). Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from wire.events import ChainHead, Event

FindKey = Callable[[str], Ed25519PublicKey | None]
"""The public key of a box; None where the room has none."""


@dataclass(frozen=True)
class Head:
    """`signed`: by the box's key; None: the room has no key to tell. Its events are compared where they are stored."""

    box: str
    boot: int
    seq: int
    sha256: str
    signed: bool | None


def judge_head(event: Event, body: ChainHead, find_key: FindKey) -> Head:
    key = find_key(event.box)
    signed = None if key is None else _is_signed(event, body, key)
    return Head(event.box, event.boot, body.head_seq, body.head_sha256, signed)


def _is_signed(event: Event, body: ChainHead, key: Ed25519PublicKey) -> bool:
    text = f"{event.box}:{event.boot}:{body.head_seq}:{body.head_sha256}"
    try:
        key.verify(bytes.fromhex(body.signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
