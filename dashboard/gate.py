"""The door of every request: default is no. A request passes when a row of the route table names it and its session's
person holds one of the row's roles; open rows need no session; anything that changes something carries the CSRF token.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from re import Pattern
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from dashboard.accounts import same
from dashboard.people import Person, Roles
from ingest.store.pool import Away

COOKIE = "airbeat_session"
CSRF_HEADER = "x-airbeat-csrf"
SAFE = ("GET", "WS")
OPEN: Roles | None = None
"""No session needed."""


@dataclass(frozen=True)
class Route:
    """One row of the table. `method` is WS for a WebSocket; `roles`: any of them, or OPEN; `max_body`: bytes."""

    method: str
    path: str
    handler: Callable[..., Any]
    roles: Roles | None
    status: int = 200
    max_body: int = 64 * 1024


class Refused(Exception):
    """A request that is not to be: its status, the error in plain words, and every reason."""

    def __init__(self, status: int, error: str, reasons: Iterable[str] = ()) -> None:
        super().__init__(error)
        self.status, self.error, self.reasons = status, error, tuple(reasons)

    def response(self) -> JSONResponse:
        return JSONResponse({"error": self.error, "reasons": list(self.reasons)}, self.status)


FindPerson = Callable[[str], Person | None]
"""The person of a session's cookie; None for an unknown or expired one. Called in a thread."""


class Gate:
    """ASGI middleware; the person goes on in scope["state"]["person"]. `hosts`: names by which we may be called."""

    def __init__(self, app: ASGIApp, table: tuple[Route, ...], find_person: FindPerson, hosts: frozenset[str]) -> None:
        self._app, self._find, self._hosts = app, find_person, hosts
        self._rows: list[tuple[Pattern[str], Route]] = [(compile_path(row.path)[0], row) for row in table]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            await self._pass(scope)
        except Refused as refusal:
            await _deny(refusal, scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _pass(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        self._check_origin(headers)
        row = self._row(scope)
        _check_body(headers, row)
        if row.roles is None:
            return
        person = await self._person(headers)
        if row.method not in SAFE and not same(headers.get(CSRF_HEADER, ""), person.csrf):
            raise Refused(403, f"The header {CSRF_HEADER} is missing or is not this session's")
        if not person.has_any(row.roles):
            needed = " or ".join(sorted(row.roles))
            raise Refused(403, "Your account may not do this", [f"It needs the role {needed}"])
        scope.setdefault("state", {})["person"] = person

    def _row(self, scope: Scope) -> Route:
        method = "WS" if scope["type"] == "websocket" else scope["method"]
        fitting = [row for pattern, row in self._rows if pattern.match(scope["path"])]
        for row in fitting:
            if row.method == method:
                return row
        raise Refused(405 if fitting else 404, "There is no such address")

    def _check_origin(self, headers: Headers) -> None:
        """Against DNS rebinding and pages of other ports, which SameSite counts as the same site."""
        host = headers.get("host", "")
        if host.rsplit(":", 1)[0] not in self._hosts:
            raise Refused(400, "This server does not go by that name")
        origin = headers.get("origin")
        if origin is not None and origin.split("://", 1)[-1] != host:
            raise Refused(403, "Requests from other sites are not taken")

    async def _person(self, headers: Headers) -> Person:
        secret = session_secret(headers)
        try:
            person = await run_in_threadpool(self._find, secret) if secret else None
        except Away as away:
            raise Refused(503, "The database is away; try again in a moment") from away
        if person is None:
            raise Refused(401, "Sign in first")
        return person


def session_secret(headers: Headers) -> str | None:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


def _check_body(headers: Headers, row: Route) -> None:
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not length.isdecimal():
        raise Refused(411, "The request does not tell its length")
    if int(length) > row.max_body:
        raise Refused(413, f"The request is longer than {row.max_body:,} bytes")


async def _deny(refusal: Refused, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).send_denial_response(refusal.response())
    else:
        await refusal.response()(scope, receive, send)
