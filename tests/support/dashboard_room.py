"""A control room for tests: the real server on loopback over a real database and broker, and a small fake edge that
speaks the true protocol."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from dashboard.__main__ import Server, bind, make_server, open_desk
from dashboard.accounts import hash_password
from dashboard.app import build_app
from dashboard.desk import Desk
from ingest.incidents import Opened
from ingest.room import ExternalBroker, ExternalStore, RoomConfig
from ingest.store import accounts, incidents
from ingest.store.connect import Db, connect
from ingest.store.notices import Notice, notify
from ingest.store.partitions import ensure_days
from ingest.store.reads import NewRead, copy_reads
from tests.support.processes import until
from wire.config import read_config
from wire.events import PlateRead
from wire.frozen import Frozen
from wire.ids import fresh_uuid7
from wire.mqtt import Mqtt
from wire.orders import Order, OrderAnswer, OrderState
from wire.signing import load_public, unseal
from wire.states import AircraftInfo, CameraInfo, Health, Inventory, VehicleState, Watch
from wire.topics import ANSWER, HEALTH, ORDER, VEHICLE, VIDEO, WATCH
from wire.vrm import fold

PASSWORD = "correct horse battery"
PASSWORD_HASH = hash_password(PASSWORD)
WAIT_S = 20.0
"""Long enough for a busy machine; nothing here waits for its end."""


@dataclass
class Console:
    """The running server."""

    room: RoomConfig
    desk: Desk
    server: Server
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.room.console.port}"

    @property
    def url(self) -> str:
        assert isinstance(self.room.store, ExternalStore)
        return self.room.store.url

    def visitor(self) -> httpx.Client:
        self.clients.append(httpx.Client(base_url=self.address, timeout=WAIT_S))
        return self.clients[-1]

    def account(self, *roles: str) -> str:
        """A fresh account's name."""
        name = f"p{fresh_uuid7().hex}"
        with connect(self.url) as db:
            accounts.put_account(db, name, PASSWORD_HASH, list(roles))
        return name

    def signed_in(self, *roles: str) -> httpx.Client:
        client = self.visitor()
        name = self.account(*roles)
        answer = client.post("/api/session", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["X-Airbeat-Csrf"] = answer.json()["csrf"]
        client.headers["X-Test-Name"] = name
        return client


@contextmanager
def running(room_toml: Path) -> Iterator[Console]:
    """The server on a loop of its own thread, as `airbeat dashboard` runs it."""
    room = read_config(room_toml, RoomConfig)
    desk = open_desk(room)
    server = make_server(build_app(desk), desk)
    listener = bind(room.console.port)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    console = Console(room, desk, server)
    try:
        until(lambda: server.started and desk.mqtt.connected, "the console starts")
        yield console
    finally:
        desk.hub.call(server.stop)
        thread.join(WAIT_S)
        listener.close()
        for client in console.clients:
            client.close()
        assert not thread.is_alive()


@dataclass
class FakeEdge:
    """A dock box with one aircraft and one camera: tells its health, beats, and hears orders and watches."""

    edge: str
    aircraft: str
    mqtt: Mqtt
    public_key: Path
    orders: list[Order] = field(default_factory=list)
    watches: list[Watch] = field(default_factory=list)
    on_order: Callable[[Order], None] = lambda _order: None
    vehicle: dict[str, Any] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def camera(self) -> str:
        return f"{self.aircraft}-cam"

    def run(self) -> None:
        self.mqtt.subscribe(ORDER.of(self.edge), 1, self._order)
        self.mqtt.subscribe(WATCH.of(self.edge), 0, lambda _t, p: self.watches.append(Watch.model_validate_json(p)))
        self.mqtt.start()
        until(lambda: self.mqtt.connected, "the edge connects")
        self.say(HEALTH.of(self.edge), self._health(), qos=1, retain=True)
        while not self._stop.wait(0.1):
            self.say(VEHICLE.of(self.edge), self.state())

    def stop(self) -> None:
        self._stop.set()
        self.mqtt.stop()

    def say(self, topic: str, message: Frozen, *, qos: int = 0, retain: bool = False) -> None:
        self.mqtt.publish(topic, message.encode(), qos, retain)

    def send_video(self, payload: bytes) -> None:
        self.mqtt.publish(VIDEO.of(self.edge, camera=self.camera), payload)

    def answer(self, order: Order, state: OrderState, *reasons: str) -> None:
        told = OrderAnswer(
            order_id=order.id,
            edge=self.edge,
            aircraft=self.aircraft,
            at=datetime.now(UTC),
            state=state,
            reasons=reasons,
        )
        self.say(ANSWER.of(self.edge), told, qos=1)

    def state(self) -> VehicleState:
        values: dict[str, Any] = {
            "edge": self.edge,
            "aircraft": self.aircraft,
            "at": datetime.now(UTC),
            "stage": "parked",
            "airborne": False,
            "armed": False,
            "mode": "GUIDED",
            "link_ok": True,
            "ready": True,
        }
        return VehicleState.model_validate(values | self.vehicle)

    def _order(self, _topic: str, payload: bytes) -> None:
        """As a true box, it takes an id once: MQTT delivers at least once, and the console repeats what it wrote."""
        order = Order.model_validate_json(unseal("order", payload, load_public(self.public_key)))
        if any(known.id == order.id for known in self.orders):
            return
        self.on_order(order)
        self.orders.append(order)

    def _health(self) -> Health:
        info = AircraftInfo(
            name=self.aircraft,
            autopilot="arducopter",
            lat=52.2,
            lon=0.12,
            cruise_mps=14,
            climb_mps=3.5,
            scene_alt_rel_m=35,
            max_range_m=3000,
        )
        camera = CameraInfo(name=self.camera, role="aircraft", lat=52.2, lon=0.12)
        inventory = Inventory(lat=52.2, lon=0.12, cameras=(camera,), aircraft=info)
        return Health(edge=self.edge, at=datetime.now(UTC), online=True, inventory=inventory)


@contextmanager
def an_edge(console: Console) -> Iterator[FakeEdge]:
    """A box of a name of its own, known to the console and ready."""
    assert isinstance(console.room.broker, ExternalBroker)
    tail = fresh_uuid7().hex[-12:]
    mqtt = Mqtt("127.0.0.1", console.room.broker.port, f"edge-{tail}")
    edge = FakeEdge(f"dock-{tail}", f"falcon-{tail}", mqtt, console.room.data_dir / "room.pub")
    thread = threading.Thread(target=edge.run)
    thread.start()
    try:
        until(lambda: heard(console, edge), "the console hears the box")
        yield edge
    finally:
        edge.stop()
        thread.join(WAIT_S)


def heard(console: Console, edge: FakeEdge) -> bool:
    standing = console.desk.fleet.standing(edge.edge, edge.aircraft, None, time.monotonic())
    return standing is not None and standing.online and standing.heard is not None


def open_incident(
    db: Db, vrm: str = "AB12CDE", lat: float = 52.201, lon: float = 0.121, *, patch: str | None = None
) -> UUID:
    """An incident with one read, as ingest commits it, and its notice."""
    now = datetime.now(UTC)
    event_id = fresh_uuid7()
    opened = Opened(
        id=event_id,
        fold=fold(vrm),
        vrm=vrm,
        kind="stolen vehicle",
        priority="high",
        title=f"Stolen vehicle {vrm}",
        hotlist_version=1,
        first_seen_at=now,
        last_seen_at=now,
        lat=lat,
        lon=lon,
        tags=("stolen",),
    )
    read = PlateRead(
        camera="road-1-cam",
        vrm=vrm,
        raw=vrm,
        format="current",
        confidence=0.97,
        captured_at=now,
        first_seen_at=now,
        last_seen_at=now,
        frames=5,
        track=1,
        box=(10, 10, 110, 40),
        lat=lat,
        lon=lon,
        camera_heading_deg=0,
        patch_sha256=patch,
    )
    with db.transaction():
        ensure_days(db, now.date(), 2)
        row = NewRead(event_id=event_id, box="road-1", read=read, seen_at=now, hit="hit", time_verified=True)
        copy_reads(db, [row], now, now.date())
        incidents.open_incidents(db, [opened], now)
        incidents.link_events(db, [(event_id, event_id)], now.date())
        notify(db, Notice(events=(event_id,), opened=(event_id,)))
    return event_id


class Listener:
    """A browser's live stream, read on a thread of its own; `items` with their moments of arrival."""

    def __init__(self, client: httpx.Client) -> None:
        self.items: list[tuple[float, dict[str, Any]]] = []
        self.batches: list[int] = []
        self._client = client
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        until(lambda: self.of("hello"), "the live stream greets")

    def of(self, type_: str) -> list[dict[str, Any]]:
        return [item for _, item in list(self.items) if item["type"] == type_]

    def _run(self) -> None:
        try:
            with self._client.stream("GET", "/api/live") as answer:
                for line in answer.iter_lines():
                    if line.startswith("data:"):
                        batch = json.loads(line[5:])
                        self.batches.append(len(batch))
                        self.items += [(time.time(), item) for item in batch]
        except httpx.HTTPError:
            return
