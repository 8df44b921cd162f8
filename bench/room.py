"""A control room as it runs, beside a rig: ingest with broker and database, the console, one person, one incident."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from socket import SOCK_STREAM
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

import httpx

from bench.ingest import ROOM, ROOT
from bench.lockstep_orders import AIRCRAFT, EDGE
from bench.rig import free_port
from dashboard.accounts_cli import create_account
from ingest.incidents import Opened
from ingest.room import RoomConfig
from ingest.store.connect import connect, database_url
from ingest.store.incidents import open_incidents
from wire.config import read_config
from wire.errors import UserError
from wire.ids import fresh_uuid7
from wire.orders import Act, Launch

NAME, PASSWORD = "anna", "a long way round the bench"
STARTS_S, ANSWERS_S = 60.0, 20.0


class Person:
    """Signed in at the console as a browser is; `order` is what its click sends."""

    def __init__(self, address: str, incident_id: UUID) -> None:
        self._client = httpx.Client(base_url=address, timeout=ANSWERS_S)
        self._incident_id = incident_id

    def sign_in(self) -> None:
        """Waits until the console answers. Raises UserError where it never does."""
        deadline = monotonic() + STARTS_S
        while monotonic() < deadline:
            with suppress(httpx.HTTPError):
                answer = self._client.post("/api/session", json={"name": NAME, "password": PASSWORD})
                answer.raise_for_status()
                self._client.headers["X-Airbeat-Csrf"] = answer.json()["csrf"]
                return
            sleep(0.2)
        raise UserError("the console does not answer", where=str(self._client.base_url))

    def order(self, act: Act) -> UUID:
        """The id of the order, on its way. Raises UserError with every reason where the console refuses it."""
        order_id = uuid4()
        body = {
            "request_id": str(order_id), "act": act.model_dump(mode="json"), "edge": EDGE, "aircraft": AIRCRAFT,
            "incident_id": str(self._incident_id), "reason": "stolen car seen twice",
        }  # fmt: skip
        answer = self._client.post("/api/orders", json=body)
        if not answer.is_success:
            raise UserError(f"the console refused it: {answer.text[:500]}", where=act.act)
        return order_id

    def until_able(self, act: Launch) -> None:
        """Until the console would launch it: it has heard of the box, its aircraft and its dock."""
        deadline = monotonic() + STARTS_S
        while not any(row["able"] for row in self._candidates()):
            if monotonic() > deadline:
                raise UserError(f"the console never launches: {self._candidates()}", where=act.act)
            sleep(0.1)

    def close(self) -> None:
        self._client.close()

    def _candidates(self) -> list[dict[str, Any]]:
        return list(self._client.get(f"/api/incidents/{self._incident_id}/candidates").json())


@contextmanager
def control_room(folder: Path, broker_port: int, scene: Launch) -> Iterator[Person]:
    """Every process of it, by the keys of the rig in `folder`, and somebody signed in. Raises UserError."""
    console = free_port(SOCK_STREAM)
    path = _lay_out(folder, broker_port, console)
    ingest = subprocess.Popen([sys.executable, "-m", "ingest", str(path)], cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        if not (ingest.stdout and ingest.stdout.readline()):
            raise UserError("the control room does not start", where=str(path))
        person = Person(f"http://127.0.0.1:{console}", _fill(read_config(path, RoomConfig), scene))
        board = subprocess.Popen([sys.executable, "-m", "dashboard", str(path)], cwd=ROOT, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            person.sign_in()
            yield person
        finally:
            person.close()
            _end(board)
    finally:
        _end(ingest)


def _lay_out(folder: Path, broker_port: int, console: int) -> Path:
    home = folder / "room"
    home.mkdir()
    for kind in ("key", "pub"):
        shutil.copy(folder / f"room.{kind}", home)
    shutil.copy(folder / "box.pub", home / f"{EDGE}.pub")
    path = home / "room.toml"
    path.write_text(ROOM.format(folder=home, workers=1, port=broker_port, console=console))
    return path


def _fill(room: RoomConfig, scene: Launch) -> UUID:
    """An account, and an incident at the scene."""
    create_account(room, NAME, ["dispatcher", "supervisor"], PASSWORD)
    now, incident_id = datetime.now(UTC), fresh_uuid7()
    opened = Opened(
        incident_id, "AB12CDE", "AB12CDE", "stolen vehicle", "high", "Stolen vehicle AB12CDE", 1, now, now, scene.lat,
        scene.lon, ("stolen",),
    )  # fmt: skip
    with connect(database_url(room.store)) as db:
        open_incidents(db, [opened], now)
    return incident_id


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(20)
    process.kill()
    process.wait()
