"""Events a second from outbox to receipt, through broker and database: `airbeat bench ingest`.

Beside it, in the same run on the same server: the commit alone (no broker), and PostgreSQL's raw COPY of the same rows
into the same table, which is as fast as this table can be written.
"""

import argparse
import json
import multiprocessing
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ingest.accept import Fresh, read_line
from ingest.commit import Batch, commit
from ingest.matching import NO_MARKS
from ingest.room import EmbeddedStore, IncidentConfig
from ingest.store.connect import Db, connect, database_url
from ingest.store.events import copy_events
from ingest.store.partitions import ensure_days
from wire.errors import UserError
from wire.events import GENESIS, Event, PlateRead, chain_hash, join_lines
from wire.ids import fresh_uuid7
from wire.mqtt import Mqtt
from wire.process import guarded
from wire.signing import create_key, load_public, unseal
from wire.states import Receipt
from wire.topics import EVENT, RECEIPT

ROOT = Path(__file__).parent.parent
LINES_A_MESSAGE, WINDOW, BATCH = 100, 1000, 1000
"""The outbox's own figures (edge/window.py) and the worker's."""
PORT = 21983

ROOM = """name = "bench"
data_dir = "{folder}"
workers = {workers}
[broker]
kind = "embedded"
port = {port}
[store]
kind = "embedded"
data_dir = "{folder}/pg"
[keys]
room_private_key = "{folder}/room.key"
boxes_dir = "{folder}"
[map]
lat = 52.2
lon = 0.12
[console]
port = {console}
"""


def chain_of(box: str, count: int) -> list[bytes]:
    """Encoded reads of one boot."""
    at, last, lines = datetime.now(UTC), GENESIS, []
    for seq in range(1, count + 1):
        vrm = f"X{chr(65 + seq % 8)}{seq % 78 + 2:02}ABC"
        body = PlateRead(
            camera=f"{box}-cam", vrm=vrm, raw=vrm, format="current", confidence=0.9, char_confidences=(0.9,) * 7,
            captured_at=at, first_seen_at=at, last_seen_at=at, frames=9, track=seq, direction="towards",
            box=(101.5, 200.0, 240.0, 232.25), lat=52.2, lon=0.12, camera_heading_deg=90,
            patch_sha256="ab" * 32, overview_sha256="cd" * 32,
        )  # fmt: skip
        event = Event(
            id=fresh_uuid7(), box=box, boot=1, seq=seq, happened_at=at, clock_offset_ms=1.0, prev_sha256=last, body=body
        )
        lines.append(event.encode())
        last = chain_hash(lines[-1])
    return lines


def send(box: str, port: int, key: Path, count: int) -> tuple[float, float]:
    """One box in a process of its own: unix times of its first message and of the receipt for its last event."""
    lines, public = chain_of(box, count), load_public(key)
    receipted, moved = 0, threading.Condition()

    def take(_topic: str, payload: bytes) -> None:
        nonlocal receipted
        receipt = Receipt.model_validate_json(unseal(RECEIPT.name, payload, public))
        with moved:
            receipted = max(receipted, *(r.last for r in receipt.ranges if r.first == 1), 0)
            moved.notify()

    mqtt = Mqtt("127.0.0.1", port, box)
    mqtt.subscribe(RECEIPT.of(box), RECEIPT.qos, take)
    mqtt.start()
    while not mqtt.connected:
        time.sleep(0.01)
    time.sleep(0.5)
    started, sent = time.time(), 0
    while receipted < count:
        while sent < count and sent - receipted < WINDOW:
            mqtt.publish(EVENT.of(box), join_lines(lines[sent : sent + LINES_A_MESSAGE]), EVENT.qos)
            sent += LINES_A_MESSAGE
        with moved:
            if not moved.wait(4.0):
                sent = receipted
    done = time.time()
    mqtt.stop()
    return started, done


def through_broker(folder: Path, boxes: int, count: int) -> float:
    """Events a second of all boxes together."""
    with multiprocessing.get_context("spawn").Pool(boxes) as pool:
        jobs = [(f"box-{n}", PORT, folder / "room.pub", count) for n in range(boxes)]
        times = pool.starmap(send, jobs)
    return boxes * count / (max(done for _, done in times) - min(started for started, _ in times))


def commits_alone(db: Db, lines: list[bytes]) -> float:
    """Decoding included, as in the worker."""
    started = time.perf_counter()
    for n in range(0, len(lines), BATCH):
        items = [read_line("solo", "bench", line) for line in lines[n : n + BATCH]]
        commit(db, Batch.of(items), NO_MARKS, IncidentConfig(), datetime.now(UTC))
    return len(lines) / (time.perf_counter() - started)


def raw_copy(db: Db, lines: list[bytes]) -> float:
    """The same rows by COPY alone, a transaction a batch; values ready before the clock starts."""
    fresh = [item for line in lines if isinstance(item := read_line("raw", "bench", line), Fresh)]
    now = datetime.now(UTC)
    started = time.perf_counter()
    for n in range(0, len(fresh), BATCH):
        copy_events(db, tuple(fresh[n : n + BATCH]), now, now.date())
    return len(fresh) / (time.perf_counter() - started)


@contextmanager
def room(folder: Path, workers: int) -> Iterator[Db]:
    """A control room that runs, and a connection to its database."""
    create_key(folder / "room.key", folder / "room.pub")
    text = ROOM.format(folder=folder, workers=workers, port=PORT, console=PORT + 1)
    (folder / "room.toml").write_text(text)
    command = [sys.executable, "-m", "ingest", str(folder / "room.toml")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            if not (process.stdout and process.stdout.readline()):
                raise UserError("the control room does not start", where=str(folder))
            with connect(database_url(EmbeddedStore(kind="embedded", data_dir=folder / "pg"))) as db:
                ensure_days(db, datetime.now(UTC).date() - timedelta(days=1), 3)
                yield db
        finally:
            process.terminate()


def main(argv: list[str] | None = None) -> int:
    """airbeat bench ingest [--events N] [--boxes N] [--workers N] [--out FILE]"""
    parser = argparse.ArgumentParser(prog="airbeat bench ingest", description=__doc__)
    parser.add_argument("--events", type=int, default=20_000, help="events a box")
    parser.add_argument("--boxes", type=int, default=2)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "bench" / "ingest.jsonl", help="where the row goes")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args))


def _run(args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="airbeat-bench-") as name, room(Path(name), args.workers) as db:
        rates = {
            "outbox to receipt": through_broker(Path(name), args.boxes, args.events),
            "commit alone": commits_alone(db, chain_of("solo", args.events)),
            "raw COPY": raw_copy(db, chain_of("raw", args.events)),
        }
    table = Table("path", "events/s", "of raw COPY", title=f"ingest: {args.boxes} boxes, {args.workers} workers")
    for path, rate in rates.items():
        table.add_row(path, f"{rate:,.0f}", f"{rate / rates['raw COPY']:.2f}")
    Console().print(table)
    _write_row(args, rates)
    return 0


def _write_row(args: argparse.Namespace, rates: dict[str, float]) -> None:
    git = ["git", "rev-parse", "--short", "HEAD"]
    commit_id = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    row = {
        "bench": "ingest",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit_id,
        "machine": f"{platform.machine()}, {multiprocessing.cpu_count()} cores",
        "command": f"airbeat bench ingest --events {args.events} --boxes {args.boxes} --workers {args.workers}",
        "events_per_s": {path: round(rate) for path, rate in rates.items()},
    }
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with args.out.open("a") as out:
        out.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    sys.exit(main())
