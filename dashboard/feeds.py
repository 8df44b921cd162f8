"""The two streams to a browser: GET /api/live (server-sent events) and WS /api/video/{edge}/{camera}."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import monotonic

import structlog
from fastapi import WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse

from dashboard.desk import AtDesk, Desk, Signed
from dashboard.gate import Refused
from dashboard.live import Message, stream
from dashboard.people import Person
from dashboard.tidings import hello
from dashboard.video import Camera, Viewer
from ingest.store import accounts, audit
from ingest.store.pool import Away

log = structlog.get_logger()
SESSION_CHECK_S = 10.0
"""A session that ended elsewhere (sign-out, account disabled) ends its streams within so many seconds."""
SESSION_OVER = 4401
"""WebSocket close code, from the private range of RFC 6455, section 7.4.2: sign in again."""


async def live(desk: AtDesk, person: Signed) -> StreamingResponse:
    events = stream(desk.hub, lambda: asyncio.to_thread(_greet, desk, person), _still_valid(desk, person))
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def video(socket: WebSocket, desk: AtDesk, person: Signed, edge: str, camera: str) -> None:
    """Binary messages: wire/video.py payloads as they came, a key frame first."""
    if desk.fleet.camera(edge, camera) is None:
        await socket.send_denial_response(Refused(404, "There is no such camera").response())
        return
    await asyncio.to_thread(_audit_watch, desk, person, (edge, camera))
    await socket.accept()
    async with _watching(desk, (edge, camera)) as viewer:
        sending = asyncio.create_task(_send(socket, viewer, _still_valid(desk, person)))
        listening = asyncio.create_task(_until_gone(socket))
        done, pending = await asyncio.wait({sending, listening}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*done, *pending, return_exceptions=True)
    if sending in done and listening not in done and sending.exception() is None:
        await socket.close(SESSION_OVER)


@asynccontextmanager
async def _watching(desk: Desk, camera: Camera) -> AsyncIterator[Viewer]:
    viewer = desk.relay.open(camera)
    try:
        yield viewer
    finally:
        desk.relay.close(camera, viewer)


async def _send(socket: WebSocket, viewer: Viewer, valid: Callable[[], Awaitable[bool]]) -> None:
    """Until the session ends or the browser is gone; a camera that sends nothing keeps the session checked."""
    while await valid():
        try:
            payload = await asyncio.wait_for(viewer.next(), SESSION_CHECK_S)
        except TimeoutError:
            continue
        await socket.send_bytes(payload)


async def _until_gone(socket: WebSocket) -> None:
    try:
        while True:
            await socket.receive_bytes()
    except (WebSocketDisconnect, KeyError):
        return


def _still_valid(desk: Desk, person: Person) -> Callable[[], Awaitable[bool]]:
    """Whether the session lives: by its expiry at once, by the store every SESSION_CHECK_S; not while stopping."""
    checked_s = monotonic()

    async def valid() -> bool:
        nonlocal checked_s
        if desk.stopping.is_set() or datetime.now(UTC) >= person.expires_at:
            return False
        if monotonic() - checked_s < SESSION_CHECK_S:
            return True
        checked_s = monotonic()
        return await asyncio.to_thread(_is_open, desk, person.session)

    return valid


def _is_open(desk: Desk, session: str) -> bool:
    """While the database is away nobody is thrown out: the expiry still holds."""
    try:
        with desk.database.transaction() as db:
            return accounts.find_session(db, session) is not None
    except Away:
        return True


def _greet(desk: Desk, person: Person) -> Message | None:
    """The hello. It and what follows hold marks, so the look is audited before it is made (S5); None without either."""
    try:
        with desk.database.transaction() as db:
            audit.append_audit(db, person.name, "live_watched")
    except Away:
        return None
    return hello(desk)


def _audit_watch(desk: Desk, person: Person, camera: Camera) -> None:
    """Live pictures are for flying too: without the database they still open, and the log keeps the trace."""
    try:
        with desk.database.transaction() as db:
            audit.append_audit(db, person.name, "video_watched", object="/".join(camera))
    except Away:
        log.warning("video_watched_unaudited", by=person.name, camera="/".join(camera))
