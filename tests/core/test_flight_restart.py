"""A restart or a slow radio between an ARM and its effect (F2): what is heard after it may have been said before."""

from dataclasses import replace

import pytest

from bench.lockstep import World
from edge.flight.dockside import pad_clear
from edge.flight.launch import Stage
from edge.flight.notice import OVERTAKEN_S
from edge.flight.sortie import may_close
from edge.flight.state import Sortie, resume, save
from sim.faults import Fault, Kind, strike
from tests.core.test_flight_sorties import NEAR


@pytest.mark.parametrize(("heard_after_s", "proves"), [(OVERTAKEN_S / 2, False), (OVERTAKEN_S + 0.1, True)])
def test_a_heartbeat_on_its_way_since_before_the_restart_proves_nothing(heard_after_s: float, proves: bool) -> None:
    world = World().until_stage(Stage.PARKED).run(2)
    seen = world.seen()
    heard_s = seen.telemetry.heartbeat_s
    assert heard_s is not None
    assert seen.telemetry.on_ground(seen.now_s)
    assert pad_clear(seen.dock, seen.now_s)
    began_s = heard_s - heard_after_s
    again = resume(save(Sortie(Stage.ARMING, arming_s=began_s - 0.2)), began_s)
    assert may_close(replace(again, stage=Stage.CLOSING), seen) is proves


@pytest.mark.parametrize("mends_after_s", [0.05, 0.1, 0.2, 0.4])
def test_a_slow_radio_that_mends_just_then_does_not_close_the_lid_on_an_armed_aircraft(mends_after_s: float) -> None:
    """What was said before it armed comes last: 0.65 s each way are longer than an autopilot takes to arm."""
    world = World().until_stage(Stage.PARKED).run(8)
    world.order(NEAR)
    world.until_stage(Stage.OPENING).run(3)
    mend = strike(Fault(at_s=0, kind=Kind.LATENCY, size=0.43), world.vehicle, (world.up, world.down))
    world.until(lambda w: w.vehicle.copter.armed, limit_s=20).run(mends_after_s)
    mend()
    world.until_stage(Stage.EN_ROUTE, limit_s=60)
    assert not world.happened("collision")
    assert [told["state"] for told in world.happened("lid")][-1] == "open"
