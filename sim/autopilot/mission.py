"""AUTO: flying the uploaded mission item by item. Item 0 is home and is never flown (ArduPilot's convention)."""

from typing import TYPE_CHECKING

from sim.autopilot.estimate import Spot
from sim.autopilot.fence import Item
from sim.autopilot.guidance import Goal, Goto, Sink

if TYPE_CHECKING:
    from sim.autopilot.copter import Copter

WAYPOINT, LOITER_UNLIM, LOITER_TIME, RTL, LAND, TAKEOFF, CHANGE_SPEED = 16, 17, 19, 20, 21, 22, 178
"""MAV_CMD."""
GLOBAL_FRAMES = (0, 5)
"""MAV_FRAME_GLOBAL and its INT twin: altitude above mean sea level; the others count from home."""


def fly(copter: "Copter") -> Goal | None:
    """The goal of the current item; moves on when it is reached. None rests on the ground."""
    from sim.autopilot.modes import Mode

    for _ in range(len(copter.plans[0])):
        if not 1 <= copter.current < len(copter.plans[0]):
            break
        item = copter.plans[0][copter.current]
        if item.command == RTL:
            copter.enter(Mode.RTL)
            return copter.goal
        goal = _begin(copter, item) if copter.goal is None else copter.goal
        if goal is not None and not _done(copter, item, goal):
            return goal
        if goal is None and item.command in (TAKEOFF, LAND, WAYPOINT):
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
        case 22:
            copter.take_off(item.alt if item.frame not in GLOBAL_FRAMES else item.alt - copter.origin.amsl_m)
            return copter.goal
        case 16 | 17 | 19 | 31 | 82:
            return Goto(place(copter, item)) if copter.air.name != "ON_GROUND" else None
        case 21:
            spot = place(copter, item)
            return copter.sink(Sink(spot, 0.0)) if copter.air.name != "ON_GROUND" else None
        case 178:
            copter.speed = item.params[1] if item.params[1] > 0 else None
    return None


def _done(copter: "Copter", item: Item, goal: Goal) -> bool:
    here, radius = copter.estimate.spot, max(copter.parameters.metres("WPNAV_RADIUS"), 0.5)
    match item.command:
        case 22 | 16:
            near = isinstance(goal, Goto) and goal.spot.apart(here) < radius and abs(goal.spot.down - here.down) < 1
            return near and copter.now_s - copter.since_s >= (item.params[0] if item.command == WAYPOINT else 0)
        case 19:
            return copter.now_s - copter.since_s >= item.params[0] + 5
        case 21:
            return copter.air.name == "ON_GROUND"
    return False
