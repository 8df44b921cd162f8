"""The open parts of the console's process, as every route is handed them."""

from dataclasses import dataclass, field
from threading import Event
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import Depends
from starlette.requests import HTTPConnection

from dashboard.fleet import Fleet
from dashboard.limiter import Limiter
from dashboard.live import Hub
from dashboard.people import Person
from dashboard.video import Relay
from ingest.room import RoomConfig
from ingest.store.pool import Pool
from wire.mqtt import Mqtt


@dataclass(frozen=True)
class Desk:
    """`key`: the room's, which seals orders. `stopping`: set once, when the process is to end; `failed`: for a bug."""

    room: RoomConfig
    database: Pool
    key: Ed25519PrivateKey
    mqtt: Mqtt
    fleet: Fleet
    hub: Hub
    relay: Relay
    stopping: Event = field(default_factory=Event)
    failed: Event = field(default_factory=Event)
    by_name: Limiter = field(default_factory=lambda: Limiter(failures=5, window_s=60))
    by_address: Limiter = field(default_factory=lambda: Limiter(failures=30, window_s=60))

    def stop(self) -> None:
        """On the event loop: ends what streams to browsers."""
        self.stopping.set()
        self.hub.wake()


def _desk(connection: HTTPConnection) -> Desk:
    desk: Desk = connection.app.state.desk
    return desk


def _person(connection: HTTPConnection) -> Person:
    """Put there by the gate; a KeyError here means a route that its table does not guard."""
    person: Person = connection.scope["state"]["person"]
    return person


AtDesk = Annotated[Desk, Depends(_desk)]
Signed = Annotated[Person, Depends(_person)]
