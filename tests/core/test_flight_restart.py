"""A restart between an ARM and its effect (F2): what was heard just after it may have been said before."""

from dataclasses import replace

import pytest

from bench.lockstep import World
from edge.flight.autopilots import SETTLE_S
from edge.flight.dockside import pad_clear
from edge.flight.launch import Stage
from edge.flight.sortie import may_close
from edge.flight.state import Sortie, resume, save


@pytest.mark.parametrize(("heard_after_s", "proves"), [(SETTLE_S / 2, False), (SETTLE_S + 0.1, True)])
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
