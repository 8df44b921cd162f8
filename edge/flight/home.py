"""Where the autopilot's own return would go (F22, pure): proven at the pad before each take-off, watched in the air.

An autopilot fixes its home where it arms. One that a ground station has set by hand stays where it was set (locked in
ArduCopter's commands.cpp, manual_home in PX4's HomePosition.cpp), and every return, also by failsafe, would go there.
"""

from edge.flight.autopilots import Ask, Cmd, Command, Do
from edge.flight.geometry import distance_m
from edge.flight.seen import ON_PAD_M, Site, on_pad_m
from edge.flight.telemetry import Telemetry

HOME_POSITION = 242
ON_PAD_UP_M = 5.0
"""On its pad it may read so high or low: heights count from home."""


def astray(telemetry: Telemetry, site: Site) -> str:
    """Why a return would not end at the dock; "" where it does, or home was never told."""
    if telemetry.home is None:
        return ""
    away = distance_m(telemetry.home, site.dock)
    if away <= on_pad_m(site.limits):
        return ""
    return f"the autopilot's home is {away:.0f} m from the dock, and a return would go there (F22)"


def proven(do: Do, site: Site, told: Telemetry) -> tuple[Ask, ...]:
    """What is asked before a take-off from the pad: home, told after arming."""
    if do is not Do.TAKE_OFF or told.airborne:
        return ()

    def at_pad(seen: Telemetry, sent_s: float) -> bool:
        return seen.home_s is not None and seen.home_s > sent_s and not why_not(seen)

    def why_not(seen: Telemetry) -> str:
        up_m = seen.alt_rel_m or 0.0
        if why := astray(seen, site):
            return f"{why}; set it at the pad, or restart the aircraft"
        if seen.home and seen.place and (off_m := distance_m(seen.home, seen.place)) > ON_PAD_M:
            return f"the autopilot's home is {off_m:.0f} m from where it stands (F22)"
        high = f"the autopilot's home is {abs(up_m):.0f} m {'below' if up_m > 0 else 'above'} the pad (F22)"
        return high if abs(up_m) > ON_PAD_UP_M else ""

    command = Command(Cmd.REQUEST_MESSAGE, (HOME_POSITION, 0, 0, 0, 0, 0, 0))
    return (Ask("the question where its home is", command, at_pad, why_not=why_not),)
