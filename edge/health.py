"""What the box's processes say of themselves: small files under data_dir, replaced atomically; uplink sums up."""

import json
import math
import os
import time
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from wire.states import PartHealth, PartState, VehicleState

SILENT_AFTER_S = 15.0
"""A part that has not reported for so long counts as down, whatever it said last."""
CLOCK_VALID_S = 60.0
AIRCRAFT = "aircraft.json"


def report(data_dir: Path, part: str, health: PartHealth) -> None:
    """Call every two seconds or so, and at each change."""
    replace_file(data_dir / "health" / f"{part}.json", health.encode())


def gather(data_dir: Path) -> dict[str, PartHealth]:
    """Every part's last word, with the silent ones marked as down."""
    parts = {}
    for path in sorted((data_dir / "health").glob("*.json")):
        try:
            health, age_s = PartHealth.model_validate_json(path.read_bytes()), time.time() - path.stat().st_mtime
        except (OSError, ValidationError):
            continue
        parts[path.stem] = _silent(health, age_s) if age_s > SILENT_AFTER_S else health
    return parts


def forget(data_dir: Path) -> None:
    """Clears the words of an earlier boot."""
    for path in (data_dir / "health").glob("*.json"):
        path.unlink(missing_ok=True)


def write_clock_offset(data_dir: Path, offset_ms: float) -> None:
    """Box clock minus control room clock, as uplink has just measured it."""
    replace_file(
        data_dir / "clock.json", json.dumps({"offset_ms": offset_ms, "at_monotonic": time.monotonic()}).encode()
    )


def read_clock_offset_ms(data_dir: Path) -> float | None:
    """None while unknown, or where the last measurement is over a minute or a reboot old (F10: unknown = no launch)."""
    try:
        said = json.loads((data_dir / "clock.json").read_bytes())
        age_s = time.monotonic() - float(said["at_monotonic"])
        return float(said["offset_ms"]) if 0 <= age_s <= CLOCK_VALID_S else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def clock_age_s(data_dir: Path) -> float:
    """Since the control room last answered what its time is; infinite where it is not known to have."""
    try:
        said = json.loads((data_dir / "clock.json").read_bytes())
        age_s = time.monotonic() - float(said["at_monotonic"])
    except (OSError, ValueError, KeyError, TypeError):
        return math.inf
    return age_s if age_s >= 0 else math.inf


def write_aircraft(data_dir: Path, state: VehicleState) -> None:
    """The aircraft as the flight process sees it, for the camera under it; the last one says that it has landed."""
    replace_file(data_dir / AIRCRAFT, state.encode())


def read_aircraft(data_dir: Path) -> VehicleState | None:
    """None where it has never flown. How old it is says its own `at`."""
    try:
        return VehicleState.model_validate_json((data_dir / AIRCRAFT).read_bytes())
    except (OSError, ValidationError):
        return None


def _silent(health: PartHealth, age_s: float) -> PartHealth:
    detail = f"silent for {age_s:.0f} s; last: {health.detail or health.state}"
    return PartHealth(state=PartState.DOWN, detail=detail, since=datetime.now(UTC))


def replace_file(path: Path, data: bytes) -> None:
    """Whole or not at all, for a reader in another process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(data)
    draft.replace(path)
