"""`airbeat ingest ROOM.toml`: the supervisor of the control room's inbound side: broker, database and workers."""

import asyncio
import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from ingest.broker import check_port
from ingest.database import STOP, bin_dir
from ingest.room import EmbeddedBroker, EmbeddedStore, RoomConfig
from ingest.store.connect import LOST, connect, database_url
from ingest.store.schema import migrate
from wire.children import Child, Family, python
from wire.errors import UserError
from wire.ports import port_taken
from wire.process import on_stop, run_configured, setup_logging
from wire.signing import load_private

log = structlog.get_logger()


def children(room: RoomConfig, path: Path) -> list[Child]:
    """Every process of the inbound side. Stopped together: a worker needs its second, the database ends fast."""
    broker, database = [], []
    if isinstance(room.broker, EmbeddedBroker):
        broker = [Child("broker", python("ingest.broker", str(room.broker.port)))]
    if isinstance(room.store, EmbeddedStore):
        database = [Child("database", python("ingest.database", str(room.store.data_dir)), stop_signal=STOP)]
    workers = [
        Child(f"worker-{n}", python("ingest.consume", str(path), "--worker", str(n))) for n in range(room.workers)
    ]
    retention = [Child("retention", python("ingest.retention", str(path), "--daily"))]
    quality = [Child("quality", python("ingest.quality", str(path)))]
    return [*broker, *database, *workers, *retention, *quality]


def check(room: RoomConfig) -> str:
    """What the config describes, in one line. Raises UserError where something is missing or a port is taken."""
    load_private(room.keys.room_private_key)
    if isinstance(room.broker, EmbeddedBroker):
        check_port(room.broker.port)
    match room.store:
        case EmbeddedStore(data_dir=data_dir):
            bin_dir()
            store = f"embedded in {data_dir}"
        case external:
            store = external.kind
    return f"room {room.name}: broker {room.broker.kind} port {room.broker.port}; store {store}; {room.workers} workers"


async def supervise(room: RoomConfig, path: Path) -> int:
    """Until SIGTERM; exit status 2 where a child found that only a person can help."""
    family = Family(children(room, path))
    on_stop(family.stop)
    ready = asyncio.create_task(_say_when_ready(room))
    failed = await family.run()
    ready.cancel()
    return 2 if failed else 0


async def _say_when_ready(room: RoomConfig) -> None:
    while not await asyncio.to_thread(serving, room):
        await asyncio.sleep(0.1)
    print(f"airbeat ingest: room {room.name} is ready", flush=True)


def serving(room: RoomConfig) -> bool:
    """The database answers and has its tables; the embedded broker listens."""
    try:
        with connect(database_url(room.store)) as db:
            migrate(db)
    except LOST:
        return False
    if isinstance(room.broker, EmbeddedBroker):
        return bool(port_taken(room.broker.port))
    return True


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Two supervisors of one room would end each other's database. The kernel lets go of the lock with the process."""
    path = data_dir / "ingest.lock"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = path.open("ab")
    except OSError as error:
        raise UserError(f"cannot use data_dir ({error.strerror})", where=str(path)) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError("this room's ingest runs already", where=str(path), remedy="Stop it first") from error
        yield


def main(argv: list[str] | None = None) -> int:
    """airbeat ingest ROOM.toml [--check]"""
    return run_configured(argv, prog="airbeat ingest", doc=__doc__, model=RoomConfig, check=check, serve=_serve)


def _serve(room: RoomConfig, path: Path) -> int:
    with only_one(room.data_dir):
        check(room)
        setup_logging("ingest")
        return asyncio.run(supervise(room, path))


if __name__ == "__main__":
    sys.exit(main())
