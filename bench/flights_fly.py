"""Flies one plan in the lockstep world and writes down what really happened."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bench.flights_eye import fit, look, mislead
from bench.flights_faults import Breaker
from bench.flights_orders import Operators
from bench.flights_plan import Break, Plan, Say, Trick
from bench.flights_record import FRAME_S, MOVED, Delivered, Event, Frame, Record
from bench.lockstep import Core, Verdict, World, make_site
from edge.config import Limits
from edge.flight import energy
from edge.flight.gate import Refusal, Repeat
from edge.flight.geometry import Place
from edge.flight.launch import Stage
from edge.flight.seen import Site
from edge.flight.traffic import WELL_CLEAR_M, WELL_CLEAR_UP_M
from edge.flight.zones import Zones
from wire.orders import Order, OrderState

EARLY = timedelta(milliseconds=500)
"""An order may be dated so far ahead: clocks differ (F10)."""
SETTLE_S = 20.0
"""So long the world goes on after the aircraft has come to rest."""
READ_S = 2.0
"""The weather is read by the box within this time."""
LONGEST_S = 2400.0
RESTING = (Stage.PARKED, Stage.LANDED_OUT, Stage.FAULT)


def fly(plan: Plan, core: Core | None = None, site: Callable[[Site], Site] = lambda site: site) -> Record:
    """`core` and `site` fly it; what is judged is the plan's own site."""
    return _Flight(plan, core or Core(), site).fly()


@dataclass(frozen=True)
class _Post:
    """An order on its way."""

    order: Order
    trick: Trick


class _Flight:
    def __init__(self, plan: Plan, core: Core, site: Callable[[Site], Site]) -> None:
        self.plan, self.truth_site = plan, make_site(plan.limits)
        self.world = World(
            weather=plan.weather, charge=plan.charge, powered_s=plan.powered_s, limits=plan.limits,
            clock_offset_ms=plan.clock_offset_ms, core=core, landing_places=plan.landing_places,
        )  # fmt: skip
        fit(self.world, plan.eye)
        self.world.site = site(self.world.site)
        self.breaker = Breaker(self.world)
        self.todo = deque(plan.events)
        self.waiting: list[_Post] = []
        self.operators = Operators(plan.seed)
        self.frames: list[Frame] = []
        self.delivered: list[Delivered] = []
        self.events: list[Event] = []
        self.log: list[tuple[float, str]] = []
        self.told = self.moved = self.answered = 0
        self.rested_s: float | None = None
        self.foul_s: float | None = None
        """Since when the station's figures have been outside the limits."""

    def fly(self) -> Record:
        while not self._is_over():
            self.world.run(0.05)
            self._note_truth()
            if round(self.world.now_s / 0.05) % round(FRAME_S / 0.05) == 0:
                self.frames.append(self._frame())
                self._note_weather()
            self._act()
        lines = tuple(f"{t_s:8.2f}  {line}" for t_s, line in self.log)
        told = tuple(self.frames), tuple(self.delivered), tuple(self.events)
        return Record(self.plan, *told, self._ended(), self.world.now_s, lines)

    def _is_over(self) -> bool:
        world, vehicle = self.world, self.world.vehicle
        still = not vehicle.armed and not vehicle.airborne and not self.todo and not self.breaker.heals
        resting = still and (world.sortie.stage in RESTING or not (world.alive and world.link))
        self.rested_s = (self.rested_s or world.now_s) if resting else None
        return world.now_s > LONGEST_S or (self.rested_s is not None and world.now_s - self.rested_s > SETTLE_S)

    def _ended(self) -> str:
        if self.rested_s is None:
            return "never"
        if not any(event.kind == "airborne" for event in self.events):
            return "not_flown"
        if not self.world.alive:
            return "lost"
        return self.world.sortie.stage.value if self.world.sortie.stage in RESTING else "unlinked"

    def _act(self) -> None:
        world = self.world
        if not world.zones.known and world.now_s >= self.plan.zones_s:
            world.zones = Zones(self.plan.zones)
        mislead(world, self.plan.eye)
        for line in self.breaker.heal():
            self._say(line)
        while self.todo and self.todo[0].at_s <= world.now_s:
            match self.todo.popleft():
                case Say() as say:
                    self.waiting.append(_Post(self.operators.write(say, world.room_now()), say.trick))
                case Break() as fault:
                    self._say(f"fault {fault.fault} for {fault.for_s:.0f} s, size {fault.size:.2f}")
                    self.breaker.start(fault)
        if world.alive and world.room:
            for post in self.waiting:
                self._deliver(post)
            self.waiting.clear()

    def _deliver(self, post: _Post) -> None:
        world, order = self.world, post.order
        trick = as_delivered(post.trick, order, world.room_now())
        before, sortie, sent, lids = self._frame(), world.sortie, len(world.sent), len(world.lid_wishes)
        weather, timed, said = self._bad_weather(), world.clock.room_now(world.now_s) is not None, len(world.answers)
        offset_ms = world.wall_step_s * 1000 + (world.clock_offset_ms or 0.0)
        verdict = world.deliver(order)
        words = [word for word in world.answers[said:] if word.order_id == order.id]
        accepted = any(word.state is OrderState.ACCEPTED for word in words)
        reasons = (*_reasons(verdict), *(reason for word in words for reason in word.reasons))
        stirred = (len(world.sent), len(world.lid_wishes)) != (sent, lids) or world.sortie != sortie
        self.delivered.append(
            Delivered(world.now_s, order, trick, accepted, stirred, reasons, timed, before, offset_ms, weather)
        )
        outcome = "accepted" if accepted else f"refused: {'; '.join(reasons)}"
        self._say(f"order {order.act.act} ({trick}) in {before.stage}: {outcome}")

    def _bad_weather(self) -> str:
        """Outside the limits for two seconds, or the last observation is too old. What was is kept here: a wind that
        steps up has a past of its own, and nobody could have read it.
        """
        now_s, limits = self.world.now_s, self.plan.limits
        look = self.world.vehicle.weather.observe(now_s)
        if now_s - look.taken_s > limits.weather_max_age_s + 2.5:
            return f"observed {now_s - look.taken_s:.0f} s ago"
        known = self.foul_s is not None and now_s - self.foul_s >= READ_S
        return _outside(look, limits) if known else ""

    def _note_weather(self) -> None:
        now_s = self.world.now_s
        foul = bool(_outside(self.world.vehicle.weather.observe(now_s), self.plan.limits))
        self.foul_s = (now_s if self.foul_s is None else self.foul_s) if foul else None

    def _frame(self) -> Frame:
        world, vehicle = self.world, self.world.vehicle
        lat, lon, height_m, _ = vehicle.position()
        place = Place(lat, lon)
        return Frame(
            world.now_s, world.sortie.stage, bool(world.sortie.forced), vehicle.copter.mode.name, vehicle.armed,
            vehicle.airborne, place, height_m, self._spare_wh(place, height_m),
            world.alive and world.link and world.up.sound and world.down.sound,
            math.hypot(vehicle.body.v_north, vehicle.body.v_east), -vehicle.body.v_down, world.dock.open,
            *self._around(), self.world.site.marker is not None and not vehicle.marker.hidden, look(world),
        )  # fmt: skip

    def _around(self) -> tuple[bool, bool, bool]:
        """Whether another aircraft is too near, in truth; whether the receiver and the transmitter do their work."""
        beacons, body = self.world.vehicle.beacons, self.world.vehicle.body
        places = [intruder.at(self.world.now_s) for intruder in beacons.intruders]
        near = any(
            math.hypot(north - body.north, east - body.east) < WELL_CLEAR_M and abs(down - body.down) < WELL_CLEAR_UP_M
            for north, east, down in places
        )
        return near, beacons.receives, beacons.transmits and not beacons.unfit

    def _spare_wh(self, place: Place, height_m: float) -> float:
        limits, config = self.plan.limits, self.plan.weather
        wind = energy.Wind(config.wind_mps, config.wind_from_deg)
        home = energy.homing(place, height_m, self.truth_site.dock, wind, limits)
        left = limits.battery_wh - self.world.vehicle.body.used_wh
        return left - home.wh - energy.reserve_wh(limits)

    def _note_truth(self) -> None:
        world = self.world
        for t_s, kind, fields in world.truth[self.told :]:
            what = str(fields.get("state") or fields.get("where") or fields.get("mode") or "")
            self.events.append(self._event(t_s, kind, what, fields))
            self._say(f"truth {kind} {what}")
        for move in world.moves[self.moved :]:
            self._say(f"stage {move.before} > {move.after}: {move.cause.happened}, {move.cause.text}")
            self.events.append(self._event(world.now_s, MOVED, move.after, {}))
        self.told, self.moved = len(world.truth), len(world.moves)

    def _event(self, t_s: float, kind: str, what: str, fields: dict[str, Any]) -> Event:
        world, vehicle = self.world, self.world.vehicle
        left_pct = 100 * (1 - vehicle.body.used_wh / vehicle.config.battery_wh)
        lid = world.dock.open, world.lid_proven
        crash, from_pad_m = bool(fields.get("crash")), float(fields.get("from_pad_m", 0))
        return Event(
            t_s, kind, what, vehicle.armed, vehicle.airborne, *lid, *self._around(), crash, from_pad_m, left_pct,
            vehicle.height_m,
        )  # fmt: skip

    def _say(self, line: str) -> None:
        self.log.append((self.world.now_s, line))


def as_delivered(trick: Trick, order: Order, now: datetime) -> Trick:
    """What is left of a trick with time: an honest order may have waited until it was stale, and one of the future
    until it was due.
    """
    if trick not in (Trick.NONE, Trick.FUTURE):
        return trick
    if now >= order.expires_at:
        return Trick.STALE
    return trick if order.issued_at - now > EARLY else Trick.NONE


def _reasons(verdict: Verdict) -> tuple[str, ...]:
    match verdict:
        case Refusal(reasons):
            return reasons
        case Repeat():
            return ("a repeat",)
        case _:
            return ()


def _outside(look: Any, limits: Limits) -> str:
    far = {
        "wind": look.wind_mps > limits.max_wind_mps + 0.1,
        "gusts": look.gust_mps > limits.max_gust_mps + 0.1,
        "rain": look.rain_mm_h > limits.max_rain_mm_h + 0.1,
        "visibility": look.visibility_m < limits.min_visibility_m - 10,
        "temperature": not limits.min_temperature_c - 0.1 <= look.temperature_c <= limits.max_temperature_c + 0.1,
    }
    return ", ".join(name for name, is_far in far.items() if is_far)
