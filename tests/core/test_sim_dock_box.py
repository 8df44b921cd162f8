"""The simulated dock: lid signals, pad sensor, charger, station, and what a lid does to an aircraft in its way."""

import struct
from typing import Any

import pytest

from sim.dock import Dock, DockConfig
from sim.modbus import answer
from sim.weather import Weather, WeatherConfig
from tests.support.sim_pilot import Pilot, plane
from wire.dock import NO_WEATHER, Coil, Input, Register

STEP_S = 0.04
"""Two steps of the aircraft."""


class Yard:
    """An aircraft in its dock, both on the pilot's clock."""

    def __init__(self, **aircraft: Any) -> None:
        self.pilot = Pilot(plane(**aircraft))
        self.dock = Dock(DockConfig(), self.pilot.vehicle, self.pilot._tell)

    def run(self, seconds: float) -> None:
        until = self.pilot.vehicle.now_s + seconds
        while self.pilot.vehicle.now_s < until - 1e-6:
            self.pilot.step(STEP_S)
            self.dock.advance(self.pilot.vehicle.now_s)

    def tell(self, coil: Coil, value: bool = True) -> None:
        assert answer(struct.pack(">BHH", 5, coil, 0xFF00 if value else 0), self.dock)[0] == 5

    def __getitem__(self, place: Input | Register) -> int:
        return self.dock.inputs()[place] if isinstance(place, Input) else self.dock.registers()[place]


def test_the_lid_takes_four_seconds_and_its_two_signals_agree_all_the_way() -> None:
    yard = Yard()
    assert (yard[Input.LID_OPEN_SWITCH], yard[Input.LID_CLOSED_SWITCH]) == (False, True)
    yard.tell(Coil.OPEN_LID)
    seen = []
    for _ in range(125):
        yard.run(STEP_S)
        at = yard[Register.LID_POSITION_PCT]
        seen.append(at)
        assert at >= 99 if yard[Input.LID_OPEN_SWITCH] else at <= 99
        assert at <= 1 if yard[Input.LID_CLOSED_SWITCH] else at >= 1
        assert yard[Input.LID_MOVING] == (at < 100)
    assert seen == sorted(seen)
    assert seen.index(100) == pytest.approx(4 / STEP_S, abs=2)
    yard.tell(Coil.CLOSE_LID)
    yard.run(5)
    assert yard[Register.LID_POSITION_PCT] == 0


def test_a_lid_can_be_turned_back_on_its_way() -> None:
    yard = Yard()
    yard.tell(Coil.OPEN_LID)
    yard.run(2)
    yard.tell(Coil.CLOSE_LID)
    yard.run(2.2)
    assert yard[Input.LID_CLOSED_SWITCH]


def take_off(yard: Yard) -> None:
    yard.pilot.command(176, 1, 4)
    yard.pilot.command(400, 1)
    yard.pilot.command(22, 0, 0, 0, 0, 0, 0, 20)


def test_a_take_off_under_a_closed_lid_is_a_collision_and_gets_nowhere() -> None:
    yard = Yard()
    take_off(yard)
    yard.run(5)
    assert [line["where"] for line in yard.pilot.truth if line["kind"] == "collision"] == ["under the lid"]
    assert yard.pilot.vehicle.height_m < 0.5


def test_a_take_off_through_an_open_lid_is_none_and_the_pad_is_not_clear_meanwhile() -> None:
    yard = Yard()
    yard.tell(Coil.OPEN_LID)
    yard.run(5)
    take_off(yard)
    clear = []
    while yard.pilot.vehicle.height_m < 10:
        yard.run(STEP_S)
        clear.append((yard.pilot.vehicle.height_m, yard[Input.PAD_CLEAR]))
    assert all(is_clear == (height > 3) for height, is_clear in clear if height > 0.01)
    assert "collision" not in yard.pilot.kinds()


def test_a_landing_on_a_closed_lid_is_a_collision() -> None:
    yard = Yard()
    yard.tell(Coil.OPEN_LID)
    yard.run(5)
    take_off(yard)
    yard.run(10)
    yard.tell(Coil.CLOSE_LID)
    yard.pilot.command(21)
    yard.run(40)
    assert [line["where"] for line in yard.pilot.truth if line["kind"] == "collision"] == ["on the lid"]


def test_a_lid_that_closes_on_a_landing_aircraft_is_a_collision() -> None:
    yard = Yard()
    yard.tell(Coil.OPEN_LID)
    yard.run(5)
    take_off(yard)
    yard.run(1.5)
    assert 0.5 < yard.pilot.vehicle.height_m < 3
    yard.tell(Coil.CLOSE_LID)
    yard.run(1)
    assert "lid closed on the aircraft" in [line.get("where") for line in yard.pilot.truth]


def test_it_charges_only_a_parked_aircraft_under_a_closed_lid() -> None:
    yard = Yard(charge=0.5)
    yard.run(1)
    assert yard[Input.CHARGING]
    before = yard.pilot.vehicle.body.used_wh
    yard.run(60)
    assert before - yard.pilot.vehicle.body.used_wh == pytest.approx((400 - 15) / 60, abs=0.3)
    yard.tell(Coil.CHARGE, False)
    assert not yard[Input.CHARGING]
    yard.tell(Coil.CHARGE)
    yard.tell(Coil.OPEN_LID)
    yard.run(1)
    assert not yard[Input.CHARGING]


def test_the_station_reports_the_wind_that_blows_and_says_when_it_fell_silent() -> None:
    weather = {"wind_mps": 8, "gust_mps": 3, "wind_from_deg": 300, "temperature_c": -4.5, "silent_after_s": 30}
    yard = Yard(weather=weather)
    assert yard[Register.WEATHER_AGE_S] == NO_WEATHER
    yard.run(20)
    assert yard[Register.WIND_CMPS] == pytest.approx(800, abs=120)
    assert yard[Register.WIND_CMPS] <= yard[Register.GUST_CMPS] <= 1150
    assert yard[Register.WIND_FROM_DEG] == 300
    assert yard[Register.TEMPERATURE_TENTH_C] == 0x10000 - 45
    assert yard[Register.WEATHER_AGE_S] <= 1
    assert yard[Register.HEARTBEAT] == pytest.approx(20, abs=1)
    yard.run(30)
    assert yard[Register.WEATHER_AGE_S] == pytest.approx(20, abs=1)


@pytest.mark.parametrize(("wind_from", "north", "east"), [(0, -7, 0), (90, 0, -7), (240, 3.5, 6.06)])
def test_the_wind_goes_the_other_way_from_where_it_comes(wind_from: float, north: float, east: float) -> None:
    weather = Weather(WeatherConfig(wind_mps=7, gust_mps=0, wind_from_deg=wind_from))
    assert weather.wind(12) == pytest.approx((north, east, 0), abs=0.01)


def test_the_wind_is_a_pure_function_of_seed_and_time() -> None:
    def blows(seed: int) -> list[tuple[float, ...]]:
        weather = Weather(WeatherConfig(seed=seed, wind_mps=6, gust_mps=2))
        return [tuple(weather.wind(t)) for t in (0.0, 7.5, 1000.0)]

    assert blows(3) == blows(3)
    assert blows(3) != blows(4)


@pytest.mark.parametrize(
    ("request_pdu", "response"),
    [
        ("", "8001"),
        ("0300000001", "8301"),  # no holding registers
        ("0400080002", "8402"),  # beyond the last register
        ("0200000000", "8203"),  # none asked for
        ("04000000", "8403"),  # cut short
        ("050000ff01", "8503"),  # neither on nor off
        ("050003ff00", "8502"),  # no such coil
        ("0f0000000201", "8f03"),  # its byte count is missing
        ("0100000003", "010104"),  # the charger alone is on
    ],
)
def test_what_cannot_be_served_is_answered_with_the_exception_of_the_standard(request_pdu: str, response: str) -> None:
    assert answer(bytes.fromhex(request_pdu), Yard().dock).hex() == response
