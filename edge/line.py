"""The MQTT client of a process of the box, as its config says; uplink, flight and each camera have one of their own."""

from edge.config import UplinkConfig
from wire.mqtt import Message, Mqtt, Tls


def connect(uplink: UplinkConfig, client_id: str, will: Message | None = None) -> Mqtt:
    """Not yet started."""
    tls = Tls(uplink.tls.ca, uplink.tls.certificate, uplink.tls.key) if uplink.tls else None
    return Mqtt(uplink.host, uplink.port, client_id, tls=tls, will=will)
