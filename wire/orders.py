"""What a person asks of one aircraft: signed, sequenced, bound to a lease, dead within seconds (SAFETY.md F8, F9)."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from wire.frozen import At, Frozen, Latitude, Longitude, Name

MAX_LIFE_S = 5.0
"""The longest time from issue to expiry of a flight order (F9)."""


class OrderState(StrEnum):
    """The life of an order as the dispatcher sees it. SENT is the control room's; the others are the box's words."""

    SENT = "sent"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    ARMED = "armed"
    AIRBORNE = "airborne"
    ON_SCENE = "on_scene"
    LANDED = "landed"
    DONE = "done"
    FAILED = "failed"


class Launch(Frozen):
    """Open, arm, take off, fly there and hold. Height is above the dock's pad."""

    act: Literal["launch"] = "launch"
    lat: Latitude
    lon: Longitude
    alt_rel_m: float = Field(gt=0, le=500)


class GoTo(Frozen):
    """Fly to another place and hold there."""

    act: Literal["goto"] = "goto"
    lat: Latitude
    lon: Longitude
    alt_rel_m: float = Field(gt=0, le=500)


class Orbit(Frozen):
    """Fly in a circle around a place, the nose towards it, until another order comes."""

    act: Literal["orbit"] = "orbit"
    lat: Latitude
    lon: Longitude
    alt_rel_m: float = Field(gt=0, le=500)
    radius_m: float = Field(ge=20, le=200)
    clockwise: bool = True


class Hold(Frozen):
    act: Literal["hold"] = "hold"


class Return(Frozen):
    """Fly back to the dock and land on its pad."""

    act: Literal["return"] = "return"


class Land(Frozen):
    """Land here, now."""

    act: Literal["land"] = "land"


Going = Launch | GoTo | Orbit
"""What sends an aircraft out to a place; the other acts stop it or bring it down."""
Act = Annotated[Going | Hold | Return | Land, Field(discriminator="act")]


class Lease(Frozen):
    """Who commands the aircraft. A higher epoch takes over; a lower one is refused (F8)."""

    holder: str
    epoch: int = Field(ge=1)


class Order(Frozen):
    """Travels sealed (see signing.py). A repeat of an id changes nothing; a lower `seq` in a lease is stale."""

    id: UUID
    edge: Name
    aircraft: Name
    lease: Lease
    seq: int = Field(ge=1)
    issued_at: At
    expires_at: At
    incident_id: UUID
    """A launch without an incident does not exist (F20)."""
    reason: str = Field(min_length=1, max_length=500)
    issued_by: str
    role: Literal["dispatcher", "supervisor", "admin"]
    trace_id: str = ""
    act: Act


class OrderAnswer(Frozen):
    """Where an order stands; at once over `answer`, and durable as an OrderOutcome event. `reasons`: all of them."""

    order_id: UUID
    edge: Name
    aircraft: Name
    at: At
    state: OrderState
    reasons: tuple[str, ...] = ()
