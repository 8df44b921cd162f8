"""What a headless demo comes to (pure): truth, database, outboxes and the dispatcher's notes become one JSON object."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

Json = dict[str, Any]
SLACK_S = 4.0
"""A read belongs to a pass when it was captured inside the pass, give or take so much."""


@dataclass(frozen=True)
class Pass:
    """One vehicle passing one camera, from the simulator's truth log."""

    camera: str
    vrm: str
    entered_at: datetime
    left_at: datetime


@dataclass(frozen=True)
class StoredRead:
    camera: str
    vrm: str
    captured_at: datetime
    hit: bool


@dataclass(frozen=True)
class Books:
    """Sent and stored, counted where they lie: sequence numbers in the outboxes, rows in the database."""

    sent: int
    stored: int
    distinct: int
    missing: int
    incidents: int


def whole_passes(passes: Iterable[Pass], start: datetime, end: datetime) -> list[Pass]:
    """The passes that lie wholly inside the run; only they are to be read."""
    return [p for p in passes if p.entered_at >= start and p.left_at <= end]


def read_exactly(passed: Pass, reads: Iterable[StoredRead]) -> bool:
    return any(read.vrm == passed.vrm and _same_pass(passed, read) for read in reads)


def percentile(values: Sequence[float], share: float) -> float | None:
    """Nearest rank; None of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def order_figures(orders: Iterable[Json], clicked_at: dict[str, float]) -> Json:
    """How many launches were accepted and how far they came, and the launch's times from the click."""
    rows = list(orders)
    launches = [row for row in rows if row["act"]["act"] == "launch" and _time_of(row, "accepted")]
    landed = sum(any(_time_of(row, state) for state in ("landed", "done")) for row in rows if _ends_flight(row))
    armed = [_since(row, "armed", clicked_at) for row in launches]
    airborne = [_since(row, "airborne", clicked_at) for row in launches]
    return {
        "launches": len(launches),
        "on_scene": sum(_time_of(row, "on_scene") is not None for row in launches),
        "landed": landed,
        "click_to_armed_ms": _rounded(median(known) * 1000 if (known := _known(armed)) else None),
        "click_to_airborne_s": _rounded(median(known) if (known := _known(airborne)) else None, 2),
    }


def tally(
    *,
    passes: Sequence[Pass],
    reads: Sequence[StoredRead],
    books: Books,
    figures: Json,
    alarm_ms: Sequence[float],
    console_ms: Sequence[float],
    seed: int,
) -> Json:
    """The object that `airbeat demo --headless --json` prints last."""
    exact = sum(read_exactly(passed, reads) for passed in passes)
    return {
        "passes": len(passes),
        "reads": len(reads),
        "read_exact": round(exact / len(passes), 4) if passes else None,
        "hits": sum(read.hit for read in reads),
        "incidents": books.incidents,
        **figures,
        "events_sent": books.sent,
        "events_stored": books.stored,
        "events_lost": books.missing,
        "events_doubled": books.stored - books.distinct,
        "read_to_alarm_ms": _percentiles(alarm_ms),
        "read_to_console_ms": _percentiles(console_ms),
        "sim_seed": seed,
    }


def shortfalls(result: Json) -> list[str]:
    """Why a run counts as failed; nothing when the story went as it must."""
    alarm_ms = result["read_to_alarm_ms"]["p95"]
    checks = {
        "events were lost": result["events_lost"] == 0,
        "events were doubled": result["events_doubled"] == 0,
        "under nine in ten passing vehicles were read exactly": (result["read_exact"] or 0) >= 0.9,
        "not one incident": result["incidents"] == 1,
        "nothing was launched": result["launches"] >= 1,
        "the aircraft never reached the scene": result["on_scene"] >= 1,
        "the aircraft never landed": result["landed"] >= 1,
        "no alarm within a second": alarm_ms is not None and alarm_ms < 1000,
        "not airborne within 20 s of the click": (result["click_to_airborne_s"] or 99) <= 20,
    }
    return [what for what, holds in checks.items() if not holds]


def _percentiles(values: Sequence[float]) -> Json:
    return {"n": len(values), "p50": _rounded(percentile(values, 0.5)), "p95": _rounded(percentile(values, 0.95))}


def _same_pass(passed: Pass, read: StoredRead) -> bool:
    early = (passed.entered_at - read.captured_at).total_seconds()
    late = (read.captured_at - passed.left_at).total_seconds()
    return passed.camera == read.camera and early <= SLACK_S and late <= SLACK_S


def _time_of(order: Json, state: str) -> datetime | None:
    return next((datetime.fromisoformat(s["at"]) for s in order.get("states", ()) if s["state"] == state), None)


def _ends_flight(order: Json) -> bool:
    return order["act"]["act"] in {"return", "land"}


def _since(order: Json, state: str, clicked_at: dict[str, float]) -> float | None:
    at, clicked = _time_of(order, state), clicked_at.get(order["id"])
    return at.timestamp() - clicked if at and clicked else None


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _rounded(value: float | None, digits: int = 0) -> float | None:
    return None if value is None else round(value, digits)
