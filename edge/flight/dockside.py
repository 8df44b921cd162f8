"""What the dock shows (pure): two lid signals with their ages, pad, charger, weather; and what the lid is by them."""

from dataclasses import dataclass, replace

from wire.states import Lid, Weather

SIGNAL_MAX_AGE_S = 2.0
"""F1: each of the two lid signals younger than this."""
STEADY_S = 0.4
"""A lid counts as open or closed after both signals have agreed for so long: switches bounce."""
OPEN_PCT, CLOSED_PCT = 95, 5


@dataclass(frozen=True)
class DockReading:
    """Times `*_s` are of our monotonic clock. Everything is None or false until the controller has spoken."""

    connected: bool = False
    switches_s: float | None = None
    open_switch: bool = False
    closed_switch: bool = False
    encoder_s: float | None = None
    position_pct: int | None = None
    alive_s: float | None = None
    """When the controller's heartbeat last counted on."""
    heartbeat: int | None = None
    pad_clear: bool | None = None
    charging: bool = False
    weather: Weather | None = None
    weather_s: float | None = None
    """When the weather was observed."""
    agreed: Lid = Lid.UNKNOWN
    """What the two signals say together, however old."""
    agreed_since_s: float = 0.0


def combine(open_switch: bool, closed_switch: bool, position_pct: int | None) -> Lid:
    """The limit switches and the encoder are independent; where they contradict each other the lid is unknown (F1)."""
    if position_pct is None or not 0 <= position_pct <= 100:
        return Lid.UNKNOWN
    match open_switch, closed_switch:
        case True, False if position_pct >= OPEN_PCT:
            return Lid.OPEN
        case False, True if position_pct <= CLOSED_PCT:
            return Lid.CLOSED
        case False, False if 0 < position_pct < 100:
            return Lid.MOVING
        case _:
            return Lid.UNKNOWN


def take(before: DockReading, new: DockReading, now_s: float) -> DockReading:
    """`new` with what follows from the reading before it: a living heartbeat, and since when the signals agree."""
    alive_s = now_s if new.heartbeat != before.heartbeat and before.heartbeat is not None else before.alive_s
    agreed = combine(new.open_switch, new.closed_switch, new.position_pct)
    since = before.agreed_since_s if agreed is before.agreed else now_s
    return replace(new, alive_s=alive_s, agreed=agreed, agreed_since_s=since)


def signals_fresh(dock: DockReading, now_s: float) -> bool:
    """Both lid signals young, read over a living connection from a controller whose heartbeat counts."""
    return dock.connected and all(
        at_s is not None and 0 <= now_s - at_s < SIGNAL_MAX_AGE_S
        for at_s in (dock.switches_s, dock.encoder_s, dock.alive_s)
    )


def lid(dock: DockReading, now_s: float) -> Lid:
    """What the lid is, as far as it is proven now."""
    if not signals_fresh(dock, now_s):
        return Lid.UNKNOWN
    if dock.agreed in (Lid.OPEN, Lid.CLOSED) and now_s - dock.agreed_since_s < STEADY_S:
        return Lid.MOVING
    return dock.agreed


def pad_clear(dock: DockReading, now_s: float) -> bool:
    """Proven clear; false also while unknown."""
    return signals_fresh(dock, now_s) and dock.pad_clear is True
