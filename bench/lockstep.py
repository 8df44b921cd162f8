"""A dock, its aircraft and the real flight core in lockstep on simulated time, hundreds of times faster than real."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.lockstep_orders import AIRCRAFT, EDGE, T0, make_order
from bench.lockstep_senses import Raw, look_down, proves_open
from edge.config import Limits
from edge.flight import deadman, inspection, marker, streams
from edge.flight.autopilots import Command, profile_of
from edge.flight.codec import Codec
from edge.flight.dock import parse
from edge.flight.dockside import DockReading, take
from edge.flight.fence import make_fence
from edge.flight.gate import Go, Memory, Refusal, Repeat, gate, heard
from edge.flight.geometry import Place
from edge.flight.hearing import hear
from edge.flight.launch import Stage
from edge.flight.life import Answered
from edge.flight.roomclock import RoomClock, found_flying, tick
from edge.flight.seen import Fitted, Seen, Site
from edge.flight.sortie import Moved, Step, advance, obey
from edge.flight.state import Sortie
from edge.flight.telemetry import Telemetry
from edge.flight.zones import NO_ZONES, Zones
from sim.dock import Dock, DockConfig
from sim.radio import Radio
from sim.vehicle import Vehicle, VehicleConfig
from sim.weather import WeatherConfig
from wire.baseline import read_rules
from wire.orders import Act, GoTo, Hold, Land, Launch, Orbit, Order, OrderState, Return
from wire.states import Lid

DOCK = Place(52.2, 0.12)
FENCE = ((52.19, 0.105), (52.19, 0.135), (52.21, 0.135), (52.21, 0.105))
"""About 1.1 km to the north and south, 1.0 km to the east and west."""
SCENE = Launch(lat=52.2020, lon=0.1215, alt_rel_m=35)
LIMITS = Limits(
    max_wind_mps=12, max_gust_mps=15, max_rain_mm_h=2, min_visibility_m=2000, min_temperature_c=-5,
    max_temperature_c=40, weather_max_age_s=120, ceiling_m=100, ground_amsl_m=20, pad_amsl_m=15, fence=FENCE,
    order_latency_s=0.5, position_error_m=3, cruise_mps=14, top_speed_mps=18, climb_mps=3.5, descent_mps=2,
    scene_alt_rel_m=35, min_on_scene_s=120, battery_wh=180, cruise_w=700, hover_w=600, reserve_pct=20, max_flight_s=900,
    max_range_m=1500, max_clock_offset_ms=500,
)  # fmt: skip
BASELINE = read_rules(Path(__file__).parent.parent / "firmware-configs" / "demo" / "arducopter.toml")
NAMES = EDGE, AIRCRAFT
TICK_S = 0.05
NEVER_S, PROVES_S = -1e9, 2.0
PEER = ("127.0.0.1", 14550)
Verdict = Go | Repeat | Refusal


@dataclass(frozen=True)
class Core:
    """The flight code that is flown. A broken one in its place shows whether a judge of the truth notices."""

    gate: Callable[[Order, Memory, str, str, datetime | None], Verdict] = gate
    obey: Callable[[Site, Sortie, Seen, Order], Step] = obey
    advance: Callable[[Site, Sortie, Seen], Step] = advance


def make_site(
    limits: Limits = LIMITS, landing_places: tuple[Place, ...] = (), pad: Place = DOCK, names: tuple[str, str] = NAMES
) -> Site:
    fence, fitted = make_fence(pad, limits.fence), Fitted(traffic=True, remote_id=True)
    wanted = inspection.make_wanted(BASELINE, limits.fence)
    return Site(*names, profile_of("arducopter"), limits, pad, fence, wanted, fitted, landing_places)


@dataclass
class World:
    """Steps vehicle, dock and flight core together. Turn a knob (`hears`, `link`, `wall_step_s`) to break something."""

    weather: WeatherConfig = field(default_factory=WeatherConfig)
    charge: float = 1.0
    powered_s: float = 60.0
    limits: Limits = LIMITS
    landing_places: tuple[Place, ...] = ()
    pad: Place = DOCK
    names: tuple[str, str] = NAMES
    """Of the box and its aircraft: more than one stand in a town."""
    zones: Zones = NO_ZONES
    clock_offset_ms: float | None = 3.0
    heartbeats: bool = True
    alive: bool = True
    core: Core = field(default_factory=Core)
    link: bool = True
    """The radio between box and aircraft, both ways."""
    dock_line: bool = True
    """The connection between box and dock."""
    room: bool = True
    """The connection to the control room."""
    wall_step_s: float = 0.0
    """How far the box's wall clock was stepped; its measured offset does not know of it."""
    shows: Callable[[Raw], Raw] = lambda raw: raw
    """What the dock's sensors make of the truth."""
    sees: Callable[[DockReading], DockReading] = lambda reading: reading
    hears: Callable[[Telemetry], Telemetry] = lambda telemetry: telemetry

    def __post_init__(self) -> None:
        self.truth: list[tuple[float, str, dict[str, Any]]] = []
        config = VehicleConfig(
            name=self.names[1], mavlink="udpin:127.0.0.1:14550", powered_s=self.powered_s, charge=self.charge,
            weather=self.weather, lat=self.pad.lat, lon=self.pad.lon, adsb=True, remote_id=True,
        )  # fmt: skip
        self.vehicle = Vehicle(config, self._tell)
        self.dock = Dock(DockConfig(name=self.names[0]), self.vehicle, self._tell)
        self.site = make_site(self.limits, self.landing_places, self.pad, self.names)
        self.up, self.down = Radio[bytes]("up"), Radio[bytes]("down")
        """What the radio does to the datagrams while `link` carries them."""
        self.now_s = 0.0
        self.moves: list[Moved] = []
        self.answers: list[Answered] = []
        self.sent: list[tuple[float, Command]] = []
        self.lid_wishes: list[tuple[float, Lid]] = []
        self.seq = self.sights = 0
        self.memory = Memory()
        self.proven_s = NEVER_S
        """When both raw signals said open; a look that says otherwise ends that."""
        self.restart(Sortie())

    @property
    def lid_proven(self) -> bool:
        """By two signals, each under 2 s old (F1)."""
        return self.now_s - self.proven_s < PROVES_S

    def restart(self, sortie: Sortie) -> None:
        """The flight process begins anew with what it had saved."""
        self.sortie = replace(sortie, since_s=self.now_s)
        self.telemetry, self.reading = Telemetry(), DockReading()
        self.inspection = inspection.NONE
        self.codec = Codec(1, self._hear)
        self.clock, self.room_s = RoomClock(), self.now_s
        self.asked_s: float | None = None
        self.alive = True

    def run(self, seconds: float) -> "World":
        end = self.now_s + seconds
        while self.now_s < end - 1e-9:
            self._tick()
        return self

    def until(self, done: Callable[["World"], bool], limit_s: float = 300) -> "World":
        """Raises AssertionError with the story so far where it doesn't come to that."""
        end = self.now_s + limit_s
        while not done(self):
            assert self.now_s < end, f"never; {self.sortie.stage}; {self.story()}; {self.words()}"
            self._tick()
        return self

    def until_stage(self, *stages: Stage, limit_s: float = 300) -> "World":
        return self.until(lambda world: world.sortie.stage in stages, limit_s)

    def order(self, act: Act) -> UUID:
        """Judged and carried out at once, as the pilot does with an admitted order."""
        self.seq += 1
        order = make_order(act, self.seq, self.room_now(), edge=self.names[0], aircraft=self.names[1])
        self._take(self.core.obey(self.site, self.sortie, self.seen(), order))
        return order.id

    def deliver(self, order: Order) -> Verdict:
        """An order of whatever age and origin, by way of the gate."""
        verdict = self.core.gate(order, self.memory, *self.names, self.clock.room_now(self.now_s))
        self.memory = heard(self.memory, order, *self.names)
        if isinstance(verdict, Go):
            self._take(self.core.obey(self.site, self.sortie, self.seen(), order))
        return verdict

    def launch(self, act: Launch = SCENE) -> UUID:
        self.until_stage(Stage.PARKED).run(3)
        return self.order(act)

    def hold(self) -> UUID:
        return self.order(Hold())

    def come_home(self) -> UUID:
        return self.order(Return())

    def land(self) -> UUID:
        return self.order(Land())

    def go_to(self, place: Place, alt_rel_m: float = 35) -> UUID:
        return self.order(GoTo(lat=place.lat, lon=place.lon, alt_rel_m=alt_rel_m))

    def circle(self, place: Place, radius_m: float = 40, alt_rel_m: float = 35, clockwise: bool = True) -> UUID:
        return self.order(
            Orbit(lat=place.lat, lon=place.lon, alt_rel_m=alt_rel_m, radius_m=radius_m, clockwise=clockwise)
        )

    def seen(self) -> Seen:
        telemetry, reading = self.hears(self.telemetry), self.sees(self.reading)
        room_now, lost_s = self.clock.room_now(self.now_s), self.now_s - self.room_s
        offset_ms = self.clock.offset_ms
        return Seen(self.now_s, telemetry, reading, offset_ms, room_now, lost_s, self.inspection, self.zones)

    def states(self, order_id: UUID) -> list[OrderState]:
        return [word.state for word in self.answers if word.order_id == order_id]

    def reasons(self, order_id: UUID) -> str:
        return "; ".join(reason for word in self.answers if word.order_id == order_id for reason in word.reasons)

    def story(self) -> list[str]:
        return [f"{move.cause.happened}>{move.after}" for move in self.moves]

    def words(self) -> list[str]:
        return [f"{word.state} {'; '.join(word.reasons)}" for word in self.answers]

    def happened(self, kind: str) -> list[dict[str, Any]]:
        """The truth of the simulated world."""
        return [fields for _, told, fields in self.truth if told == kind]

    def room_now(self) -> datetime:
        """The control room's true time."""
        return T0 + timedelta(seconds=self.now_s)

    def _tick(self) -> None:
        self.now_s = round(self.now_s + TICK_S, 6)
        self._transmit()
        self.vehicle.advance(self.now_s)
        self.dock.advance(self.now_s)
        for data in self.down.carry(self.now_s, [data for data, _ in self.vehicle.outgoing()]):
            if self.link:
                self.codec.take(data)
        if self._is_due(5):
            self._read_dock()
        if self.alive:
            self._beat()

    def _beat(self) -> None:
        """One turn of the flight process, as the pilot's loop does it."""
        self.room_s = self.now_s if self.room else self.room_s
        if self.site.marker and self._is_due(2):
            self._look_down()
        if self._is_due(10) or self.clock.room_at is None:
            self._look_at_clock()
        _, beat_s = deadman.beat(self.sortie, self.telemetry, self.now_s)
        if self.heartbeats and self._is_due(round(beat_s / TICK_S)):
            self._transmit(self.codec.heartbeat())
        commands = streams.due(self.telemetry, "arducopter", self.asked_s, self.now_s, self.site.view)
        self._send(commands)
        self.asked_s = self.now_s if commands else self.asked_s
        self._converse(*inspection.look(self.site.wanted, self.inspection, self.sortie, self.telemetry, self.now_s))
        self._take(self.core.advance(self.site, self.sortie, self.seen()))

    def _look_down(self) -> None:
        """The camera looks for the pad's marker; each sight is told to the autopilot."""
        known = look_down(self.site, self.sortie, self.seen(), self.vehicle)
        if self.site.marker and known.marker_s is not None and known.marker_s != self.telemetry.marker_s:
            self.telemetry, self.sights = known, self.sights + 1
            self._transmit(
                self.codec.encode(marker.landing_target(self.site.marker.number, known.marker_m, known.marker_s))
            )

    def _is_due(self, ticks: int) -> bool:
        return round(self.now_s / TICK_S) % ticks == 0

    def _look_at_clock(self) -> None:
        box_s = self.wall_step_s + (self.clock_offset_ms or 0.0) / 1000
        wall = self.room_now() + timedelta(seconds=box_s)
        self.clock = tick(self.clock, wall, self.now_s, self.clock_offset_ms, self.telemetry.airborne)

    def _take(self, step: Step) -> None:
        self._send(step.sends)
        if step.lid:
            self.lid_wishes.append((self.now_s, step.lid))
            if self.dock_line:
                self.dock.write_coil(0 if step.lid is Lid.OPEN else 1, True)
        self.sortie = step.sortie
        self.answers += step.answers
        if step.moved:
            self.moves.append(step.moved)
            self.clock = RoomClock() if found_flying(step.moved.before, step.moved.after) else self.clock

    def _send(self, commands: tuple[Command, ...]) -> None:
        for command in commands:
            self.sent.append((self.now_s, command))
            self._transmit(self.codec.encode(command))

    def _transmit(self, *datagrams: bytes) -> None:
        """By radio; without any, what is still on its way."""
        for data in self.up.carry(self.now_s, datagrams):
            if self.link:
                self.vehicle.receive(data, PEER)

    def _read_dock(self) -> None:
        if not self.dock_line:
            self.reading = replace(self.reading, connected=False)
            return
        bits, registers = self.shows((self.dock.inputs(), self.dock.registers()))
        self.proven_s = self.now_s if proves_open((bits, registers)) else NEVER_S
        self.reading = take(self.reading, parse(bits, registers, self.now_s, self.room_now()), self.now_s)

    def _hear(self, message: Any) -> None:
        self.telemetry = hear(self.telemetry, message, self.now_s)
        if message.get_type() in inspection.CONVERSED:
            self._converse(*inspection.heard(self.site.wanted, self.inspection, message, self.now_s))

    def _converse(self, known: inspection.Inspection, sends: inspection.Sends) -> None:
        self.inspection = known
        for send in sends:
            self._transmit(self.codec.encode(send))

    def _tell(self, kind: str, **fields: Any) -> None:
        now_s = self.vehicle.now_s if hasattr(self, "vehicle") else 0.0
        self.truth.append((now_s, kind, fields))
