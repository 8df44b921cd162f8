"""The landing marker as the camera under the aircraft saw it last: vision leaves it in data_dir, flight reads it."""

from pathlib import Path

from pydantic import ValidationError

from edge.health import replace_file
from wire.frozen import At, Frozen

MARKER = "marker.json"


class MarkerSight(Frozen):
    """The marker's middle, metres from the camera: to the picture's right, to its lower edge, and ahead of the lens."""

    at: At
    right_m: float
    below_m: float
    ahead_m: float


def write_sight(data_dir: Path, sight: MarkerSight) -> None:
    replace_file(data_dir / MARKER, sight.encode())


def read_sight(data_dir: Path) -> MarkerSight | None:
    """None where none was ever seen. How old it is says its own `at`."""
    try:
        return MarkerSight.model_validate_json((data_dir / MARKER).read_bytes())
    except (OSError, ValidationError):
        return None
