"""What the control room is told of a decision (F26)."""

from bench.lockstep import DOCK, World
from edge.flight.geometry import M_PER_DEG
from edge.flight.launch import Stage
from edge.flight.report import inputs
from wire.orders import Launch


def test_a_decision_is_told_with_what_it_rested_on() -> None:
    world = World()
    world.launch(Launch(lat=DOCK.lat + 60 / M_PER_DEG, lon=DOCK.lon, alt_rel_m=15))
    seen = world.until_stage(Stage.CLIMBING).run(3).seen()
    told = inputs(world.site, world.sortie, seen)
    assert (told["stage"], told["lid"], told["armed"], told["link_ok"]) == ("climbing", "open", True, True)
    assert (told["battery_pct"], told["alt_rel_m"]) == (seen.telemetry.battery_pct, seen.telemetry.alt_rel_m)
    assert (told["wind_mps"], told["clock_offset_ms"]) == (seen.dock.weather and seen.dock.weather.wind_mps, 3.0)
    assert told["target_alt_rel_m"] == 15
