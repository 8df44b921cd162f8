"""What has happened (pure): telemetry, dock and timers as events of the launch table, the gravest first."""

import math
from collections.abc import Iterator

from edge.flight import airspace, home, marker
from edge.flight.autopilots import Do
from edge.flight.dockside import lid
from edge.flight.geometry import Place, Target, distance_m, flat
from edge.flight.landing import dock_is_back, landing
from edge.flight.launch import DEADLINE_S, FLYING, Happened, Stage
from edge.flight.rules import Case, arming
from edge.flight.seen import Seen, Site, battery_pct, on_pad_m
from edge.flight.state import Sortie
from edge.flight.telemetry import LINK_LOST_S, is_fresh
from edge.flight.traffic import GiveWay
from wire.states import Lid

ROOM_LOST_S = 30.0
"""Without the control room for so long nobody can command: it comes home. Ours; SAFETY.md gives no figure."""
BLIND_S = 5.0
"""How long a starting box waits for a position before it takes a landed aircraft for one under its roof, and for an
armed one's word on whether it flies before it has it return."""
NO_GO_AFTER_S = 2.0
"""An open lid with a reason against arming is given so long to clear."""
READ_BACK_S = 6.0
"""A lid may stand open already; what the autopilot holds has to be read back all the same (F18)."""
ABOVE_PAD_M = 10.0
CORNER_M = 4.0
"""So near to a corner the rest of the way is flown: well inside the room that is left beside a way."""
BOUND_MPS = 2.0
"""Slower than this it drifts."""
OVERTAKEN_S = 2 * LINK_LOST_S
"""For so long an ARM of ours and the word from before it may be on their ways, there and back, on a link that still
counts as one: a slow radio that mends brings the older word last (F2)."""
LID_STARTS_S = 1.0
"""A lid moves off its switch within this time of being told."""
Events = Iterator[tuple[Happened, str]]
RECALLS = {"return": Happened.FOUND_RECALLED, "land": Happened.FOUND_TOLD_DOWN}
AVOID = {GiveWay.DESCEND: Happened.AVOID_DOWN, GiveWay.HOLD: Happened.AVOID_HOLD, GiveWay.RETURN: Happened.AVOID_HOME}


def notice(sortie: Sortie, seen: Seen, site: Site) -> Events:
    """Everything that is so now, with words for the log; the table picks what matters in its stage."""
    if sortie.stage is Stage.STARTING:
        yield from _found(sortie, seen, site)
        return
    yield from _ground(sortie, seen, site)
    if sortie.forced and seen.telemetry.airborne and sortie.stage in (*FLYING, Stage.YIELDING):
        yield Happened.MUST_RETURN, "; ".join(sortie.forced)
    if seen.telemetry.airborne and seen.link_ok():
        yield from _given_way(sortie, seen, site)
        yield from _elsewhere(sortie, seen, site)
    if sortie.gave_up:
        yield Happened.NO_EFFECT, sortie.gave_up
    if sortie.talk is None and seen.link_ok():
        yield from _settled(sortie, seen, site)
    if seen.room_lost_s > ROOM_LOST_S:
        yield Happened.ROOM_LOST, f"no control room for {seen.room_lost_s:.0f} s"
    yield from _dock(sortie, seen, site)
    if (stayed := seen.now_s - sortie.since_s) > deadline_s(sortie, site):
        yield Happened.TIMEOUT, f"{sortie.stage} took over {stayed:.0f} s"


def deadline_s(sortie: Sortie, site: Site) -> float:
    """A climb takes as long as it is high."""
    limit = DEADLINE_S.get(sortie.stage, float("inf"))
    height = sortie.target.alt_rel_m if sortie.stage is Stage.CLIMBING and sortie.target else 0.0
    return limit + height / site.limits.climb_mps


def on_pad(seen: Seen, site: Site) -> bool:
    place = seen.telemetry.place
    fresh = is_fresh(seen.telemetry.position_s, seen.now_s, 5)
    return fresh and place is not None and distance_m(place, site.dock) <= on_pad_m(site.limits)


def at(seen: Seen, target: Target) -> bool:
    """There, and no longer under way."""
    place, height = seen.telemetry.place, seen.telemetry.alt_rel_m
    if place is None or height is None:
        return False
    close = distance_m(place, target.place) < 6 and abs(height - target.alt_rel_m) < 4
    return close and seen.telemetry.groundspeed_mps < 2.5


def _bound_for(seen: Seen, target: Place) -> bool:
    """It flies there: it was sent. One that stands, or still climbs, may never have been, and waits for its goto."""
    told = seen.telemetry
    if told.place is None or told.groundspeed_mps < BOUND_MPS:
        return False
    to = flat(told.place, target)
    return to.x * told.east_mps + to.y * told.north_mps > 0.5 * math.hypot(to.x, to.y) * told.groundspeed_mps


def proven_down(sortie: Sortie, seen: Seen) -> bool:
    """On the ground and disarmed, by a heartbeat that no ARM or DISARM of ours can have overtaken on the radio (F2)."""
    settled = (seen.telemetry.heartbeat_s or 0.0) > sortie.arming_s + OVERTAKEN_S
    return settled and seen.telemetry.on_ground(seen.now_s)


def _ground(sortie: Sortie, seen: Seen, site: Site) -> Events:
    telemetry = seen.telemetry
    if telemetry.airborne and telemetry.armed and seen.link_ok():
        yield Happened.AIRBORNE, "in the air without an order of ours"
    if proven_down(sortie, seen):
        if on_pad(seen, site):
            yield Happened.LANDED_ON_PAD, "down and disarmed on the pad"
            if lid(seen.dock, seen.now_s) is Lid.CLOSED:
                yield Happened.SAFE, "disarmed under a closed lid"
        else:
            yield Happened.LANDED_AWAY, "down and disarmed away from the pad"


def _given_way(sortie: Sortie, seen: Seen, site: Site) -> Events:
    """Once for each aircraft that comes too near (F14): whoever commands then knows of it, and may know better.

    So does one on its way home, also while it gives way to another, but not where it must come home (F4): then it is
    flown on.
    """
    if sortie.stage is Stage.YIELDING and not sortie.avoided:
        yield Happened.PAST, "who came too near is past"
    may = sortie.stage in FLYING or (
        sortie.stage in (Stage.RETURNING, Stage.DIVERTING, Stage.YIELDING) and not sortie.forced
    )
    near = airspace.near(seen, site) if may else ()
    if any(contact.icao not in sortie.avoided for contact in near):
        way = airspace.way_out(near, seen, site)
        yield AVOID[way], f"{', '.join(contact.name for contact in near)} comes too near: {way} (F14)"


def _elsewhere(sortie: Sortie, seen: Seen, site: Site) -> Events:
    if sortie.stage in (Stage.RETURNING, Stage.LANDING, Stage.GOING_AROUND):
        choice = landing(seen, site, sortie.shut_s)
        if choice.place != site.dock:
            yield Happened.DIVERT, choice.why
        elif why := home.astray(seen.telemetry, site):
            yield Happened.DIVERT, why
        elif why := marker.unseen(site, sortie, seen):
            yield (Happened.UNSEEN if marker.may_try_again(site, sortie, seen) else Happened.DIVERT), why
    if sortie.stage is Stage.DIVERTING and not sortie.blind and dock_is_back(seen, site):
        yield Happened.DOCK_OPEN, "the dock's lid is open again"


def _settled(sortie: Sortie, seen: Seen, site: Site) -> Events:
    """What counts only once the autopilot has done what it was asked last."""
    telemetry, target = seen.telemetry, sortie.target
    if telemetry.armed:
        yield Happened.ARMED, "armed"
    if is_fresh(telemetry.heartbeat_s, seen.now_s) and telemetry.airborne:
        yield from _own_will(seen, site)
        yield from _strayed(sortie, seen, site)
    if target and telemetry.airborne and (telemetry.alt_rel_m or 0) >= (sortie.climb_m or target.alt_rel_m) - 1.5:
        yield Happened.AT_HEIGHT, f"at {telemetry.alt_rel_m:.0f} m"
    if sortie.via and telemetry.place and distance_m(telemetry.place, sortie.via[0]) < CORNER_M:
        yield Happened.AT_CORNER, "past the corner"
    if target and not sortie.via and at(seen, target):
        yield Happened.AT_SCENE, "on scene"
    if telemetry.climb_mps < -0.2 and telemetry.place and distance_m(telemetry.place, site.dock) < ABOVE_PAD_M:
        yield Happened.DESCENDING, "above the pad, going down"


def _own_will(seen: Seen, site: Site) -> Events:
    """A failsafe of the autopilot, or a pilot with a radio, has changed the mode."""
    words = seen.telemetry.last_words(seen.now_s - 10)
    said = f": {words}" if words else ""
    if site.profile.is_in(seen.telemetry, site.profile.mode_of[Do.RETURN]):
        yield Happened.AUTOPILOT_RETURNS, f"the autopilot returns by itself{said}"
    if site.profile.is_in(seen.telemetry, site.profile.mode_of[Do.LAND]):
        yield Happened.AUTOPILOT_LANDS, f"the autopilot lands by itself{said}"


def _strayed(sortie: Sortie, seen: Seen, site: Site) -> Events:
    """A return or landing that is no longer flown (F4): a command that came late, or another ground station."""
    mode = site.profile.mode_name(seen.telemetry.custom_mode)
    if "RTL" in mode or "LAND" in mode:
        return
    if sortie.stage in (Stage.RETURNING, Stage.LANDING):
        yield Happened.MUST_RETURN, f"the autopilot has left its return for {mode}"
    if sortie.stage is Stage.LANDING_HERE:
        yield Happened.NO_EFFECT, f"the autopilot has left its landing for {mode}"


def _dock(sortie: Sortie, seen: Seen, site: Site) -> Events:
    state = lid(seen.dock, seen.now_s)
    if state is Lid.CLOSED and _seen_after_asking(sortie, seen):
        yield Happened.LID_CLOSED, "the lid is closed"
    if state is not Lid.OPEN or sortie.stage is not Stage.OPENING or sortie.target is None:
        return
    reasons = arming(Case(seen, site, sortie.target))
    if not reasons and sortie.talk is None and site.profile.is_in(seen.telemetry, site.profile.guided):
        yield Happened.LID_OPEN, "the lid is open on two signals"
    if reasons and seen.now_s - max(seen.dock.agreed_since_s, sortie.since_s + READ_BACK_S) > NO_GO_AFTER_S:
        yield Happened.NO_GO, "; ".join(reasons)


def _seen_after_asking(sortie: Sortie, seen: Seen) -> bool:
    """A lid that was just told to open still shows shut; what counts is what it shows well after the last word."""
    return sortie.lid_asked_s >= sortie.since_s and (seen.dock.switches_s or 0.0) > sortie.lid_asked_s + LID_STARTS_S


def _found(sortie: Sortie, seen: Seen, site: Site) -> Events:
    """A restart takes its state from the autopilot, and from what was saved only what fits to it (F28)."""
    telemetry, now_s = seen.telemetry, seen.now_s
    patient = now_s - sortie.since_s < BLIND_S
    blind = not is_fresh(telemetry.position_s, now_s)
    unheard = blind or (telemetry.armed and not _judged(seen, site))
    if not is_fresh(telemetry.heartbeat_s, now_s) or (unheard and patient):
        return
    if not is_fresh(telemetry.landed_s, now_s):
        if telemetry.armed and not patient:
            yield Happened.FOUND_UNJUDGED, "armed at the start, and it does not say whether it flies (F25)"
        return
    if telemetry.on_ground(now_s):
        yield _found_down(sortie, blind or on_pad(seen, site))
    elif not telemetry.airborne:
        yield Happened.FOUND_ARMED, "armed on the ground at the start"
    else:
        yield _found_up(sortie, seen, site)


def _judged(seen: Seen, site: Site) -> bool:
    """What a return may hang on has been heard: what has not come yet in the first second is not lost (F3, F15)."""
    return battery_pct(seen) is not None and not any(airspace.remote_id(seen, site, airspace.REMOTE_ID_LOST_S))


def _found_down(sortie: Sortie, here: bool) -> tuple[Happened, str]:
    if not here:
        return Happened.FOUND_AWAY, "found on the ground away from the pad"
    if sortie.launch_id:  # kept until the lid has closed, however the orders ended
        return Happened.FOUND_LANDED, "the box restarted; found on the pad"
    return Happened.FOUND_PARKED, "found on the pad"


def _found_up(sortie: Sortie, seen: Seen, site: Site) -> tuple[Happened, str]:
    mode, target = site.profile.mode_name(seen.telemetry.custom_mode), sortie.target
    if mode == site.profile.mode_of[Do.RETURN]:
        return Happened.FOUND_RETURNING, "found in the air, returning"
    if mode == site.profile.mode_of[Do.LAND]:
        return Happened.FOUND_LANDING, "found in the air, landing"
    for act in (sortie.way, *(order.act for order in sortie.opened)):
        if act in RECALLS:
            return RECALLS[act], f"found in the air in {mode}, on its way to {act}"
    if mode == site.profile.guided and target and sortie.ring:
        return Happened.FOUND_ORBITING, "found in the air, circling"
    if mode == site.profile.guided and target and sortie.opened:
        sent = at(seen, target) or _bound_for(seen, sortie.via[0] if sortie.via else target.place)
        return (Happened.FOUND_UNDER_WAY if sent else Happened.FOUND_CLIMBING), "found in the air, under way"
    return Happened.FOUND_FLYING, f"found in the air in {mode}"
