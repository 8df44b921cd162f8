"""Judges of a sortie (pure): each holds one rule of SAFETY.md against the world's truth and tells every breach."""

from collections.abc import Iterator

from bench.flights_breaches import LOST_PLACE, NOTICED_S, ON_THE_LID, Breach, Judge, had, lasted, of
from bench.flights_eye_judges import (
    f22_lands_where_it_can,
    f22_on_the_marker,
    f22_returns_to_its_dock,
    f24_only_the_incident,
)  # fmt: skip
from bench.flights_plan import Break, Fault, Trick
from bench.flights_record import MOVED, Delivered, Frame, Record
from bench.flights_zone_judge import f5_outside_closed_zones
from bench.lockstep import DOCK
from edge.flight.airspace import REMOTE_ID_LOST_S, REMOTE_ID_S
from edge.flight.fence import make_fence
from edge.flight.geometry import Place
from edge.flight.launch import FLYING, Stage
from edge.flight.seen import LEGAL_CEILING_M, on_pad_m
from edge.flight.traffic import SILENT_S
from wire.orders import Going, GoTo, Hold, Launch, Orbit

READING_PCT = 2.0
"""The battery is told in whole percent, once a second."""
SETTLED_S = 6.0
"""After a restart or a lost link the flight code sees again within this time."""
WITHIN_S = 0.5
"""F12."""
IN_THE_AIR_M = 1.0
COMPARED_S, ARMS_S = 0.6, 40.0
"""Twice a second with a tick; a lid and two deadlines."""
STANDS_MPS, SINKS_MPS = 2.5, 0.3
OVERSHOOT_M = 2.0
"""How far a climb swings over its height."""


def judge(record: Record) -> tuple[Breach, ...]:
    """Every breach of every rule, in the order of the table."""
    return tuple(breach for look in JUDGES for breach in look(record))


def f1_armed_under_an_open_lid(record: Record) -> Iterator[Breach]:
    for event in of(record, "arm"):
        if not event.lid_open:
            yield Breach("F1", event.t_s, "armed under a lid that was not open")
        elif not event.lid_proven and _sound(record, event.t_s):
            yield Breach("F1", event.t_s, "armed while the two signals did not prove the lid open")


def f2_lid_keeps_off(record: Record) -> Iterator[Breach]:
    for event in record.events:
        if event.kind == "collision" and event.what != ON_THE_LID:
            yield Breach("F2", event.t_s, f"collision: {event.what}")
        elif event.kind == "lid" and event.what == "closing" and (event.armed or event.airborne):
            yield Breach("F2", event.t_s, "the lid was told to close while the aircraft was armed or in the air")


def f3_home_with_the_reserve(record: Record) -> Iterator[Breach]:
    """Unless charge was taken away on the way, a person had it land elsewhere, or it tried again for want of a marker:
    that is what a reserve is for (F22).
    """
    limits = record.plan.limits
    for event in of(record, "touchdown"):
        again = any(moved.what == Stage.GOING_AROUND and moved.t_s < event.t_s for moved in of(record, MOVED))
        home = event.from_pad_m <= on_pad_m(limits) and not had(record, Fault.BATTERY_SAG) and not again
        if home and event.left_pct < limits.reserve_pct - READING_PCT:
            text = f"{event.left_pct:.1f} % left on the pad, {limits.reserve_pct:.1f} % is the reserve"
            yield Breach("F3", event.t_s, text)


def f4_forced_home(record: Record) -> Iterator[Breach]:
    """Past the reserve and under command, the autopilot returns or lands; and no order may say otherwise."""
    since: float | None = None
    seen_s: float | None = None
    margin = record.plan.limits.battery_wh * READING_PCT / 100
    for frame in record.frames:
        seen_s = (frame.t_s if seen_s is None else seen_s) if frame.commanded else None
        awake = seen_s is not None and frame.t_s - seen_s > SETTLED_S
        due = awake and frame.airborne and frame.spare_wh < -margin and not _homeward(frame)
        since = (frame.t_s if since is None else since) if due else None
        if since is not None and frame.t_s - since > NOTICED_S:
            yield Breach("F4", frame.t_s, f"{frame.spare_wh:.1f} Wh short of the reserve, and still in {frame.mode}")
            break
    for said in record.delivered:
        if said.accepted and said.before.forced and isinstance(said.order.act, Hold | GoTo | Orbit):
            yield Breach("F4", said.t_s, f"{said.order.act.act} was accepted during a forced return")


def f5_inside_the_fence(record: Record) -> Iterator[Breach]:
    fence = make_fence(DOCK, record.plan.limits.fence)
    for said in record.delivered:
        act = said.order.act
        if said.accepted and isinstance(act, Going) and not fence.contains(Place(act.lat, act.lon)):
            yield Breach("F5", said.t_s, f"{act.act} to outside the fence was accepted")
    if had(record, *LOST_PLACE, Fault.MOTOR_FAIL):
        return
    out = next((frame for frame in record.frames if frame.airborne and not fence.contains(frame.place)), None)
    if out:
        yield Breach("F5", out.t_s, f"outside the fence in {out.mode}, {out.stage}")


def f7_weather(record: Record) -> Iterator[Breach]:
    for said in record.delivered:
        if said.accepted and isinstance(said.order.act, Launch) and said.weather:
            yield Breach("F7", said.t_s, f"launched in bad weather: {said.weather}")


def f8_f9_bad_orders_move_nothing(record: Record) -> Iterator[Breach]:
    for said in record.delivered:
        if said.trick in RULE_OF and (said.accepted or said.stirred) and not _without_time(said):
            what = f"{said.order.act.act} ({said.trick}) moved something in {said.before.stage}"
            yield Breach(RULE_OF[said.trick], said.t_s, what)


def f10_launched_by_a_true_clock(record: Record) -> Iterator[Breach]:
    limit_ms = record.plan.limits.max_clock_offset_ms
    for said in record.delivered:
        wrong = abs(said.offset_ms) > limit_ms and not _stepped_just_now(record, said.t_s)
        if said.accepted and isinstance(said.order.act, Launch) and wrong:
            yield Breach("F10", said.t_s, f"launched with the clock {said.offset_ms:.0f} ms off")


def _stepped_just_now(record: Record, t_s: float) -> bool:
    """The clocks are compared twice a second; before it is armed the launch is judged again."""
    steps = [e.at_s for e in record.plan.events if isinstance(e, Break) and e.fault is Fault.CLOCK_STEP]
    armed = any(t_s <= event.t_s <= t_s + ARMS_S for event in of(record, "arm"))
    return not armed and any(0 <= t_s - at_s <= COMPARED_S for at_s in steps)


def f11_ends_on_the_ground(record: Record) -> Iterator[Breach]:
    for event in of(record, "touchdown"):
        if event.crash and not had(record, Fault.MOTOR_FAIL):
            yield Breach("F11", event.t_s, "a crash")
    if record.ended == "never":
        yield Breach("F11", record.simulated_s, "the sortie never came to its end")


def f12_heard_in_the_air(record: Record) -> Iterator[Breach]:
    """In the air an honest hold, return or land is accepted (no hold past the reserve), and the autopilot does it."""
    for index, said in enumerate(record.delivered):
        act = said.order.act
        if said.trick is not Trick.NONE or act.act not in MODE_OF or not said.before.airborne:
            continue
        if had(record, Fault.GPS_LOSS) or (isinstance(act, Hold) and had(record, Fault.TRAFFIC)):
            continue  # without a position it only lands; traffic is given way to after the order was carried out
        if not said.accepted and not (isinstance(act, Hold) and "(F4)" in "".join(said.reasons)):
            yield Breach("F12", said.t_s, f"{act.act} was refused in the air: {'; '.join(said.reasons)}")
        elif said.accepted and (mode := _mode_after(record, index)) and mode != MODE_OF[act.act]:
            yield Breach("F12", said.t_s, f"{WITHIN_S} s after {act.act} the autopilot was in {mode}")


def f13_nothing_stops_in_the_air(record: Record) -> Iterator[Breach]:
    for event in of(record, "disarm"):
        if event.height_m > IN_THE_AIR_M:
            yield Breach("F13", event.t_s, f"disarmed {event.height_m:.0f} m up")


def f14_well_clear(record: Record) -> Iterator[Breach]:
    """No arming into traffic or without a receiver; in the air, once another is too near, it gives way in time."""
    for event in of(record, "arm"):
        if event.near and lasted(record, event.t_s, lambda frame: frame.near):
            yield Breach("F14", event.t_s, "armed with another aircraft inside 610 m and 76 m")
        if lasted(record, event.t_s, lambda frame: not frame.receives, SILENT_S + NOTICED_S):
            yield Breach("F14", event.t_s, "armed without a word from the traffic receiver")
    since: float | None = None
    for frame in record.frames:
        careless = frame.near and frame.receives and frame.commanded and frame.stage in FLYING and not _gives_way(frame)
        since = (frame.t_s if since is None else since) if careless else None
        if since is not None and frame.t_s - since > SETTLED_S and not _person_spoke(record, since):
            yield Breach("F14", frame.t_s, f"too near to another aircraft, and still under way in {frame.mode}")
            break


def f15_remote_id(record: Record) -> Iterator[Breach]:
    for event in of(record, "arm"):
        if lasted(record, event.t_s, lambda frame: not frame.remote_id, REMOTE_ID_S + NOTICED_S):
            yield Breach("F15", event.t_s, "armed while Remote ID was silent")
    since: float | None = None
    for frame in record.frames:
        dumb = not frame.remote_id and frame.commanded and frame.airborne and not _homeward(frame)
        since = (frame.t_s if since is None else since) if dumb else None
        if since is not None and frame.t_s - since > REMOTE_ID_LOST_S + NOTICED_S + SETTLED_S:
            yield Breach("F15", frame.t_s, f"without Remote ID, and still in {frame.mode}")
            break


def f16_under_the_ceiling(record: Record) -> Iterator[Breach]:
    limits = record.plan.limits
    ceiling = min(limits.ceiling_m, LEGAL_CEILING_M)
    for said in record.delivered:
        if said.accepted and isinstance(said.order.act, Going) and said.order.act.alt_rel_m > ceiling:
            yield Breach("F16", said.t_s, f"{said.order.act.act} to {said.order.act.alt_rel_m:.0f} m was accepted")
    high = max(record.frames, key=lambda frame: frame.height_m)
    if high.height_m > ceiling + OVERSHOOT_M and not had(record, Fault.MOTOR_FAIL):  # it swings up as it catches itself
        yield Breach("F16", high.t_s, f"{high.height_m:.1f} m high, {ceiling:.1f} m is the ceiling")


def f20_a_person_launches(record: Record) -> Iterator[Breach]:
    for said in record.delivered:
        if said.accepted and said.trick in (Trick.NO_REASON, Trick.NO_INCIDENT):
            yield Breach("F20", said.t_s, f"a launch with {said.trick} was accepted")
    launches = [said.t_s for said in record.delivered if said.accepted and isinstance(said.order.act, Launch)]
    for number, event in enumerate(of(record, "arm"), 1):
        if sum(t_s <= event.t_s for t_s in launches) < number:
            yield Breach("F20", event.t_s, "armed once more than a person ordered")


def f23_home_in_time(record: Record) -> Iterator[Breach]:
    """Under command and over its time in the air, the autopilot returns or lands."""
    up_s: float | None = None
    latest_s = record.plan.limits.max_flight_s + SETTLED_S + NOTICED_S
    for frame in record.frames:
        up_s = (frame.t_s if up_s is None else up_s) if frame.airborne else None
        late = up_s is not None and frame.t_s - up_s > latest_s
        if late and frame.commanded and not _homeward(frame):
            yield Breach("F23", frame.t_s, f"over {latest_s:.0f} s in the air, and still in {frame.mode}")
            break


JUDGES: tuple[Judge, ...] = (
    f1_armed_under_an_open_lid, f2_lid_keeps_off, f3_home_with_the_reserve, f4_forced_home,
    f5_inside_the_fence, f5_outside_closed_zones,
    f7_weather, f8_f9_bad_orders_move_nothing, f10_launched_by_a_true_clock, f11_ends_on_the_ground,
    f12_heard_in_the_air, f13_nothing_stops_in_the_air, f14_well_clear, f15_remote_id, f16_under_the_ceiling,
    f20_a_person_launches, f22_lands_where_it_can, f22_returns_to_its_dock, f22_on_the_marker, f23_home_in_time,
    f24_only_the_incident,
)  # fmt: skip
RULES = ("F1", "F2", "F3", "F4", "F5", "F7", "F8", "F9", "F10", "F11", "F12", "F13", "F14", "F15", "F16", "F20", "F22",
         "F23", "F24")  # fmt: skip
RULE_OF = {
    Trick.STALE: "F9", Trick.FUTURE: "F9", Trick.LONG_LIVED: "F9", Trick.REPLAYED: "F9", Trick.REORDERED: "F9",
    Trick.OTHER_AIRCRAFT: "F9", Trick.LOWER_EPOCH: "F8", Trick.OTHER_HOLDER: "F8",
}  # fmt: skip
HOMEWARD = ("RTL", "LAND")
MODE_OF = {"hold": "BRAKE", "return": "RTL", "land": "LAND"}


def _homeward(frame: Frame) -> bool:
    """Going around too leads down, and no longer than F22's judge allows."""
    return frame.mode in HOMEWARD or frame.stage in (Stage.DIVERTING, Stage.GOING_AROUND)


def _gives_way(frame: Frame) -> bool:
    return _homeward(frame) or frame.mode == "BRAKE" or frame.speed_mps < STANDS_MPS or frame.climb_mps < -SINKS_MPS


def _person_spoke(record: Record, since_s: float) -> bool:
    """From half a minute before: whoever orders during an encounter may know better (F14)."""
    return any(said.accepted and since_s - 30 <= said.t_s <= since_s + SETTLED_S for said in record.delivered)


def _sound(record: Record, t_s: float) -> bool:
    """The radio carried at once: what arrives was judged just now."""
    return all(frame.commanded for frame in record.frames if t_s - NOTICED_S <= frame.t_s <= t_s)


def _without_time(said: Delivered) -> bool:
    """While the room's time is unknown hold, return and land go by their sequence alone, whatever their age (F12)."""
    aged = said.trick in (Trick.STALE, Trick.FUTURE)
    return aged and not said.timed and not isinstance(said.order.act, Going)


def _mode_after(record: Record, index: int) -> str:
    """The true mode half a second after an order; "" where the link failed, it landed, another order came, or a return
    became due meanwhile that nobody can postpone (F4)."""
    said = record.delivered[index]
    at_s = said.t_s
    if any(at_s <= other.t_s <= at_s + 1 for i, other in enumerate(record.delivered) if i != index):
        return ""
    frames = [frame for frame in record.frames if at_s <= frame.t_s <= at_s + WITHIN_S + 0.25]
    if not frames or not all(frame.commanded and frame.airborne for frame in frames):
        return ""
    moved = {event.what for event in of(record, MOVED) if at_s <= event.t_s <= frames[-1].t_s}
    if {Stage.DIVERTING, Stage.YIELDING, Stage.GOING_AROUND} & moved:  # ways home: another place, by traffic, once more
        return ""
    if isinstance(said.order.act, Hold) and frames[-1].forced:
        return ""
    return frames[-1].mode
