"""Sealed messages: the exact bytes of a body beside its Ed25519 signature, so that nothing depends on re-encoding."""

import base64
import binascii
import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from wire.errors import UserError

T = TypeVar("T")


class BadSeal(ValueError):
    """The envelope is malformed or its signature is not by the expected key."""


def seal(purpose: str, body: bytes, key: Ed25519PrivateKey) -> bytes:
    """`purpose` is the topic's name: a receipt's signature can't be passed off as an order's."""
    signature = key.sign(purpose.encode() + b"\0" + body)
    return json.dumps({"body": body.decode(), "signature": base64.b64encode(signature).decode()}).encode()


def unseal(purpose: str, payload: bytes, key: Ed25519PublicKey) -> bytes:
    """The body's bytes. Raises BadSeal on anything but an envelope signed by `key` for `purpose`."""
    try:
        envelope = json.loads(payload)
        body, signature = str(envelope["body"]).encode(), base64.b64decode(envelope["signature"], validate=True)
        key.verify(signature, purpose.encode() + b"\0" + body)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise BadSeal(f"not a sealed message: {error}") from error
    except InvalidSignature as error:
        raise BadSeal("the signature is not by the expected key") from error
    return body


def create_key(private_path: Path, public_path: Path) -> None:
    """A fresh pair as PEM files; the private one readable by its owner only."""
    key = Ed25519PrivateKey.generate()
    private_path.parent.mkdir(parents=True, exist_ok=True)
    private_path.touch(mode=0o600)
    private_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    public_path.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def load_private(path: Path) -> Ed25519PrivateKey:
    """Raises UserError where the file is missing or no Ed25519 private key."""
    key = _load(path, lambda data: serialization.load_pem_private_key(data, password=None))
    if not isinstance(key, Ed25519PrivateKey):
        raise UserError("not an Ed25519 private key", where=str(path), remedy="Make one with `airbeat keys`")
    return key


def load_public(path: Path) -> Ed25519PublicKey:
    """Raises UserError where the file is missing or no Ed25519 public key."""
    key = _load(path, serialization.load_pem_public_key)
    if not isinstance(key, Ed25519PublicKey):
        raise UserError("not an Ed25519 public key", where=str(path), remedy="Make one with `airbeat keys`")
    return key


def _load(path: Path, parse: Callable[[bytes], T]) -> T:
    try:
        return parse(path.read_bytes())
    except OSError as error:
        raise UserError(f"cannot read the key ({error.strerror})", where=str(path)) from error
    except ValueError as error:
        raise UserError("not a PEM key", where=str(path), remedy="Make one with `airbeat keys`") from error
