"""Doors into the database: one connection, a small pool of them, and patience while the database is away."""

import hashlib
import queue
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import structlog
from psycopg.rows import TupleRow

from ingest.room import EmbeddedStore, ExternalStore

log = structlog.get_logger()
Db = psycopg.Connection[TupleRow]
"""Autocommit: a lone statement is durable when it returns; `with db.transaction():` joins several."""

DATABASE = "airbeat"
SUPERUSER = "postgres"
_LONGEST_SOCKET_PATH = 107
"""sun_path of unix(7) without its closing zero."""


def socket_dir(data_dir: Path) -> Path:
    """Where the embedded database's socket lies: in its own folder, or in /tmp where that path is too long."""
    beside = data_dir.resolve() / "socket"
    if len(str(beside / ".s.PGSQL.5432")) <= _LONGEST_SOCKET_PATH:
        return beside
    return Path(tempfile.gettempdir()) / f"airbeat-{hashlib.sha256(str(beside).encode()).hexdigest()[:16]}"


def database_url(store: EmbeddedStore | ExternalStore) -> str:
    """What `connect` takes; the embedded database trusts whoever may enter the folder of its socket (mode 0700)."""
    match store:
        case EmbeddedStore():
            return f"postgresql://{SUPERUSER}@/{DATABASE}?host={socket_dir(store.data_dir)}"
        case ExternalStore():
            return store.url


def connect(url: str) -> Db:
    """An autocommit connection in UTC. Raises psycopg.OperationalError while the database is away."""
    db = psycopg.connect(
        url, autocommit=True, connect_timeout=5, application_name="airbeat", keepalives_idle=10, keepalives_interval=5
    )
    db.execute("SET TIME ZONE 'UTC'")
    return db


def connect_patiently(url: str, stopping: threading.Event) -> Db | None:
    """Tries until it succeeds, with full jitter up to 2 s (D11); None once `stopping` is set."""
    attempt = 0
    while not stopping.is_set():
        try:
            return connect(url)
        except psycopg.OperationalError as error:
            if attempt % 10 == 0:
                log.warning("database_away", reason=str(error).strip().splitlines()[-1])
            attempt += 1
            stopping.wait(random.uniform(0.05, min(2.0, 0.1 * 2 ** min(attempt, 6))))
    return None


class Pool:
    """At most `size` connections, opened when first needed; one that broke is closed and replaced at its next use."""

    def __init__(self, url: str, size: int = 8, wait_s: float = 5) -> None:
        self._url, self._wait_s = url, wait_s
        self._idle: queue.LifoQueue[Db | None] = queue.LifoQueue()
        for _ in range(size):
            self._idle.put(None)

    @contextmanager
    def connection(self) -> Iterator[Db]:
        """Raises psycopg.OperationalError where the database is away or every connection stays busy for `wait_s`."""
        started = time.monotonic()
        try:
            db = self._idle.get(timeout=self._wait_s)
        except queue.Empty as error:
            waited = time.monotonic() - started
            raise psycopg.OperationalError(f"every database connection was busy for {waited:.0f} s") from error
        try:
            db = db if db and not db.closed and not db.broken else connect(self._url)
            yield db
        except psycopg.OperationalError:
            if db:
                db.close()
            raise
        finally:
            self._idle.put(db if db and not db.closed else None)

    def close(self) -> None:
        """Closes the idle connections."""
        while not self._idle.empty():
            if db := self._idle.get_nowait():
                db.close()
