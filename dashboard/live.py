"""Live push to browsers: each client has a bounded queue, gets batches, and harms nobody when it is slow (D8).

Laws: a state (vehicle, dock, health) replaces its older self, so states are bounded by the fleet; news queue up to a
limit, then reads go before everything else, and each loss is counted and told; urgent news end a batch at once.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from pydantic import BaseModel

BATCH_S = 0.1
BEAT_S = 2.0
"""An idle stream sends an empty batch so often: how a browser tells a quiet night from a dead line."""
NEWS_LIMIT = 500
RETRY = b"retry: 1000\n\n"
LAST_WORDS = b"event: end\ndata: []\n\n"


@dataclass(frozen=True)
class Message:
    """`data`: the JSON object, encoded once for all clients. `key`: of the state that it replaces; None for news."""

    type: str
    data: bytes
    key: str | None = None
    urgent: bool = False


def message(type_: str, body: BaseModel, *, key: str | None = None, urgent: bool = False, **extra: Any) -> Message:
    """`body` as a JSON object with its type and the extra fields first."""
    head = json.dumps({"type": type_, **extra}).encode()
    rest = body.model_dump_json().encode()
    return Message(type_, head[:-1] + (b"," if rest != b"{}" else b"") + rest[1:], key, urgent)


class Client:
    """One browser's queue; used on the event loop only."""

    def __init__(self, limit: int = NEWS_LIMIT) -> None:
        self._limit = limit
        self._states: dict[str, bytes] = {}
        self._news: deque[Message] = deque()
        self._dropped = 0
        self._some, self._urgent = asyncio.Event(), asyncio.Event()

    def offer(self, item: Message) -> None:
        if item.key is not None:
            self._states.pop(item.key, None)
            self._states[item.key] = item.data
        else:
            self._news.append(item)
            if len(self._news) > self._limit:
                self._drop_one()
        self._some.set()
        if item.urgent:
            self._urgent.set()

    def take(self) -> bytes:
        """All that waits, as one JSON array; news in their order before states."""
        rows = [item.data for item in self._news] + list(self._states.values())
        if self._dropped:
            rows.insert(0, json.dumps({"type": "dropped", "count": self._dropped}).encode())
        self._news.clear()
        self._states.clear()
        self._dropped = 0
        self._some.clear()
        self._urgent.clear()
        return b"[" + b",".join(rows) + b"]"

    async def wait(self, last_s: float) -> None:
        """Until a batch is due: BATCH_S after the last one, at once for urgent news, at the latest after a beat."""
        if not await _happens(self._some, BEAT_S):
            return
        await _happens(self._urgent, BATCH_S - (monotonic() - last_s))

    def wake(self) -> None:
        self._some.set()
        self._urgent.set()

    def _drop_one(self) -> None:
        index = next((i for i, item in enumerate(self._news) if item.type == "read"), 0)
        del self._news[index]
        self._dropped += 1


class Hub:
    """Hands each message to every client. `publish` on the event loop, `post` from any thread."""

    def __init__(self) -> None:
        self.clients: set[Client] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """To be called on the loop that serves the clients."""
        self._loop = asyncio.get_running_loop()

    def publish(self, item: Message) -> None:
        for client in self.clients:
            client.offer(item)

    def wake(self) -> None:
        """Every client sends what it has, and looks whether it is to go on."""
        for client in self.clients:
            client.wake()

    def post(self, item: Message) -> None:
        self.call(lambda: self.publish(item))

    def call(self, act: Callable[[], None]) -> None:
        """On the loop; from any thread."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(act)


async def stream(
    hub: Hub, hello: Callable[[], Awaitable[Message | None]], valid: Callable[[], Awaitable[bool]]
) -> AsyncIterator[bytes]:
    """Server-sent events for one client: a hello, then batches, until its session ends.

    The client listens before the hello is made, so that nothing falls between the two; without one it ends at once.
    """
    client = Client()
    hub.clients.add(client)
    try:
        greeting = await hello()
        if greeting is None:
            return
        yield RETRY + b"data: [" + greeting.data + b"]\n\n"
        last_s = monotonic()
        while await valid():
            await client.wait(last_s)
            last_s = monotonic()
            yield b"data: " + client.take() + b"\n\n"
        yield LAST_WORDS
    finally:
        hub.clients.discard(client)


async def _happens(event: asyncio.Event, within_s: float) -> bool:
    if within_s <= 0 or event.is_set():
        return event.is_set()
    try:
        await asyncio.wait_for(event.wait(), within_s)
    except TimeoutError:
        return False
    return True
