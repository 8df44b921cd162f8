"""The base of every message: frozen, and readers drop fields that they don't know, so old and new live together."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time needs its offset (use UTC)")
    return value


class Frozen(BaseModel):
    """Immutable, tolerant of newer senders, intolerant of NaN and infinity."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    def encode(self) -> bytes:
        """One line of JSON; what `decode` of the same class reads back."""
        return self.model_dump_json().encode()


At = Annotated[datetime, AfterValidator(_aware)]
"""A moment with its offset; when the thing happened, not when it was sent."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,47}$")]
"""An edge's, camera's or aircraft's name: safe as a topic level, a file name and a URL part."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Heading = Annotated[float, Field(ge=0, lt=360)]
Confidence = Annotated[float, Field(ge=0, le=1)]
Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the frame."""
