"""What a sortie leaves for the judges (values): the world's truth four times a second, each order and what it did."""

from dataclasses import dataclass

from bench.flights_plan import Plan, Trick
from edge.flight.geometry import Place
from edge.flight.launch import Stage
from wire.orders import Order

FRAME_S = 0.25
"""Between two frames."""
MOVED = "moved"
"""The kind of an event that is no truth: the launch table was stepped, to `what`."""


@dataclass(frozen=True, slots=True)
class Look:
    """The camera's picture at one moment, in truth; `scene` and `shown` are the flight code's. Angles in radians.

    `roll`, `pitch`: of the airframe, 0 where the camera is steadied; `tilt`: of the camera by it, up from ahead.
    """

    shown: bool
    """It judges that the picture may be shown."""
    scene: Place | None
    tilt: float
    roll: float
    pitch: float
    yaw: float
    lies_m: float
    """How far satellites lie: nobody aboard can know."""
    marker: bool
    """The pad's marker lies in the picture, large enough, whether or not something hides it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Truth, but for `stage` and `forced`, which are what the flight code believes."""

    t_s: float
    stage: Stage
    forced: bool
    mode: str
    armed: bool
    airborne: bool
    place: Place
    height_m: float
    spare_wh: float
    """Left in the pack, less the way home in the wind as it is, less the reserve."""
    commanded: bool
    """The flight process lives and the link carries at once, once and in order."""
    speed_mps: float
    climb_mps: float
    lid_open: bool
    near: bool
    """Another aircraft is inside 610 m and 76 m."""
    receives: bool
    """The traffic receiver speaks."""
    remote_id: bool
    """The Remote ID transmitter speaks and is fit."""
    marker: bool
    """The pad has a marker, and nothing hides it."""
    look: Look | None
    """None where no camera is fitted."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One order at the gate. `stirred`: it sent a command, moved the lid or changed the sortie."""

    t_s: float
    order: Order
    trick: Trick
    accepted: bool
    stirred: bool
    reasons: tuple[str, ...]
    timed: bool
    """The flight process knew the control room's time."""
    before: Frame
    offset_ms: float
    """Box's wall clock minus the control room's, in truth."""
    weather: str
    """What of the true weather is outside the site's limits; "" if nothing is."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the world's truth. `lid_open`, `lid_proven`: the lid at that moment, and what both signals said.
    `near`, `receives`, `remote_id`: as in a frame."""

    t_s: float
    kind: str
    what: str
    armed: bool
    airborne: bool
    lid_open: bool
    lid_proven: bool
    near: bool
    receives: bool
    remote_id: bool
    crash: bool = False
    from_pad_m: float = 0.0
    left_pct: float = 0.0
    height_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Record:
    """`ended`: parked, landed_out, fault, not_flown, lost or unlinked (down, but the flight process or its link never
    came back), or never.
    """

    plan: Plan
    frames: tuple[Frame, ...]
    delivered: tuple[Delivered, ...]
    events: tuple[Event, ...]
    ended: str
    simulated_s: float
    log: tuple[str, ...]
