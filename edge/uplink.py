"""The box's line to the control room: outbox -> MQTT, receipts -> outbox; health, clock and hotlist beside it."""

import argparse
import queue
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError

from edge import health
from edge.clock import ClockEstimate
from edge.config import SiteConfig
from edge.hotlist import write_hotlist
from edge.line import connect
from edge.outbox import Outbox
from edge.report import Reporter
from edge.window import MEDIA_WINDOW, WINDOW, Window
from wire.config import read_config
from wire.events import Dropped, join_lines
from wire.mqtt import Message, Mqtt
from wire.process import guarded, setup_logging, stop_event
from wire.signing import BadSeal, load_private, load_public, unseal
from wire.states import ClockAnswer, ClockAsk, EdgeConfig, Health, Receipt
from wire.topics import CLOCK_ANSWER, CLOCK_ASK, CONFIG, EVENT, HEALTH, MEDIA, RECEIPT

log = structlog.get_logger()
TICK_S = 0.02
LOOK_S = 0.5
"""How often the outbox is looked at though no other process has written to it: resends, own events."""


HEAD_S = 60.0
"""How often the chain's head is signed (S4)."""


@dataclass
class Uplink:
    """One thread owns this; MQTT's thread only puts into `inbox`."""

    site: SiteConfig
    outbox: Outbox
    mqtt: Mqtt
    reporter: Reporter
    room_key: Ed25519PublicKey
    inbox: "queue.SimpleQueue[tuple[str, bytes]]" = field(default_factory=queue.SimpleQueue)
    window: Window = field(default_factory=Window)
    clock: ClockEstimate = field(default_factory=ClockEstimate)
    reconnected: threading.Event = field(default_factory=threading.Event)
    due_at: dict[str, float] = field(default_factory=lambda: {"head": time.monotonic() + HEAD_S})
    bad_messages: int = 0

    def run(self, stop: threading.Event) -> None:
        """Until `stop`: take in what came, send what waits, say what is due."""
        seen = -1
        while not stop.wait(TICK_S):
            taken = self._take_in()
            changed = (version := self.outbox.version()) != seen
            if taken or changed or self._every("look", LOOK_S):
                seen = version
                self._send(time.monotonic())
            self._say_what_is_due()

    def _take_in(self) -> int:
        """How many messages came."""
        taken = 0
        while not self.inbox.empty():
            topic, payload = self.inbox.get()
            taken += 1
            try:
                self._handle(topic, payload)
            except (BadSeal, ValidationError) as error:
                self.bad_messages += 1
                log.warning("message_refused", topic=topic, why=str(error).splitlines()[0])
        return taken

    def _handle(self, topic: str, payload: bytes) -> None:
        if RECEIPT.match(topic):
            receipt = Receipt.model_validate_json(unseal(RECEIPT.name, payload, self.room_key))
            self._settle(receipt)
        elif CLOCK_ANSWER.match(topic):
            offset_ms = self.clock.add(ClockAnswer.model_validate_json(payload), datetime.now(UTC))
            health.write_clock_offset(self.site.box.data_dir, offset_ms)
        elif CONFIG.match(topic):
            config = EdgeConfig.model_validate_json(unseal(CONFIG.name, payload, self.room_key))
            if config.edge == self.site.box.name and write_hotlist(self.site.box.data_dir, config.hotlist):
                log.info("hotlist_taken", version=config.hotlist.version, entries=len(config.hotlist.entries))

    def _settle(self, receipt: Receipt) -> None:
        """A receipt for another box, sealed for it and replayed to us, deletes nothing."""
        if receipt.edge == self.site.box.name:
            self.outbox.delete(receipt.ranges, receipt.media)
            self.window.receipted(receipt.ranges, receipt.media)

    def _send(self, now_s: float) -> None:
        if self.reconnected.is_set():
            self.reconnected.clear()
            self.window.lost()
        if not self.mqtt.connected:
            return
        box = self.site.box.name
        batches = self.window.due(self.outbox.pending(WINDOW), now_s)
        for batch in batches:
            if self.mqtt.publish(EVENT.of(box), join_lines([row.line for row in batch]), EVENT.qos):
                self.window.sent(batch, now_s)
        if len(batches) <= 1:
            self._send_media(now_s)

    def _send_media(self, now_s: float) -> None:
        """Only while no backlog of events waits (D5)."""
        for sha256, jpeg in self.window.due_media(self.outbox.pending_media(MEDIA_WINDOW), now_s):
            if self.mqtt.publish(MEDIA.of(self.site.box.name, sha256=sha256), jpeg, MEDIA.qos):
                self.window.sent_media(sha256, now_s)

    def _say_what_is_due(self) -> None:
        if self._every("health", 2.0):
            self._report_health()
        if self._every("clock", 1 / (CLOCK_ASK.hz or 1)):
            ask = ClockAsk(edge=self.site.box.name, asked_at=datetime.now(UTC))
            self.mqtt.publish(CLOCK_ASK.of(self.site.box.name), ask.encode(), CLOCK_ASK.qos)
        if self._every("trim", 5.0):
            self._trim()
        if self._every("head", HEAD_S):
            self.reporter.sign_head(self.outbox)

    def _report_health(self) -> None:
        """Our own word every 2 s; the box's sum at the topic's pace and at each reconnection."""
        self.reporter.report_uplink(self.mqtt.connected, self.bad_messages)
        if self._every("health_out", 1 / (HEALTH.hz or 1)):
            self.mqtt.publish(
                HEALTH.of(self.site.box.name), self.reporter.health(self.outbox).encode(), HEALTH.qos, True
            )

    def _trim(self) -> None:
        for lane, count in self.outbox.trim(self.site.outbox.max_mb * 1_000_000).items():
            reason = f"the outbox is over its {self.site.outbox.max_mb} MB"
            self.outbox.put(Dropped(lane=lane, count=count, reason=reason), datetime.now(UTC))
            log.warning("outbox_trimmed", lane=lane, count=count)

    def greet(self) -> None:
        """MQTT's thread: a connection is up. What was under way may be lost, and the room should know us at once."""
        self.reconnected.set()
        for name in ("health", "health_out", "clock"):
            self.due_at.pop(name, None)

    def _every(self, what: str, seconds: float) -> bool:
        now_s = time.monotonic()
        if now_s < self.due_at.get(what, 0.0):
            return False
        self.due_at[what] = now_s + seconds
        return True


def open_uplink(site: SiteConfig, boot: int) -> Uplink:
    """Every part opened and wired. Raises UserError where a key or the outbox can't be had."""
    box = site.box.name
    offline = Health(edge=box, at=datetime.now(UTC), online=False, boot=boot, inventory=site.inventory())
    will = Message(HEALTH.of(box), offline.encode(), HEALTH.qos, HEALTH.retain)
    uplink = Uplink(
        site,
        Outbox(site.box.data_dir / "outbox.db", box=box, boot=boot),
        connect(site.uplink, f"{box}-uplink", will),
        Reporter(site, boot, load_private(site.box.private_key)),
        load_public(site.box.room_public_key),
    )
    for topic in (RECEIPT, CLOCK_ANSWER, CONFIG):
        uplink.mqtt.subscribe(topic.of(box), topic.qos, lambda topic, payload: uplink.inbox.put((topic, payload)))
    uplink.mqtt.on_up = uplink.greet
    return uplink


def main(argv: list[str] | None = None) -> int:
    """python -m edge.uplink SITE.toml --boot N"""
    parser = argparse.ArgumentParser(prog="edge.uplink")
    parser.add_argument("site", type=Path)
    parser.add_argument("--boot", type=int, required=True)
    args = parser.parse_args(argv)
    return guarded(lambda: _run(read_config(args.site, SiteConfig), args.boot))


def _run(site: SiteConfig, boot: int) -> int:
    setup_logging(f"{site.box.name}/uplink")
    stop = stop_event()
    uplink = open_uplink(site, boot)
    uplink.mqtt.start()
    uplink.run(stop)
    uplink.mqtt.stop()
    uplink.outbox.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
