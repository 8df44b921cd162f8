"""Who may pass: every row of the route table without a session and with each role; tokens, origins, limits (S2)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from dashboard.accounts import fresh_token
from dashboard.app import ROUTES
from dashboard.gate import COOKIE, Route
from dashboard.people import Role
from dashboard.static import find_page
from ingest.store import accounts, audit
from ingest.store.connect import connect
from tests.support.dashboard_room import PASSWORD, PASSWORD_HASH, Console, running

SOME_ID = "01890000-0000-7000-8000-000000000000"
GUARDED = [row for row in ROUTES if row.roles is not None]
WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture
def console(room_toml: Path) -> Iterator[Console]:
    with running(room_toml) as console:
        yield console


def ask(client: httpx.Client, row: Route, **headers: str) -> int:
    """The status of a request to the row; a stream is not read."""
    path = re.sub(r"\{\w+\}", SOME_ID, row.path)
    method = "GET" if row.method == "WS" else row.method
    extra = WEBSOCKET if row.method == "WS" else {}
    body = b"{}" if method == "POST" else None
    with client.stream(method, path, content=body, headers=extra | headers) as answer:
        return answer.status_code


def test_only_these_rows_are_open() -> None:
    opened = {(row.method, row.path) for row in ROUTES if row.roles is None}
    assert opened == {("GET", "/healthz"), ("POST", "/api/session"), ("GET", "/{path:path}")}


def test_without_a_session_every_guarded_row_answers_401(console: Console) -> None:
    client = console.visitor()
    assert {(row.method, row.path): ask(client, row) for row in GUARDED} == {
        (row.method, row.path): 401 for row in GUARDED
    }


@pytest.mark.parametrize("role", list(Role))
def test_each_role_passes_exactly_its_rows(console: Console, role: Role) -> None:
    for row in sorted(GUARDED, key=lambda row: row.method == "DELETE"):
        client = console.signed_in(role)
        status = ask(client, row)
        assert status != 401, row
        assert (status == 403) == (row.roles is not None and role not in row.roles), (row, status)


def test_an_account_without_a_role_passes_nothing(console: Console) -> None:
    client = console.signed_in()
    assert {ask(client, row) for row in GUARDED} == {403}


def test_what_the_table_does_not_name_does_not_exist(console: Console) -> None:
    client = console.signed_in(*Role)
    for method, path in (("GET", "/api/secrets"), ("GET", "/openapi.json"), ("GET", "/docs.json")):
        assert client.request(method, path).status_code == 404
    for method in ("PUT", "PATCH", "OPTIONS", "TRACE", "HEAD"):
        assert client.request(method, "/api/boxes").status_code == 405


def test_what_changes_something_needs_the_sessions_own_token(console: Console) -> None:
    client, other = console.signed_in(*Role), console.signed_in(*Role)
    rows = sorted((r for r in GUARDED if r.method not in ("GET", "WS")), key=lambda row: row.method == "DELETE")
    for row in rows:
        for token in ("", "0" * 64, other.headers["X-Airbeat-Csrf"]):
            assert ask(client, row, **{"X-Airbeat-Csrf": token}) == 403, row
    for row in rows:
        assert ask(client, row) != 403, row


def test_requests_of_other_pages_and_names_are_refused(console: Console) -> None:
    client = console.signed_in("viewer")
    port = console.room.console.port
    assert client.get("/api/boxes", headers={"Origin": console.address}).status_code == 200
    for origin in ("http://127.0.0.1:1", "https://evil.example", "null"):
        assert client.get("/api/boxes", headers={"Origin": origin}).status_code == 403
    assert client.get("/api/boxes", headers={"Host": f"rebound.example:{port}"}).status_code == 400


def test_an_expired_session_and_a_forged_one_are_none(console: Console) -> None:
    name, token = console.account("viewer"), fresh_token()
    client = console.visitor()
    client.cookies.set(COOKIE, token.secret)
    for ends_in, status in ((timedelta(seconds=-1), 401), (timedelta(minutes=1), 200)):
        with connect(console.url) as db:
            accounts.close_session(db, token.digest)
            accounts.open_session(db, token.digest, name, token.csrf, datetime.now(UTC) + ends_in)
        assert client.get("/api/session").status_code == status
    client.cookies.set(COOKIE, token.secret[:-1] + ("A" if token.secret[-1] != "A" else "B"))
    assert client.get("/api/session").status_code == 401


def test_the_store_keeps_no_secret(console: Console) -> None:
    client = console.signed_in("viewer")
    secret = client.cookies[COOKIE]
    assert len(secret) >= 43
    with connect(console.url) as db:
        kept = db.execute("SELECT encode(token_sha256, 'escape'), account FROM sessions").fetchall()
        hashes = db.execute("SELECT password_hash FROM accounts").fetchall()
    assert secret not in str(kept)
    assert all(row[0].startswith("$argon2id$") for row in hashes)


def test_signing_out_and_disabling_end_a_session_at_once(console: Console) -> None:
    client = console.signed_in("viewer")
    again = console.visitor()
    again.cookies.update(client.cookies)
    assert client.delete("/api/session").status_code == 204
    assert again.get("/api/session").status_code == 401
    client = console.signed_in("viewer")
    with connect(console.url) as db:
        accounts.put_account(db, client.headers["X-Test-Name"], PASSWORD_HASH, ["viewer"], disabled=True)
    assert client.get("/api/session").status_code == 401
    body = {"name": client.headers["X-Test-Name"], "password": PASSWORD}
    assert console.visitor().post("/api/session", json=body).status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(console: Console) -> None:
    body = {"name": console.account("viewer"), "password": PASSWORD}
    cookie = console.visitor().post("/api/session", json=body).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_guessing_is_slowed_down_counted_and_audited(console: Console) -> None:
    name, client = console.account("viewer"), console.visitor()
    statuses = [client.post("/api/session", json={"name": name, "password": "guess"}).status_code for _ in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    right = {"name": name, "password": PASSWORD}
    assert client.post("/api/session", json=right).status_code == 429
    with connect(console.url) as db:
        entries = [row for row in audit.recent_audit(db) if row.act == "sign_in_failed"]
    assert [row.who for row in entries] == [name] * 5
    console.signed_in("viewer")


def test_signing_in_often_and_rightly_is_no_failure(console: Console) -> None:
    body = {"name": console.account("viewer"), "password": PASSWORD}
    client = console.visitor()
    assert {client.post("/api/session", json=body).status_code for _ in range(8)} == {200}


def test_oversized_and_shapeless_requests_are_told_so(console: Console) -> None:
    client = console.visitor()
    assert client.post("/api/session", content=b" " * 70_000).status_code == 413
    assert client.post("/api/session", content=iter([b"{}"])).status_code == 411
    wrong = client.post("/api/session", json={"name": "x"})
    assert wrong.status_code == 400
    assert wrong.json()["reasons"] == ["body.password: Field required"]
    assert client.post("/api/session", content=b"\xff").status_code == 400
    signed = console.signed_in("dispatcher")
    assert signed.get("/api/incidents", params={"state": "odd"}).status_code == 400
    assert signed.get(f"/api/orders/{uuid4()}").status_code == 404
    assert signed.post(f"/api/incidents/{uuid4()}/acknowledge", json={}).status_code == 404


def test_every_answer_forbids_what_the_console_does_not_need(console: Console) -> None:
    client = console.visitor()
    for path in ("/healthz", "/api/boxes", "/"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "http" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert client.get("/api/boxes").headers["cache-control"] == "no-store"


def test_a_forwarded_address_does_not_give_a_guesser_new_tries(console: Console) -> None:
    name, client = console.account("viewer"), console.visitor()
    body = {"name": name, "password": "guess"}
    addresses = [{"X-Forwarded-For": f"10.0.0.{n}"} for n in range(7)]
    statuses = [client.post("/api/session", json=body, headers=address).status_code for address in addresses]
    assert statuses == [401] * 5 + [429] * 2
    with connect(console.url) as db:
        (told,) = {row.details["address"] for row in audit.recent_audit(db) if row.act == "sign_in_failed"}
    assert told == "127.0.0.1"


@pytest.mark.parametrize("path", ["\0", "a" * 4000, "assets/\0.js", "../secret.txt", "/etc/passwd", "out/secret.txt"])
def test_no_path_leads_out_of_the_build_or_into_an_error(tmp_path: Path, path: str) -> None:
    dist = tmp_path / "dist"
    dist.mkdir()
    (dist / "index.html").write_text("<html>")
    (tmp_path / "secret.txt").write_text("secret")
    (dist / "out").symlink_to(tmp_path)
    answer = find_page(dist, path)
    assert answer.status_code == 404 or Path(getattr(answer, "path", "")) == dist / "index.html"


def test_the_character_nul_is_a_bad_request(console: Console) -> None:
    """PostgreSQL keeps none in a text."""
    body = {"name": "a\0b", "password": PASSWORD}
    assert console.visitor().post("/api/session", json=body).status_code == 400
    client = console.signed_in(*Role)
    assert client.get("/api/reads", params={"vrm": "A\0", "reason": "r", "case": "c"}).status_code == 400
    order = {"request_id": SOME_ID, "act": {"act": "return"}, "edge": "e", "aircraft": "a", "incident_id": SOME_ID}
    assert client.post("/api/orders", json=order | {"reason": "a\0b"}).status_code == 400
