"""A browser's queue: bounded, states replace themselves, losses are counted, urgent news end a batch (D8)."""

import asyncio
import json
from time import monotonic
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dashboard.live import BATCH_S, LAST_WORDS, Client, Hub, Message, stream

LIMIT = 8


def news(number: int, type_: str = "read", *, urgent: bool = False) -> Message:
    return Message(type_, json.dumps({"type": type_, "n": number}).encode(), urgent=urgent)


def state(key: str, number: int) -> Message:
    return Message("vehicle", json.dumps({"type": "vehicle", "key": key, "n": number}).encode(), key)


def take(client: Client) -> list[dict[str, Any]]:
    return list(json.loads(client.take()))


def test_a_newer_state_replaces_the_older() -> None:
    client = Client(LIMIT)
    for number in range(1000):
        client.offer(state("falcon-1", number))
        client.offer(state("falcon-2", number))
    assert [(row["key"], row["n"]) for row in take(client)] == [("falcon-1", 999), ("falcon-2", 999)]
    assert take(client) == []


def test_reads_go_before_alarms_when_the_queue_is_full() -> None:
    client = Client(LIMIT)
    client.offer(news(0, "incident"))
    for number in range(100):
        client.offer(news(number))
    rows = take(client)
    assert rows[0] == {"type": "dropped", "count": 93}
    assert rows[1] == {"type": "incident", "n": 0}
    assert [row["n"] for row in rows[2:]] == list(range(93, 100))


@given(st.lists(st.sampled_from(["read", "incident", "order", "vehicle"]), max_size=60))
def test_nothing_is_lost_uncounted_and_the_queue_stays_bounded(kinds: list[str]) -> None:
    client = Client(LIMIT)
    for number, kind in enumerate(kinds):
        client.offer(state("one", number) if kind == "vehicle" else news(number, kind))
    rows = take(client)
    dropped = sum(row["count"] for row in rows if row["type"] == "dropped")
    kept = [row for row in rows if row["type"] not in ("dropped", "vehicle")]
    assert len(kept) <= LIMIT
    assert len(kept) + dropped == sum(kind != "vehicle" for kind in kinds)
    assert [row["n"] for row in kept] == sorted(row["n"] for row in kept)
    if dropped and any(row["type"] == "read" for row in kept):
        alarms = sum(kind in ("incident", "order") for kind in kinds)
        assert sum(row["type"] in ("incident", "order") for row in kept) == alarms


async def test_a_batch_waits_for_its_time_and_urgent_news_do_not() -> None:
    client = Client(LIMIT)
    client.offer(news(1))
    started = monotonic()
    await client.wait(started)
    assert monotonic() - started >= BATCH_S * 0.9
    client.take()
    client.offer(news(2, "incident", urgent=True))
    turns = asyncio.create_task(client.wait(monotonic() + 3600))
    for _ in range(3):
        await asyncio.sleep(0)
    assert turns.done()


async def test_the_stream_greets_after_it_listens_and_ends_with_the_session() -> None:
    """What is published while the greeting is made is not lost."""
    hub, valid = Hub(), True

    async def hello() -> Message:
        hub.publish(news(1, "incident", urgent=True))
        return news(0, "hello")

    async def still() -> bool:
        return valid

    events = stream(hub, hello, still)
    assert b'"hello"' in await anext(events)
    assert b'"incident"' in await anext(events)
    valid = False
    assert await anext(events) == LAST_WORDS
    assert [event async for event in events] == []
    assert hub.clients == set()


async def test_without_a_greeting_the_stream_ends_and_leaves_no_client() -> None:
    hub = Hub()

    async def nothing() -> None:
        return None

    async def always() -> bool:
        return True

    assert [event async for event in stream(hub, nothing, always)] == []
    assert hub.clients == set()
