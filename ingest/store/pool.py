"""Connections for request threads: a few, kept open, replaced when broken; a database that is away is `Away`."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]


class Away(Exception):
    """The database does not answer just now, or there was no free connection in time."""


class Pool:
    """At most `size` connections. Thread-safe; `transaction` commits when its block ends and rolls back when it raises.

    `statement_ms`: no statement of a request may run longer.
    """

    def __init__(self, url: str, size: int = 8, *, statement_ms: int = 5000, wait_s: float = 5.0) -> None:
        self._url, self._wait_s = url, wait_s
        self._options = f"-c statement_timeout={statement_ms} -c timezone=UTC"
        self._places = threading.BoundedSemaphore(size)
        self._idle: deque[Connection] = deque()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Raises Away where the database is; every other error of the block as it is."""
        if not self._places.acquire(timeout=self._wait_s):
            raise Away("every connection to the database is busy")
        try:
            connection = self._take()
            try:
                with connection.transaction():
                    yield connection
            finally:
                self._give_back(connection)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            self._drop_idle()
            raise Away(f"the database does not answer: {error}".strip()) from error
        finally:
            self._places.release()

    def close(self) -> None:
        self._drop_idle()

    def _take(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed:
                return connection
        return psycopg.connect(self._url, autocommit=True, connect_timeout=3, options=self._options)

    def _give_back(self, connection: Connection) -> None:
        if not connection.closed:
            self._idle.append(connection)

    def _drop_idle(self) -> None:
        """What else lay idle is broken too when one is: a restarted database closes them all."""
        while self._idle:
            self._idle.pop().close()
