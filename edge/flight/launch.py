"""The launch table (pure).

Its rules, each walked over the whole product of stages and events by a test:
- ARM is asked for in one cell only: the lid was shut, is now proven open, and every rule was judged again.
- From every airborne stage HOLD, RETURN and LAND are accepted. MUST_RETURN leads home from every stage but three that
  are on their way down already: LANDING_HERE; DIVERTING, to what can be reached where the dock may not; GOING_AROUND,
  which a return would only bring to the same height of decision again. The latter two have deadlines.
- Before take-off any of the three is an abort: disarm if it was armed, then close.
- The lid is wanted shut only in stages that follow a proven landing or never armed; F2 guards each single closing too.
- What failed is never tried for ever in the air: it ends in a return, and a failed return in a landing.
"""

from collections.abc import Mapping
from enum import StrEnum

from edge.flight.autopilots import Do
from wire.states import Lid


class Stage(StrEnum):
    STARTING = "starting"
    """The box has begun and asks the autopilot what is (F28)."""
    PARKED = "parked"
    OPENING = "opening"
    ARMING = "arming"
    CLIMBING = "climbing"
    """Armed, on the pad or on the way up."""
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    ORBITING = "orbiting"
    """Circles around a place, or is on its way to that ring."""
    HOLDING = "holding"
    RETURNING = "returning"
    LANDING = "landing"
    """The last metres above the pad."""
    GOING_AROUND = "going_around"
    """Climbs to come down once more: the pad's marker was not to be seen (F22)."""
    YIELDING = "yielding"
    """Gives way to traffic on its way home, and goes on when that is past (F14)."""
    DIVERTING = "diverting"
    """On the way to another landing place than its dock (F22)."""
    LANDING_HERE = "landing_here"
    LANDED_OUT = "landed_out"
    """On the ground away from the pad: somebody has to fetch it."""
    ABORTING = "aborting"
    """On the pad, being disarmed."""
    CLOSING = "closing"
    FAULT = "fault"
    """Needs a person at the dock."""


class Happened(StrEnum):
    """Orders (the first six carry an act's name) and what telemetry, dock and timers show."""

    LAUNCH = "launch"
    GOTO = "goto"
    ORBIT = "orbit"
    HOLD = "hold"
    RETURN = "return"
    LAND = "land"
    NO_GO = "no_go"
    LID_OPEN = "lid_open"
    LID_CLOSED = "lid_closed"
    ARMED = "armed"
    AIRBORNE = "airborne"
    AT_HEIGHT = "at_height"
    AT_CORNER = "at_corner"
    """Of the way round what is closed; from here it is straight."""
    AT_SCENE = "at_scene"
    DESCENDING = "descending"
    LANDED_ON_PAD = "landed_on_pad"
    LANDED_AWAY = "landed_away"
    SAFE = "safe"
    """Disarmed on the pad under a closed lid."""
    MUST_RETURN = "must_return"
    ROOM_LOST = "room_lost"
    AVOID_DOWN = "avoid_down"
    """Traffic comes too near (F14): these three are the ways to give way."""
    AVOID_HOLD = "avoid_hold"
    AVOID_HOME = "avoid_home"
    PAST = "past"
    """Nobody is near any more whom it gave way to."""
    DIVERT = "divert"
    """The dock can't take it (F22)."""
    UNSEEN = "unseen"
    """The pad's marker, at the height of decision (F22)."""
    DOCK_OPEN = "dock_open"
    """It can again, and the charge lasts for it."""
    AUTOPILOT_RETURNS = "autopilot_returns"
    AUTOPILOT_LANDS = "autopilot_lands"
    NO_EFFECT = "no_effect"
    TIMEOUT = "timeout"
    FOUND_PARKED = "found_parked"
    FOUND_LANDED = "found_landed"
    FOUND_AWAY = "found_away"
    FOUND_ARMED = "found_armed"
    FOUND_CLIMBING = "found_climbing"
    """Or up, and not sent to its target yet."""
    FOUND_UNDER_WAY = "found_under_way"
    FOUND_ORBITING = "found_orbiting"
    FOUND_FLYING = "found_flying"
    FOUND_UNJUDGED = "found_unjudged"
    """Armed, and it doesn't say whether it flies."""
    FOUND_RECALLED = "found_recalled"
    """In the air on its way home, or down, or with an order to, that it doesn't fly: these two."""
    FOUND_TOLD_DOWN = "found_told_down"
    FOUND_RETURNING = "found_returning"
    FOUND_LANDING = "found_landing"


S, H = Stage, Happened
ORDERS = (H.LAUNCH, H.GOTO, H.ORBIT, H.HOLD, H.RETURN, H.LAND)
ABORTS = (H.HOLD, H.RETURN, H.LAND)
FLYING = (S.CLIMBING, S.EN_ROUTE, S.ON_SCENE, S.ORBITING, S.HOLDING)
SENT_ON = (S.EN_ROUTE, S.ON_SCENE, S.ORBITING, S.HOLDING, S.RETURNING, S.GOING_AROUND, S.YIELDING)
"""From these it can be sent to a place."""
AIRBORNE = (*FLYING, S.RETURNING, S.LANDING, S.GOING_AROUND, S.YIELDING, S.DIVERTING, S.LANDING_HERE)
Steps = Mapping[tuple[Stage, Happened], tuple[Stage, Do]]


def _each(stages: tuple[Stage, ...], happened: Happened, to: Stage, do: Do) -> Steps:
    return {(stage, happened): (to, do) for stage in stages}


STEPS: Steps = {
    (S.STARTING, H.FOUND_PARKED): (S.PARKED, Do.NOTHING),
    (S.STARTING, H.FOUND_LANDED): (S.CLOSING, Do.NOTHING),
    (S.STARTING, H.FOUND_AWAY): (S.LANDED_OUT, Do.NOTHING),
    (S.STARTING, H.FOUND_ARMED): (S.ABORTING, Do.DISARM),
    (S.STARTING, H.FOUND_CLIMBING): (S.CLIMBING, Do.NOTHING),
    (S.STARTING, H.FOUND_UNDER_WAY): (S.EN_ROUTE, Do.NOTHING),
    (S.STARTING, H.FOUND_ORBITING): (S.ORBITING, Do.NOTHING),
    (S.STARTING, H.FOUND_FLYING): (S.HOLDING, Do.NOTHING),
    (S.STARTING, H.FOUND_UNJUDGED): (S.RETURNING, Do.RETURN),
    (S.STARTING, H.FOUND_RECALLED): (S.RETURNING, Do.RETURN),
    (S.STARTING, H.FOUND_TOLD_DOWN): (S.LANDING_HERE, Do.LAND),
    (S.STARTING, H.FOUND_RETURNING): (S.RETURNING, Do.NOTHING),
    (S.STARTING, H.FOUND_LANDING): (S.LANDING_HERE, Do.NOTHING),
    (S.PARKED, H.LAUNCH): (S.OPENING, Do.PREPARE),
    **{(S.OPENING, h): (S.CLOSING, Do.NOTHING) for h in (*ABORTS, H.NO_GO, H.TIMEOUT, H.NO_EFFECT)},
    (S.OPENING, H.LID_OPEN): (S.ARMING, Do.ARM),
    **{(S.ARMING, h): (S.ABORTING, Do.DISARM) for h in (*ABORTS, H.NO_GO, H.TIMEOUT, H.NO_EFFECT)},
    (S.ARMING, H.ARMED): (S.CLIMBING, Do.TAKE_OFF),
    (S.ABORTING, H.LANDED_ON_PAD): (S.CLOSING, Do.NOTHING),
    (S.ABORTING, H.NO_EFFECT): (S.ABORTING, Do.DISARM),
    (S.ABORTING, H.AIRBORNE): (S.RETURNING, Do.RETURN),
    (S.ABORTING, H.TIMEOUT): (S.FAULT, Do.NOTHING),
    (S.CLIMBING, H.NO_EFFECT): (S.ABORTING, Do.DISARM),
    (S.CLIMBING, H.TIMEOUT): (S.RETURNING, Do.RETURN),
    (S.CLIMBING, H.GOTO): (S.CLIMBING, Do.TAKE_OFF),
    (S.CLIMBING, H.AT_HEIGHT): (S.EN_ROUTE, Do.GO),
    (S.EN_ROUTE, H.AT_CORNER): (S.EN_ROUTE, Do.GO),
    (S.EN_ROUTE, H.AT_SCENE): (S.ON_SCENE, Do.NOTHING),
    **_each(SENT_ON, H.GOTO, S.EN_ROUTE, Do.GO),
    **_each(SENT_ON, H.ORBIT, S.ORBITING, Do.GO),
    **_each(AIRBORNE, H.HOLD, S.HOLDING, Do.HOLD),
    **_each(AIRBORNE, H.RETURN, S.RETURNING, Do.RETURN),
    **_each(AIRBORNE, H.LAND, S.LANDING_HERE, Do.LAND),
    **_each((*FLYING, S.YIELDING, S.RETURNING, S.LANDING), H.MUST_RETURN, S.RETURNING, Do.RETURN),
    **_each(FLYING, H.ROOM_LOST, S.RETURNING, Do.RETURN),
    **_each(FLYING, H.AVOID_DOWN, S.HOLDING, Do.GO),
    **_each(FLYING, H.AVOID_HOLD, S.HOLDING, Do.HOLD),
    **_each(FLYING, H.AVOID_HOME, S.RETURNING, Do.RETURN),
    **_each((S.RETURNING, S.DIVERTING, S.YIELDING), H.AVOID_DOWN, S.YIELDING, Do.GO),
    **_each((S.RETURNING, S.DIVERTING, S.YIELDING), H.AVOID_HOLD, S.YIELDING, Do.HOLD),
    **_each((S.YIELDING,), H.AVOID_HOME, S.RETURNING, Do.RETURN),
    **_each((S.YIELDING,), H.PAST, S.RETURNING, Do.RETURN),
    **_each((S.YIELDING,), H.TIMEOUT, S.RETURNING, Do.RETURN),
    **_each((S.RETURNING, S.LANDING), H.UNSEEN, S.GOING_AROUND, Do.GO),
    **_each((S.GOING_AROUND,), H.AT_SCENE, S.LANDING, Do.LAND),
    **_each((S.GOING_AROUND,), H.TIMEOUT, S.RETURNING, Do.RETURN),
    **_each((S.RETURNING, S.LANDING, S.GOING_AROUND), H.DIVERT, S.DIVERTING, Do.GO),
    (S.DIVERTING, H.DOCK_OPEN): (S.RETURNING, Do.RETURN),
    (S.DIVERTING, H.AT_SCENE): (S.LANDING_HERE, Do.LAND),
    (S.DIVERTING, H.TIMEOUT): (S.LANDING_HERE, Do.LAND),
    **_each((*FLYING, S.GOING_AROUND, S.YIELDING, S.DIVERTING), H.AUTOPILOT_RETURNS, S.RETURNING, Do.NOTHING),
    **_each(
        (*FLYING, S.RETURNING, S.GOING_AROUND, S.YIELDING, S.DIVERTING), H.AUTOPILOT_LANDS, S.LANDING_HERE, Do.NOTHING
    ),
    **_each(
        (S.EN_ROUTE, S.ON_SCENE, S.ORBITING, S.HOLDING, S.GOING_AROUND, S.YIELDING), H.NO_EFFECT, S.RETURNING, Do.RETURN
    ),
    **_each((S.RETURNING, S.LANDING, S.DIVERTING, S.LANDING_HERE), H.NO_EFFECT, S.LANDING_HERE, Do.LAND),
    (S.RETURNING, H.DESCENDING): (S.LANDING, Do.NOTHING),
    **_each(AIRBORNE, H.LANDED_ON_PAD, S.CLOSING, Do.NOTHING),
    **_each(AIRBORNE, H.LANDED_AWAY, S.LANDED_OUT, Do.NOTHING),
    (S.CLOSING, H.ARMED): (S.ABORTING, Do.DISARM),
    (S.CLOSING, H.LID_CLOSED): (S.PARKED, Do.NOTHING),
    (S.CLOSING, H.TIMEOUT): (S.FAULT, Do.NOTHING),
    **_each((S.FAULT, S.LANDED_OUT), H.SAFE, S.PARKED, Do.NOTHING),
    **_each((S.PARKED, S.OPENING, S.CLOSING, S.LANDED_OUT, S.FAULT), H.AIRBORNE, S.HOLDING, Do.NOTHING),
    **_each((S.STARTING,), H.HOLD, S.HOLDING, Do.HOLD),
    **_each((S.STARTING,), H.RETURN, S.RETURNING, Do.RETURN),
    **_each((S.STARTING,), H.LAND, S.LANDING_HERE, Do.LAND),
}
"""(stage, what happened) -> (next stage, what is asked of the autopilot). What isn't here changes nothing."""

LID_WANTED: Mapping[Stage, Lid] = {
    **dict.fromkeys((S.OPENING, S.ARMING, S.ABORTING, *AIRBORNE), Lid.OPEN),
    S.CLOSING: Lid.CLOSED,
    S.LANDED_OUT: Lid.CLOSED,
}
"""Asked of the dock until it is so; in the other stages the lid is left as it is."""

DEADLINE_S: Mapping[Stage, float] = {
    S.OPENING: 20, S.ARMING: 20, S.ABORTING: 15, S.CLIMBING: 60, S.GOING_AROUND: 30, S.YIELDING: 120,
    S.DIVERTING: 180, S.CLOSING: 30,
}  # fmt: skip
"""Seconds in a stage after which TIMEOUT happens."""
