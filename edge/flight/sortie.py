"""One step of a flight (pure): an order or the passing of time in; commands, lid wishes and words out.

The same function flies the real aircraft, the simulator in lockstep and a recorded flight again (F26).
"""

from dataclasses import dataclass, replace
from uuid import UUID

from edge.flight import airspace, detour, home, marker, orbit, view
from edge.flight.autopilots import Cmd, Command, asks
from edge.flight.changed import changed
from edge.flight.dockside import lid, pad_clear
from edge.flight.gate import Refusal, left_s
from edge.flight.geometry import Place, Target
from edge.flight.homeward import must_return
from edge.flight.landing import diversion, landing
from edge.flight.launch import LID_WANTED, STEPS, Happened, Stage
from edge.flight.life import Answered, Facts, Open, progress, supersede
from edge.flight.notice import AVOID, notice, proven_down
from edge.flight.rules import Case
from edge.flight.seen import Seen, Site
from edge.flight.state import Ring, Sortie
from edge.flight.talk import Talk, converse
from edge.flight.verdict import judge
from wire.orders import GoTo, Launch, Orbit, Order, OrderState
from wire.states import Lid

LID_AGAIN_S = 2.0
UNDER_WAY = (Stage.CLIMBING, Stage.EN_ROUTE)
"""Stages that lead to the target; who holds may have stopped because of what lies ahead."""
ASTRAY = (Happened.MUST_RETURN, Happened.NO_EFFECT, Happened.ROOM_LOST, Happened.DIVERT, Happened.AVOID_HOME)
"""Why a flight goes another way than ordered; the order's last word tells it."""


@dataclass(frozen=True)
class Cause:
    """Why the table was stepped; `text`: in plain words, or a person's reason."""

    happened: Happened
    text: str
    order_id: UUID | None = None


@dataclass(frozen=True)
class Moved:
    """A step of the table, for the log."""

    before: Stage
    after: Stage
    cause: Cause


@dataclass(frozen=True)
class Step:
    """What follows: the sortie as it stands, what to send, what to ask of the lid, what to tell."""

    sortie: Sortie
    sends: tuple[Command, ...] = ()
    lid: Lid | None = None
    moved: Moved | None = None
    answers: tuple[Answered, ...] = ()


def obey(site: Site, sortie: Sortie, seen: Seen, order: Order) -> Step:
    """An order that passed the gate: refused with every reason, or under way with this very step."""
    verdict = judge(order, sortie.stage, sortie.forced, seen, site)
    if isinstance(verdict, Refusal):
        return Step(sortie, answers=(Answered(order.id, OrderState.REFUSED, verdict.reasons),))
    opened, ended = supersede(sortie.opened, Open(order_id=order.id, act=order.act.act))
    sortie = replace(_accepted(site, sortie, seen, order), opened=opened)
    after, moved = _move(site, sortie, seen, Cause(Happened(order.act.act), order.reason, order.id))
    step = _run(_while_it_lives(after, order, seen), seen)
    return replace(step, moved=moved, answers=(Answered(order.id, OrderState.ACCEPTED), *ended, *step.answers))


def advance(site: Site, sortie: Sortie, seen: Seen) -> Step:
    """Time has passed: at most one step of the table, the talk goes on, the orders' states follow; the camera too."""
    step = _steered(site, _stepped(site, sortie, seen), seen)
    eye, turned = view.look(site, step.sortie, seen)
    if eye == step.sortie.eye:
        return step
    return changed(step, sortie=changed(step.sortie, eye=eye), sends=(*step.sends, *turned))


def _steered(site: Site, step: Step, seen: Seen) -> Step:
    turn = orbit.steer(site, step.sortie, seen)
    if not turn.sends:
        return step
    return replace(step, sortie=replace(step.sortie, steered_s=turn.steered_s), sends=(*step.sends, *turn.sends))


def _stepped(site: Site, sortie: Sortie, seen: Seen) -> Step:
    sortie = _watch(site, sortie, seen)
    for happened, text in notice(sortie, seen, site):
        if (sortie.stage, happened) in STEPS:
            after, moved = _move(site, sortie, seen, Cause(happened, text, sortie.launch_id))
            return replace(_run(after, seen), moved=moved)
    return _run(replace(sortie, gave_up="") if sortie.gave_up else sortie, seen)


def may_close(sortie: Sortie, seen: Seen) -> bool:
    """F2: proven down, disarmed and clear; nothing unknown or stale."""
    return proven_down(sortie, seen) and pad_clear(seen.dock, seen.now_s)


def may_send(command: Command, seen: Seen) -> bool:
    """The last door: no ARM or take-off while the lid is not proven open (F1); no forced disarming ever (F13)."""
    if command.cmd is Cmd.COMPONENT_ARM_DISARM and command.params[1] != 0:
        return False
    arms = command.cmd is Cmd.COMPONENT_ARM_DISARM and command.params[0] != 0
    if arms or command.cmd is Cmd.NAV_TAKEOFF:
        return lid(seen.dock, seen.now_s) is Lid.OPEN
    return True


def _while_it_lives(sortie: Sortie, order: Order, seen: Seen) -> Sortie:
    """A hold, goto or orbit that had no effect yet is not sent again past its expiry (F9); the way home and down is."""
    if sortie.talk is None or sortie.stage not in (Stage.HOLDING, Stage.EN_ROUTE, Stage.ORBITING):
        return sortie
    return replace(sortie, talk=replace(sortie.talk, until_s=seen.now_s + left_s(order, seen.room_now)))


def _accepted(site: Site, sortie: Sortie, seen: Seen, order: Order) -> Sortie:
    match order.act:
        case Launch(lat=lat, lon=lon, alt_rel_m=alt):
            target = Target(Place(lat, lon), alt)
            sortie = replace(sortie, launch_id=order.id, incident_id=order.incident_id, failure="")
            return replace(sortie, target=target, scene=target.place, climb_m=alt)
        case GoTo(lat=lat, lon=lon, alt_rel_m=alt):
            target = Target(Place(lat, lon), alt)
            via = detour.way_round(Case(seen, site, target))
            return replace(sortie, target=target, scene=target.place, climb_m=min(sortie.climb_m or alt, alt), via=via)
        case Orbit(lat=lat, lon=lon, alt_rel_m=alt, radius_m=radius, clockwise=clockwise):
            target = Target(Place(lat, lon), alt)
            return replace(sortie, target=target, scene=target.place, ring=Ring(radius, clockwise))
        case _:
            return sortie


def _move(site: Site, sortie: Sortie, seen: Seen, cause: Cause) -> tuple[Sortie, Moved]:
    after, do = STEPS[sortie.stage, cause.happened]
    sortie = _aimed(site, sortie, seen, cause.happened)
    circled = sortie.stage is Stage.ORBITING
    sortie = sortie if after is Stage.ORBITING else replace(sortie, ring=None)
    sortie = sortie if after in UNDER_WAY else replace(sortie, via=())
    goal = _goal(sortie, seen)
    wanted = (*home.proven(do, site, seen.telemetry), *asks(do, site.profile, goal, seen.telemetry))
    wanted = orbit.unturned(site, seen, goal, wanted) if circled else wanted
    talk = Talk(wanted) if wanted else None
    moved = Moved(sortie.stage, after, cause)
    broken_off = after in (Stage.CLOSING, Stage.ABORTING, Stage.FAULT) and not sortie.flew and not sortie.failure
    astray = broken_off or cause.happened in ASTRAY
    failure = f"{cause.happened.replace('_', ' ')}: {cause.text}" if astray else sortie.failure
    yields_on = sortie.stage is after is Stage.YIELDING  # to another too, and all of it within one deadline
    since_s = sortie.since_s if yields_on else seen.now_s
    return replace(sortie, stage=after, since_s=since_s, talk=talk, gave_up="", failure=failure), moved


def _goal(sortie: Sortie, seen: Seen) -> Target | None:
    """Where it is sent: the target, on to the ring around it, or a point on the way there."""
    place, target = seen.telemetry.place, sortie.target
    if sortie.via and target:
        return Target(sortie.via[0], target.alt_rel_m)
    return orbit.ahead(sortie.ring, target, place) if sortie.ring and target and place else target


def _aimed(site: Site, sortie: Sortie, seen: Seen, happened: Happened) -> Sortie:
    """Giving way (F14), going round and diverting (F22) have a target of their own; past a corner it is the order's."""
    if happened is Happened.AT_CORNER:
        return replace(sortie, via=())
    if happened is Happened.UNSEEN:
        return replace(sortie, target=marker.above_pad(site), rounds=sortie.rounds + 1)
    if happened is Happened.DIVERT:
        blind = sortie.blind or bool(marker.unseen(site, sortie, seen) or home.astray(seen.telemetry, site))
        return replace(sortie, target=diversion(seen, site, sortie.shut_s, blind=blind), blind=blind)
    if happened not in AVOID.values():
        return sortie
    near = (contact.icao for contact in airspace.near(seen, site))
    avoided = tuple(dict.fromkeys((*sortie.avoided, *near)))
    target = airspace.descent(seen, site) if happened is Happened.AVOID_DOWN else sortie.target
    return replace(sortie, avoided=avoided, target=target)


def _watch(site: Site, sortie: Sortie, seen: Seen) -> Sortie:
    """Counts the time in the air, and whether it must come home: once so, it stays so (F4)."""
    if not (seen.telemetry.airborne and seen.telemetry.armed and seen.link_ok()) or sortie.stage is Stage.STARTING:
        return sortie
    took_off_s = seen.now_s if sortie.took_off_s is None else sortie.took_off_s
    shut_s = (
        None if lid(seen.dock, seen.now_s) is Lid.OPEN else (seen.now_s if sortie.shut_s is None else sortie.shut_s)
    )
    land_at = landing(seen, site, shut_s, blind=sortie.blind).place
    goal = _goal(sortie, seen) if sortie.stage in UNDER_WAY else None
    bound_for = goal.place if goal else None
    forced = sortie.forced or must_return(seen, site, seen.now_s - took_off_s, land_at, bound_for)
    lingering = airspace.lingering(seen, site) if sortie.avoided else ()
    avoided = tuple(icao for icao in sortie.avoided if icao in lingering)
    if (took_off_s, forced, shut_s, avoided) == (sortie.took_off_s, sortie.forced, sortie.shut_s, sortie.avoided):
        return sortie
    return replace(sortie, took_off_s=took_off_s, forced=forced, shut_s=shut_s, avoided=avoided)


def _run(sortie: Sortie, seen: Seen) -> Step:
    """The talk, the lid and the orders' states, in the stage as it is."""
    sends: tuple[Command, ...] = ()
    if sortie.talk:
        turn = converse(sortie.talk, seen.telemetry, seen.now_s)
        sends = tuple(command for command in turn.sends if may_send(command, seen))
        arms = any(command.cmd is Cmd.COMPONENT_ARM_DISARM for command in sends)
        arming_s = seen.now_s if arms else sortie.arming_s
        sortie = replace(sortie, talk=turn.talk, gave_up=turn.failed, arming_s=arming_s)
    sortie, lid_wish = _ask_lid(sortie, seen)
    settled = sortie.talk is None and not sortie.gave_up
    circles = orbit.on_ring(sortie, seen)
    facts = Facts(sortie.stage, seen.telemetry.armed, sortie.flew, settled, circles, sortie.failure)
    opened, answers = progress(sortie.opened, facts)
    sortie = sortie if opened == sortie.opened else replace(sortie, opened=opened)
    if sortie.stage is Stage.PARKED and not opened:
        sortie = Sortie(Stage.PARKED, sortie.since_s)
    return Step(sortie, sends, lid_wish, answers=answers)


def _ask_lid(sortie: Sortie, seen: Seen) -> tuple[Sortie, Lid | None]:
    """Asks again until the dock shows it; each single closing is guarded (F2).

    A stage that wants it shut asks once in any case: an opening may be under way that doesn't show yet.
    """
    wanted, now_s = LID_WANTED.get(sortie.stage), seen.now_s
    asked_here = sortie.lid_asked_s >= sortie.since_s
    there = lid(seen.dock, now_s) is wanted and (wanted is Lid.OPEN or asked_here)
    if wanted is None or there or (asked_here and now_s - sortie.lid_asked_s < LID_AGAIN_S):
        return sortie, None
    if wanted is Lid.CLOSED and not may_close(sortie, seen):
        return sortie, None
    return replace(sortie, lid_asked_s=now_s), wanted
