"""People who may sign in, and their sessions. Passwords arrive here as argon2id hashes, tokens as SHA-256 (hex)."""

from datetime import datetime

from psycopg.rows import class_row

from ingest.store.connect import Db
from wire.frozen import Frozen


class Account(Frozen):
    name: str
    password_hash: str
    roles: tuple[str, ...]
    disabled: bool


class Session(Frozen):
    account: str
    roles: tuple[str, ...]
    csrf: str
    expires_at: datetime


def put_account(db: Db, name: str, password_hash: str, roles: list[str], *, disabled: bool = False) -> None:
    """Creates the account or replaces its password and roles."""
    db.execute(
        "INSERT INTO accounts (name, password_hash, roles, disabled) VALUES (%s, %s, %s, %s) ON CONFLICT (name)"
        " DO UPDATE SET (password_hash, roles, disabled) = (excluded.password_hash, excluded.roles, excluded.disabled)",
        (name, password_hash, roles, disabled),
    )


def find_account(db: Db, name: str) -> Account | None:
    """None for a stranger; a disabled account is returned as such."""
    query = "SELECT name, password_hash, roles, disabled FROM accounts WHERE name = %s"
    return db.cursor(row_factory=class_row(Account)).execute(query, (name,)).fetchone()


def list_accounts(db: Db) -> list[Account]:
    query = "SELECT name, password_hash, roles, disabled FROM accounts ORDER BY name"
    return db.cursor(row_factory=class_row(Account)).execute(query).fetchall()


def open_session(db: Db, token_sha256: str, account: str, csrf: str, expires_at: datetime) -> None:
    """Keeps the session and forgets the expired ones."""
    with db.transaction():
        db.execute("DELETE FROM sessions WHERE expires_at < now()")
        db.execute(
            "INSERT INTO sessions (token_sha256, account, csrf, expires_at) VALUES (%s, %s, %s, %s)",
            (bytes.fromhex(token_sha256), account, csrf, expires_at),
        )


def find_session(db: Db, token_sha256: str) -> Session | None:
    """The living session of an account that is not disabled, with its roles of now; else None."""
    query = (
        "SELECT s.account, a.roles, s.csrf, s.expires_at FROM sessions s JOIN accounts a ON a.name = s.account"
        " WHERE s.token_sha256 = %s AND s.expires_at > now() AND NOT a.disabled"
    )
    return db.cursor(row_factory=class_row(Session)).execute(query, (bytes.fromhex(token_sha256),)).fetchone()


def close_session(db: Db, token_sha256: str) -> None:
    db.execute("DELETE FROM sessions WHERE token_sha256 = %s", (bytes.fromhex(token_sha256),))
