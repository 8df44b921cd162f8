"""A box for ingest's tests: an event chain in memory and a line that sends again what is not receipted."""

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from wire.events import GENESIS, Body, Event, PlateRead, chain_hash, join_lines
from wire.ids import fresh_uuid7
from wire.mqtt import Mqtt, Tls
from wire.signing import unseal
from wire.states import Receipt
from wire.topics import EVENT, RECEIPT

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)


def read(vrm: str, at: datetime = T0, camera: str = "road-1-cam", confidence: float = 0.9, **more: object) -> PlateRead:
    fields = {
        "camera": camera,
        "vrm": vrm,
        "raw": vrm,
        "format": "current",
        "confidence": confidence,
        "captured_at": at,
        "first_seen_at": at,
        "last_seen_at": at,
        "frames": 3,
        "track": 7,
        "box": (10, 20, 110, 44),
        "lat": 52.2,
        "lon": 0.12,
        "camera_heading_deg": 90,
    }
    return PlateRead.model_validate(fields | more)


class Chain:
    """One boot of one box."""

    def __init__(self, box: str = "road-1", boot: int = 1) -> None:
        self.box, self.boot = box, boot
        self.last = GENESIS
        self.lines: list[bytes] = []

    def put(self, body: Body, at: datetime = T0, offset_ms: float | None = 0.0, id: UUID | None = None) -> bytes:
        event = Event(
            id=id or fresh_uuid7(),
            box=self.box,
            boot=self.boot,
            seq=len(self.lines) + 1,
            happened_at=at,
            clock_offset_ms=offset_ms,
            prev_sha256=self.last,
            body=body,
        )
        line = event.encode()
        self.last = chain_hash(line)
        self.lines.append(line)
        return line

    def reads(self, vrms: Sequence[str], every_s: float = 1) -> list[bytes]:
        return [self.put(read(v, at := T0 + timedelta(seconds=n * every_s)), at) for n, v in enumerate(vrms)]


class Line:
    """Sends a chain's events until each is receipted, in batches; resends after `resend_s` without a receipt."""

    def __init__(self, chain: Chain, port: int, key: Ed25519PublicKey, *, tls: Tls | None = None) -> None:
        self.chain, self.key = chain, key
        self.receipted: set[int] = set()
        self.sent_at: dict[int, float] = {}
        self.sends = 0
        self._stop = threading.Event()
        self.mqtt = Mqtt("127.0.0.1", port, chain.box, tls=tls)
        self.mqtt.subscribe(RECEIPT.of(chain.box), 1, self._on_receipt)
        self._thread = threading.Thread(target=self._run)

    def start(self) -> "Line":
        self.mqtt.start()
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        self.mqtt.stop()

    @property
    def done(self) -> bool:
        return len(self.receipted) == len(self.chain.lines)

    def _on_receipt(self, _topic: str, payload: bytes) -> None:
        receipt = Receipt.model_validate_json(unseal(RECEIPT.name, payload, self.key))
        for r in receipt.ranges:
            self.receipted.update(range(r.first, r.last + 1))

    def _run(self, resend_s: float = 1.0, window: int = 400) -> None:
        while not self._stop.wait(0.02):
            now = time.monotonic()
            waiting = [n for n in range(1, len(self.chain.lines) + 1) if n not in self.receipted][:window]
            due = [n for n in waiting if now - self.sent_at.get(n, -resend_s) >= resend_s]
            for start in range(0, len(due), 50):
                batch = due[start : start + 50]
                if self.mqtt.publish(EVENT.of(self.chain.box), join_lines([self.chain.lines[n - 1] for n in batch]), 1):
                    self.sent_at.update(dict.fromkeys(batch, now))
                    self.sends += len(batch)
