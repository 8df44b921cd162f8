"""The pool of connections: bounded, honest about a database that went, well again when it is back."""

import threading

import pytest

from ingest.store import pool as pool_module
from ingest.store.accounts import list_accounts
from ingest.store.connect import Db, connect
from ingest.store.pool import Away, Pool


def cut(url: str) -> None:
    """Ends every other connection to this database, as a restart does."""
    with connect(url) as db:
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_block_that_raises_leaves_nothing(database_url: str) -> None:
    pool = Pool(database_url)

    def half_done(db: Db) -> None:
        db.execute("INSERT INTO accounts (name, password_hash, roles) VALUES ('ada', 'x', '{}')")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), pool.transaction() as db:
        half_done(db)
    with pool.transaction() as db:
        assert list_accounts(db) == []
    pool.close()


def test_connections_that_went_with_the_database_are_replaced_unseen(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "TRUSTED_S", 0.0)
    pool = Pool(database_url)
    with pool.transaction(), pool.transaction(), pool.transaction():
        pass
    cut(database_url)
    for _ in range(3):
        with pool.transaction() as db:
            assert list_accounts(db) == []
    pool.close()


def test_a_connection_that_breaks_in_use_is_away_and_the_next_is_well(database_url: str) -> None:
    pool = Pool(database_url)

    def lose(db: Db) -> None:
        cut(database_url)
        list_accounts(db)

    with pytest.raises(Away), pool.transaction() as db:
        lose(db)
    assert pool.ping()
    pool.close()


def test_no_database_no_tables_and_no_free_connection_are_away(database_url: str) -> None:
    assert not Pool("postgresql://postgres@/postgres?host=/nonexistent").ping()
    pool = Pool(database_url, size=1, wait_s=0.05)
    with pytest.raises(Away, match="tables_yet"), pool.transaction() as db:
        db.execute("SELECT * FROM no_tables_yet")
    with pool.transaction(), pytest.raises(Away, match="busy"), pool.transaction():
        pass
    pool.close()


def test_no_statement_runs_for_ever(database_url: str) -> None:
    pool = Pool(database_url, statement_ms=50)
    with pytest.raises(Away, match="timeout"), pool.transaction() as db:
        db.execute("SELECT pg_sleep(60)")
    pool.close()


def test_many_threads_share_a_few_connections(database_url: str) -> None:
    pool, seen = Pool(database_url, size=3), []

    def work() -> None:
        for _ in range(20):
            with pool.transaction() as db:
                seen.append(db.info.backend_pid)

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 240
    assert len(set(seen)) <= 3
    pool.close()
