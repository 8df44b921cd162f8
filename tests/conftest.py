"""Real parts for every room's tests: PostgreSQL, the embedded broker, and a control room's config."""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from ingest.store.connect import LOST, SUPERUSER, connect, socket_dir
from ingest.store.schema import migrate
from wire.signing import create_key

ROOT = Path(__file__).parent.parent
_numbers = itertools.count(1)


def wait_until(condition: Callable[[], object], what: str, seconds: float = 60) -> None:
    """A generous guard against hanging, no bound on speed."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """A module of ours as a process that a test can kill and start again."""

    def __init__(self, *argv: str) -> None:
        self.argv = argv
        self.start()

    def start(self) -> None:
        self.running = subprocess.Popen([sys.executable, "-m", *self.argv], cwd=ROOT)

    def kill(self) -> None:
        self.running.kill()
        self.running.wait()

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 20) -> int:
        """The exit status; killed where it does not leave."""
        self.running.send_signal(number)
        try:
            return self.running.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


@pytest.fixture(scope="session")
def _cluster() -> Iterator[str]:
    """The session's PostgreSQL with a migrated template; its URL with {name} for the database."""
    folder = Path(tempfile.mkdtemp(prefix="airbeat-test-"))
    server = Process("ingest.database", str(folder / "pg"))
    url = f"postgresql://{SUPERUSER}@/{{name}}?host={socket_dir(folder / 'pg')}"
    wait_until(lambda: _answers(url.format(name=SUPERUSER)), "the database answers")
    with connect(url.format(name=SUPERUSER)) as db:
        db.execute("CREATE DATABASE template_airbeat")
    with connect(url.format(name="template_airbeat")) as db:
        migrate(db)
    yield url
    server.stop(signal.SIGINT)
    shutil.rmtree(folder)


@pytest.fixture
def database_url(_cluster: str) -> Iterator[str]:
    """A fresh database with every table, dropped afterwards."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with connect(_cluster.format(name=SUPERUSER)) as db:
        db.execute(f"CREATE DATABASE {name} TEMPLATE template_airbeat".encode())
        yield _cluster.format(name=name)
        db.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def database(database_url: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A connection to the fresh database."""
    with connect(database_url) as db:
        yield db


@pytest.fixture
def broker() -> Iterator[tuple[Process, int]]:
    """An embedded broker of the test's own, and its port."""
    port = free_port()
    process = Process("ingest.broker", str(port))
    wait_until(lambda: _listens(port), "the broker listens")
    yield process, port
    process.kill()


@pytest.fixture
def broker_port(broker: tuple[Process, int]) -> int:
    return broker[1]


@pytest.fixture
def room_toml(tmp_path: Path, database_url: str, broker_port: int) -> Path:
    """A control room's config over the test's own broker and database; keys room.key and room.pub lie beside it."""
    return write_room(tmp_path, broker_port, f'kind = "external"\nurl = "{database_url}"')


def write_room(folder: Path, broker_port: int, store: str, *, broker: str = "", workers: int = 1) -> Path:
    """ROOM.toml in `folder`; `store` and `broker` are the lines of their sections."""
    if not (folder / "room.key").exists():
        create_key(folder / "room.key", folder / "room.pub")
    broker = broker or f'kind = "external"\nhost = "127.0.0.1"\nport = {broker_port}'
    (folder / "room.toml").write_text(
        f'name = "test"\ndata_dir = "{folder}"\nworkers = {workers}\n[broker]\n{broker}\n[store]\n{store}\n'
        f'[keys]\nroom_private_key = "{folder}/room.key"\nboxes_dir = "{folder}"\n'
        f"[map]\nlat = 52.2\nlon = 0.12\n[console]\nport = {free_port()}\n"
    )
    return folder / "room.toml"


def _answers(url: str) -> bool:
    try:
        connect(url).close()
    except LOST:
        return False
    return True


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
