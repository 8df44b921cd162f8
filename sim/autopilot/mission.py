"""AUTO: flying the uploaded mission item by item. Item 0 is home and is never flown (ArduPilot's convention)."""

from typing import TYPE_CHECKING

from sim.autopilot.estimate import Spot
from sim.autopilot.fence import Item
from sim.autopilot.guidance import Goal, Goto, Sink
from sim.autopilot.mavcmd import Cmd
from sim.autopilot.modes import Air, Mode

if TYPE_CHECKING:
    from sim.autopilot.copter import Copter

PLACES = (
    Cmd.NAV_WAYPOINT,
    Cmd.NAV_SPLINE_WAYPOINT,
    Cmd.NAV_LOITER_UNLIM,
    Cmd.NAV_LOITER_TIME,
    Cmd.NAV_LOITER_TO_ALT,
)
GLOBAL_FRAMES = (0, 5)
"""MAV_FRAME_GLOBAL and its INT twin: altitude above mean sea level; the others count from home."""


def fly(copter: "Copter") -> Goal | None:
    """The goal of the current item; moves on when it is reached. None rests on the ground."""
    for _ in range(len(copter.plans[0])):
        if not 1 <= copter.current < len(copter.plans[0]):
            break
        item = copter.plans[0][copter.current]
        if item.command == Cmd.NAV_RETURN_TO_LAUNCH:
            copter.enter(Mode.RTL)
            return copter.goal
        goal = _begin(copter, item) if copter.goal is None else copter.goal
        if goal is not None and not _done(copter, item, goal):
            return _landing(copter, goal) if item.command == Cmd.NAV_LAND else goal
        if goal is None and item.command in (Cmd.NAV_TAKEOFF, Cmd.NAV_LAND, Cmd.NAV_WAYPOINT):
            return None
        copter.reached.append(copter.current)
        copter.current += 1
        copter.goal, copter.since_s = None, copter.now_s
    # A mission that has run out holds where it is, as Copter does.
    here = copter.estimate
    return copter.goal or (None if here.grounded else Goto(here.spot, copter.demand.yaw))


def place(copter: "Copter", item: Item) -> Spot:
    """Where an item lies. 0/0 means here; the height is taken by the item's frame."""
    here, home = copter.estimate.spot, copter.home or Spot(0, 0, 0)
    north, east = copter.origin.local(item.lat, item.lon) if item.lat or item.lon else (here.north, here.east)
    down = copter.origin.amsl_m - item.alt if item.frame in GLOBAL_FRAMES else home.down - item.alt
    return Spot(north, east, down)


def _begin(copter: "Copter", item: Item) -> Goal | None:
    """Starts an item: None if it has no place of its own or can't start."""
    match item.command:
        case Cmd.NAV_TAKEOFF:
            return _take_off(copter, item.alt if item.frame not in GLOBAL_FRAMES else item.alt - copter.origin.amsl_m)
        case command if command in PLACES:
            return Goto(place(copter, item)) if copter.air is not Air.ON_GROUND else None
        case Cmd.NAV_LAND:
            over = place(copter, item)._replace(down=copter.estimate.down)
            return Goto(over) if copter.air is not Air.ON_GROUND else None
        case Cmd.DO_CHANGE_SPEED:
            copter.speed = item.params[1] if item.params[1] > 0 else None
    return None


def _take_off(copter: "Copter", height: float) -> Goal | None:
    """From the ground, or, begun in the air, a climb from there: it never goes down (mode_auto.cpp, takeoff_start)."""
    if copter.air is Air.ON_GROUND:
        copter.take_off(height)
        return copter.goal
    here, home = copter.estimate.spot, copter.home or Spot(0, 0, 0)
    return Goto(here._replace(down=min(here.down, home.down - height)), copter.demand.yaw)


def _landing(copter: "Copter", goal: Goal) -> Goal:
    """First over the place, then down on it."""
    if isinstance(goal, Goto) and goal.spot.apart(copter.estimate.spot) < 1:
        return copter.sink(Sink(goal.spot, 0.0))
    return copter.sink(goal) if isinstance(goal, Sink) else goal


def _done(copter: "Copter", item: Item, goal: Goal) -> bool:
    here, radius = copter.estimate.spot, max(copter.parameters.metres("WPNAV_RADIUS"), 0.5)
    match item.command:
        case Cmd.NAV_TAKEOFF | Cmd.NAV_WAYPOINT | Cmd.NAV_SPLINE_WAYPOINT | Cmd.NAV_LOITER_TO_ALT:
            near = isinstance(goal, Goto) and goal.spot.apart(here) < radius and abs(goal.spot.down - here.down) < 1
            return near and copter.now_s - copter.since_s >= (item.params[0] if item.command == Cmd.NAV_WAYPOINT else 0)
        case Cmd.NAV_LOITER_TIME:
            return copter.now_s - copter.since_s >= item.params[0] + 5
        case Cmd.NAV_LAND:
            return copter.air is Air.ON_GROUND
    return False
