"""`airbeat account ROOM.toml NAME --role ROLE ...`: creates a console account, or changes its password and roles."""

import argparse
import getpass
import secrets
import sys
from pathlib import Path

from dashboard.accounts import check_name, check_roles, hash_password
from dashboard.people import ROLE_NAMES
from ingest.room import RoomConfig
from ingest.store import accounts, audit
from ingest.store.connect import LOST, connect, database_url
from ingest.store.schema import migrate
from wire.config import read_config
from wire.errors import UserError
from wire.process import guarded

BY = "airbeat account"
"""Who stands in the audit trail: somebody with a shell on the machine."""


def create_account(room: RoomConfig, name: str, roles: list[str], password: str, *, disabled: bool = False) -> None:
    """Creates the account or replaces its password and roles; audited. Raises UserError."""
    wanted = sorted(check_roles(roles))
    hashed = hash_password(password)
    try:
        with connect(database_url(room.store)) as db:
            migrate(db)
            with db.transaction():
                accounts.put_account(db, check_name(name), hashed, [role.value for role in wanted], disabled=disabled)
                details = {"roles": [role.value for role in wanted], "disabled": disabled, "by": getpass.getuser()}
                audit.append_audit(db, BY, "account_put", object=name, details=details)
    except LOST as error:
        raise UserError("the database does not answer", where="store", remedy="Start `airbeat ingest`") from error


def main(argv: list[str] | None = None) -> int:
    """airbeat account ROOM.toml NAME --role ROLE ... [--disable]"""
    parser = argparse.ArgumentParser(prog="airbeat account", description=__doc__)
    parser.add_argument("room", type=Path, metavar="ROOM.toml")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--role", action="append", default=[], metavar="ROLE", help=" or ".join(ROLE_NAMES))
    parser.add_argument("--disable", action="store_true", help="the account stays and may not sign in")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args.room, args.name, args.role, args.disable))


def _run(path: Path, name: str, roles: list[str], disable: bool) -> int:
    room = read_config(path, RoomConfig)
    check_name(name)
    check_roles(roles)
    create_account(room, name, roles, secrets.token_urlsafe(32) if disable else _ask(), disabled=disable)
    print(f"account {name}: {'disabled' if disable else ', '.join(roles)}")
    return 0


def _ask() -> str:
    """From the terminal, twice; or one line of standard input where that is no terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise UserError("the two passwords differ", remedy="Try again")
    return password


if __name__ == "__main__":
    sys.exit(main())
