"""Passwords and session tokens: argon2id, 256 random bits, and only their hashes kept (no database here)."""

import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from dashboard.people import ROLE_NAMES, Role, Roles
from wire.errors import UserError

MIN_PASSWORD = 12
"""NIST SP 800-63B-4 asks for 15 where the password is the only factor, and never less than 8."""
MAX_PASSWORD = 256
HASHERS = threading.Semaphore(2)
"""argon2id takes 64 MiB and 4 lanes each (RFC 9106, section 4, second choice): a flood must not take the machine."""

_ARGON2 = PasswordHasher()


@dataclass(frozen=True)
class Token:
    """`secret` goes to the browser's cookie and nowhere else; `digest` is what the store keeps."""

    secret: str
    digest: str
    csrf: str


def fresh_token() -> Token:
    return token_of(secrets.token_urlsafe(32))


def token_of(secret: str) -> Token:
    """The CSRF token follows from the secret by a keyed hash, so it needs no place of its own."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    csrf = hmac.new(secret.encode(), b"airbeat csrf", hashlib.sha256).hexdigest()
    return Token(secret, digest, csrf)


def same(a: str, b: str) -> bool:
    """In constant time."""
    return hmac.compare_digest(a.encode(), b.encode())


def hash_password(password: str) -> str:
    """Raises UserError for a password that is too short or too long."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise UserError(
            f"the password has {len(password)} characters", remedy=f"Use {MIN_PASSWORD} to {MAX_PASSWORD} of them"
        )
    with HASHERS:
        return _ARGON2.hash(password)


def verify_password(password: str, kept: str | None) -> bool:
    """`kept`: the account's argon2id hash; None for an unknown name, which takes as long and fails."""
    with HASHERS:
        try:
            return _ARGON2.verify(kept or _nobody(), password) and kept is not None
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False


@cache
def _nobody() -> str:
    """A hash that no password fits."""
    return _ARGON2.hash(secrets.token_hex(16))


def check_name(name: str) -> str:
    """Raises UserError for a name that can't stand in an audit trail."""
    if not (1 <= len(name) <= 64) or not name.replace(".", "").replace("-", "").replace("_", "").isalnum():
        raise UserError(f"not an account name: {name!r}", remedy="Use letters, digits, dots, dashes and underscores")
    return name


def check_roles(names: list[str]) -> Roles:
    """Raises UserError for a role that doesn't exist, or for none at all."""
    unknown = [name for name in names if name not in ROLE_NAMES]
    if unknown or not names:
        choice = ", ".join(ROLE_NAMES)
        raise UserError(f"not a role: {', '.join(unknown) or '(none given)'}", remedy=f"Choose among {choice}")
    return frozenset(Role(name) for name in names)
