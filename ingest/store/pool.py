"""Connections for request threads: a few, kept open, replaced when broken; a database that is away is `Away`."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import psycopg

from ingest.store.connect import LOST, Db

TRUSTED_S = 1.0
"""A connection used so lately is not asked whether it still lives."""


class Away(Exception):
    """The database does not answer just now, or there was no free connection in time."""


@contextmanager
def lost_is_away() -> Iterator[None]:
    """Within it a connection that breaks or can't be made raises Away; so does a database without its tables yet."""
    try:
        yield
    except (*LOST, psycopg.errors.UndefinedTable) as error:
        raise Away(f"the database does not answer: {error}".strip()) from error


class Pool:
    """At most `size` connections. Thread-safe; `transaction` commits when its block ends and rolls back when it raises.

    `statement_ms`: no statement of a request may run longer.
    """

    def __init__(self, url: str, size: int = 8, *, statement_ms: int = 5000, wait_s: float = 5.0) -> None:
        self._url, self._wait_s = url, wait_s
        self._options = f"-c statement_timeout={statement_ms} -c timezone=UTC"
        self._places = threading.BoundedSemaphore(size)
        self._idle: deque[tuple[Db, float]] = deque()

    @contextmanager
    def transaction(self) -> Iterator[Db]:
        """Raises Away where the database is; every other error of the block as it is."""
        if not self._places.acquire(timeout=self._wait_s):
            raise Away("every connection to the database is busy")
        try:
            with lost_is_away(), self._borrowed() as db, db.transaction():
                yield db
        finally:
            self._places.release()

    def ping(self) -> bool:
        """Whether the database answers."""
        try:
            with self.transaction() as db:
                db.execute("")
        except Away:
            return False
        return True

    def close(self) -> None:
        while idle := self._pop():
            idle[0].close()

    @contextmanager
    def _borrowed(self) -> Iterator[Db]:
        db = self._take()
        try:
            yield db
        finally:
            self._give_back(db)

    def _take(self) -> Db:
        while idle := self._pop():
            if monotonic() - idle[1] < TRUSTED_S or _is_alive(idle[0]):
                return idle[0]
        return psycopg.connect(self._url, autocommit=True, connect_timeout=3, options=self._options)

    def _pop(self) -> tuple[Db, float] | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _give_back(self, db: Db) -> None:
        if not (db.closed or db.broken):
            self._idle.append((db, monotonic()))


def _is_alive(db: Db) -> bool:
    """One empty round trip (about 0.1 ms on a socket): the only way to see that the server went meanwhile."""
    if db.closed:
        return False
    try:
        db.execute("")
    except psycopg.OperationalError:
        db.close()
        return False
    return True
