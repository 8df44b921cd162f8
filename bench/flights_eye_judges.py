"""Judges of where a sortie comes down (F22) and of what its camera shows (F24), by the world's truth (pure)."""

import math
from collections.abc import Iterator
from itertools import pairwise

from bench.flights_breaches import LOST_PLACE, NOTICED_S, ON_THE_LID, Breach, had, lasted, of
from bench.flights_eye import corners_m
from bench.flights_plan import Break, Fault
from bench.flights_record import FRAME_S, Event, Frame, Look, Record
from edge.config import ViewConfig
from edge.flight.geometry import flat
from edge.flight.landing import KEPT
from edge.flight.launch import DEADLINE_S, Stage
from edge.flight.seen import on_pad_m
from edge.flight.view import LATEST_S
from wire.orders import Land

LANDS_OFF_M = 2.0
"""From where it took off: by satellites alone, with a gust."""
REPLANNED_S = 12.0
"""F22's 5 s, the way up again from the last metres, and the way aside."""
SEEN_FOR_S = 20.0
"""A marker that has been to be seen for so long was so from above the height that it is looked for from."""
HIDDEN_FOR_S = 15.0
"""Hidden for so long, it was so before the last metres."""
AIMED_S = 1.0
"""So long in the picture, it is known where it lies: with more, a marker told above the aircraft went unnoticed."""
ON_MARKER_M = 1.0
"""Half the pad's side less the aircraft's own."""
CARRIES_S = 1.0
"""A judgement counts for pictures taken so long before and after (`edge/vision/veil.py`)."""
LEVEL_DEG = 3.1
"""Lower than this below the horizon a gimbal is not level."""
AS_DOWN_M = 0.5
"""Lower than this it counts as on the ground, where its picture may be shown: it settles and is disarmed."""
HOME = (Stage.RETURNING, Stage.LANDING)


def f22_lands_where_it_can(record: Record) -> Iterator[Breach]:
    """Never on a lid shut for long enough to go elsewhere, while it could be told and no person had it land."""
    if had(record, Fault.DOCK_LOST, Fault.LID_SIGNALS_DISAGREE, Fault.MOTOR_FAIL, *LOST_PLACE):
        return
    landed = [said.t_s for said in record.delivered if said.accepted and isinstance(said.order.act, Land)]
    for event in of(record, "collision"):
        told = lasted(record, event.t_s, lambda frame: frame.commanded and not frame.lid_open, REPLANNED_S)
        by_a_person = any(t_s <= event.t_s for t_s in landed)
        if event.what == ON_THE_LID and told and not by_a_person and not had(record, Fault.BATTERY_SAG):
            yield Breach("F22", event.t_s, "came down on a lid that had been shut for long")


def f22_returns_to_its_dock(record: Record) -> Iterator[Breach]:
    """Wherever a ground station has set the autopilot's home: a return that ends elsewhere was not steered.

    One that took off at the edge of what counts as the pad comes back to there.
    """
    limit_m = on_pad_m(record.plan.limits) + LANDS_OFF_M
    if had(record, Fault.MOTOR_FAIL, *LOST_PLACE):
        return
    for event in of(record, "touchdown"):
        returned = lasted(record, event.t_s, lambda frame: frame.commanded and frame.stage in HOME, REPLANNED_S)
        if returned and event.from_pad_m > limit_m:
            yield Breach("F22", event.t_s, f"a return came down {event.from_pad_m:.0f} m from its dock")


def f22_on_the_marker(record: Record) -> Iterator[Breach]:
    """Seen, it is landed on; hidden, the dock is not landed on blindly, and going around ends with charge left."""
    if record.plan.eye.marker is None or had(record, Fault.MOTOR_FAIL, *LOST_PLACE):
        return
    for event in of(record, "touchdown"):
        last = _before(record, event)
        if last and last.stage in HOME:
            yield from _landed_home(record, event)
    yield from _goes_round_for_long(record)
    if all(event.fault is Fault.MARKER_HIDDEN for event in record.plan.events if isinstance(event, Break)):
        least_pct = KEPT * record.plan.limits.reserve_pct - 2
        low = next((event for event in of(record, "touchdown") if event.left_pct < least_pct), None)
        if low:
            yield Breach("F22", low.t_s, f"{low.left_pct:.1f} % left at the landing, {least_pct:.1f} % is the least")


def f24_only_the_incident(record: Record) -> Iterator[Breach]:
    """In the air no picture that may be shown reaches out of the incident's area, unless it is level where that may.

    A place that satellites lied about may be judged by for a while after they are healed.
    """
    view, frames = record.plan.eye.view, record.frames
    if view is None:
        return
    first = 0
    for frame in frames:
        while frames[first].t_s < frame.t_s - CARRIES_S - LATEST_S:
            first += 1
        near = [(f.t_s, f.look) for f in _until(frames, first, frame.t_s + CARRIES_S) if f.look]
        looks = [look for t_s, look in near if t_s >= frame.t_s - CARRIES_S]
        if not frame.airborne or frame.height_m < AS_DOWN_M or not frame.look or not any(look.shown for look in looks):
            continue
        outside_m = _outside_m(view, frame, looks) - max(look.lies_m for _, look in near)
        if outside_m > 0 and not _level(view, frame.look):
            yield Breach("F24", frame.t_s, f"shown {outside_m:.0f} m outside the incident's area, {frame.stage}")
            break


def _before(record: Record, event: Event) -> Frame | None:
    return next((frame for frame in reversed(record.frames) if frame.t_s < event.t_s), None)


def _landed_home(record: Record, event: Event) -> Iterator[Breach]:
    marker = record.plan.eye.marker
    if lasted(record, event.t_s, lambda f: f.commanded and f.marker and f.lid_open and f.stage in HOME, SEEN_FOR_S):
        if _in_picture_s(record, event.t_s) >= AIMED_S and event.from_pad_m > ON_MARKER_M:
            yield Breach("F22", event.t_s, f"came down {event.from_pad_m:.1f} m from a marker that was to be seen")
        return
    blind = lasted(record, event.t_s, lambda f: f.commanded and not f.marker and f.stage in HOME, HIDDEN_FOR_S)
    if blind and marker and marker.unseen == "divert":
        yield Breach("F22", event.t_s, "came down on the dock without its marker")


def _in_picture_s(record: Record, t_s: float) -> float:
    """For how much of the last metres: a narrow lens over a place that is metres off may miss it."""
    return sum(FRAME_S for f in record.frames if t_s - SEEN_FOR_S <= f.t_s <= t_s and f.look and f.look.marker)


def _goes_round_for_long(record: Record) -> Iterator[Breach]:
    since_s: float | None = None
    limit_s = DEADLINE_S[Stage.GOING_AROUND] + NOTICED_S
    for before, frame in pairwise(record.frames):
        goes = frame.stage is Stage.GOING_AROUND and before.stage is Stage.GOING_AROUND and frame.commanded
        since_s = (before.t_s if since_s is None else since_s) if goes else None
        if since_s is not None and frame.t_s - since_s > limit_s:
            yield Breach("F22", frame.t_s, f"still going around after {limit_s:.0f} s")
            return


def _until(frames: tuple[Frame, ...], first: int, t_s: float) -> Iterator[Frame]:
    for index in range(first, len(frames)):
        if frames[index].t_s > t_s:
            return
        yield frames[index]


def _outside_m(view: ViewConfig, frame: Frame, looks: list[Look]) -> float:
    """Of the farthest corner, from the kindest of the places that counted as the incident's meanwhile."""
    assert frame.look is not None
    scenes = {look.scene for look in looks if look.scene}
    corners = corners_m(view, frame.look, max(frame.height_m, 0.01))
    reach = [math.inf]
    for scene in scenes:
        to = flat(frame.place, scene)
        reach.append(max(math.inf if c is None else math.hypot(c[0] - to.y, c[1] - to.x) for c in corners))
    return min(reach) - view.radius_m


def _level(view: ViewConfig, look: Look) -> bool:
    return view.in_transit == "level" and math.degrees(look.tilt) > -LEVEL_DEG
