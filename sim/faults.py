"""The fault script: what breaks at which simulated second, for how long and how badly; and the hands that break it.

A script is TOML: [[fault]] with at_s = 60, kind = "gps_loss", for_s = 20, size = 0.5 (0 to 1, how bad).
Without `for_s` it stays.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import Field

from sim.autopilot.copter import Copter
from sim.beacons import Intruder
from sim.dock import ABOVE_M, Dock
from sim.radio import Radio
from sim.vehicle import Vehicle
from sim.weather import Weather
from wire.config import Section, read_config
from wire.errors import UserError


class Kind(StrEnum):
    GPS_LOSS = "gps_loss"
    GPS_GLITCH = "gps_glitch"
    LINK_LOSS = "link_loss"
    LATENCY = "latency"
    DUPLICATES = "duplicates"
    REORDERING = "reordering"
    MOTOR_FAIL = "motor_fail"
    BATTERY_SAG = "battery_sag"
    LID_STUCK = "lid_stuck"
    LID_SIGNALS_DISAGREE = "lid_signals_disagree"
    MARKER_HIDDEN = "marker_hidden"
    AUTOPILOT_REBOOT = "autopilot_reboot"
    WIND_STEP = "wind_step"
    GUST = "gust"
    TRAFFIC = "traffic"
    WEATHER_STALE = "weather_stale"
    CLOCK_STEP = "clock_step"
    HOME_MOVED = "home_moved"
    """Another ground station sets the autopilot's home, and fixes it there."""


OF_A_DOCK = (Kind.LID_STUCK, Kind.LID_SIGNALS_DISAGREE, Kind.MARKER_HIDDEN, Kind.WEATHER_STALE, Kind.CLOCK_STEP)
"""These need a dock or its box; an aircraft alone has none."""
SAG_WH, WIND_MPS, GUST_MPS, GLITCH_M, LATENCY_S, HOME_M = 60.0, 6.0, 8.0, 60.0, 1.5, 45.0
"""What a fault of size 1 does."""
STRONGEST_MPS = 14.0
THRUST_LOST = 0.7
"""Of the motors' greatest thrust, twice the weight: past size 0.7 it can't stay up."""
INTRUDER_M, INTRUDER_MPS = 2500.0, 50.0


class Fault(Section):
    at_s: float = Field(ge=0)
    kind: Kind
    for_s: float = Field(default=math.inf, gt=0)
    size: float = Field(default=0.5, ge=0, le=1)


class Script(Section):
    fault: tuple[Fault, ...] = Field(min_length=1)


def read_script(path: Path) -> tuple[Fault, ...]:
    """In the order of time, for an aircraft alone. Raises UserError where the file is wrong or needs a dock."""
    faults = sorted(read_config(path, Script).fault, key=lambda fault: fault.at_s)
    for fault in faults:
        if fault.kind in OF_A_DOCK:
            raise UserError(f"{fault.kind} needs a dock", where=str(path), remedy="An aircraft alone has none")
    return tuple(faults)


Mend = Callable[[], None]
ON_THE_RADIO: dict[Kind, Callable[[float], dict[str, object]]] = {
    Kind.LINK_LOSS: lambda _: {"lost": True},
    Kind.LATENCY: lambda size: {"latency_s": LATENCY_S * size},
    Kind.DUPLICATES: lambda size: {"duplicates": size},
    Kind.REORDERING: lambda size: {"reordering": size},
}


def strike(fault: Fault, vehicle: Vehicle, radios: tuple[Radio[Any], ...], dock: Dock | None = None) -> Mend:
    """Brings the fault about; what it gives ends it. What only a box has (its clock, a lying sensor) is not here."""
    if fault.kind in ON_THE_RADIO:
        return _all(_set(radio, **ON_THE_RADIO[fault.kind](fault.size)) for radio in radios)
    match fault.kind:
        case Kind.GPS_LOSS:
            return _lose_gps(vehicle)
        case Kind.GPS_GLITCH:
            return _set(vehicle.gps, off_m=(GLITCH_M * fault.size, GLITCH_M * (0.5 - fault.size)))
        case Kind.MARKER_HIDDEN:
            return _set(vehicle.marker, hidden=True)
        case Kind.LID_STUCK if dock:
            return _set(dock, stuck=_jam(fault, vehicle, dock))
        case _:
            return _strike_body(fault, vehicle)


def _strike_body(fault: Fault, vehicle: Vehicle) -> Mend:
    """What needs no radio and no dock."""
    match fault.kind:
        case Kind.MOTOR_FAIL:
            return _set(vehicle, frame=replace(vehicle.frame, thrust_share=1 - THRUST_LOST * fault.size))
        case Kind.BATTERY_SAG:
            used_wh = min(vehicle.config.battery_wh * 0.95, vehicle.body.used_wh + SAG_WH * fault.size)
            vehicle.body = vehicle.body._replace(used_wh=used_wh)
        case Kind.AUTOPILOT_REBOOT:
            vehicle.reboot()
        case Kind.WIND_STEP | Kind.GUST | Kind.WEATHER_STALE:
            return _change_weather(fault, vehicle)
        case Kind.HOME_MOVED:
            return _move_home(fault, vehicle.copter)
        case Kind.TRAFFIC:
            return _fly_by(fault, vehicle)
        case _:
            pass
    return _nothing


class Faults:
    """A script under way. `advance` begins what is due and ends what is over; each line tells one of them."""

    def __init__(self, script: tuple[Fault, ...], vehicle: Vehicle, radios: tuple[Radio[Any], ...]) -> None:
        self._todo, self._vehicle, self._radios = list(script), vehicle, radios
        self._mends: list[tuple[float, Kind, Mend]] = []

    def advance(self, now_s: float) -> Iterator[str]:
        while self._todo and self._todo[0].at_s <= now_s:
            fault = self._todo.pop(0)
            self._mends.append((fault.at_s + fault.for_s, fault.kind, strike(fault, self._vehicle, self._radios)))
            yield f"fault {fault.kind}"
        over = [entry for entry in self._mends if entry[0] <= now_s]
        self._mends = [entry for entry in self._mends if entry[0] > now_s]
        for _, kind, mend in over:
            mend()
            yield f"healed {kind}"


def _nothing() -> None:
    """There is nothing to mend."""


def _set(thing: object, **values: object) -> Mend:
    """Sets attributes, and back to what they were."""
    before = {name: getattr(thing, name) for name in values}

    def mend() -> None:
        for name, value in before.items():
            setattr(thing, name, value)

    for name, value in values.items():
        setattr(thing, name, value)
    return mend


def _all(mends: Iterator[Mend]) -> Mend:
    kept = list(mends)

    def mend() -> None:
        for one in kept:
            one()

    return mend


def _jam(fault: Fault, vehicle: Vehicle, dock: Dock) -> float:
    """Where the lid gets stuck: half shut when nobody is under it, else where it is."""
    return 1 - fault.size if vehicle.height_m > ABOVE_M else dock.lid


def _lose_gps(vehicle: Vehicle) -> Mend:
    vehicle.lose_gps()
    return vehicle.find_gps


def _change_weather(fault: Fault, vehicle: Vehicle) -> Mend:
    before = vehicle.weather.config
    changes: dict[str, float] = {"silent_after_s": vehicle.now_s}
    if fault.kind is Kind.WIND_STEP:
        changes = {"wind_mps": min(STRONGEST_MPS, before.wind_mps + WIND_MPS * fault.size)}
    elif fault.kind is Kind.GUST:
        changes = {"gust_mps": min(STRONGEST_MPS, before.gust_mps + GUST_MPS * fault.size)}
    return _set(vehicle, weather=Weather(before.model_copy(update=changes)))


def _move_home(fault: Fault, copter: Copter) -> Mend:
    """To the north."""
    if copter.home is None:
        return _nothing
    moved = copter.home._replace(north=copter.home.north + HOME_M * fault.size)
    return _set(copter, home=moved, home_set=True)


def _fly_by(fault: Fault, vehicle: Vehicle) -> Mend:
    """From the west over the dock: the worse, the lower and the nearer."""
    north, height = 800.0 * (1 - fault.size), 40 + 200 * (1 - fault.size)
    place, velocity = (north, -INTRUDER_M, -height), (0.0, INTRUDER_MPS, 0.0)
    intruder = Intruder(0x400000 + int(fault.at_s), "GTEST", vehicle.now_s, place, velocity)
    vehicle.beacons.intruders.append(intruder)
    return lambda: vehicle.beacons.intruders.remove(intruder)
