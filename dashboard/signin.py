"""Signing in and out: POST, GET and DELETE /api/session. Failures are counted, slowed down and audited."""

import asyncio
from datetime import UTC, datetime, timedelta
from time import monotonic

from fastapi import Request, Response
from pydantic import Field

from dashboard.accounts import fresh_token, token_of, verify_password
from dashboard.desk import AtDesk, Desk, Signed
from dashboard.gate import COOKIE, Refused
from dashboard.people import Person, read_roles
from ingest.store import accounts, audit
from ingest.store.pool import Away
from wire.frozen import Frozen


class SignIn(Frozen):
    name: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=256)


class SessionView(Frozen):
    """`csrf`: to be sent as X-Airbeat-Csrf with everything that changes something."""

    name: str
    roles: list[str]
    csrf: str


async def sign_in(desk: AtDesk, body: SignIn, request: Request, response: Response) -> SessionView:
    """Raises Refused 401 for a wrong name or password (it doesn't say which), 429 after too many."""
    address = request.client.host if request.client else ""
    _count(desk, body.name, address)
    try:
        person, secret = await asyncio.to_thread(_open, desk, body, address)
    except Away:
        _forgive(desk, body.name, address)
        raise
    _forgive(desk, body.name, address)
    desk.by_name.passed(f"{address}/{body.name}")
    seconds = int(desk.room.console.session_hours * 3600)
    response.set_cookie(COOKIE, secret, max_age=seconds, httponly=True, samesite="strict", path="/")
    return _view(person)


def get_session(person: Signed) -> SessionView:
    return _view(person)


def sign_out(desk: AtDesk, person: Signed, response: Response) -> None:
    with desk.database.transaction() as db:
        accounts.close_session(db, person.session)
        audit.append_audit(db, person.name, "signed_out")
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


def find_person(desk: Desk, secret: str) -> Person | None:
    """Whose session the cookie's secret opens, with the roles of now; None for an unknown or expired one."""
    token = token_of(secret)
    with desk.database.transaction() as db:
        session = accounts.find_session(db, token.digest)
    if session is None:
        return None
    return Person(session.account, read_roles(session.roles), token.digest, session.csrf, session.expires_at)


def _count(desk: Desk, name: str, address: str) -> None:
    """Each try counts as a failure until it succeeds, so that many at once don't slip through."""
    now_s = monotonic()
    wait_s = max(desk.by_name.wait_s(f"{address}/{name}", now_s), desk.by_address.wait_s(address, now_s))
    if wait_s > 0:
        raise Refused(429, "Too many failed sign-ins", [f"Try again in {wait_s:.0f} s"])
    desk.by_name.failed(f"{address}/{name}", now_s)
    desk.by_address.failed(address, now_s)


def _forgive(desk: Desk, name: str, address: str) -> None:
    desk.by_name.forgive(f"{address}/{name}")
    desk.by_address.forgive(address)


def _open(desk: Desk, body: SignIn, address: str) -> tuple[Person, str]:
    with desk.database.transaction() as db:
        account = accounts.find_account(db, body.name)
    usable = account if account and not account.disabled else None
    right = verify_password(body.password, usable.password_hash if usable else None)
    if not right or usable is None:
        with desk.database.transaction() as db:
            audit.append_audit(db, body.name, "sign_in_failed", details={"address": address})
        raise Refused(401, "The name or the password is wrong")
    token = fresh_token()
    expires_at = datetime.now(UTC) + timedelta(hours=desk.room.console.session_hours)
    with desk.database.transaction() as db:
        accounts.open_session(db, token.digest, usable.name, token.csrf, expires_at)
        audit.append_audit(db, usable.name, "signed_in", details={"address": address})
    return Person(usable.name, read_roles(usable.roles), token.digest, token.csrf, expires_at), token.secret


def _view(person: Person) -> SessionView:
    return SessionView(name=person.name, roles=sorted(person.roles), csrf=person.csrf)
