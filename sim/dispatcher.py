"""A scripted dispatcher: plays the console's part through the same HTTP API, and notes what it saw and when."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import structlog

log = structlog.get_logger()
Json = dict[str, Any]
THINK_S = 1.5
"""From the alarm to the launch: a person reads the suggestion and holds the button for 1.2 s."""
WATCH_S = 10.0
"""How long the aircraft stays over the scene before the recall."""
RETRY_S = 0.5
FINAL = {"refused", "failed", "done"}


@dataclass
class Seen:
    """What reached the dispatcher. Times are UTC and unix seconds by the machine's clock."""

    alarm_ms: list[float] = field(default_factory=list)
    """Capture of the deciding frame -> hit at the console."""
    read_ms: list[float] = field(default_factory=list)
    """The same for every read."""
    incidents: dict[str, Json] = field(default_factory=dict)
    orders: dict[str, Json] = field(default_factory=dict)
    vehicles: dict[str, Json] = field(default_factory=dict)
    boxes: dict[str, Json] = field(default_factory=dict)
    clicked_at: dict[str, float] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


class Dispatcher:
    """One signed-in person. Every call is retried until `deadline_s`, as a person would press reload."""

    def __init__(self, address: str, name: str, password: str) -> None:
        self._client = httpx.AsyncClient(base_url=address, timeout=httpx.Timeout(5, read=10))
        self._name, self._password = name, password
        self._news = asyncio.Event()
        self.seen = Seen()

    async def console_is_well(self) -> bool:
        """Whether the console answers and has its database and broker."""
        try:
            answer = await self._client.get("/healthz")
        except httpx.HTTPError:
            return False
        return answer.is_success and answer.json()["status"] == "ok"

    async def sign_in(self) -> None:
        """Until the console answers."""
        while True:
            try:
                answer = await self._client.post("/api/session", json={"name": self._name, "password": self._password})
                answer.raise_for_status()
            except httpx.HTTPError:
                await asyncio.sleep(RETRY_S)
                continue
            self._client.headers["X-Airbeat-Csrf"] = answer.json()["csrf"]
            return

    async def listen(self) -> None:
        """The live stream, for ever; reconnects."""
        while True:
            try:
                async for batch in self._stream():
                    for item in batch:
                        self._take_in(item)
                    self._news.set()
            except httpx.HTTPError as error:
                log.info("live_stream_lost", why=str(error) or type(error).__name__)
            await asyncio.sleep(RETRY_S)

    async def play(self) -> None:
        """The story: alarm, acknowledge, launch, follow the car to its next sighting, watch, recall, landed."""
        incident = await self._until(lambda: next(iter(self.seen.incidents.values()), None))
        await self._post(f"/api/incidents/{incident['id']}/acknowledge", {})
        await asyncio.sleep(THINK_S)
        launch = await self._launch(incident["id"])
        await self._until(lambda: self._reached(launch, "airborne"))
        following = asyncio.create_task(self._follow(launch))
        await self._until(lambda: self._reached(launch, "on_scene"))
        await asyncio.sleep(WATCH_S)
        following.cancel()
        recall = await self._order(launch, {"act": "return"}, "the car stands; units are on their way")
        await self._until(lambda: self._reached(recall, "landed"))
        await self._until(lambda: self._reached(recall, "done"))
        await self._post(f"/api/incidents/{incident['id']}/close", {"reason": "handed over to the units on scene"})

    async def get(self, path: str) -> Any:
        """Retried until the console answers."""
        while True:
            try:
                answer = await self._client.get(path)
                answer.raise_for_status()
                return answer.json()
            except httpx.HTTPError as error:
                log.info("console_away", path=path, why=str(error) or type(error).__name__)
                await asyncio.sleep(RETRY_S)

    async def close(self) -> None:
        await self._client.aclose()

    async def _launch(self, incident_id: str) -> Json:
        """Until an aircraft has taken the order: a refusal is read, and the next suggestion tried."""
        while True:
            candidates = await self.get(f"/api/incidents/{incident_id}/candidates")
            best = next((row for row in candidates if row["suggested"]), None)
            if best is None:
                await asyncio.sleep(RETRY_S)
                continue
            incident = self.seen.incidents[incident_id]
            act = {"act": "launch", "lat": incident["lat"], "lon": incident["lon"], "alt_rel_m": 30.0}
            target = {"edge": best["edge"], "aircraft": best["aircraft"], "incident_id": incident_id}
            order = await self._order(target, act, "stolen vehicle seen, no unit near")
            state = await self._until(lambda order=order: self._decided(order))
            if state != "refused":
                return order
            await asyncio.sleep(RETRY_S)

    async def _follow(self, launch: Json) -> None:
        """Sends the aircraft after each new sighting."""
        incident_id = launch["incident_id"]
        place = self._place(incident_id)
        while True:
            newer = await self._until(lambda place=place: p if (p := self._place(incident_id)) != place else None)
            act = {"act": "goto", "lat": newer[0], "lon": newer[1], "alt_rel_m": 30.0}
            order = await self._order(launch, act, "seen again further on")
            if await self._until(lambda order=order: self._decided(order)) == "refused":
                await asyncio.sleep(RETRY_S)  # it climbs still: asked again
            else:
                place = newer

    async def _order(self, target: Json, act: Json, reason: str) -> Json:
        """One order, repeated with the same id until the console has taken it; returns its row with its target."""
        keys = ("edge", "aircraft", "incident_id")
        body = {"request_id": str(uuid.uuid4()), "act": act, "reason": reason, **{key: target[key] for key in keys}}
        clicked_at = time.time()
        row = await self._post("/api/orders", body)
        order = {**row, **{key: target[key] for key in keys}}
        self.seen.clicked_at[row["id"]] = clicked_at
        self.seen.orders.setdefault(row["id"], row)
        log.info("ordered", act=act["act"], aircraft=target["aircraft"])
        return order

    async def _post(self, path: str, body: Json) -> Json:
        """Retried while the console is away or refuses for a passing reason."""
        while True:
            try:
                answer = await self._client.post(path, json=body)
            except httpx.HTTPError:
                await asyncio.sleep(RETRY_S)
                continue
            if answer.is_success:
                return dict(answer.json() or {}) if answer.content else {}
            log.info("console_said_no", path=path, status=answer.status_code, body=answer.text[:300])
            self.seen.refused.append(answer.text[:300])
            if answer.status_code == 409 and "request_id" in body:
                body = {**body, "request_id": str(uuid.uuid4())}
            await asyncio.sleep(RETRY_S)

    async def _until(self, condition: Any) -> Any:
        """The condition's first true value; looked at after each piece of news."""
        while not (value := condition()):
            self._news.clear()
            await self._news.wait()
        return value

    async def _stream(self) -> AsyncIterator[list[Json]]:
        async with self._client.stream("GET", "/api/live") as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    yield json.loads(line[5:])

    def _take_in(self, item: Json) -> None:
        match item["type"]:
            case "hello":
                self.seen.boxes.update({row["edge"]: row for row in item.get("boxes", ())})
            case "health":
                self.seen.boxes[item["edge"]] = {**self.seen.boxes.get(item["edge"], {}), "health": item}
            case "read":
                self._note_read(item)
            case "incident":
                self.seen.incidents[item["id"]] = item
            case "vehicle":
                self.seen.vehicles[item["aircraft"]] = item
            case "order":
                self.seen.orders[item["id"]] = item

    def _note_read(self, row: Json) -> None:
        took_ms = (datetime.now(UTC) - datetime.fromisoformat(row["captured_at"])).total_seconds() * 1000
        self.seen.read_ms.append(took_ms)
        if row.get("hit") == "hit":
            self.seen.alarm_ms.append(took_ms)

    def _reached(self, order: Json, state: str) -> bool:
        states = self.seen.orders.get(order["id"], {}).get("states", ())
        return any(row["state"] == state for row in states)

    def _decided(self, order: Json) -> str | None:
        row = self.seen.orders.get(order["id"], {})
        return next((s["state"] for s in row.get("states", ()) if s["state"] in {"accepted", *FINAL}), None)

    def _place(self, incident_id: str) -> tuple[float, float]:
        incident = self.seen.incidents[incident_id]
        return incident["lat"], incident["lon"]
