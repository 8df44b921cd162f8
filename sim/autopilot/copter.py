"""The autopilot's core: what it does and what it asks of the motors. No socket, no clock: time comes with each tick.

Rules
- Nothing lifts unless armed and told to take off; armed and not taken off, it disarms after DISARM_DELAY.
- A failsafe changes the mode once; only a commander's mode change ends it, never the return of what was lost.
- RTL climbs to RTL_ALT, returns, waits RTL_LOIT_TIME, lands and disarms. Touch-down in RTL or LAND disarms.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from sim.autopilot import arming, failsafes
from sim.autopilot.estimate import Estimate, Origin, Spot
from sim.autopilot.fence import Item, Region, regions
from sim.autopilot.guidance import Goal, Goto, Limits, Sink, Stop, steer, stopping_spot
from sim.autopilot.mission import fly
from sim.autopilot.modes import TRAITS, Air, Mode, Style
from sim.autopilot.parameters import Parameters
from sim.physics import OFF, Demand

EMERGENCY, CRITICAL, WARNING, NOTICE, INFO = 0, 2, 4, 5, 6
"""MAV_SEVERITY."""
TOUCHED_S = 0.5
"""So long on the ground while asking to go down counts as landed (LAND_DETECTOR_TRIGGER_SEC is 1.0)."""
WATCH_EVERY_S = 0.1
"""Boot, ground station, battery and fence are looked at so often; ArduCopter looks at them 3 to 10 times a second."""
EKF_BRIDGES_S = 5.0
MARKER_S = 2.0
"""AC_PrecLand's LANDING_TARGET_TIMEOUT_MS."""
BRAKE_ACCEL = 5.0
"""m/s^2; ArduCopter's BRAKE_MODE_DECEL_RATE is 7.5, held back by ANGLE_MAX."""


class Leg(Enum):
    """The stages of a return, and how far a mission item has come."""

    CLIMB = "climb"
    RETURN = "return"
    WAIT = "wait"
    DESCEND = "descend"


@dataclass(slots=True)
class Copter:
    origin: Origin
    parameters: Parameters
    boot_armable_s: float = 42.0
    mode: Mode = Mode.STABILIZE
    armed: bool = False
    air: Air = Air.ON_GROUND
    now_s: float = 0.0
    """Since boot."""
    estimate: Estimate = field(default_factory=Estimate)
    home: Spot | None = None
    home_set: bool = False
    """By a ground station: arming leaves it where it is (Copter's AP_Arming.cpp)."""
    return_to: Spot | None = None
    """Where this return goes: home as it was when it began (mode_rtl.cpp builds its path once)."""
    goal: Goal | None = None
    speed: float | None = None
    """Level speed set by DO_CHANGE_SPEED, until the mode changes."""
    leg: Leg = Leg.CLIMB
    since_s: float = 0.0
    """When the current leg or idle period began."""
    nose: float | None = None
    """Where CONDITION_YAW turned it; guided goals keep it so until the mode changes (ArduCopter's autoyaw)."""
    touched_s: float | None = None
    demand: Demand = OFF
    watch: failsafes.Watch = field(default_factory=failsafes.Watch)
    texts: deque[tuple[int, str]] = field(default_factory=deque)
    plans: dict[int, tuple[Item, ...]] = field(default_factory=lambda: {0: (), 1: (), 2: ()})
    areas: tuple[Region, ...] = ()
    current: int = 0
    """The mission item being flown, from 1; item 0 is home."""
    reached: deque[int] = field(default_factory=deque)
    gps_lost_s: float | None = None
    """Since when there is no fix; None while there is one."""
    marker: tuple[Spot, float] | None = None
    """The last sight of the landing marker: where, and when (sim/autopilot/precland.py)."""
    told: int = 0
    """How many of the boot's announcements are out."""
    _limits: tuple[tuple[Mode, float | None, int], Limits] | None = None
    """What the limits come from, and the limits."""

    @property
    def ready(self) -> bool:
        """The EKF gives a position."""
        return self.now_s >= self.boot_armable_s and not self.blind

    @property
    def blind(self) -> bool:
        """Without a fix for longer than the EKF bridges by inertia."""
        return self.gps_lost_s is not None and self.now_s - self.gps_lost_s > EKF_BRIDGES_S

    @property
    def height(self) -> float:
        """Metres above home; above the origin before there is a home."""
        return (self.home.down if self.home else 0.0) - self.estimate.down

    def say(self, severity: int, text: str) -> None:
        self.texts.append((severity, text))

    def tick(self, now_s: float, estimate: Estimate) -> Demand:
        """One step of the loop: what the motors shall do until the next."""
        dt, self.now_s, self.estimate = now_s - self.now_s, now_s, estimate
        if now_s >= self.watch.due_s:
            self.watch.due_s = now_s + WATCH_EVERY_S
            arming.boot(self)
            failsafes.judge(self)
        if self.armed:
            self._feel_ground()
        self.demand = self._steer(dt) if self.armed else OFF
        return self.demand

    def enter(self, mode: Mode, why: str = "") -> bool:
        """Changes the mode. False, with a STATUSTEXT, if it can't be entered now; disarmed every mode can be."""
        if self.armed and TRAITS[mode].needs_position and not self.ready:
            self.say(WARNING, f"Mode change to {mode.name} failed: requires position")
            return False
        if self.armed and mode is Mode.AUTO and len(self.plans[0]) < 2:
            self.say(WARNING, "Mode change to AUTO failed: missing mission")
            return False
        if mode is not self.mode or why:
            self.mode, self.leg, self.since_s, self.speed = mode, Leg.CLIMB, self.now_s, None
            self.goal = self.nose = None
            self.return_to = self.home
            if mode is Mode.AUTO and not self.current:
                self.current = 1
        return True

    def arm(self, *, force: bool = False) -> bool:
        if self.armed:
            return True
        reasons = [] if force else arming.reasons(self)
        for reason in reasons:
            self.say(CRITICAL, f"Arm: {reason}")
        if reasons:
            return False
        self.armed, self.since_s, self.touched_s = True, self.now_s, None
        self.home = self.estimate.spot if self.ready and not self.home_set else self.home
        self.demand = OFF._replace(yaw=self.estimate.yaw)
        self.watch.renew()
        self.say(INFO, "Arming motors")
        return True

    def disarm(self, *, force: bool = False) -> bool:
        """False in the air, unless forced: then the motors stop where it is."""
        if self.air is not Air.ON_GROUND and not force:
            return False
        if self.armed:
            self.say(INFO, "Disarming motors")
        self.armed, self.goal, self.demand = False, None, OFF
        self.air = Air.ON_GROUND if self.estimate.grounded else self.air
        return True

    def take_off(self, height: float) -> bool:
        """Climb to `height` metres above home; only armed, on the ground and in GUIDED (or AUTO's item)."""
        landed = self.air is Air.ON_GROUND
        if not (self.armed and landed and self.home and TRAITS[self.mode].style in (Style.GUIDED, Style.MISSION)):
            return False
        if not height > self.height:
            return False
        here = self.estimate
        self.goal = Goto(Spot(here.north, here.east, self.home.down - height), here.yaw)
        self.air = Air.TAKEOFF
        return True

    def go(self, goal: Goal) -> None:
        """A new guided goal; on the ground it stays a wish."""
        self.goal = goal if self.air is not Air.ON_GROUND else None

    def adopt(self, kind: int, items: Sequence[Item]) -> None:
        """Takes an uploaded plan: 0 mission, 1 fence, 2 rally. Raises ValueError if the fence is no fence."""
        if kind == 1:
            self.areas = regions(items, self.origin)
        self.plans[kind] = tuple(items)
        count = {0: "MIS_TOTAL", 1: "FENCE_TOTAL", 2: "RALLY_TOTAL"}[kind]
        self.parameters[count] = len(items)
        if kind == 0:
            self.current = 0

    def limits(self) -> Limits:
        """Read anew only where something they come from has changed: every step asks for them."""
        source = self.mode, self.speed, self.parameters.changes
        if self._limits is None or self._limits[0] != source:
            self._limits = source, self._read_limits()
        return self._limits[1]

    def _read_limits(self) -> Limits:
        metres = self.parameters.metres
        speed = self.speed or metres("WPNAV_SPEED")
        if self.mode is Mode.RTL and self.parameters["RTL_SPEED"]:
            speed = metres("RTL_SPEED")
        return Limits(
            speed=speed,
            up=metres("WPNAV_SPEED_UP"),
            down=metres("WPNAV_SPEED_DN"),
            accel=BRAKE_ACCEL if self.mode is Mode.BRAKE else metres("WPNAV_ACCEL"),
            accel_z=metres("WPNAV_ACCEL_Z"),
        )

    def _feel_ground(self) -> None:
        """Take-off and touch-down as the landing detector sees them, and the disarming that follows."""
        if self.air is Air.ON_GROUND:
            if self.now_s - self.since_s >= self.parameters["DISARM_DELAY"] > 0:
                self.disarm()
            return
        if not self.estimate.grounded:
            self.touched_s = None
            if self.air is Air.TAKEOFF and self.height > 1:
                self.air = Air.IN_AIR
            return
        if self.demand.v_down < 0 and self.demand.lift:
            return
        self.touched_s = self.touched_s if self.touched_s is not None else self.now_s
        if self.now_s - self.touched_s >= TOUCHED_S:
            self.air, self.since_s, self.goal = Air.ON_GROUND, self.now_s, None
            if TRAITS[self.mode].style in (Style.RETURN, Style.LAND, Style.MISSION):
                self.disarm()

    def _steer(self, dt: float) -> Demand:
        if self.air is Air.ON_GROUND and not (self.mode is Mode.AUTO and self.armed):
            return Demand(spin=True, lift=False, yaw=self.estimate.yaw)
        match TRAITS[self.mode].style:
            case Style.GUIDED | Style.HOLD:
                self.goal = self._hold()
            case Style.RETURN:
                self.goal = self._return()
            case Style.LAND:
                self.goal = self.sink(self.goal)
            case Style.MISSION:
                self.goal = fly(self) or (None if self.air is Air.ON_GROUND else self._hold())
            case Style.HANDS:
                return Demand(spin=True, lift=False, yaw=self.estimate.yaw)
        if self.goal is None:
            return Demand(spin=True, lift=False, yaw=self.estimate.yaw)
        return steer(self.goal, self.estimate, self.demand, self.limits(), dt)

    def _hold(self) -> Goal:
        """Stop, then stay where that was."""
        here = self.estimate
        if isinstance(self.goal, Stop) and here.speed < 0.3 and abs(here.v_down) < 0.3:
            return Goto(here.spot, self.demand.yaw)
        return self.goal or Stop()

    def sink(self, goal: Goal | None) -> Sink:
        """Down over where it is: fast while high, at LAND_SPEED below LAND_ALT_LOW. On the ground it no longer pulls
        aside, or it would hop for ever (AC_PosControl::soften_for_landing_xy)."""
        here = None if self.estimate.grounded or not isinstance(goal, Sink) else goal.spot
        spot = here or stopping_spot(self.estimate, self.limits())
        if self.marker and self.now_s - self.marker[1] < MARKER_S and not self.estimate.grounded:
            spot = self.marker[0]
        metres = self.parameters.metres
        fast = metres("LAND_SPEED_HIGH") or metres("WPNAV_SPEED_DN")
        return Sink(spot, fast if self.height > metres("LAND_ALT_LOW") else metres("LAND_SPEED"))

    def _return(self) -> Goal:
        """The next piece of the way home."""
        home = self.return_to or self.estimate.spot
        here, metres = self.estimate.spot, self.parameters.metres
        match self.leg:
            case Leg.CLIMB:
                return self._climb(home)
            case Leg.RETURN:
                goal = self.goal if isinstance(self.goal, Goto) else Goto(home._replace(down=here.down))
                if here.apart(home) < metres("WPNAV_RADIUS"):
                    self._next(Leg.WAIT)
                return goal
            case Leg.WAIT:
                if self.now_s - self.since_s >= self.parameters["RTL_LOIT_TIME"] / 1000:
                    self._next(Leg.DESCEND)
                    self.air = Air.LANDING
                    return self.sink(Sink(home, 0.0))
                return self.goal or Goto(home)
            case Leg.DESCEND:
                return self.sink(self.goal if isinstance(self.goal, Sink) else Sink(home, 0.0))

    def _climb(self, home: Spot) -> Goal:
        here, metres = self.estimate.spot, self.parameters.metres
        if not isinstance(self.goal, Goto):
            # Near home a lower return saves time and charge: the cone of RTL_CONE_SLOPE (AP mode_rtl.cpp).
            want = metres("RTL_ALT")
            if self.parameters["RTL_CONE_SLOPE"] > 0:
                want = min(want, max(here.apart(home) * self.parameters["RTL_CONE_SLOPE"], 2.0))
            want = max(want, self.height + metres("RTL_CLIMB_MIN"))
            stop = stopping_spot(self.estimate, self.limits())
            self.goal = Goto(Spot(stop.north, stop.east, home.down - want), self.demand.yaw)
        if abs(self.goal.spot.down - here.down) < 0.7:
            self._next(Leg.RETURN)
            return Goto(home._replace(down=self.goal.spot.down))
        return self.goal

    def _next(self, leg: Leg) -> None:
        self.leg, self.since_s = leg, self.now_s
