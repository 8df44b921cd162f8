"""The one MQTT door: a paho client on its own thread that reconnects with full jitter and says if it is connected."""

import random
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import structlog
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

log = structlog.get_logger()
Handler = Callable[[str, bytes], None]
BACKOFF_CAP_S = 20.0
"""Boxes that lost one broker together come back over this span (D11)."""


@dataclass(frozen=True)
class Tls:
    ca: Path
    certificate: Path
    key: Path


@dataclass(frozen=True)
class Message:
    """What to publish: here for wills."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False


class Mqtt:
    """Handlers run on the client's thread: they must be quick and hand over to the owner's loop or queue."""

    def __init__(
        self, host: str, port: int, client_id: str, *, tls: Tls | None = None, will: Message | None = None
    ) -> None:
        self._host, self._port = host, port
        self._subscriptions: dict[str, tuple[int, Handler]] = {}
        self._attempt = 0
        self._connected = threading.Event()
        self.on_up: Callable[[], None] = lambda: None
        """Called at each connection, after the subscriptions were sent."""
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv5)
        self._client.max_inflight_messages_set(2000)
        self._client.max_queued_messages_set(5000)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_message = self._on_message
        if tls:
            self._client.tls_set(str(tls.ca), str(tls.certificate), str(tls.key), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        if will:
            self._client.will_set(will.topic, will.payload, will.qos, will.retain)

    def subscribe(self, topic_filter: str, qos: int, handler: Handler) -> None:
        """Now if connected, and after each reconnection. One handler a filter; filters of one client don't overlap."""
        self._subscriptions[topic_filter] = (qos, handler)
        if self.connected:
            self._client.subscribe(topic_filter, qos)

    def unsubscribe(self, topic_filter: str) -> None:
        if self._subscriptions.pop(topic_filter, None) and self.connected:
            self._client.unsubscribe(topic_filter)

    def start(self) -> None:
        """Connects in the background, for as long as it takes."""
        expiry = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        expiry.SessionExpiryInterval = 0
        self._client.connect_async(self._host, self._port, keepalive=10, clean_start=True, properties=expiry)
        self._spread()
        self._client.loop_start()

    def stop(self) -> None:
        """Leaves no connection: paho keeps one that was coming up as its thread ended."""
        self._client.disconnect()
        self._client.loop_stop()
        if left := self._client.socket():
            left.close()

    @property
    def connected(self) -> bool:
        return self._connected.is_set()

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> bool:
        """Whether it was handed to a live connection; without one nothing is queued (durability is the outbox's)."""
        if not self.connected:
            return False
        return self._client.publish(topic, payload, qos, retain).rc == paho.MQTT_ERR_SUCCESS

    def _spread(self) -> None:
        """Full jitter: a delay drawn from 0 to the exponentially growing cap."""
        ceiling = min(BACKOFF_CAP_S, 0.5 * 2 ** min(self._attempt, 10))
        delay = random.uniform(0.05, ceiling)
        self._client.reconnect_delay_set(delay, delay)  # type: ignore[arg-type]  # paho takes fractions
        self._attempt += 1

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _props: Any) -> None:
        if reason.is_failure:
            log.warning("broker_refused", reason=str(reason), host=self._host, port=self._port)
            self._spread()
            return
        self._attempt = 0
        self._spread()
        for topic_filter, (qos, _) in list(self._subscriptions.items()):
            client.subscribe(topic_filter, qos)
        self._connected.set()
        self.on_up()

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: ReasonCode, _props: Any) -> None:
        self._connected.clear()
        self._spread()
        if reason.is_failure:
            log.warning("broker_lost", reason=str(reason), host=self._host, port=self._port)

    def _on_connect_fail(self, _client: Any, _data: Any) -> None:
        self._spread()

    def _on_message(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        for topic_filter, (_, handler) in list(self._subscriptions.items()):
            if paho.topic_matches_sub(_unshared(topic_filter), message.topic):
                handler(message.topic, bytes(message.payload))
                return


def _unshared(topic_filter: str) -> str:
    """What a shared subscription listens to: the filter without its $share/{group}/ (MQTT 5, section 4.8.2)."""
    return topic_filter.split("/", 2)[2] if topic_filter.startswith("$share/") else topic_filter
