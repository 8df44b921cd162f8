"""Doors into the database: where it is, one connection, and patience while it is away (requests: see pool.py)."""

import hashlib
import random
import tempfile
import threading
from pathlib import Path

import psycopg
import structlog
from psycopg.rows import TupleRow

from ingest.room import EmbeddedStore, ExternalStore

log = structlog.get_logger()
Db = psycopg.Connection[TupleRow]
"""Autocommit: a lone statement is durable when it returns; `with db.transaction():` joins several."""

LOST = (psycopg.OperationalError, psycopg.InterfaceError)
"""The database is away, full or busy: what was under way is not stored; come back later."""
UNSTORABLE = psycopg.DataError
"""A value that PostgreSQL can't hold."""
POISON = (UNSTORABLE, psycopg.IntegrityError, UnicodeError)
"""Something in the values themselves cannot be stored: without it the rest can."""

SUPERUSER = "postgres"
"""Also the database's name: initdb makes it."""
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
            return f"postgresql://{SUPERUSER}@/{SUPERUSER}?host={socket_dir(store.data_dir)}"
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
