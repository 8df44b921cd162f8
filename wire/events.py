"""What a box saw or did, for ever: the durable events, their envelope and the chain that they form."""

import hashlib
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from wire.frozen import At, Box, Confidence, Frozen, Heading, Latitude, Longitude, Name, Sha256
from wire.orders import OrderState


class Lane(StrEnum):
    """Who goes first when the uplink is narrow: FLIGHT and hits, then SCENES, READS, MEDIA (SAFETY.md D5)."""

    FLIGHT = "flight"
    SCENES = "scenes"
    READS = "reads"
    MEDIA = "media"


class PlateRead(Frozen):
    """One passing vehicle: the vote over every crop of its plate."""

    kind: Literal["plate_read"] = "plate_read"
    camera: Name
    vrm: str = Field(max_length=16)
    """Canonical: capitals and digits only, O/0 and I/1 set by position (see vrm.py)."""
    raw: str = Field(max_length=32)
    """What the reader saw, before the grammar."""
    format: str
    """A name from vrm.FORMATS, or "unknown"."""
    confidence: Confidence
    char_confidences: tuple[Confidence, ...] = ()
    """One for each character of `vrm`."""
    captured_at: At
    """When the last frame that decided the vote was captured."""
    first_seen_at: At
    last_seen_at: At
    frames: int = Field(ge=1)
    """How many crops voted."""
    track: int
    direction: Literal["towards", "away", "unknown"] = "unknown"
    lane: str = Field(default="", max_length=24)
    """As the camera's config names it; empty where it names none."""
    country: str = Field(default="unknown", max_length=8)
    """ISO 3166-1 alpha-2 where the format belongs to one country alone."""
    box: Box
    lat: Latitude
    lon: Longitude
    camera_heading_deg: Heading
    patch_sha256: Sha256 | None = None
    overview_sha256: Sha256 | None = None


class ObjectSeen(Frozen):
    """A tracked object that a camera detected."""

    kind: Literal["object_seen"] = "object_seen"
    camera: Name
    label: str
    confidence: Confidence
    captured_at: At
    track: int
    box: Box
    lat: Latitude
    lon: Longitude
    overview_sha256: Sha256 | None = None


class ObjectPlaced(Frozen):
    """An object that a flying camera saw, and where on the ground it stands."""

    kind: Literal["object_placed"] = "object_placed"
    camera: Name
    label: str = Field(max_length=48)
    confidence: Confidence
    captured_at: At
    track: int
    box: Box
    frame: tuple[int, int]
    """Width and height of the picture that `box` is measured in."""
    lat: Latitude
    lon: Longitude
    error_m: float = Field(ge=0)
    """Longer half axis of the ellipse that holds the true place in 95 of 100 cases."""
    covariance_m2: tuple[float, float, float]
    """East-east, east-north, north-north."""
    height_m: float
    """Of the camera above the ground."""
    overview_sha256: Sha256 | None = None


class ObjectIncident(Frozen):
    """A rule over zones and time found something, or it is over; both carry the same `cause_id`."""

    kind: Literal["object_incident"] = "object_incident"
    cause_id: UUID
    state: Literal["opened", "over"]
    camera: Name
    rule: str = Field(max_length=48)
    """A name of edge/vision/scene_rules.py: person_on_carriageway, wrong_way, stopped_vehicle, crowd, ..."""
    zone: str = Field(max_length=48)
    reason: str = Field(max_length=300)
    """Why the rule holds, in plain words."""
    label: str = Field(max_length=48)
    """What was seen: person, car, ..."""
    count: int = Field(ge=1)
    """How many of them at the moment of the picture."""
    confidence: Confidence
    """Of the surest box."""
    since_at: At
    captured_at: At
    """Of the picture; for "over" the last moment at which the rule held."""
    tracks: tuple[int, ...] = Field(default=(), max_length=64)
    box: Box
    frame: tuple[int, int]
    """Width and height of the picture that `box` is measured in."""
    lat: Latitude
    lon: Longitude
    overview_sha256: Sha256 | None = None


class FlightEvent(Frozen):
    """A step of the launch table, a refusal or a failsafe; `inputs` is what the decision rested on (F26)."""

    kind: Literal["flight"] = "flight"
    aircraft: Name
    stage: str
    what: str
    text: str = ""
    order_id: UUID | None = None
    incident_id: UUID | None = None
    lat: Latitude | None = None
    lon: Longitude | None = None
    alt_rel_m: float | None = None
    inputs: dict[str, float | str | bool | None] = {}


class DockEvent(Frozen):
    """The lid, the pad or the charger changed."""

    kind: Literal["dock"] = "dock"
    what: str
    text: str = ""
    lid: str


class OrderOutcome(Frozen):
    """What became of an order, at each step of its life; the durable twin of `OrderAnswer`."""

    kind: Literal["order_outcome"] = "order_outcome"
    order_id: UUID
    aircraft: Name
    state: OrderState
    reasons: tuple[str, ...] = ()


PROCESS_DIED = "process died"
"""A fault's `what`, of a camera among others: nobody tells the end of what it was watching."""


class Fault(Frozen):
    """A part of the box failed or recovered."""

    kind: Literal["fault"] = "fault"
    part: str
    what: str
    detail: str = ""
    cleared: bool = False


class Dropped(Frozen):
    """Events that the bounded outbox gave up, oldest of the lowest lane first (D5)."""

    kind: Literal["dropped"] = "dropped"
    lane: Lane
    count: int
    reason: str


class Started(Frozen):
    """A box began a boot."""

    kind: Literal["started"] = "started"
    version: str
    cameras: tuple[Name, ...] = ()
    aircraft: Name | None = None


class ChainHead(Frozen):
    """The signed head of the chain: Ed25519 over "box:boot:seq:sha256" of the event at `head_seq` (S4)."""

    kind: Literal["chain_head"] = "chain_head"
    head_seq: int
    head_sha256: Sha256
    signature: str


Body = Annotated[
    PlateRead
    | ObjectSeen
    | ObjectPlaced
    | ObjectIncident
    | FlightEvent
    | DockEvent
    | OrderOutcome
    | Fault
    | Dropped
    | Started
    | ChainHead,
    Field(discriminator="kind"),
]


class Event(Frozen):
    """The envelope. (box, boot, seq) orders events whatever the clocks say (D7) and is unique; so is `id`."""

    id: UUID
    box: Name
    boot: int = Field(ge=0, lt=2**53)
    seq: int = Field(ge=1, lt=2**53)
    happened_at: At
    clock_offset_ms: float | None = None
    """Box clock minus control room clock when it happened; None while unknown, over 1,000 is "time unverified"."""
    prev_sha256: Sha256
    """SHA-256 of the encoded event before this one in the same boot; 64 zeros for the first."""
    body: Body


GENESIS = "0" * 64
_EVENT = TypeAdapter(Event)


def decode_event(line: bytes) -> Event:
    """One event from its encoded line. Raises pydantic.ValidationError on anything else."""
    return _EVENT.validate_json(line)


def chain_hash(line: bytes) -> str:
    """What the next event's `prev_sha256` holds: over the encoded bytes, so that no re-encoding can disturb it."""
    return hashlib.sha256(line).hexdigest()


def join_lines(lines: list[bytes]) -> bytes:
    """The payload of the event topic: encoded events, one a line, in the order of `seq`."""
    return b"\n".join(lines)


def split_lines(payload: bytes) -> list[bytes]:
    """The encoded events of a payload; each is judged alone, so a damaged one costs itself only."""
    return [line for line in payload.split(b"\n") if line]


def lane_of(body: Body, hit: bool) -> Lane:
    """`hit`: the read's VRM stands on the hotlist that the box holds."""
    match body:
        case PlateRead():
            return Lane.FLIGHT if hit else Lane.READS
        case ObjectIncident():
            return Lane.SCENES
        case ObjectSeen() | ObjectPlaced():
            return Lane.READS
        case _:
            return Lane.FLIGHT
