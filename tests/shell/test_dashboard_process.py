"""`airbeat dashboard` and `airbeat account` as processes: one clear line for a user's mistake, a clean end."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from dashboard.accounts_cli import create_account
from dashboard.static import DIST, find_page
from ingest.room import RoomConfig
from ingest.store.connect import connect
from tests.support.dashboard_room import WAIT_S
from tests.support.processes import until
from wire.config import read_config


def run(module: str, *argv: str, stdin: str = "") -> tuple[int, str]:
    """Exit status, and all that was printed."""
    words = [sys.executable, "-m", module, *argv]
    done = subprocess.run(words, input=stdin, capture_output=True, text=True, check=False, timeout=WAIT_S * 3)
    return done.returncode, done.stdout + done.stderr


def health(port: int) -> httpx.Response | None:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=WAIT_S)
    except httpx.TransportError:
        return None


def port_of(room_toml: Path) -> int:
    return read_config(room_toml, RoomConfig).console.port


def test_it_serves_listens_on_loopback_only_and_leaves_cleanly(room_toml: Path) -> None:
    with subprocess.Popen([sys.executable, "-m", "dashboard", str(room_toml)]) as process:
        well = until(lambda: (a := health(port_of(room_toml))) and a.status_code == 200 and a, "the console is well")
        assert well.json() == {"status": "ok", "parts": {"database": "ok", "broker": "ok"}}
        listening = [c for c in psutil.Process(process.pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]
        assert [(c.laddr.ip, c.laddr.port) for c in listening] == [("127.0.0.1", port_of(room_toml))]
        create_account(read_config(room_toml, RoomConfig), "ada", ["viewer"], "correct horse battery")
        with httpx.Client(base_url=f"http://127.0.0.1:{port_of(room_toml)}", timeout=WAIT_S) as client:
            client.post("/api/session", json={"name": "ada", "password": "correct horse battery"})
            with client.stream("GET", "/api/live") as live:
                lines = live.iter_lines()
                until(lambda: "hello" in next(lines), "the stream greets")
                process.send_signal(signal.SIGTERM)
                assert "event: end" in list(lines)
        assert process.wait(WAIT_S) == 0


def test_without_a_database_it_waits_and_says_so(room_toml: Path) -> None:
    config = room_toml.read_text()
    url = read_config(room_toml, RoomConfig).store.url  # type: ignore[union-attr]
    room_toml.write_text(config.replace(url, "postgresql://postgres@/postgres?host=/nonexistent"))
    with subprocess.Popen([sys.executable, "-m", "dashboard", str(room_toml)]) as process:
        ill = until(lambda: health(port_of(room_toml)), "the console answers")
        assert (ill.status_code, ill.json()["parts"]["database"]) == (503, "away")
        body = {"name": "ada", "password": "correct horse battery"}
        for _ in range(7):
            answer = httpx.post(f"http://127.0.0.1:{port_of(room_toml)}/api/session", json=body, timeout=WAIT_S)
            assert (answer.status_code, answer.json()["error"][:12]) == (503, "The database")
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0


def test_check_tells_what_is_there(room_toml: Path) -> None:
    status, text = run("dashboard", str(room_toml), "--check")
    assert status == 0
    assert f"http://127.0.0.1:{port_of(room_toml)}" in text


@pytest.mark.parametrize("fault", ["port", "key", "toml", "file"])
def test_a_users_mistake_is_one_line_and_status_2(room_toml: Path, fault: str) -> None:
    words = {"port": "cannot listen", "key": "cannot read the key", "toml": "console.prot", "file": "cannot read"}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port_of(room_toml)))
        taken.listen()
        match fault:
            case "key":
                (room_toml.parent / "room.key").unlink()
            case "toml":
                room_toml.write_text(room_toml.read_text() + "prot = 1\n")
            case "file":
                room_toml.unlink()
        status, text = run("dashboard", str(room_toml))
    assert status == 2
    assert words[fault] in text
    assert len(text.splitlines()) == 1


def test_an_account_is_made_changed_and_disabled(room_toml: Path, database_url: str) -> None:
    made = run("dashboard.accounts_cli", str(room_toml), "ada", "--role", "dispatcher", stdin="correct horse battery\n")
    assert made == (0, "account ada: dispatcher\n")
    assert run("dashboard.accounts_cli", str(room_toml), "ada", "--role", "viewer", "--disable")[0] == 0
    with connect(database_url) as db:
        row = db.execute("SELECT roles, disabled FROM accounts WHERE name = 'ada'").fetchone()
        assert row == (["viewer"], True)
        assert db.execute("SELECT count(*) FROM audit WHERE act = 'account_put' AND object = 'ada'").fetchone() == (2,)


@pytest.mark.parametrize(
    ("argv", "password", "words"),
    [
        (["ada", "--role", "king"], "correct horse battery", "not a role: king"),
        (["ada"], "correct horse battery", "not a role: (none given)"),
        (["a/../b", "--role", "viewer"], "correct horse battery", "not an account name"),
        (["ada", "--role", "viewer"], "short", "the password has 5 characters"),
    ],
)
def test_a_wrong_account_is_one_line_and_status_2(room_toml: Path, argv: list[str], password: str, words: str) -> None:
    status, text = run("dashboard.accounts_cli", str(room_toml), *argv, stdin=f"{password}\n")
    assert status == 2
    assert words in text
    assert len(text.splitlines()) == 1


def test_a_console_that_is_not_built_says_what_to_do(tmp_path: Path) -> None:
    page = find_page(tmp_path, "")
    assert page.status_code == 503
    assert b"make console" in bytes(page.body)


def test_pages_are_served_and_nothing_outside_of_them(tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("page")
    (dist / "assets" / "a-1.js").write_text("js")
    (tmp_path / "secret.txt").write_text("secret")
    assert "max-age=31536000" in find_page(dist, "assets/a-1.js").headers["cache-control"]
    assert find_page(dist, "").headers["cache-control"] == "no-cache"
    assert find_page(dist, "incident/7").status_code == 200
    for path in ("../secret.txt", "assets/../../secret.txt", "/etc/passwd.txt", "no.js", "api/x"):
        assert find_page(dist, path).status_code == 404
    assert DIST.parts[-3:] == ("dashboard", "web", "dist")
