"""A track that was read but not told, on its way to the console: no event, for it must be gone after a day."""

from pydantic import Field

from wire.frozen import At, Confidence, Frozen, Name

KEPT_S = 24 * 3600.0
"""So long it is kept anywhere, box and room together."""


class RejectedRead(Frozen):
    """Sent once, at least once at best: it holds what may be nobody's number plate, so no receipt follows it."""

    edge: Name
    camera: Name
    at: At
    """When it was decided."""
    text: str = Field(max_length=32)
    """What was read; it need not be a mark."""
    reason: str = Field(max_length=160)
    """Why it was not told, in plain words."""
    confidence: Confidence
    frames: int = Field(ge=0)
    """How many crops voted."""
    patch: str = Field(max_length=6000)
    """The plate's JPEG, base64; empty where there is none."""
