"""`airbeat dashboard ROOM.toml`: the server of the console that dispatchers work with, on loopback only."""

import asyncio
import os
import secrets
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
import uvicorn
from fastapi import FastAPI

from dashboard.app import build_app
from dashboard.desk import Desk
from dashboard.fleet import Fleet
from dashboard.live import Hub
from dashboard.static import DIST
from dashboard.video import Relay
from ingest.room import RoomConfig, connect_broker
from ingest.store.connect import database_url
from ingest.store.pool import Pool
from wire.errors import UserError
from wire.process import on_stop, run_configured, setup_logging
from wire.signing import load_private
from wire.topics import VIDEO

log = structlog.get_logger()
HOST = "127.0.0.1"
"""S2: off loopback only behind TLS, which a proxy of the operator's gives."""


def open_desk(room: RoomConfig) -> Desk:
    """The parts, not yet started. Raises UserError where the room's key is missing."""
    key = load_private(room.keys.room_private_key)
    own_name = f"dashboard-{os.getpid()}-{secrets.token_hex(4)}"  # two consoles must not throw one another out
    mqtt = connect_broker(room.broker, own_name)
    relay = Relay(lambda topic, handler: mqtt.subscribe(topic, VIDEO.qos, handler), mqtt.publish)
    return Desk(room, Pool(database_url(room.store)), key, mqtt, Fleet(), Hub(), relay)


def bind(port: int) -> socket.socket:
    """Raises UserError where the port is taken or not ours to take.

    The protocol is named because asyncio sets TCP_NODELAY on such sockets alone: each answer took 40 ms more without.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        remedy = "Stop the other program or choose another console.port"
        raise UserError(f"cannot listen ({error.strerror})", where=f"{HOST}:{port}", remedy=remedy) from error
    return listener


class Server(uvicorn.Server):
    """Ends its streams first, so that a stop takes a moment and not a time-out; SIGTERM exits 0."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is threading.main_thread():
            on_stop(self.stop)
        yield

    def stop(self) -> None:
        self._end_streams()
        self.should_exit = True


def make_server(app: FastAPI, desk: Desk) -> Server:
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # X-Forwarded-For is what its sender likes: each guess from a new address
        ws="websockets-sansio",
        ws_per_message_deflate=False,  # H.264 does not get smaller
        ws_max_size=4096,  # browsers send nothing over it
        timeout_keep_alive=30,
        timeout_graceful_shutdown=3,
    )
    return Server(config, desk.stop)


def main(argv: list[str] | None = None) -> int:
    """airbeat dashboard ROOM.toml [--check]"""
    return run_configured(argv, prog="airbeat dashboard", doc=__doc__, model=RoomConfig, check=check, serve=serve)


def check(room: RoomConfig) -> str:
    """What would be served, in one line. Raises UserError where a key is missing or the port is taken."""
    open_desk(room)
    bind(room.console.port).close()
    built = "built" if (DIST / "index.html").is_file() else "NOT BUILT (run `make console`)"
    return f"console of {room.name}: http://{HOST}:{room.console.port}; pages {built}"


def serve(room: RoomConfig, _path: Path) -> int:
    """Until SIGTERM."""
    desk = open_desk(room)
    listener = bind(room.console.port)
    setup_logging("dashboard")
    log.info("console_up", address=f"http://{HOST}:{room.console.port}")
    asyncio.run(make_server(build_app(desk), desk).serve(sockets=[listener]))
    return 1 if desk.failed.is_set() else 0


if __name__ == "__main__":
    sys.exit(main())
