"""What makes the autopilot act against its commander: a silent ground station, a low battery, a breached fence.

Each trips once and stays until its cause has gone; the mode it chose stays for good (ArduCopter events.cpp).
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.autopilot import fence
from sim.autopilot.modes import TRAITS, Air, Mode, Style

if TYPE_CHECKING:
    from sim.autopilot.copter import Copter

BATTERY_ACTIONS = {1: Mode.LAND, 2: Mode.RTL, 3: Mode.RTL, 4: Mode.RTL, 5: None, 6: Mode.RTL}
"""BATT_FS_LOW_ACT and BATT_FS_CRT_ACT; 5 terminates, which this model does as a landing never."""
GCS_ACTIONS = {1: Mode.RTL, 2: Mode.RTL, 3: Mode.RTL, 4: Mode.LAND, 5: Mode.LAND, 6: Mode.RTL, 7: Mode.BRAKE}
FENCE_ACTIONS = {1: Mode.RTL, 2: Mode.LAND, 3: Mode.RTL, 4: Mode.BRAKE, 5: Mode.RTL}
NOTICE, WARNING, CRITICAL = 5, 4, 2


@dataclass(slots=True)
class Watch:
    """`gcs_s`: when the commander's ground station was last heard, None if never. `low`, `critical`: since when."""

    due_s: float = 0.0
    gcs_s: float | None = None
    gcs_lost: bool = False
    low_s: float | None = None
    critical_s: float | None = None
    low: bool = False
    critical: bool = False
    breached: int = 0
    blind: bool = False
    tripped: list[str] = field(default_factory=list)

    def renew(self) -> None:
        """At arming: what happened on the ground counts no more."""
        self.low = self.critical = False
        self.breached = 0
        self.blind = False
        self.tripped = []


def judge(copter: "Copter") -> None:
    """Looks at the ground station, and while armed at battery, fence and estimator. Called ten times a second."""
    _listen(copter)
    if copter.armed:
        _battery(copter)
        _fence(copter)
        _estimator(copter)


def heard(copter: "Copter") -> None:
    """A heartbeat of SYSID_MYGCS came in."""
    if copter.watch.gcs_lost and copter.armed:
        copter.say(WARNING, "GCS Failsafe Cleared")
    copter.watch.gcs_s, copter.watch.gcs_lost = copter.now_s, False


def _listen(copter: "Copter") -> None:
    """Is the ground station still there? Disarmed it only blocks arming."""
    watch, parameters = copter.watch, copter.parameters
    action = GCS_ACTIONS.get(int(parameters["FS_GCS_ENABLE"]))
    if action is None or watch.gcs_s is None or watch.gcs_lost:
        return
    if copter.now_s - watch.gcs_s < parameters["FS_GCS_TIMEOUT"]:
        return
    watch.gcs_lost = True
    if copter.armed:
        copter.say(WARNING, "GCS Failsafe")
        _act(copter, action, "gcs")


def _battery(copter: "Copter") -> None:
    watch, parameters, estimate = copter.watch, copter.parameters, copter.estimate
    left = parameters["BATT_CAPACITY"] - estimate.used_mah
    timer = parameters["BATT_LOW_TIMER"]
    watch.low_s = _since(watch.low_s, estimate.volts < parameters["BATT_LOW_VOLT"], copter.now_s)
    watch.critical_s = _since(watch.critical_s, estimate.volts < parameters["BATT_CRT_VOLT"], copter.now_s)
    if not watch.critical and (left < parameters["BATT_CRT_MAH"] or _lasted(watch.critical_s, copter.now_s, timer)):
        watch.critical = watch.low = True
        _empty(copter, "critical", "BATT_FS_CRT_ACT")
    elif not watch.low and (left < parameters["BATT_LOW_MAH"] or _lasted(watch.low_s, copter.now_s, timer)):
        watch.low = True
        _empty(copter, "low", "BATT_FS_LOW_ACT")


def _since(since: float | None, holds: bool, now_s: float) -> float | None:
    if not holds:
        return None
    return now_s if since is None else since


def _lasted(since: float | None, now_s: float, seconds: float) -> bool:
    return since is not None and now_s - since >= seconds


def _empty(copter: "Copter", how: str, parameter: str) -> None:
    estimate = copter.estimate
    copter.say(WARNING, f"Battery 1 is {how} {estimate.volts:.2f}V used {estimate.used_mah:.0f} mAh")
    if (action := BATTERY_ACTIONS.get(int(copter.parameters[parameter]))) is not None:
        copter.say(WARNING, "Battery Failsafe")
        _act(copter, action, f"battery {how}")


def _fence(copter: "Copter") -> None:
    if copter.home is None:
        return
    broken = fence.breaches(copter.parameters, copter.areas, copter.home, copter.estimate.spot)
    new, copter.watch.breached = broken & ~copter.watch.breached, broken
    if not new:
        return
    copter.say(NOTICE, f"{fence.names(new)} fence breached")
    if (action := FENCE_ACTIONS.get(int(copter.parameters["FENCE_ACTION"]))) is not None:
        _act(copter, action, "fence")


def _estimator(copter: "Copter") -> None:
    """FS_EKF_ACTION 1: without a position it lands where it is (ArduCopter ekf_check.cpp)."""
    new, copter.watch.blind = copter.blind and not copter.watch.blind, copter.blind
    if new and copter.parameters["FS_EKF_ACTION"]:
        copter.say(CRITICAL, "EKF Failsafe: LAND Mode")
        _act(copter, Mode.LAND, "ekf")


def _act(copter: "Copter", action: Mode, why: str) -> None:
    """On the ground it disarms; a landing is never turned into a return."""
    copter.watch.tripped.append(why)
    if copter.air is Air.ON_GROUND:
        copter.disarm()
    elif TRAITS[copter.mode].style is Style.LAND or (copter.mode is action):
        return
    elif not copter.enter(action, why):
        copter.enter(Mode.LAND, why)
