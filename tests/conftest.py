"""Real parts for every room's tests: PostgreSQL, the embedded broker, and a control room's config."""

import itertools
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ingest.store.connect import LOST, SUPERUSER, connect, socket_dir
from ingest.store.schema import migrate
from tests.support.processes import Process, free_port, until
from tests.support.room_toml import write_room

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def _cluster() -> Iterator[str]:
    """The session's PostgreSQL with a migrated template; its URL with {name} for the database."""
    folder = Path(tempfile.mkdtemp(prefix="airbeat-test-"))
    server = Process("ingest.database", str(folder / "pg"))
    url = f"postgresql://{SUPERUSER}@/{{name}}?host={socket_dir(folder / 'pg')}"
    until(lambda: _answers(url.format(name=SUPERUSER)), "the database answers")
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
    until(lambda: _listens(port), "the broker listens")
    yield process, port
    process.kill()


@pytest.fixture
def broker_port(broker: tuple[Process, int]) -> int:
    return broker[1]


@pytest.fixture
def room_toml(tmp_path: Path, database_url: str, broker_port: int) -> Path:
    """A control room's config over the test's own broker and database; keys room.key and room.pub lie beside it."""
    return write_room(tmp_path, broker_port, f'kind = "external"\nurl = "{database_url}"')


def _answers(url: str) -> bool:
    try:
        connect(url).close()
    except LOST:
        return False
    return True


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
